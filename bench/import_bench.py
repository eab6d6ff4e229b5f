"""How fast an old list comes in: each row through the same commands as today's, durable, into a new folder."""

import asyncio
import csv
import io
import random
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from bench.http_server import open_on
from bench.measured import Entry, entry
from services.import_list import import_rows
from services.messages.message_import import MESSAGES_IMPORT

ROWS, ROUNDS = 1500, 3
REAL_LIST = Path(__file__).parents[2] / "shared" / "data" / "messages-real.xlsx"
UNITS = ("教育局", "住建局", "水务局", "交通局", "卫健局", "县政府办", "人社局", "")
CATEGORIES = ("政策咨询", "投诉求助", "投诉求助", "需调查处理", "重难件")
AIM = 300
"""Rows a second."""


def run() -> list[Entry]:
    """Rows a second (medians); the ratio is to the aim."""
    aim = f"the aim of {AIM} rows/s"
    made = median(_rate("list.csv", written(ROWS)) for _ in range(ROUNDS))
    rows = [entry(f"import {ROWS:,} generated rows (.csv)", made, "rows/s", made / AIM, aim)]
    if REAL_LIST.is_file():
        body = REAL_LIST.read_bytes()
        real = median(_rate(REAL_LIST.name, body) for _ in range(ROUNDS))
        rows.append(entry("import the list of real messages (.xlsx)", real, "rows/s", real / AIM, aim))
    return rows


def written(number: int) -> bytes:
    """A list as an office keeps it, four rows in five with a reply; the same in every run."""
    chance = random.Random(20260102)
    first = datetime(2024, 1, 2, 8, 0)  # noqa: DTZ001 - lists are written in local time
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(MESSAGES_IMPORT.titles)
    for row in range(number):
        asked = first + timedelta(minutes=chance.randrange(700 * 24 * 60))
        answered = asked + timedelta(minutes=chance.randrange(30 * 24 * 60)) if chance.random() < 0.8 else None
        sheet.writerow(
            (
                f"L{row:06}",
                f"网友{chance.randrange(900):04}",
                f"关于第{row}号路段路灯维修的建议",
                chance.choice(CATEGORIES),
                chance.choice(UNITS),
                f"{asked:%Y/%m/%d %H:%M}",
                "人民路与河滨路交口的路灯坏了三天，晚上行人和车辆都看不清。" * chance.randint(1, 8),
                "您好，您反映的问题已收悉，现答复如下：已安排人员现场查看并修复。" * chance.randint(1, 5)
                if answered
                else "",
                f"{answered:%Y-%m-%d %H:%M}" if answered else "",
            )
        )
    return out.getvalue().encode("utf-8-sig")


def _rate(name: str, body: bytes) -> float:
    return asyncio.run(_imported(name, body))


async def _imported(name: str, body: bytes) -> float:
    with tempfile.TemporaryDirectory() as folder:
        runtime = await open_on("sqlite", Path(folder) / "data")
        try:
            started = time.perf_counter()
            report = await import_rows(runtime, "messages", name, body, create_departments=True)
            took = time.perf_counter() - started
        finally:
            await runtime.close()
    if report["imported"] < report["rows"] * 0.99:
        raise AssertionError(f"{len(report['rejected'])} rows rejected, such as {report['rejected'][:3]}")
    return float(report["rows"]) / took


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
