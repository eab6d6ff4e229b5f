"""Settings from the environment (``GONGKAI_…``, secrets as files), every wrong, missing or unsafe one named at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.domain.limits import Limit
from shared.domain.localtime import read_moment
from shared.domain.text import Text

Limits = Callable[[], Mapping[str, Limit]]
STRICTEST: Mapping[str, str] = {"env": "production", "runtime": "distributed"}
"""What one that cannot be read is taken for when the others are looked at: the default is the other, so it was meant."""


class SettingsProblem(Exception):
    """Settings that cannot be used: the field of each with what is wrong; the message names every one's variable."""

    def __init__(self, problems: Sequence[tuple[str, Text]]) -> None:
        self.problems = tuple(problems)
        lines = [f"GONGKAI_{field.upper()}: {said.zh} / {said.en}" for field, said in self.problems]
        super().__init__("\n".join(["设置有误 / settings cannot be used:", *lines]))


class Settings(BaseSettings):
    """What a process is told from outside."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_", env_ignore_empty=True, extra="ignore", frozen=True)
    data: Path = Path("gongkai-data")
    env: Literal["local", "production"] = "local"
    region: str = Field("522728", pattern=r"^\d{6}$")
    clock: str | None = None
    hash: Literal["sha256", "sm3"] = "sha256"
    cipher: Literal["AES-256-GCM", "SM4-GCM"] = "AES-256-GCM"
    master_key_file: Path | None = None
    token_key_file: Path | None = None
    allow_local_tokens: bool = False
    local_holidays_stop: bool = False
    body_limit: int = Field(1 << 20, ge=1024)
    file_limit: int = Field(20 << 20, ge=1024)
    public_per_minute: int = Field(60, ge=1)
    limits_file: Path | None = None
    runtime: Literal["local", "distributed"] = "local"
    kafka: str | None = None
    mongo: str | None = None
    mongo_file: Path | None = None
    prefix: str = Field("gongkai", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    partitions: int = Field(6, ge=1, le=200)
    replication: int = Field(1, ge=1, le=9)

    @property
    def mongo_named(self) -> str:
        """The setting that says where the store is: the file where one is named."""
        return "mongo" if self.mongo_file is None and self.mongo else "mongo_file"

    @property
    def mongo_url(self) -> str:
        """The address of the store with its credentials. Raises ``OSError`` or ``UnicodeDecodeError`` for its file."""
        return self.mongo_file.read_text("utf-8").strip() if self.mongo_file is not None else self.mongo or ""

    def require_distributed(self) -> None:
        """Raises ``SettingsProblem`` naming everything that the distributed runtime lacks or must not be given."""
        from shared.settings_wrong import wrong_for_distributed

        problems = wrong_for_distributed(self)
        if problems:
            raise SettingsProblem(problems)

    @property
    def clock_start(self) -> datetime | None:
        """The instant at which the process's clock starts; None: the machine's."""
        return read_moment(self.clock) if self.clock else None


def read_settings(limits: Limits | None = None, /, **given: object) -> Settings:
    """The settings in force. Raises ``SettingsProblem``, which names all that is wrong with them, and with the files they name.

    ``limits`` gives those that a county may set, against which their file is held.
    """
    from shared.settings_wrong import wrong_with

    unread: dict[str, Text] = {}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as problem:
        unread = _unread(problem)
        instead = {name: STRICTEST.get(name, Settings.model_fields[name].default) for name in unread}
        settings = Settings(**{**given, **instead})
    problems = [
        *unread.items(),
        *((field, said) for field, said in wrong_with(settings, limits) if field not in unread),
    ]
    if problems:
        raise SettingsProblem(problems)
    return settings


def _unread(problem: ValidationError) -> dict[str, Text]:
    """The fields that could not be read, and why."""
    from shared.web.problems import sentence

    found: dict[str, Text] = {}
    for error in problem.errors(include_url=False, include_input=False):
        field = str(error["loc"][0])
        said = sentence(error["type"], error.get("ctx") or {})
        taken = STRICTEST.get(field)
        if taken is not None:
            said = Text(f"{said.zh}；其他设置按 {taken} 检查", f"{said.en}; the others are checked for {taken}")
        found[field] = said
    return found
