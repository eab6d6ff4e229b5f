"""How the register of a kind (登记簿) is headed, and the words of the codes in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.text import Text

SUBJECT, DEPARTMENT, RECEIVED = Text("标题", "Title"), Text("承办单位", "Department"), Text("收件日", "Received")


@dataclass(frozen=True, slots=True)
class RegisterForm:
    """What a kind says of its register beside its ``columns``; a kind that says nothing has one all the same.

    ``sealed`` are fields of the state that hold vault references, shown to whom ``vault_readers`` names; ``words`` the
    words of the codes that a column holds (several are joined by commas); ``cases`` columns that hold a case's id, which
    is shown by that case's title where it is no secret.
    """

    title: Text | None = None
    subject: Text = SUBJECT
    department: Text = DEPARTMENT
    received: Text = RECEIVED
    sealed: Mapping[str, Text] = field(default_factory=dict)
    words: Mapping[str, Mapping[Any, Text]] = field(default_factory=dict)
    cases: frozenset[str] = frozenset()


USUAL = RegisterForm()
"""The register of a kind that says nothing of its own."""
