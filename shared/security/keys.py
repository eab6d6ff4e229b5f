"""The data folder's secrets: one master key, the keys derived from it, and the key that signs local tokens."""

import hashlib
import hmac
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shared.domain.text import Text
from shared.os_faults import reason_of

Use = Literal["vault", "lookup", "reference", "command", "receipt", "ticket", "check"]
MASTER_BYTES = 32
MASTER, CHECK, TOKENS = "master.key", "master.check", "token-ed25519.pem"
LONGEST_FILE = 4096
OPEN_TO_OTHERS = 0o027
"""Of a secret that was given: its group may read it, nobody else may read it, and only its owner may change it."""


class KeyProblem(Exception):
    """A secret file cannot be used; says which one, why, and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(f"{message.zh} / {message.en}")
        self.message = message


class Keys:
    """All keys of a data folder. Each use has its own, derived from the master by HKDF-SHA256; none is ever shown."""

    __slots__ = ("_derived", "tokens")

    def __init__(self, master: bytes, tokens: Ed25519PrivateKey) -> None:
        self._derived: dict[Use, bytes] = {use: _derive(master, use) for use in get_args(Use)}
        self.tokens = tokens

    def for_use(self, use: Use) -> bytes:
        """The 32-byte key of one use."""
        return self._derived[use]

    def keyed_hash(self, use: Use, *parts: str) -> bytes:
        """HMAC-SHA256 over ``parts``, told apart by their lengths; 32 bytes."""
        message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
        return hmac.digest(self._derived[use], message, "sha256")

    def body_hash(self, body: bytes) -> str:
        """The keyed hash by which a repeated command is told from another one under the same id; hex."""
        return hmac.digest(self._derived["command"], body, "sha256").hex()


def open_keys(data: Path, *, master_file: Path | None = None, token_file: Path | None = None) -> Keys:
    """The keys of the data folder ``data``, made on first use (folder ``secrets`` 0700, files 0600).

    ``master_file`` and ``token_file`` name secrets kept elsewhere (GONGKAI_MASTER_KEY_FILE, GONGKAI_TOKEN_KEY_FILE);
    such a file must exist. Raises ``KeyProblem`` where a file is missing, readable by others, damaged, or not the one
    that the folder's data was sealed with.
    """
    folder = data / "secrets"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        master = _master(folder, master_file)
        _check(folder / CHECK, master)
        if token_file is None:
            token_file = folder / TOKENS
            if not token_file.exists():
                _make(token_file, _new_token_key)
            tokens = _token_key(token_file, _read(token_file, ours=True))
        else:
            tokens = _token_key(token_file, _read(token_file, ours=False))
    except OSError as problem:
        why = reason_of(problem)
        raise KeyProblem(
            Text(f"密钥文件夹 {folder} 无法使用：{why.zh}", f"the secrets folder {folder} cannot be used: {why.en}")
        ) from problem
    return Keys(master, tokens)


def keep_check(data: Path, keys: Keys) -> None:
    """Notes whose key the folder's data is sealed with, so that another is refused at once and none is made anew.

    For a key that the store has proven: noted before, a wrong one would keep the right one out.
    """
    path = data / "secrets" / CHECK
    if not path.exists():
        _make(path, lambda: _check_value(keys.for_use("check")))


def unusable_keys(master_key_file: Path | None, token_key_file: Path | None) -> dict[str, Text]:
    """Why each secret that was named cannot be used, by the name of its setting; nothing is made, nothing where all can."""
    found: dict[str, Text] = {}
    for name, path in (("master_key_file", master_key_file), ("token_key_file", token_key_file)):
        if path is None:
            continue
        try:
            if name == "master_key_file":
                _master(path.parent, path)
            else:
                _token_key(path, _read(path, ours=False))
        except KeyProblem as problem:
            found[name] = problem.message
        except OSError as problem:
            why = reason_of(problem)
            found[name] = Text(f"密钥文件 {path} 读不到：{why.zh}", f"the secret file {path} cannot be read: {why.en}")
    return found


def _master(folder: Path, given: Path | None) -> bytes:
    path = folder / MASTER
    if given is None and not path.exists():
        if (folder / CHECK).exists():
            raise KeyProblem(
                Text(
                    f"主密钥文件 {path} 不见了；本数据目录已用它加密，请从备份放回该文件，不能另建新密钥",
                    f"the master key {path} is missing; this folder's data was sealed with it: put the file back from "
                    "its backup, a new key would not open anything",
                )
            )
        _make(path, lambda: os.urandom(MASTER_BYTES))
    path = given or path
    master = _read(path, ours=given is None)
    if len(master) != MASTER_BYTES:
        raise KeyProblem(
            Text(
                f"主密钥文件 {path} 应为 {MASTER_BYTES} 个随机字节，实为 {len(master)} 个",
                f"the master key {path} must be {MASTER_BYTES} random bytes; it has {len(master)}",
            )
        )
    if len(set(master)) == 1:
        raise KeyProblem(
            Text(
                f"主密钥文件 {path} 已损坏：所有字节相同",
                f"the master key {path} is damaged: all its bytes are the same",
            )
        )
    return master


def _check(path: Path, master: bytes) -> None:
    """Refuses another master key than the one that the folder's store has proven."""
    expected = _check_value(_derive(master, "check"))
    if path.exists() and not hmac.compare_digest(_read(path, ours=True), expected):
        raise KeyProblem(
            Text(
                f"GONGKAI_MASTER_KEY_FILE：主密钥不是本数据目录加密时所用的那一个（校验值见 {path}），拒绝启动；"
                "请从主密钥的备份放回原来的文件，或检查 GONGKAI_DATA",
                f"GONGKAI_MASTER_KEY_FILE: this is not the master key that the folder's data was sealed with (check value: "
                f"{path}); refused. Put the old file back from the key's own copy, or look at GONGKAI_DATA",
            )
        )


def _check_value(derived: bytes) -> bytes:
    return hashlib.sha256(derived).hexdigest().encode()


def _derive(master: bytes, use: Use) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"gongkai/{use}/1".encode()).derive(master)


def _new_token_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _token_key(path: Path, pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as problem:
        raise KeyProblem(Text(f"令牌签名密钥 {path} 已损坏", f"the token signing key {path} is damaged")) from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(
            Text(f"令牌签名密钥 {path} 不是 Ed25519 密钥", f"the token signing key {path} is not an Ed25519 key")
        )
    return key


def _read(path: Path, *, ours: bool) -> bytes:
    """A secret's bytes. Our own files are for the owner alone; one that was given may be read by its group too."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as problem:
        raise KeyProblem(Text(f"密钥文件 {path} 不存在", f"the secret file {path} does not exist")) from problem
    with os.fdopen(handle, "rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & (0o077 if ours else OPEN_TO_OTHERS):
            mend = (
                Text("chmod 600", "chmod 600")
                if ours
                else Text("chmod 600（或同组可读 640）", "chmod 600 (or 640 for its group)")
            )
            raise KeyProblem(
                Text(
                    f"密钥文件 {path} 的权限是 {mode:04o}，其他人可以读取；请执行 {mend.zh}",
                    f"the secret file {path} has mode {mode:04o}, others may read or change it; run {mend.en}",
                )
            )
        return file.read(LONGEST_FILE)


def _make(path: Path, content: Callable[[], bytes]) -> None:
    """Writes a new secret whole or not at all; whoever comes second keeps what the first one wrote."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink()
