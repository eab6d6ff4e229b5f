import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.kind import BadField
from shared.security.identity import (
    RECEIPT_ALPHABET,
    BadToken,
    LocalTokens,
    LocalTokensRefused,
    Receipts,
    read_ttl,
)
from shared.security.keys import Keys

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = Ed25519PrivateKey.generate()
TOKENS = LocalTokens(KEY)
GOOD: dict[str, Any] = {
    "iss": "local",
    "aud": "gongkai",
    "sub": "张三",
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + HOUR).timestamp()),
}


def fault_of(token: str, now: datetime = NOW) -> str:
    with pytest.raises(BadToken) as refused:
        TOKENS.verify(token, now)
    assert refused.value.message.zh
    assert refused.value.message.en
    return refused.value.fault


def signed(**changes: Any) -> str:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return jwt.encode(claims, KEY, algorithm="EdDSA")


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_says_who_somebody_is() -> None:
    token, expires = TOKENS.issue("张三", read_ttl("8h"), NOW)
    assert expires == NOW + timedelta(hours=8)
    assert TOKENS.verify(token, NOW) == "张三"


def test_department_and_role_are_shown_but_decide_nothing() -> None:
    token, _ = TOKENS.issue("张三", HOUR, NOW, department="education", role="clerk")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["department"], claims["role"]) == ("education", "clerk")
    assert TOKENS.verify(token, NOW) == "张三"


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=29)])
def test_a_token_is_good_until_it_expires_and_half_a_minute_longer(late: timedelta) -> None:
    token, expires = TOKENS.issue("张三", HOUR, NOW)
    assert TOKENS.verify(token, expires + late) == "张三"


@pytest.mark.parametrize("late", [timedelta(seconds=30), timedelta(days=400)])
def test_an_expired_token_is_refused_as_such(late: timedelta) -> None:
    token, expires = TOKENS.issue("张三", HOUR, NOW)
    assert fault_of(token, expires + late) == "expired"


def test_a_token_from_the_future_is_refused() -> None:
    token, _ = TOKENS.issue("张三", HOUR, NOW)
    assert TOKENS.verify(token, NOW - timedelta(seconds=30)) == "张三"
    assert fault_of(token, NOW - timedelta(seconds=31)) == "early"
    assert fault_of(signed(nbf=int(NOW.timestamp()) + 60)) == "early"


@pytest.mark.parametrize("claim", ["exp", "iat", "iss", "aud", "sub"])
def test_a_token_without_a_required_claim_is_refused(claim: str) -> None:
    assert fault_of(signed(**{claim: None})) in {"malformed", "issuer"}


@pytest.mark.parametrize(
    "changes", [{"exp": "9e99"}, {"exp": True}, {"exp": 9e99}, {"iat": []}, {"sub": ""}, {"sub": 7}]
)
def test_a_claim_of_the_wrong_kind_is_refused(changes: dict[str, Any]) -> None:
    body = f"{part({'alg': 'EdDSA', 'typ': 'JWT'})}.{part({**GOOD, **changes})}"
    signature = base64.urlsafe_b64encode(KEY.sign(body.encode())).rstrip(b"=").decode()
    assert fault_of(f"{body}.{signature}") == "malformed"


@pytest.mark.parametrize("changes", [{"iss": "https://elsewhere.example"}, {"aud": "another-system"}])
def test_a_token_for_or_of_somebody_else_is_refused_even_if_signed_with_our_key(changes: dict[str, Any]) -> None:
    assert fault_of(signed(**changes)) == "issuer"


def test_a_foreign_issuer_s_token_is_told_from_a_forged_one() -> None:
    other = Ed25519PrivateKey.generate()
    foreign = jwt.encode({**GOOD, "iss": "https://elsewhere.example"}, other, algorithm="EdDSA")
    forged = jwt.encode(GOOD, other, algorithm="EdDSA")
    assert (fault_of(foreign), fault_of(forged)) == ("issuer", "forged")


def test_a_changed_subject_is_forged() -> None:
    head, _, signature = signed().split(".")
    assert fault_of(f"{head}.{part({**GOOD, 'sub': '李四'})}.{signature}") == "forged"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_an_unsigned_token_is_refused(algorithm: str, signature: str) -> None:
    assert fault_of(f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(GOOD)}.{signature}") == "forged"


