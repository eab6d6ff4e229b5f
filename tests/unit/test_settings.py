"""Settings: whatever is wrong, missing or unsafe is named at once, by its variable, in both languages."""

import re
from pathlib import Path

import pytest

from services.distributed import open_distributed
from shared.settings import Settings, SettingsProblem, read_settings
from tools.make_secrets import make

STRONG = "mongodb://messages:a-long-and-strange-password@mongo:27017/?replicaSet=rs0"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"GONGKAI_{field.upper()}", raising=False)


@pytest.fixture
def sound(tmp_path: Path) -> dict[str, object]:
    """What the compose file gives a service."""
    make(tmp_path / "secrets", tmp_path / ".env")
    return {
        "env": "production",
        "allow_local_tokens": True,
        "runtime": "distributed",
        "kafka": "kafka:9092",
        "mongo_file": tmp_path / "secrets" / "mongo-messages.url",
        "master_key_file": tmp_path / "secrets" / "master.key",
        "token_key_file": tmp_path / "secrets" / "token-ed25519.pem",
    }


def refused(**given: object) -> str:
    with pytest.raises(SettingsProblem) as problem:
        read_settings(**given)
    return str(problem.value)


def named(**given: object) -> list[str]:
    """The variable of every line after the first."""
    return [line.partition(":")[0] for line in refused(**given).splitlines()[1:]]


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_what_the_stack_gives_is_taken(sound: dict[str, object]) -> None:
    assert read_settings(**sound).mongo_url.startswith("mongodb://messages:")


def test_everything_that_is_wrong_is_named_in_one_round(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = {
        "REGION": "52",
        "BODY_LIMIT": "many",
        "PARTITIONS": "0",
        "ENV": "production",
        "CLOCK": "soon",
        "RUNTIME": "distributed",
        "KAFKA": "kafka",
        "MONGO": "mongodb://mongo:27017/",
        "LIMITS_FILE": str(tmp_path / "nowhere.yaml"),
        "MASTER_KEY_FILE": str(written(tmp_path / "master", "short")),
        "TOKEN_KEY_FILE": str(written(tmp_path / "token", "none", 0o644)),
        "ALLOW_LOCAL_TOKENS": "perhaps",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(f"GONGKAI_{name}", value)
    assert set(named()) == {f"GONGKAI_{name}" for name in wrong} - {"GONGKAI_ENV", "GONGKAI_RUNTIME"}
    for line in refused().splitlines()[1:]:
        zh, _, en = line.partition(": ")[2].partition(" / ")
        assert re.search(r"[一-鿿]", zh), line
        assert re.search(r"[a-z]{2} [a-z]", en), line
    assert "Input should" not in refused()


def test_what_the_distributed_runtime_lacks_is_named_beside_what_cannot_be_read() -> None:
    assert named(runtime="distributed", region="x") == [
        "GONGKAI_REGION", "GONGKAI_KAFKA", "GONGKAI_MONGO_FILE", "GONGKAI_MASTER_KEY_FILE", "GONGKAI_TOKEN_KEY_FILE",
    ]  # fmt: skip


def test_the_rest_is_held_to_the_stricter_choice_where_the_choice_cannot_be_read(sound: dict[str, object]) -> None:
    assert "GONGKAI_CLOCK" in named(env="prod", clock="2026-03-05 09:00")
    assert "其他设置按 production 检查" in refused(env="prod")
    assert named(**sound | {"runtime": "cluster", "kafka": None}) == ["GONGKAI_RUNTIME", "GONGKAI_KAFKA"]


@pytest.mark.parametrize(
    "brokers",
    ["kafka", "kafka:", "kafka:0", "kafka:65536", ":9092", "kafka:9092,other", "kafka://kafka:9092", "k:1,,k:2"],
)
def test_a_broker_without_a_port_is_refused_by_name(sound: dict[str, object], brokers: str) -> None:
    found = refused(**sound | {"kafka": brokers})
    assert "GONGKAI_KAFKA" in found
    assert "主机:端口" in found
    assert "host:port" in found


@pytest.mark.parametrize("brokers", ["kafka:9092", "a:9092, b:9093", "10.0.0.1:9092", "[::1]:9092"])
def test_brokers_with_ports_are_taken(sound: dict[str, object], brokers: str) -> None:
    assert read_settings(**sound | {"kafka": brokers}).kafka == brokers


@pytest.mark.parametrize(
    "address", ["mongo:27017", "http://mongo/", "mongodb://", "mongodb://a b/", "mongodb://u:p@/x"]
)
def test_an_address_is_refused_by_the_variable_that_gave_it(
    sound: dict[str, object], tmp_path: Path, address: str
) -> None:
    assert named(**sound | {"mongo_file": None, "mongo": address}) == ["GONGKAI_MONGO"]
    assert named(**sound | {"mongo_file": written(tmp_path / "url", address)}) == ["GONGKAI_MONGO_FILE"]


@pytest.mark.parametrize("address", ["mongodb://u:short@m/", "mongodb://m:27017/", f"{STRONG}"])
def test_a_password_is_never_said(sound: dict[str, object], tmp_path: Path, address: str) -> None:
    said = refused(**sound | {"kafka": None, "mongo_file": written(tmp_path / "url", f"{address} x")})
    assert "short" not in said
    assert "strange" not in said


@pytest.mark.parametrize("password", ["short", "passwordpassword", ""])
def test_a_weak_password_is_refused_in_production_alone(sound: dict[str, object], password: str) -> None:
    given = sound | {"mongo_file": None, "mongo": f"mongodb://u:{password}@mongo:27017/"}
    assert named(**given) == ["GONGKAI_MONGO"]
    assert read_settings(**given | {"env": "local"}).mongo


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o622])
def test_a_store_address_that_others_may_read_is_refused_in_production(
    sound: dict[str, object], tmp_path: Path, mode: int
) -> None:
    given = sound | {"mongo_file": written(tmp_path / "url", STRONG, mode)}
    said = refused(**given)
    assert named(**given) == ["GONGKAI_MONGO_FILE"]
    assert f"{mode:04o}" in said
    assert "chmod 600" in said
    assert read_settings(**given | {"env": "local"}).mongo_url == STRONG


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400, 0o440])
def test_a_store_address_for_its_owner_and_one_group_is_taken(
    sound: dict[str, object], tmp_path: Path, mode: int
) -> None:
    assert read_settings(**sound | {"mongo_file": written(tmp_path / "url", STRONG, mode)}).mongo_url == STRONG


