"""Members of a group as processes, one of them killed in mid-batch: every effect once by id, nothing skipped."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.integration.kafka.place import Place, entries, ids, until


def member(place: Place, file: Path, hang: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts one."""
    arguments = [place.bootstrap, place.prefix, str(file), *([str(hang)] if hang else [])]
    return subprocess.Popen([sys.executable, "-m", "tests.integration.kafka.member_process", *arguments])


def effects(file: Path) -> dict[str, int]:
    """How often each event came."""
    if not file.exists():
        return {}
    with closing(sqlite3.connect(file, timeout=10)) as connection:
        try:
            return dict(connection.execute("SELECT id, times FROM effects"))
        except sqlite3.OperationalError:
            return {}


async def test_a_member_killed_between_effects_and_position_leaves_each_effect_once(
    place: Place, tmp_path: Path
) -> None:
    file, hang = tmp_path / "effects.db", tmp_path / "hanging"
    first = member(place, file, hang)
    others: list[subprocess.Popen[bytes]] = []
    try:
        sent = []
        for n in range(200):
            window = entries(30, first=30 * n)
            sent += window
            await place.log.publish(window)
            if hang.exists():
                break
        else:
            await until(hang.exists)
        stored = effects(file)
        assert stored
        others = [member(place, file), member(place, file)]
        first.kill()
        first.wait()
        for n in range(20):
            window = entries(30, f"later{n}")
            sent += window
            await place.log.publish(window)
        await until(lambda: set(effects(file)) == ids(sent), within=60.0, what=f"all of {len(sent)} effects")
        times = effects(file)
        assert sum(1 for n in times.values() if n > 1) >= 1, "the batch in hand was given again"
        assert all(times[i] <= 2 for i in times if not i.startswith("m/"))
    finally:
        for process in (first, *others):
            process.kill()
            process.wait()
