"""依申请公开: applications for information."""

from services.requests.application import APPLICATION

KINDS = (APPLICATION,)
