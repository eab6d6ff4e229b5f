"""依申请公开: applications for information."""

from services.requests.application import APPLICATION
from services.requests.application_import import APPLICATIONS_IMPORT

KINDS = (APPLICATION,)
IMPORTERS = (APPLICATIONS_IMPORT,)
