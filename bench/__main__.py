"""``python -m bench``: every measurement, written to docs/performance.md; ``python -m bench NAME…``: some, printed."""

import os
import platform
import sqlite3
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from bench.measured import Entry, rows_of
from bench.servers import Absent, described

OUT = Path(__file__).parents[1] / "docs" / "performance.md"
LIBRARIES = (
    "fastapi",
    "starlette",
    "uvicorn",
    "uvloop",
    "pydantic",
    "orjson",
    "polars",
    "eventsourcing",
    "chinesecalendar",
    "aiokafka",
    "faststream",
    "motor",
    "pymongo",
)


Found = list[Entry] | Absent


class Part(NamedTuple):
    """One measurement: its module, title, how it is measured, and what its ratios must reach by (row, baseline)."""

    module: str
    title: str
    how: str
    aims: Mapping[tuple[str, str], float] = MappingProxyType({})


GETMANY, SUBSCRIBER = "aiokafka getmany, nothing read", "FastStream list[dict], nothing stored"
UPSERT = "bare bulk upsert of the same documents"
WITHOUT, ALONE = "same route without storage", "one commit a request"
PARTS = {
    "http": Part(
        "bench.http_bench",
        "Commands over HTTP",
        "The whole local runtime as `gongkai run` serves it, in a process of its own; a second process sends commands over "
        "64 keep-alive connections, each with a new Idempotency-Key, a clerk's token and vault fields. Every round starts "
        "a new server for each storage, in alternating order: SQLite (synchronous=FULL, grouped commits), memory stores "
        "with a memory log, and SQLite with each request in a commit of its own. Publishing and projecting run beside it, "
        "as always; the last row says how long they went on once the load had ended. 3 rounds of 2 s, medians.",
        {
            ("open a message: rate", WITHOUT): 0.8,
            ("accept a message: rate", WITHOUT): 0.8,
            ("open a message: p99", WITHOUT): 0.333,
            ("accept a message: p99", WITHOUT): 0.333,
        },
    ),
    "import": Part(
        "bench.import_bench",
        "Import of an old list",
        "Each row is up to seven commands in one commit, into a new folder, durable; reading the file counts. 3 rounds, "
        "medians. The list of real messages is measured where it is present.",
        {
            ("import 1,500 generated rows (.csv)", "the aim of 300 rows/s"): 1,
            ("import the list of real messages (.xlsx)", "the aim of 300 rows/s"): 1,
        },
    ),
    "append": Part(
        "bench.append_bench",
        "Appending to case files",
        "One writer, one commit after the other, synchronous=FULL, WAL; the peer with its own defaults, which are the "
        "same. A commit of ours writes head, events, command id and indexes. `append` starts from bytes and is set against "
        "the peer's recorder alone, `encode and append` starts from events (envelope, digest chain) and is set against its "
        "`Application.save`. 9 rounds, the ways in turn, medians.",
        {
            ("encode and append 1 event a commit", "save"): 1.4,
            ("encode and append 100 events a commit", "save"): 3,
        },
    ),
    "workdays": Part(
        "bench.workdays_bench",
        "Working days and due dates",
        "2,000 random spans in 2023–2024, all answers asserted equal first; 5 rounds, medians, the loop around a call "
        "included.",
    ),
    "scoring": Part(
        "bench.scoring_bench",
        "Scoring a quarter",
        "The default plan on 60 units; facts of every type that the plan reads. Both ways give the same scores. Medians.",
    ),
    "replay": Part(
        "bench.replay_bench",
        "Replay of 1,000,000 facts from the store",
        "A throw-away fact store is filled, then read, made into columns and scored once. The loop parses and tries each "
        "of 100,000 facts that are in memory already, and is scaled.",
    ),
    "runtime": Part(
        "bench.runtime_bench",
        "Behind the commands",
        "The events of 1,000 imported rows: published, then read by every policy and projected into facts, then verified. "
        "The baseline is the same code on memory stores. 3 rounds, medians.",
    ),
    "kafka": Part(
        "bench.kafka_bench",
        "Kafka to durable facts",
        "60,000 events of the messages service on a topic of 6 partitions, a broker process beside. Ours is the consumer of "
        "the distributed runtime: group, positions of its own, contract, facts and positions in SQLite (synchronous=FULL), "
        "positions after facts. The bare client and the subscriber are in a group too, take as many records at once, and "
        "store nothing. The subscriber reads our content type only with a decoder (a line with orjson); what it does "
        "by itself is measured on the same records under `application/json`. From the first batch at hand to the last "
        "record done; every way counts all records. 5 rounds, the ways in turn, medians.",
        {("Kafka to durable facts", GETMANY): 0.28, ("Kafka to durable facts", SUBSCRIBER): 2},
    ),
    "relay": Part(
        "bench.relay_bench",
        "From case files to Kafka",
        "30,000 events of the messages service in case files of 7 or 8. The relay reads them, publishes them (idempotent, "
        "all replicas) and marks the files durably; the bare client has the same records in memory, the same settings, and "
        "awaits all acknowledgements at the end. 7 rounds in turn, medians.",
        {("relay from case files (SQLite) to Kafka", "gathered at the end"): 0.5},
    ),
    "delay": Part(
        "bench.delay_bench",
        "From the answer to the facts",
        "How long after its answer a citizen's message is among the facts that the ranking is computed from. The "
        "distributed runtime is the services messages and assessment as processes on Kafka and on the MongoDB stand-in, the "
        "local one a process on SQLite; each is sent 200 messages at random moments, 8 a second. The store is looked at "
        "every 5 ms. 2 rounds in turn, all delays together.",
    ),
    "mongofacts": Part(
        "bench.mongofacts_bench",
        "Facts on the MongoDB stand-in",
        "6,000 facts of the messages service in calls of 500, every commit forced to disk, with the indexes of the product; "
        "each way in a database of its own. The server is a stand-in: a real MongoDB will differ. 5 rounds in turn, medians.",
        {("new facts", UPSERT): 0.7, ("the same facts again", UPSERT): 0.7},
    ),
}


