"""What is wrong with settings that could be read: what they name is looked at, and what they say is held against the runtime."""

import re
import stat

from shared.domain.localtime import DateProblem, read_moment
from shared.domain.text import Text
from shared.limits_file import read_limits_file
from shared.os_faults import reason_of
from shared.security.keys import OPEN_TO_OTHERS, unusable_keys
from shared.settings import Limits, Settings

Wrong = list[tuple[str, Text]]
SHORTEST_PASSWORD = 16
WELL_KNOWN = frozenset(("change-me-change-me", "gongkai-gongkai-gongkai", "passwordpassword"))
HIGHEST_PORT = 65535
BROKER = re.compile(r"\s*(?:[^\s,:/@\[\]]+|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5})\s*")
MONGO = re.compile(
    r"mongodb(?:\+srv)?://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?"
    r"(?:[^\s,:/@?]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:,(?:[^\s,:/@?]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?)*(?:[/?]\S*)?"
)
KEYS = ("master_key_file", "token_key_file")


def wrong_with(settings: Settings, limits: Limits | None = None) -> Wrong:
    """The field of every setting that cannot be used, and why; nothing where all can.

    ``limits`` gives those that a county may set; without it no more than the form of their file is looked at.
    """
    problems = [*_clock(settings), *_limits(settings, limits), *_tokens(settings)]
    if settings.runtime == "distributed":
        return [*problems, *wrong_for_distributed(settings)]
    return [*problems, *_keys(settings)]


def wrong_for_distributed(settings: Settings) -> Wrong:
    """What the distributed runtime lacks or must not be given."""
    # Made on first use, each process would have its own.
    shared = Text("缺少（各进程共用）", "missing (all processes share it)")
    lacking = [(name, shared) for name in KEYS if getattr(settings, name) is None]
    return [*_kafka(settings), *_mongo(settings), *lacking, *_keys(settings)]


def _clock(settings: Settings) -> Wrong:
    problems: Wrong = []
    if settings.clock is not None:
        try:
            read_moment(settings.clock)
        except DateProblem as problem:
            problems.append(("clock", problem.text))
        if settings.env == "production":
            problems.append(("clock", Text("生产环境不得设定时钟", "a set clock is refused in production")))
    return problems


def _tokens(settings: Settings) -> Wrong:
    if settings.env != "production" or settings.allow_local_tokens:
        return []
    said = Text(
        "生产环境须明确设为 true，才使用本地令牌", "local tokens are used in production only where this is true"
    )
    return [("allow_local_tokens", said)]


def _limits(settings: Settings, limits: Limits | None) -> Wrong:
    if settings.limits_file is None:
        return []
    known = limits() if limits is not None else None
    return [("limits_file", said) for said in read_limits_file(settings.limits_file, known)[1]]


def _kafka(settings: Settings) -> Wrong:
    if not settings.kafka:
        return [("kafka", Text("缺少（主机:端口，……）", "missing (host:port, …)"))]
    for one in settings.kafka.split(","):
        found = BROKER.fullmatch(one)
        if found is None or not 1 <= int(found["port"]) <= HIGHEST_PORT:
            said = Text(f"“{one.strip()}”应为 主机:端口", f"'{one.strip()}' must be host:port")
            return [("kafka", said)]
    return []


def _mongo(settings: Settings) -> Wrong:
    name = settings.mongo_named
    if settings.mongo_file is None and not settings.mongo:
        missing = Text("缺少（写有 MongoDB 地址的文件；或用 GONGKAI_MONGO）", "missing (a file with the MongoDB address; or GONGKAI_MONGO)")  # fmt: skip
        return [(name, missing)]
    try:
        url = settings.mongo_url
        mode = stat.S_IMODE(settings.mongo_file.stat().st_mode) if settings.mongo_file is not None else 0
    except OSError as problem:
        return [(name, _unreadable(str(settings.mongo_file), problem))]
    except UnicodeDecodeError:
        url, mode = "", 0
    problems: Wrong = []
    if settings.env == "production" and mode & OPEN_TO_OTHERS:
        said = Text(
            f"{settings.mongo_file} 的权限是 {mode:04o}，其他人可以读取或改动其中的密码；请执行 chmod 600（或同组可读 640）",
            f"{settings.mongo_file} has mode {mode:04o}, others may read or change the password in it; run chmod 600 (or 640 for its group)",
        )
        problems.append((name, said))
    found = MONGO.fullmatch(url)
    if found is None:
        # What was given is never said: a password may be in it.
        said = Text("不是 MongoDB 地址（mongodb://用户:密码@主机:端口/）", "no MongoDB address (mongodb://user:password@host:port/)")  # fmt: skip
        problems.append((name, said))
    elif settings.env == "production":
        problems += [(name, said) for said in _unsafe(found["user"], found["password"])]
    return problems


def _unsafe(user: str | None, password: str | None) -> list[Text]:
    """What keeps an address from production: nobody signs in, or with a password that anybody guesses."""
    if not user or not password:
        return [Text("生产环境须有用户名和密码", "production wants a user and a password")]
    if len(password) < SHORTEST_PASSWORD or password.lower() in WELL_KNOWN:
        return [Text("密码太弱，不能用于生产环境", "the password is too weak for production")]
    return []


def _keys(settings: Settings) -> Wrong:
    named = {name: getattr(settings, name) for name in KEYS}
    return [*unusable_keys(**named).items()]


def _unreadable(path: str, problem: OSError) -> Text:
    if isinstance(problem, FileNotFoundError):
        return Text(f"文件不存在：{path}", f"no such file: {path}")
    why = reason_of(problem)
    return Text(f"读不到文件 {path}：{why.zh}", f"cannot read {path}: {why.en}")
