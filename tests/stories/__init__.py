"""One story a kind and more, each written once over HTTP and told on both runtimes."""

from tests.stories.application import STORIES as APPLICATIONS
from tests.stories.article import STORIES as ARTICLES
from tests.stories.county import Story
from tests.stories.document import STORIES as DOCUMENTS
from tests.stories.finding import STORIES as FINDINGS
from tests.stories.message import STORIES as MESSAGES

STORIES: tuple[Story, ...] = (*MESSAGES, *DOCUMENTS, *FINDINGS, *ARTICLES, *APPLICATIONS)
