"""The four services of the county and what each of them runs: the one list of case kinds and policies."""

from services.assessment import KINDS as ASSESSMENT_KINDS
from services.messages import IMPORTERS as MESSAGES_IMPORTERS
from services.messages import KINDS as MESSAGES_KINDS
from services.messages.policies import POLICIES as MESSAGES_POLICIES
from services.publishing import IMPORTERS as PUBLISHING_IMPORTERS
from services.publishing import KINDS as PUBLISHING_KINDS
from services.publishing.policies import POLICIES as PUBLISHING_POLICIES
from services.requests import IMPORTERS as REQUESTS_IMPORTERS
from services.requests import KINDS as REQUESTS_KINDS
from services.requests.policies import POLICIES as REQUESTS_POLICIES
from shared.domain.text import Text
from shared.service import Declared

SERVICES: tuple[Declared, ...] = (
    Declared("publishing", Text("信息公开", "Publishing"), PUBLISHING_KINDS, PUBLISHING_POLICIES, PUBLISHING_IMPORTERS),
    Declared("requests", Text("依申请公开", "Requests"), REQUESTS_KINDS, REQUESTS_POLICIES, REQUESTS_IMPORTERS),
    Declared("messages", Text("政民互动", "Messages"), MESSAGES_KINDS, MESSAGES_POLICIES, MESSAGES_IMPORTERS),
    Declared("assessment", Text("监督考核", "Assessment"), ASSESSMENT_KINDS),
)
