import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.security.keys import KeyProblem, keep_check, open_keys


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_the_secrets_are_made_on_first_use_for_the_owner_alone(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    secrets = tmp_path / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert modes(secrets) == {"master.key": 0o600, "token-ed25519.pem": 0o600}
    keep_check(tmp_path, keys)
    assert modes(secrets) == {"master.key": 0o600, "master.check": 0o600, "token-ed25519.pem": 0o600}
    assert len((secrets / "master.key").read_bytes()) == 32


def test_the_same_folder_gives_the_same_keys_and_another_folder_others(tmp_path: Path) -> None:
    first, again, other = (open_keys(tmp_path / name) for name in ("a", "a", "b"))
    assert first.for_use("vault") == again.for_use("vault") != other.for_use("vault")
    assert first.body_hash(b"{}") == again.body_hash(b"{}") != other.body_hash(b"{}")
    message = b"as signed before"
    first.tokens.public_key().verify(again.tokens.sign(message), message)


def test_every_use_has_its_own_key_and_none_is_the_master(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    derived = [keys.for_use(use) for use in ("vault", "lookup", "reference", "command", "receipt", "ticket", "check")]
    assert len({*derived, (tmp_path / "secrets/master.key").read_bytes()}) == 8
    assert all(len(key) == 32 for key in derived)


def test_the_check_value_does_not_tell_the_key_it_checks(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    keep_check(tmp_path, keys)
    assert keys.for_use("check").hex().encode() not in (tmp_path / "secrets/master.check").read_bytes()


def test_parts_of_a_keyed_hash_do_not_run_into_one_another(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    assert keys.keyed_hash("reference", "ab", "c") != keys.keyed_hash("reference", "a", "bc")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
@pytest.mark.parametrize("name", ["master.key", "token-ed25519.pem", "master.check"])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    keep_check(tmp_path, open_keys(tmp_path))
    (tmp_path / "secrets" / name).chmod(mode)
    with pytest.raises(KeyProblem, match=f"{mode:04o}") as refused:
        open_keys(tmp_path)
    assert name in refused.value.message.zh
    assert "chmod 600" in refused.value.message.en


@pytest.mark.parametrize("content", [b"", b"short", bytes(31), bytes(range(33)), bytes(4096)])
def test_a_master_key_of_another_length_is_refused(tmp_path: Path, content: bytes) -> None:
    open_keys(tmp_path)
    written(tmp_path / "secrets/master.key", content)
    with pytest.raises(KeyProblem, match="must be 32 random bytes"):
        open_keys(tmp_path)


def test_a_master_key_wiped_to_zeros_is_refused(tmp_path: Path) -> None:
    given = written(tmp_path / "given.key", bytes(32))
    with pytest.raises(KeyProblem, match="damaged"):
        open_keys(tmp_path / "data", master_file=given)


def test_another_master_key_than_the_data_was_sealed_with_is_refused(tmp_path: Path) -> None:
    keep_check(tmp_path, open_keys(tmp_path))
    written(tmp_path / "secrets/master.key", os.urandom(32))
    with pytest.raises(KeyProblem, match="not the master key") as refused:
        open_keys(tmp_path)
    assert "主密钥不是" in refused.value.message.zh


def test_a_key_that_no_store_has_proven_keeps_no_other_out(tmp_path: Path) -> None:
    open_keys(tmp_path)
    right = written(tmp_path / "secrets/master.key", os.urandom(32))
    keep_check(tmp_path, open_keys(tmp_path))
    assert open_keys(tmp_path).for_use("vault") == open_keys(tmp_path, master_file=right).for_use("vault")


def test_a_lost_master_key_is_never_replaced_by_a_new_one(tmp_path: Path) -> None:
    keep_check(tmp_path, open_keys(tmp_path))
    (tmp_path / "secrets/master.key").unlink()
    with pytest.raises(KeyProblem, match="from its backup"):
        open_keys(tmp_path)
    assert not (tmp_path / "secrets/master.key").exists()


def test_a_given_master_key_is_used_instead_of_one_in_the_folder(tmp_path: Path) -> None:
    given = written(tmp_path / "given.key", os.urandom(32), 0o440)
    first, second = (open_keys(tmp_path / name, master_file=given) for name in ("a", "b"))
    assert first.for_use("vault") == second.for_use("vault")
    assert not (tmp_path / "a/secrets/master.key").exists()


def test_a_given_secret_must_exist_and_be_closed_to_others(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="does not exist"):
        open_keys(tmp_path / "a", master_file=tmp_path / "nowhere.key")
    with pytest.raises(KeyProblem, match="0444"):
        open_keys(tmp_path / "b", master_file=written(tmp_path / "open.key", os.urandom(32), 0o444))
    with pytest.raises(KeyProblem, match="does not exist"):
        open_keys(tmp_path / "c", token_file=tmp_path / "nowhere.pem")


def test_a_given_token_key_is_shared_by_several_folders(tmp_path: Path) -> None:
    open_keys(tmp_path / "a")
    shared = tmp_path / "a/secrets/token-ed25519.pem"
    keys = open_keys(tmp_path / "b", token_file=shared)
    keys.tokens.public_key().verify(open_keys(tmp_path / "a").tokens.sign(b"x"), b"x")
    assert not (tmp_path / "b/secrets/token-ed25519.pem").exists()


def test_a_damaged_token_key_is_refused(tmp_path: Path) -> None:
    open_keys(tmp_path)
    path = tmp_path / "secrets/token-ed25519.pem"
    written(path, path.read_bytes()[:60])
    with pytest.raises(KeyProblem, match="is damaged"):
        open_keys(tmp_path)


def test_a_token_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyProblem, match="not an Ed25519 key"):
        open_keys(tmp_path, token_file=written(tmp_path / "rsa.pem", pem))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(KeyProblem, match="cannot be used"):
        open_keys(tmp_path / "data")


def test_no_half_written_secret_is_left_behind(tmp_path: Path) -> None:
    open_keys(tmp_path)
    assert not [path for path in (tmp_path / "secrets").iterdir() if path.name.startswith(".")]
