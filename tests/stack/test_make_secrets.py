"""The secrets of the stack: made once, closed to others, good for the program, different every time."""

import re
import stat
from pathlib import Path

import pytest

from shared.security.keys import open_keys
from shared.settings import read_settings
from tests.stack.compose_file import read_compose
from tools.make_secrets import make, wanted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all secrets."""
    make(tmp_path / "secrets", tmp_path / ".env")
    return tmp_path / "secrets"


def test_every_secret_of_the_stack_is_made(folder: Path) -> None:
    files = {Path(secret["file"]).name for secret in read_compose()["secrets"].values()}
    assert {path.name for path in folder.iterdir()} == files == wanted().keys()


def test_the_group_may_read_and_nobody_else(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert f"GONGKAI_SECRETS_GID={path.stat().st_gid}\n" in (folder.parent / ".env").read_text()


def test_the_program_takes_them_in_production(folder: Path, tmp_path: Path) -> None:
    settings = read_settings(
        env="production",
        allow_local_tokens=True,
        runtime="distributed",
        kafka="kafka:9092",
        mongo_file=folder / "mongo-messages.url",
        master_key_file=folder / "master.key",
        token_key_file=folder / "token-ed25519.pem",
    )
    settings.require_distributed()
    keys = open_keys(tmp_path / "data", master_file=settings.master_key_file, token_file=settings.token_key_file)
    assert keys.for_use("vault")


def test_the_key_file_is_one_that_mongod_takes(folder: Path) -> None:
    assert re.fullmatch(rb"[A-Za-z0-9+/=]{6,1024}", (folder / "mongo-keyfile").read_bytes())


def test_what_is_there_stays_and_what_is_missing_is_made(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "mongo-root").unlink()
    (folder.parent / ".env").write_text("GONGKAI_PORT=9000\nGONGKAI_SECRETS_GID=5\n")
    assert make(folder, folder.parent / ".env") == ["mongo-root"]
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"mongo-root"}
    assert (folder.parent / ".env").read_text() == "GONGKAI_PORT=9000\nGONGKAI_SECRETS_GID=5\n"


def test_no_two_secrets_are_alike(folder: Path, tmp_path: Path) -> None:
    make(tmp_path / "again", tmp_path / ".env")
    contents = [path.read_bytes() for path in [*folder.iterdir(), *(tmp_path / "again").iterdir()]]
    assert len(set(contents)) == len(contents)
