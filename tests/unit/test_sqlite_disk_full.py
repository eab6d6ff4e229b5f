"""What the embedded store does when the disk takes no more: nothing half-written, and no number given twice later."""

from pathlib import Path

import pytest

from shared.storage.port import StoreAway
from shared.storage.sqlite import Database, open_stores
from tests.conformance.storage_suite import commit


def _limit(database: Database, more: int | None) -> None:
    """Lets the file grow by ``more`` pages only; None: without limit."""
    (pages,) = database._writer.execute("PRAGMA page_count").fetchone()
    database._writer.execute(f"PRAGMA max_page_count={pages + more if more is not None else 1 << 30}")


async def test_a_full_disk_refuses_writes_and_answers_reads(tmp_path: Path) -> None:
    database, stores = open_stores(tmp_path / "g.db")
    await stores.cases.append(commit("M1"))
    _limit(database, 0)
    with pytest.raises(StoreAway):
        await stores.cases.append(commit("M2", title="长" * 100_000))
    assert await stores.cases.load("M1") == commit("M1").head
    assert await stores.cases.load("M2") is None
    assert await stores.cases.counts() == (1, 1)
    _limit(database, None)
    await stores.cases.append(commit("M2", title="长" * 100_000))
    assert await stores.cases.counts() == (2, 2)
    await database.close()


async def test_a_number_refused_by_the_disk_is_kept_no_later_than_its_case(tmp_path: Path) -> None:
    database, stores = open_stores(tmp_path / "g.db")
    _limit(database, 0)
    number = await stores.numbers.next("留言", 2026, "c1")
    with pytest.raises(StoreAway):
        await stores.cases.append(commit(f"M{number}", command="c1", title="长" * 100_000))
    _limit(database, None)
    assert await stores.numbers.next("留言", 2026, "c1") == number
    await stores.cases.append(commit(f"M{number}", command="c1", title="长" * 100_000))
    await database.close()
    database, stores = open_stores(tmp_path / "g.db")
    assert await stores.numbers.next("留言", 2026, "c2") == number + 1
    assert await stores.numbers.next("留言", 2026, "c1") == number
    await database.close()
