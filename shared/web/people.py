"""Who asks: a token's subject with the posts of the day, a citizen with the receipt code of a case, or anybody."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

import orjson
from starlette.datastructures import Headers

from shared.domain.directory import PUBLIC, Actor, Directory
from shared.domain.localtime import local_date
from shared.engine.execute import NotReady
from shared.engine.reference import Reference
from shared.security.audit import Audit
from shared.security.files import Files
from shared.security.identity import BadToken, Receipts
from shared.security.rate import RateLimit
from shared.web.request_headers import RECEIPT_CODE

REMEMBERED = 4096
REMEMBER_SECONDS = 60


class Tokens(Protocol):
    """Verifies bearer tokens."""

    def verify(self, token: str, now: datetime) -> str:
        """The subject of a token that is good at ``now``. Raises ``BadToken``."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands at the door of every service: tokens, receipt codes, the audit trail, and the limits.

    ``public`` counts calls without a token by network address; the limits are in bytes.
    """

    tokens: Tokens
    receipts: Receipts
    audit: Audit
    public: RateLimit
    files: Files
    body_limit: int = 1 << 20
    file_limit: int = 20 << 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """The actor of a request; ``signed_in`` with a token, ``code`` the receipt code shown with it."""

    actor: Actor
    signed_in: bool
    code: str | None


class People:
    """Turns a request's headers into its actor. A good token is remembered for a minute, never past its expiry."""

    def __init__(self, gate: Gate, reference: Callable[[], Reference | None], now: Callable[[], datetime]) -> None:
        self._gate, self._reference, self._now = gate, reference, now
        self._known: dict[str, tuple[str, float]] = {}
        self._actors: dict[tuple[str, date], Actor] = {}
        self._directory: Directory | None = None

    def visitor(self, headers: Headers) -> Visitor:
        """Who asks. Raises ``BadToken`` for a token that is given and not good, ``NotReady`` without a directory."""
        code = headers.get(RECEIPT_CODE)
        given = headers.get("authorization")
        if given is None:
            return Visitor(PUBLIC, False, code)
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise BadToken("malformed")
        now = self._now()
        return Visitor(self._actor(self._subject(token.strip(), now), local_date(now)), True, code)

    def with_code(self, visitor: Visitor, case: str) -> Actor:
        """The actor as the case's writer too, where the receipt code shown is the case's."""
        if visitor.code is None or not self._gate.receipts.receipt_matches(case, visitor.code):
            return visitor.actor
        return replace(visitor.actor, writer_of=case)

    def _subject(self, token: str, now: datetime) -> str:
        moment = now.timestamp()
        known = self._known.get(token)
        if known is not None and moment < known[1]:
            return known[0]
        subject = self._gate.tokens.verify(token, now)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[token] = subject, min(moment + REMEMBER_SECONDS, _expiry(token))
        return subject

    def _actor(self, subject: str, day: date) -> Actor:
        reference = self._reference()
        if reference is None:
            raise NotReady
        if self._directory is not reference.directory or len(self._actors) >= REMEMBERED:
            self._directory = reference.directory
            self._actors.clear()
        actor = self._actors.get((subject, day))
        if actor is None:
            actor = self._actors[(subject, day)] = reference.directory.actor(subject, day)
        return actor


def _expiry(token: str) -> float:
    """When a token that was just verified ends; at once where that cannot be read."""
    middle = token.split(".")[1]
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return float(claims["exp"])
    except (ValueError, KeyError, TypeError):
        return 0.0
