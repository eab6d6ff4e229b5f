"""Who somebody is: local tokens signed with Ed25519, and the receipt codes by which citizens follow their cases."""

import base64
import hmac
import json
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.domain.kind import BadField
from shared.domain.text import Text
from shared.security.keys import Keys

ISSUER, AUDIENCE, ALGORITHM = "local", "gongkai", "EdDSA"
LEEWAY = timedelta(seconds=30)
LONGEST_TTL = timedelta(days=366)
LONGEST_TOKEN = 8192
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 10

Fault = Literal["expired", "early", "issuer", "forged", "malformed"]
FAULTS: dict[Fault, Text] = {
    "expired": Text("令牌已过期，请重新登录", "the token has expired; sign in again"),
    "early": Text("令牌尚未生效，请核对服务器时间", "the token is not valid yet; check the server's clock"),
    "issuer": Text("令牌不是由本系统认可的机构签发的", "the token was issued by somebody this system does not trust"),
    "forged": Text("令牌的签名不对", "the token's signature is wrong"),
    "malformed": Text("这不是有效的令牌", "this is not a valid token"),
}


class BadToken(Exception):
    """A token that says nothing about who somebody is: ``fault`` and what to tell the person. HTTP answers 401."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault
        self.message = FAULTS[fault]


class LocalTokensRefused(Exception):
    """Local tokens are off: production has an identity provider."""

    def __init__(self) -> None:
        self.message = Text(
            "生产环境不使用本地令牌；请配置身份提供方，或明确设置允许本地令牌",
            "local tokens are not used in production; configure an identity provider, or allow them explicitly",
        )
        super().__init__(f"{self.message.zh} / {self.message.en}")


class LocalTokens:
    """Issues and verifies this installation's own tokens. What a person may do is never in them: posts decide.

    Raises ``LocalTokensRefused`` in production unless ``allowed``.
    """

    def __init__(self, key: Ed25519PrivateKey, *, production: bool = False, allowed: bool = False) -> None:
        if production and not allowed:
            raise LocalTokensRefused
        self._key, self._public = key, key.public_key()

    def issue(
        self, subject: str, ttl: timedelta, now: datetime, *, department: str | None = None, role: str | None = None
    ) -> tuple[str, datetime]:
        """A token for ``subject`` from ``now`` (aware) on, and when it expires; department and role are for display."""
        if not subject.strip():
            raise BadField("subject", Text("须写明是谁", "it must name somebody"))
        issued = now.replace(microsecond=0)
        expires = issued + ttl
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": int(issued.timestamp()),
            "exp": int(expires.timestamp()),
        }
        shown = {"department": department, "role": role}
        claims |= {name: value for name, value in shown.items() if value}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM), expires

    def verify(self, token: str, now: datetime) -> str:
        """The subject of a token that is good at ``now`` (aware). Raises ``BadToken``."""
        if len(token) > LONGEST_TOKEN:
            raise BadToken("malformed")
        try:
            claims = jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # The clock is the caller's, so both times are compared below.
                options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.InvalidIssuerError, jwt.InvalidAudienceError) as problem:
            raise BadToken("issuer") from problem
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError) as problem:
            raise BadToken("issuer" if _claims_another_issuer(token) else "forged") from problem
        except (jwt.PyJWTError, ValueError, TypeError) as problem:
            raise BadToken("malformed") from problem
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.strip():
            raise BadToken("malformed")
        begins = max(_instant(claims["iat"]), _instant(claims.get("nbf", claims["iat"])))
        moment = now.timestamp()
        if begins > moment + LEEWAY.total_seconds():
            raise BadToken("early")
        if moment >= _instant(claims["exp"]) + LEEWAY.total_seconds():
            raise BadToken("expired")
        return subject


class Receipts:
    """Receipt codes (查询码): with the case's number they show a citizen its public state. A repeat shows the same."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def receipt_code(self, case: str) -> str:
        """Ten letters and digits that cannot be mistaken for one another (49 bits)."""
        rest = int.from_bytes(self._keys.keyed_hash("receipt", case), "big")
        letters = []
        for _ in range(RECEIPT_LENGTH):
            rest, place = divmod(rest, len(RECEIPT_ALPHABET))
            letters.append(RECEIPT_ALPHABET[place])
        return "".join(letters)

    def receipt_matches(self, case: str, given: str) -> bool:
        """Whether ``given``, as typed by a person, is the case's code; takes equally long either way."""
        typed = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", given)).upper()
        return hmac.compare_digest(typed.encode("utf-8", "replace"), self.receipt_code(case).encode())


def read_ttl(text: str) -> timedelta:
    """A token's lifetime: ``30m``, ``8h``, ``30d``. Raises ``BadField`` for anything else, nought, or over 366 days."""
    found = re.fullmatch(r"([0-9]{1,6})([mhd])", text.strip())
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
    ttl = int(found[1]) * units[found[2]] if found else timedelta(0)
    if not timedelta(0) < ttl <= LONGEST_TTL:
        raise BadField(
            "ttl",
            Text(
                f"有效期“{text}”不对：写作 30m、8h 或 30d，最长 366 天",
                f'"{text}" is no lifetime: write 30m, 8h or 30d, at most 366 days',
            ),
        )
    return ttl


def _instant(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadToken("malformed")
    return value


def _claims_another_issuer(token: str) -> bool:
    """Only chooses the words of a refusal: whether a token that did not verify says it comes from elsewhere."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, IndexError):
        return False
    return isinstance(claims, dict) and claims.get("iss") != ISSUER
