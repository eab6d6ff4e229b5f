"""Installs SecantusDB, a stand-in that speaks MongoDB's wire protocol, for tests: into .backends/mongo, which git ignores.

Run by ``make mongo``. The lock is requirements/backends.txt; a second run with the same lock does nothing.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "backends.txt"
PLACE = ROOT / ".backends" / "mongo"
ENVIRONMENT = PLACE / "venv"
STAMP = PLACE / "lock.sha256"


def main() -> int:
    """Makes the environment where it is missing or made from another lock; 1 when something failed."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest() + f" {sys.version_info.major}.{sys.version_info.minor}\n"
    if STAMP.is_file() and STAMP.read_text(encoding="ascii") == lock:
        return 0
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=shutil.which("uv") is None)
    python = ENVIRONMENT / "bin" / "python"
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "-q", "-p", str(ENVIRONMENT)]
    else:
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*install, "--require-hashes", "-r", str(LOCK)], check=False)  # noqa: S603 - our own words
    if done.returncode:
        print("SecantusDB could not be installed; the lines above say why", file=sys.stderr)  # noqa: T201
        return 1
    STAMP.write_text(lock, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
