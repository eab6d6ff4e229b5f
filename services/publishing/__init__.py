"""信息公开: publication, its columns and what patrols find, official documents with their attribute, interpretations."""

from services.publishing.article import ARTICLE
from services.publishing.article_import import ARTICLES_IMPORT
from services.publishing.column import COLUMN
from services.publishing.column_import import COLUMNS_IMPORT
from services.publishing.document import DOCUMENT
from services.publishing.document_import import DOCUMENTS_IMPORT
from services.publishing.finding import FINDING
from services.publishing.finding_import import FINDINGS_IMPORT
from services.publishing.interpretation import INTERPRETATION
from services.publishing.interpretation_import import INTERPRETATIONS_IMPORT

KINDS = (ARTICLE, COLUMN, FINDING, DOCUMENT, INTERPRETATION)
IMPORTERS = (ARTICLES_IMPORT, COLUMNS_IMPORT, FINDINGS_IMPORT, DOCUMENTS_IMPORT, INTERPRETATIONS_IMPORT)
