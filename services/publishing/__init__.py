"""信息公开: publication of information and the columns it appears in."""

from services.publishing.article import ARTICLE
from services.publishing.column import COLUMN

KINDS = (ARTICLE, COLUMN)
