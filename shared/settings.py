"""Settings from the environment (``GONGKAI_…``, secrets as files), every missing or unsafe one named at once."""

from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.domain.localtime import DateProblem, read_moment

SHORTEST_PASSWORD = 16
WELL_KNOWN = frozenset(("change-me-change-me", "gongkai-gongkai-gongkai", "passwordpassword"))


class SettingsProblem(Exception):
    """Settings that cannot be used; the message names every one."""


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
    def mongo_url(self) -> str:
        """The address of the store with its credentials, from the file where one is named."""
        return self.mongo_file.read_text("utf-8").strip() if self.mongo_file is not None else self.mongo or ""

    def require_distributed(self) -> None:
        """Raises ``SettingsProblem`` naming everything that the distributed runtime lacks or must not be given."""
        problems = []
        if not self.kafka:
            problems.append("GONGKAI_KAFKA: 缺少 / missing (host:port, …)")
        if not self.mongo and self.mongo_file is None:
            problems.append("GONGKAI_MONGO_FILE: 缺少 / missing (a file with the MongoDB address; or GONGKAI_MONGO)")
        elif not self.mongo_url.startswith(("mongodb://", "mongodb+srv://")):
            problems.append("GONGKAI_MONGO_FILE: 不是 MongoDB 地址 / no MongoDB address")
        elif self.env == "production":
            problems += _unsafe_address(self.mongo_url)
        for name in ("master_key_file", "token_key_file"):
            # Made on first use, each process would have its own.
            if getattr(self, name) is None:
                problems.append(f"GONGKAI_{name.upper()}: 缺少（各进程共用）/ missing (all processes share it)")
        if problems:
            raise SettingsProblem("设置有误 / settings cannot be used:\n" + "\n".join(problems))

    @property
    def clock_start(self) -> datetime | None:
        """The instant at which the process's clock starts; None: the machine's."""
        return read_moment(self.clock) if self.clock else None


def read_settings(**given: object) -> Settings:
    """The settings in force. Raises ``SettingsProblem``."""
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as problem:
        lines = [f"GONGKAI_{str(e['loc'][0]).upper()}: {e['msg']}" for e in problem.errors()]
        raise SettingsProblem("设置有误 / settings cannot be used:\n" + "\n".join(lines)) from problem
    problems: list[str] = []
    if settings.clock is not None:
        try:
            read_moment(settings.clock)
        except DateProblem as problem:
            problems.append(f"GONGKAI_CLOCK: {problem}")
        if settings.env == "production":
            problems.append("GONGKAI_CLOCK: 生产环境不得设定时钟 / a set clock is refused in production")
    for name in ("master_key_file", "token_key_file", "limits_file", "mongo_file"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            problems.append(f"GONGKAI_{name.upper()}: 文件不存在 / no such file: {path}")
    if problems:
        raise SettingsProblem("设置有误 / settings cannot be used:\n" + "\n".join(problems))
    return settings


def _unsafe_address(url: str) -> list[str]:
    """What keeps an address from production: nobody signs in, or with a password that anybody guesses."""
    found = urlsplit(url)
    if not found.username or not found.password:
        return ["GONGKAI_MONGO_FILE: 生产环境须有用户名和密码 / production wants a user and a password"]
    if len(found.password) < SHORTEST_PASSWORD or found.password.lower() in WELL_KNOWN:
        return ["GONGKAI_MONGO_FILE: 密码太弱 / the password is too weak for production"]
    return []
