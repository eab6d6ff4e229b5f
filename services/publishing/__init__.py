"""信息公开: publication of information and its columns, official documents with their attribute, interpretation of policies."""

from services.publishing.article import ARTICLE
from services.publishing.column import COLUMN
from services.publishing.document import DOCUMENT
from services.publishing.interpretation import INTERPRETATION

KINDS = (ARTICLE, COLUMN, DOCUMENT, INTERPRETATION)
