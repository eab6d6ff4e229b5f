"""The headers of ours that a request may carry: Idempotency-Key and If-Match."""

import hashlib
import re

from starlette.datastructures import Headers

from shared.domain.text import Text
from shared.web.problems import Problem, bad_field

LONGEST_KEY = 200
IDEMPOTENCY_KEY, IF_MATCH, RECEIPT_CODE = "Idempotency-Key", "If-Match", "Receipt-Code"
_VERSION = re.compile(r'"([0-9]{1,9})"')


def idempotency_key(headers: Headers) -> str | None:
    """The caller's key, None where there is none. Raises ``Problem`` for an empty one or one over 200 characters."""
    given = headers.get(IDEMPOTENCY_KEY)
    if given is None:
        return None
    try:
        given = given.encode("latin-1").decode()
    except UnicodeDecodeError:
        pass  # no UTF-8: any string is a key, also one of single bytes
    if not 1 <= len(given) <= LONGEST_KEY:
        raise bad_field(
            IDEMPOTENCY_KEY,
            Text(
                f"Idempotency-Key 应为 1 至 {LONGEST_KEY} 个字符",
                f"Idempotency-Key must have 1 to {LONGEST_KEY} characters",
            ),
        )
    return given


def json_only(headers: Headers) -> None:
    """Raises ``Problem`` 415 for a body that says it is something other than JSON; one that says nothing is read as JSON."""
    given = headers.get("Content-Type")
    if given is None:
        return
    kind, *parameters = (part.strip().lower() for part in given.split(";"))
    charsets = [
        value.strip('"') for name, _, value in (p.partition("=") for p in parameters) if name.strip() == "charset"
    ]
    if kind != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise Problem(
            415,
            "not_json",
            Text(
                "Content-Type 应为 application/json（UTF-8），正文为 JSON",
                "Content-Type must be application/json (UTF-8), the body JSON",
            ),
            field="Content-Type",
            headers={"Accept": "application/json"},
        )


def command_id(service: str, subject: str, key: str) -> str:
    """The command's id: each person's keys are their own, and what they chose as a key goes no further."""
    digest = hashlib.sha256("\n".join((service, subject, key)).encode("utf-8", "surrogateescape")).hexdigest()
    return f"http:{digest[:40]}"


def if_match(headers: Headers) -> int | None:
    """The version that the caller has seen; None for none and for ``*``. Raises ``Problem`` for anything else."""
    given = headers.get(IF_MATCH)
    if given is None or given.strip() == "*":
        return None
    found = _VERSION.fullmatch(given.strip())
    if found is None:
        raise bad_field(
            IF_MATCH,
            Text(
                'If-Match 应为案卷的版本号，带引号、不带 W/，如 "3"',
                'If-Match must be the case\'s version in quotes and without W/, such as "3"',
            ),
        )
    return int(found[1])
