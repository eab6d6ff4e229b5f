"""信息公开: publication, its columns and what patrols find, official documents with their attribute, interpretations."""

from services.publishing.article import ARTICLE
from services.publishing.column import COLUMN
from services.publishing.document import DOCUMENT
from services.publishing.finding import FINDING
from services.publishing.interpretation import INTERPRETATION

KINDS = (ARTICLE, COLUMN, FINDING, DOCUMENT, INTERPRETATION)
