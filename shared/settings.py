"""Settings from the environment (``GONGKAI_…``, secrets as files), every missing or unsafe one named at once."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.domain.localtime import DateProblem, read_moment


class SettingsProblem(Exception):
    """Settings that cannot be used; the message names every one."""


class Settings(BaseSettings):
    """What a process is told from outside."""

    model_config = SettingsConfigDict(env_prefix="GONGKAI_", extra="ignore", frozen=True)
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
    for name in ("master_key_file", "token_key_file", "limits_file"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            problems.append(f"GONGKAI_{name.upper()}: 文件不存在 / no such file: {path}")
    if problems:
        raise SettingsProblem("设置有误 / settings cannot be used:\n" + "\n".join(problems))
    return settings
