"""A store that answers, but not to us: a wrong password, a right that was taken away. Named as what it is, without secrets."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest

from tests.backends.mongo_server import AsChild
from tests.distributed.stack import Stack
from tests.integration.program import until

PASSWORD = "kept-to-ourselves-0123456789"


@pytest.fixture
def guarded(kafka_bootstrap: str, signing_mongo: AsChild, tmp_path: Path) -> Stack:
    """A seeded county on a store that asks who signs in; `owner` may do everything."""
    stack = Stack(kafka_bootstrap, signing_mongo.url, tmp_path)
    stack.seed()
    with pymongo.MongoClient[dict[str, Any]](signing_mongo.url) as client:
        client.admin.command("createUser", "owner", pwd=PASSWORD, roles=["root"])
        roles = [
            {"role": "readWrite", "db": f"{stack.prefix}_{name}"}
            for name in ("publishing", "requests", "assessment", "vault", "files", "audit", "numbers")
        ]
        client.admin.command("createUser", "part", pwd=PASSWORD, roles=roles)
    signing_mongo.kill()
    signing_mongo.options = ("--auth",)
    signing_mongo.start()
    return stack


def as_user(stack: Stack, user: str, password: str) -> str:
    """The store's address with somebody's credentials."""
    return stack.mongo.replace("mongodb://", f"mongodb://{user}:{password}@") + "?authSource=admin"


@pytest.mark.parametrize(
    ("user", "password", "zh", "en"),
    [
        ("owner", "another-password-entirely", "拒绝登录", "refuses the sign-in"),
        ("part", PASSWORD, "拒绝使用数据库 {prefix}_messages", "refuses the use of the database {prefix}_messages"),
    ],
    ids=["wrong password", "no right to a database"],
)
def test_it_is_called_refused_and_nothing_of_the_credentials_is_told(
    guarded: Stack, user: str, password: str, zh: str, en: str
) -> None:
    refused = replace(guarded, mongo=as_user(guarded, user, password))
    messages = refused.start("messages", wait=False)

    codes: set[str] = set()

    def given() -> dict[str, str] | None:
        found = messages.readyz()
        reasons = found["reasons"] if found else []
        codes.update(reason["code"] for reason in reasons)
        return next((reason for reason in reasons if reason["code"] == "store_refused"), None)

    try:
        reason = until(given, "the refusal is told")
        found = messages.readyz()
        doctor = refused.command("doctor")
        assert messages.stop() == 0
    finally:
        refused.end()
    assert found is not None
    assert not found["ready"]
    assert "store_away" not in codes | {one["code"] for one in found["reasons"]}
    assert zh.format(prefix=guarded.prefix) in reason["message"]
    assert en.format(prefix=guarded.prefix) in reason["message_en"]
    assert "暂不可用" not in reason["message"]
    assert doctor.returncode == 1
    assert zh.format(prefix=guarded.prefix) in doctor.stderr
    log = messages.log.read_text("utf-8")
    for told in (str(found), doctor.stderr, log):
        assert password not in told
        assert "errmsg" not in told
        assert "codeName" not in told
    assert '"exception"' not in log
    assert "Traceback" not in doctor.stderr
