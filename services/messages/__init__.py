"""政民互动: citizens' messages."""

from services.messages.message import MESSAGE
from services.messages.message_import import MESSAGES_IMPORT

KINDS = (MESSAGE,)
IMPORTERS = (MESSAGES_IMPORT,)