@pytest.mark.parametrize("form", ["pem", "raw"])
@pytest.mark.parametrize(("algorithm", "hash_name"), [("HS256", "sha256"), ("HS512", "sha512")])
def test_the_public_key_does_not_serve_as_a_shared_secret(form: str, algorithm: str, hash_name: str) -> None:
    public = KEY.public_key()
    secret = (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        if form == "pem"
        else public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    )
    body = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(GOOD)}"
    mac = hmac.new(secret, body.encode(), getattr(hashlib, hash_name)).digest()
    assert fault_of(f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}") == "forged"


def test_a_key_inside_the_token_is_not_believed() -> None:
    other = Ed25519PrivateKey.generate()
    x = base64.urlsafe_b64encode(other.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).rstrip(b"=").decode()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x}
    assert fault_of(jwt.encode(GOOD, other, algorithm="EdDSA", headers={"jwk": jwk})) == "forged"


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "....", "令牌", f"{part({'alg': 'EdDSA'})}..", "e" * 9000])
def test_what_is_no_token_is_refused_as_malformed(token: str) -> None:
    assert fault_of(token) in {"malformed", "forged"}


@given(token=st.text(max_size=80))
def test_no_text_makes_verification_fail_otherwise(token: str) -> None:
    assert fault_of(token) in {"malformed", "forged", "issuer"}


def test_local_tokens_are_refused_in_production_unless_allowed() -> None:
    with pytest.raises(LocalTokensRefused, match="生产环境"):
        LocalTokens(KEY, production=True)
    allowed = LocalTokens(KEY, production=True, allowed=True)
    token, _ = allowed.issue("张三", HOUR, NOW)
    assert allowed.verify(token, NOW) == "张三"


def test_a_token_must_name_somebody() -> None:
    with pytest.raises(BadField):
        TOKENS.issue("  ", HOUR, NOW)


@pytest.mark.parametrize(
    ("text", "ttl"),
    [("30m", timedelta(minutes=30)), ("8h", timedelta(hours=8)), ("30d", timedelta(days=30)), ("366d", timedelta(366))],
)
def test_a_lifetime_is_read(text: str, ttl: timedelta) -> None:
    assert read_ttl(text) == ttl


@pytest.mark.parametrize("text", ["", "8", "h", "0h", "-1h", "367d", "1y", "8 h", "八小时", "٨h", "999999d"])
def test_another_lifetime_is_refused_by_field(text: str) -> None:
    with pytest.raises(BadField) as refused:
        read_ttl(text)
    assert refused.value.field == "ttl"


RECEIPTS = Receipts(Keys(bytes(range(32)), KEY))


def test_a_receipt_code_is_the_same_on_every_showing() -> None:
    again = Receipts(Keys(bytes(range(32)), Ed25519PrivateKey.generate()))
    assert RECEIPTS.receipt_code("M2026-000123") == again.receipt_code("M2026-000123")


def test_another_case_or_installation_has_another_code() -> None:
    codes = {RECEIPTS.receipt_code(f"M2026-{n:06}") for n in range(500)}
    assert len(codes) == 500
    assert Receipts(Keys(bytes(range(1, 33)), KEY)).receipt_code("M2026-000123") not in codes


def test_a_code_has_ten_letters_that_cannot_be_mistaken() -> None:
    assert not set("01ILOU") & set(RECEIPT_ALPHABET)
    for n in range(100):
        code = RECEIPTS.receipt_code(f"A2026-{n:06}")
        assert len(code) == 10
        assert set(code) <= set(RECEIPT_ALPHABET)


def test_a_code_is_known_however_it_was_typed() -> None:
    code = RECEIPTS.receipt_code("M2026-000123")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    for typed in (code, code.lower(), f" {code[:5]}-{code[5:]} ", wide):
        assert RECEIPTS.receipt_matches("M2026-000123", typed)


def test_a_wrong_code_does_not_match() -> None:
    code = RECEIPTS.receipt_code("M2026-000123")
    other = RECEIPTS.receipt_code("M2026-000124")
    for typed in (other, code[:9], code + "2", "", "查询码", "\ud800"):
        assert not RECEIPTS.receipt_matches("M2026-000123", typed)