def test_both_keys_that_cannot_be_used_are_named_at_once(sound: dict[str, object], tmp_path: Path) -> None:
    given = {"master_key_file": tmp_path / "away", "token_key_file": written(tmp_path / "token", "no key")}
    assert named(**sound | given) == ["GONGKAI_MASTER_KEY_FILE", "GONGKAI_TOKEN_KEY_FILE"]
    assert named(**given) == ["GONGKAI_MASTER_KEY_FILE", "GONGKAI_TOKEN_KEY_FILE"]


def test_a_file_that_is_a_folder_or_no_text_is_refused_by_name(sound: dict[str, object], tmp_path: Path) -> None:
    folder = {"mongo_file": tmp_path, "master_key_file": tmp_path, "limits_file": tmp_path}
    assert named(**sound | folder) == ["GONGKAI_LIMITS_FILE", "GONGKAI_MONGO_FILE", "GONGKAI_MASTER_KEY_FILE"]
    raw = tmp_path / "raw"
    raw.write_bytes(b"\xff\xfe")
    raw.chmod(0o600)
    assert named(**sound | {"mongo_file": raw, "limits_file": raw}) == ["GONGKAI_LIMITS_FILE", "GONGKAI_MONGO_FILE"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "a: [1"])
def test_limits_that_are_no_names_and_values_are_refused_by_name(tmp_path: Path, text: str) -> None:
    assert named(limits_file=written(tmp_path / "limits.yaml", text)) == ["GONGKAI_LIMITS_FILE"]


async def test_an_address_that_the_driver_does_not_take_is_refused_by_name(sound: dict[str, object]) -> None:
    settings = read_settings(
        **sound | {"mongo_file": None, "mongo": "mongodb://user:a-long-and-str%nge-password@mongo:27017/"}
    )
    with pytest.raises(SettingsProblem, match="GONGKAI_MONGO: MongoDB 驱动不认这个地址") as problem:
        open_distributed(settings, ("messages",))
    assert "strange" not in str(problem.value)
    assert "nge-password" not in str(problem.value)
