"""The data folder (数据目录): made on first use for its owner alone, held by one process at a time."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from shared.domain.text import Text

LOCK = "lock"


class FolderHeld(Exception):
    """Another process holds the folder; names it."""

    def __init__(self, path: Path, holder: dict[str, Any]) -> None:
        pid, doing, url = holder.get("pid", "?"), holder.get("doing", "?"), holder.get("url")
        way = f"可改用 --url {url}" if url else "请等它结束，或对正在服务的进程使用 --url"
        way_en = f"use --url {url}" if url else "wait for it, or use --url with the process that serves"
        self.message = Text(
            f"数据目录 {path} 正由进程 {pid}（{doing}）使用；{way}",
            f"the data folder {path} is held by process {pid} ({doing}); {way_en}",
        )
        super().__init__(self.message.zh)


class DataFolder:
    """An open data folder; ``close`` lets it go."""

    def __init__(self, path: Path, doing: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        self._file = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            holder = _holder(path / LOCK)
            os.close(self._file)
            raise FolderHeld(path, holder) from problem
        self._doing = doing
        self.say()

    @property
    def database(self) -> Path:
        """Where the store is."""
        return self.database_in(self.path)

    @staticmethod
    def database_in(path: Path) -> Path:
        """Where the store of a folder is, or would be."""
        return path / "gongkai.db"

    def say(self, url: str | None = None) -> None:
        """Notes who holds the folder, and where it serves."""
        body = json.dumps({"pid": os.getpid(), "doing": self._doing, "url": url}).encode()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, body, 0)

    def close(self) -> None:
        """Lets the folder go."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def _holder(lock: Path) -> dict[str, Any]:
    try:
        found = json.loads(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
