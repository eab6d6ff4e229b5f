"""Makes what the container stack keeps secret: ./secrets, one file each, and in ./.env the group that may read them.

Run by ``make stack-secrets``; needs nothing but Python. What is there already stays: a second run makes what is missing.
"""

import base64
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IN_THE_CONTAINERS = 10001
GROUP = "GONGKAI_SECRETS_GID"
PASSWORD_BYTES = 32
ED25519_IN_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
USERS = ("publishing", "requests", "messages", "assessment", "setup")


def token_key() -> bytes:
    """A new Ed25519 key, PEM in PKCS 8: any 32 random bytes are one."""
    body = base64.b64encode(ED25519_IN_PKCS8 + secrets.token_bytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n".encode()


def password() -> bytes:
    """A new password that needs no escaping in an address."""
    return secrets.token_urlsafe(PASSWORD_BYTES).encode()


def address(user: str) -> bytes:
    """Where MongoDB is, for one of its users."""
    return b"mongodb://" + user.encode() + b":" + password() + b"@mongo:27017/?replicaSet=rs0&authSource=admin"


def wanted() -> dict[str, Callable[[], bytes]]:
    """Every secret by its file name."""
    return {
        "master.key": lambda: secrets.token_bytes(32),
        "token-ed25519.pem": token_key,
        "mongo-keyfile": lambda: base64.b64encode(secrets.token_bytes(756)),
        "mongo-root": password,
        **{f"mongo-{user}.url": lambda user=user: address(user) for user in USERS},  # type: ignore[misc]
        "grafana-admin": password,
        "keycloak-admin": password,
    }


def make(folder: Path, environment: Path) -> list[str]:
    """Makes what is missing; the names of the new files. The group that reads is ours, root's choice is the containers'."""
    group = IN_THE_CONTAINERS if os.geteuid() == 0 else os.getegid()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for name, content in wanted().items():
        path = folder / name
        if path.exists():
            continue
        draft = folder / f".{name}.new"
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content())
            os.fchown(file.fileno(), -1, group)
            os.fchmod(file.fileno(), 0o640)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        made.append(name)
    lines = environment.read_text("utf-8").splitlines() if environment.exists() else []
    if not any(line.startswith(f"{GROUP}=") for line in lines):
        environment.write_text("\n".join([*lines, f"{GROUP}={group}", ""]), encoding="utf-8")
    return made


def main() -> int:
    """Says what was made."""
    made = make(ROOT / "secrets", ROOT / ".env")
    sys.stderr.write(f"secrets/: {', '.join(made) if made else 'nothing missing'}\n")
    sys.stderr.write("把 secrets/ 另外备份并妥善保管：没有 master.key，个人信息无法恢复\n")
    sys.stderr.write("Keep a copy of secrets/ in a safe place: without master.key personal data cannot be read again\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