def main(names: list[str]) -> None:
    """Runs the named parts, or all and writes the document."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise SystemExit(f"no such measurement: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    started = time.monotonic()
    found: list[tuple[Part, Found]] = []
    for name in names or PARTS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found.append((PARTS[name], _apart(PARTS[name].module)))
        print("\n".join(_section(*found[-1])), flush=True)
    if not names:
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(_document(found, time.monotonic() - started), encoding="utf-8")
        print(f"written to {OUT}", file=sys.stderr)


def _apart(module: str) -> Found:
    """A part's rows, measured in a process of its own so that no part finds what another left in memory."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        try:
            return pool.submit(rows_of, module).result()
        except Absent as absent:
            return absent


def _document(found: list[tuple[Part, Found]], took: float) -> str:
    lines = [
        "# Performance",
        "",
        "Made whole by `make bench`; do not edit. Every ratio is between two measurements of the same run on the same "
        "machine, higher is better; the machine itself drifts, so a bare number means little. Where an aim is set, the "
        "last column says whether it was reached.",
        "",
        f"Measured {date.today().isoformat()} in {took / 60:.1f} minutes on {_machine()}. "  # noqa: DTZ011
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        + ", ".join([*(f"{name} {version(name)}" for name in LIBRARIES), *described()])
        + ".",
    ]
    for part, rows in found:
        lines += ["", *_section(part, rows)]
    return "\n".join(lines) + "\n"


def _section(part: Part, rows: Found) -> list[str]:
    lines = [f"## {part.title}", "", part.how, ""]
    if isinstance(rows, Absent):
        return [*lines, f"**Not measured:** {rows}."]
    lines += ["| what | measured | times the baseline | baseline | aim |", "| --- | ---: | ---: | --- | --- |"]
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{_shown(row['ratio'])} ×"
        baseline = row["baseline"] or ""
        lines.append(
            f"| {row['name']} | {_shown(row['value'])} {row['unit']} | {ratio} | {baseline} | {_aimed(part, row)} |"
        )
    return lines


def _aimed(part: Part, row: Entry) -> str:
    for (name, baseline), aim in part.aims.items():
        if row["name"] == name and (row["baseline"] or "").endswith(baseline) and row["ratio"] is not None:
            return f"≥ {aim:g} {'✓' if row['ratio'] >= aim else '✗ missed'}"
    return ""


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def _machine() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(names)} × {names[0] if names else platform.machine()}, {memory:.0f} GiB, {platform.system()} {platform.release()}"


if __name__ == "__main__":
    main(sys.argv[1:])
