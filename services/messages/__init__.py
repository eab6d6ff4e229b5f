"""政民互动: citizens' messages."""

from services.messages.message import MESSAGE

KINDS = (MESSAGE,)
