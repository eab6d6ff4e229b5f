"""Time through the whole local runtime: sweeps, late recording, amended calendars, provisional dates, reminders."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.desk import Desk, question_of
from services.local import LocalRuntime, open_local
from services.messages.message_commands import (
    Accept,
    ApproveReply,
    Assign,
    Classify,
    Comment,
    DraftReply,
    Erase,
    OrderRework,
    Reclassify,
    Reply,
    Submit,
)
from shared.clock import ProcessClock
from shared.domain.corrections import RevokeOverdue, VoidEntry
from shared.domain.directory import PUBLIC, SYSTEM, Actor
from shared.domain.kind import BadField, Command, RuleBroken
from shared.domain.localtime import SHANGHAI
from shared.engine.execute import Asked
from shared.settings import read_settings
from tests.scenario import moment, person

DESK = person("office.chief", "office@county-office")
CLERK = person("clerk.education", "clerk@education")
HEAD = person("head.education", "head@education")


@dataclass
class County:
    """A runtime whose clock is moved by hand."""

    runtime: LocalRuntime
    clock: ProcessClock
    given: int = 0

    def at(self, when: str | datetime) -> None:
        """Moves the clock."""
        self.clock.move_to(moment(when) if isinstance(when, str) else when)

    async def give(self, case: str | None, command: Command, by: Actor, happened: str | None = None) -> str:
        """A command now, perhaps about an earlier time; the case."""
        self.given += 1
        engine = self.runtime.engine("messages")
        asked = Asked(command, by, f"c{self.given}", moment(happened) if happened else None)
        return (await engine.execute(engine.kind("message"), case, [asked])).case

    async def message(self, on: str, category: str = "complaint", days: int | None = None) -> str:
        """A message received, classified and assigned to education on one day."""
        self.at(on)
        case = await self.give(None, Submit(title="题", text="文", name="某", phone="13800000000"), PUBLIC)
        await self.give(case, Accept(), DESK)
        await self.give(case, Classify.model_validate({"category": category, "days": days}), DESK)
        await self.give(case, Assign(department="education"), DESK)
        return case

    async def reply(self, case: str, on: str, happened: str | None = None) -> None:
        """The reply, perhaps recorded late."""
        self.at(on)
        await self.give(case, DraftReply(text="答"), CLERK, happened)
        await self.give(case, ApproveReply(), HEAD, happened)
        await self.give(case, Reply(), HEAD, happened)

    async def events(self, case: str) -> list[dict[str, Any]]:
        """The file's events as stored."""
        return [json.loads(e.body) for e in await self.runtime.stores.cases.events(case)]

    async def names(self, case: str) -> list[str]:
        """The names of the live events."""
        events = await self.events(case)
        gone = {target for event in events for target in event["data"]["voids"]}
        return [event["type"].split(".")[2] for event in events if event["id"] not in gone]

    async def d1(self, quarter: str, known: str | None = None) -> tuple[int, int]:
        """Education's replies in time and due."""
        await self.runtime.settle_down()
        document = await Desk(self.runtime).rank(question_of(quarter, known=known))
        row = next(row for row in document["ranking"] if row["department"] == "education")
        return row["indicators"]["D1"]["numerator"], row["indicators"]["D1"]["denominator"]


@asynccontextmanager
async def opened(folder: Path, now: str) -> AsyncIterator[County]:
    clock = ProcessClock(moment(now))
    runtime = await open_local(read_settings(data=folder), "test", clock)
    try:
        await runtime.init()
        yield County(runtime, clock)
    finally:
        await runtime.close()


@pytest.fixture
def county(tmp_path: Path) -> Callable[[str], Any]:
    return lambda now: opened(tmp_path, now)


async def a_fortnight(county: County) -> None:
    """Messages that fall due within a week, some answered in time, some late, some never."""
    await county.message("2026-06-22 09:00", "enquiry")
    second = await county.message("2026-06-22 10:00", "enquiry")
    third = await county.message("2026-06-23 09:00")
    await county.message("2026-06-23 10:00", "investigation")
    await county.reply(second, "2026-06-24 11:00")
    await county.reply(third, "2026-06-24 12:00")


async def test_a_week_without_sweeps_then_one_ranks_as_hourly_sweeps_do(tmp_path: Path) -> None:
    results = []
    for name, hourly in (("hourly", True), ("idle", False)):
        async with opened(tmp_path / name, "2026-06-22 08:00") as county:
            await a_fortnight(county)
            ends = moment("2026-07-08 09:00")
            if hourly:
                hour = moment("2026-06-24 13:00")
                while hour < ends:
                    county.at(hour)
                    await county.runtime.catch_up()
                    hour += timedelta(hours=1)
            county.at(ends)
            await county.runtime.catch_up()
            desk = Desk(county.runtime)
            results.append([await desk.rank(question_of(q)) for q in ("2026Q2", "2026Q3")])
    for idle, hourly_result in zip(*results, strict=True):
        assert idle["ranking"] == hourly_result["ranking"]
        assert idle["result_digest"] == hourly_result["result_digest"]
    assert any(row["score"] for row in results[0][0]["ranking"])


async def test_a_reply_recorded_late_is_late_as_known_before_and_in_time_after(county: Callable[[str], Any]) -> None:
    async with county("2026-03-20 08:00") as here:
        case = await here.message("2026-03-20 09:00", "enquiry")
        here.at("2026-04-01 09:00")
        await here.runtime.catch_up()
        assert "ReplyOverdue" in await here.names(case)
        await here.reply(case, "2026-04-10 10:00", happened="2026-03-24 15:00")
        for _ in range(2):
            assert await here.d1("2026Q1", "2026-04-01") == (0, 1)
            assert await here.d1("2026Q1", "2026-04-10") == (1, 1)
            assert await here.d1("2026Q1") == (1, 1)
        names = await here.names(case)
        assert "ReplyOverdue" not in names
        assert names.count("ReplySent") == 1
        sent = next(e["data"] for e in await here.events(case) if e["type"].endswith("ReplySent.v1"))
        assert sent["voids"]
        assert sent["flags"] == ["backdated"]


async def test_an_amended_calendar_moves_open_dates_and_judges_ended_ones_again(county: Callable[[str], Any]) -> None:
    async with county("2026-03-06 08:00") as here:
        late = await here.message("2026-03-06 09:00", "enquiry")
        running = await here.message("2026-03-09 09:00")
        await here.reply(late, "2026-03-12 10:00")
        assert await here.d1("2026Q1") == (0, 1)
        await here.runtime.catch_up()
        known_before = question_of("2026Q1", known="2026-03-12")
        before = await Desk(here.runtime).rank(known_before)
        here.at("2026-03-13 09:00")
        notice = {"year": 2026, "notice": "国办发明电〔2026〕1号", "published": "2026-03-13", "amends": True}
        notice |= {"holidays": ["2026-03-10"], "makeup_workdays": []}
        await Desk(here.runtime).calendar_enter(json.dumps(notice).encode(), amend=True)
        moved = [e["data"] for e in await here.events(running) if e["type"].endswith("DeadlineRecomputed.v1")]
        assert [(m["clock"], m["old"], m["new"]) for m in moved] == [("reply", "2026-03-18", "2026-03-19")]
        events = await here.events(late)
        verdicts = [e["data"] for e in events if e["type"].split(".")[2] in ("ReplyOverdue", "ReplySent")]
        assert [(v["due"], v["met"]) for v in verdicts] == [
            ("2026-03-11", False),
            ("2026-03-11", False),
            ("2026-03-12", True),
        ]
        restated = next(e for e in events if e["data"]["restates"])
        assert restated["time"].startswith("2026-03-12T10:00"), "the restatement keeps when it happened"
        revised = next(e["data"] for e in events if e["type"].endswith("VerdictRevised.v1"))
        assert revised["restated"] == [restated["id"]]
        assert len(revised["voids"]) == 2
        assert await here.d1("2026Q1") == (1, 1)
        assert await here.d1("2026Q1", "2026-03-12") == (0, 1)
        after = await Desk(here.runtime).rank(known_before)
        assert (after["ranking"], after["result_digest"]) == (before["ranking"], before["result_digest"])
        await here.runtime.catch_up()
        assert await here.events(late) == events, "settled once"
        assert (await Desk(here.runtime).verify())["first_bad"] is None


async def test_a_date_beyond_the_known_year_is_provisional_and_recomputed_once(county: Callable[[str], Any]) -> None:
    async with county("2026-12-04 08:00") as here:
        case = await here.message("2026-12-04 09:00", "difficult", 30)
        await here.runtime.catch_up()
        desk = Desk(here.runtime)
        shown = await desk.case_show(case)
        assert shown["deadlines"][0]["status"] == "provisional"
        assert (await desk.rank(question_of("2027Q1")))["provisional"] == 1
        notice = {"year": 2027, "notice": "样例通知", "published": "2026-12-08"}
        notice |= {"holidays": ["2027-01-01"], "makeup_workdays": ["2027-01-09"]}
        here.at("2026-12-08 09:00")
        await desk.calendar_enter(json.dumps(notice).encode(), amend=False)
        for _ in range(2):
            await here.runtime.catch_up()
        recomputed = [e["data"] for e in await here.events(case) if e["type"].endswith("DeadlineRecomputed.v1")]
        assert [(r["clock"], r["status"]) for r in recomputed] == [("reply", "final")]
        assert (await desk.case_show(case))["deadlines"][0]["status"] == "final"
        assert (await desk.rank(question_of("2027Q1")))["provisional"] == 0


async def test_a_voided_reclassification_lists_what_moved(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00")
        here.at("2026-03-03 09:00")
        await here.give(case, Reclassify(category="enquiry", reason="实为咨询"), DESK)
        target = (await here.events(case))[-1]["id"]
        here.at("2026-03-04 09:00")
        await here.give(case, VoidEntry(events=(target,), reason="误改"), DESK)
        voided = (await here.events(case))[-1]
        assert voided["type"].endswith("EntryVoided.v1")
        assert voided["data"]["moved"] == [{"clock": "reply", "old": "2026-03-05", "new": "2026-03-11"}]
        here.at("2026-03-06 09:00")
        await here.runtime.catch_up()
        assert "ReplyOverdue" not in await here.names(case)


async def test_a_reclassification_voided_after_the_miss_takes_the_miss_with_it(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00")
        here.at("2026-03-03 09:00")
        await here.give(case, Reclassify(category="enquiry", reason="实为咨询"), DESK)
        target = (await here.events(case))[-1]["id"]
        here.at("2026-03-07 09:00")
        await here.runtime.catch_up()
        assert "ReplyOverdue" in await here.names(case)
        await here.give(case, VoidEntry(events=(target,), reason="误改"), DESK)
        assert "ReplyOverdue" not in await here.names(case)
        voided = next(e["data"] for e in await here.events(case) if e["type"].endswith("EntryVoided.v1"))
        assert voided["revised"]
        await here.reply(case, "2026-03-10 09:00")
        assert await here.d1("2026Q1") == (1, 1)


async def test_a_revoked_overdue_stays_revoked(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00", "enquiry")
        here.at("2026-03-07 09:00")
        await here.runtime.catch_up()
        overdue = next(e["id"] for e in await here.events(case) if e["type"].endswith("ReplyOverdue.v1"))
        assert await here.d1("2026Q1") == (0, 1)
        await here.give(case, RevokeOverdue(event=overdue, reason="系统故障"), DESK)
        here.at("2026-03-20 09:00")
        await here.runtime.catch_up()
        assert await here.d1("2026Q1") == (0, 0)
        await here.reply(case, "2026-03-20 10:00")
        assert await here.d1("2026Q1") == (0, 0)


async def test_each_rung_is_sent_once_in_order_and_in_working_hours(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00")
        for when in ("2026-03-09 07:00", "2026-03-09 22:00", "2026-03-14 12:00"):
            here.at(when)
            await here.runtime.catch_up()
            sent = [e["time"] for e in await here.events(case) if e["type"].endswith("ReminderSent.v1")]
            assert all("09:00" <= at[11:16] < "17:30" for at in sent), "never at night or on a Saturday"
        here.at("2026-03-16 09:30")
        for _ in range(3):
            await here.runtime.catch_up()
        here.at("2026-03-25 09:30")
        await here.runtime.catch_up()
        rungs = [e["data"]["rung"] for e in await here.events(case) if e["type"].endswith("ReminderSent.v1")]
        assert len(rungs) == len(set(rungs)) == 5
        moments = [e["time"] for e in await here.events(case) if e["type"].endswith("ReminderSent.v1")]
        assert moments == sorted(moments)


async def test_after_a_downtime_the_missed_rungs_are_sent_in_order(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00")
        here.at("2026-03-28 03:00")
        await here.runtime.catch_up()
        assert "ReminderSent" not in await here.names(case), "a Saturday night is nobody's working hour"
        here.at("2026-03-30 09:00")
        for _ in range(2):
            await here.runtime.catch_up()
        sent = [e for e in await here.events(case) if e["type"].endswith("ReminderSent.v1")]
        assert [e["data"]["rung"] for e in sent] == ["before-5", "before-3", "before-1", "after-1", "after-5"]
        assert {e["time"][:16] for e in sent} == {"2026-03-30T09:00"}


async def test_what_follows_from_an_event_is_taken_by_a_machine_whose_clock_is_behind(
    county: Callable[[str], Any],
) -> None:
    async with county("2026-03-02 08:00") as here:
        here.at("2026-03-02 09:00")
        ahead = Submit(title="题", text="文", happened=moment("2026-03-02 09:01"))
        case = await here.give(None, ahead, SYSTEM)
        assert [event["time"][:16] for event in await here.events(case)] == ["2026-03-02T09:00"]
        for by, origin in ((PUBLIC, None), (SYSTEM, "import")):
            asked = Asked(ahead, by, f"ahead-{origin}", origin=origin)
            engine = here.runtime.engine("messages")
            with pytest.raises(BadField):
                await engine.execute(engine.kind("message"), None, [asked])


async def test_imported_history_is_judged_but_neither_reminded_nor_flagged(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        here.at("2026-03-02 09:00")
        engine = here.runtime.engine("messages")
        steps: list[Command] = [
            Submit(title="题", text="文"),
            Accept(),
            Classify(category="enquiry"),
            Assign(department="education"),
        ]
        received = moment("2026-02-27 10:00")
        asked = [Asked(step, SYSTEM, f"old-{n}", received, origin="import") for n, step in enumerate(steps)]
        case = (await engine.execute(engine.kind("message"), None, asked)).case
        for hour in ("2026-03-03 10:00", "2026-03-05 10:00", "2026-03-12 10:00", "2026-06-20 10:00"):
            here.at(hour)
            await here.runtime.catch_up()
        types = [
            "MessageReceived",
            "MessageAccepted",
            "MessageClassified",
            "MessageAssigned",
            "ReplyOverdue",
            "MessageNeglected",
        ]
        assert await here.names(case) == types
        data = [e["data"] for e in await here.events(case)]
        assert {(e["origin"], tuple(e["flags"])) for e in data} == {("import", ())}


async def test_a_command_and_a_timer_leave_the_same_miss(tmp_path: Path) -> None:
    left = []
    for name, swept in (("timer", True), ("command", False)):
        async with opened(tmp_path / name, "2026-03-02 08:00") as county:
            case = await county.message("2026-03-02 09:00", "enquiry")
            if swept:
                county.at("2026-03-06 00:30")
                await county.runtime.catch_up()
            await county.reply(case, "2026-03-09 10:00")
            events = await county.events(case)
            left.append(
                [(e["type"], e["time"][:10], e["data"].get("met")) for e in events if "Reminder" not in e["type"]]
            )
    assert left[0] == left[1]
    assert ("gongkai.messages.ReplyOverdue.v1", "2026-03-06", False) in left[0]


async def test_every_day_that_ended_is_sealed(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        await here.message("2026-03-02 09:00")
        for day in ("2026-03-03", "2026-03-04"):
            here.at(f"{day} 00:20")
            await here.runtime.catch_up()
        sealed = [e["data"]["day"] for e in await here.events("ledger-messages-2026")]
        assert sealed[-2:] == ["2026-03-02", "2026-03-03"]
        assert (await Desk(here.runtime).verify())["first_bad"] is None
        assert here.runtime.clock().astimezone(SHANGHAI).date().isoformat() == "2026-03-04"


async def test_a_void_that_leaves_a_verdict_without_its_clock_is_refused(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00")
        await here.reply(case, "2026-03-04 10:00")
        here.at("2026-03-05 09:00")
        await here.give(case, OrderRework(ground="substandard", reason="不全"), DESK)
        rework = next(e["id"] for e in await here.events(case) if e["type"].endswith("ReworkOrdered.v1"))
        await here.reply(case, "2026-03-06 10:00")
        with pytest.raises(RuleBroken) as refused:
            await here.give(case, VoidEntry(events=(rework,), reason="误办"), DESK)
        assert refused.value.code == "void.depended_on"
        assert await here.d1("2026Q1") == (2, 2)


async def test_a_void_gives_the_reply_the_category_and_the_unit_that_it_then_has(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00")
        here.at("2026-03-03 09:00")
        await here.give(case, Reclassify(category="enquiry", reason="实为咨询"), DESK)
        target = (await here.events(case))[-1]["id"]
        await here.reply(case, "2026-03-04 10:00")
        here.at("2026-03-05 09:00")
        await here.give(case, VoidEntry(events=(target,), reason="误改"), DESK)
        sent = [e["data"] for e in await here.events(case) if e["type"].endswith("ReplySent.v1")]
        assert [(s["category"], s["amount"], s["due"]) for s in sent] == [
            ("enquiry", 3, "2026-03-05"),
            ("complaint", 7, "2026-03-11"),
        ]
        assert sent[1]["restates"]


async def test_an_isolation_and_its_classification_stand(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        here.at("2026-03-02 09:00")
        case = await here.give(None, Submit(title="题", text="文", name="某", phone="13800000000"), PUBLIC)
        await here.give(case, Accept(), DESK)
        await here.give(case, Classify(category="report", accused="health"), DESK)
        for name in ("MessageClassified", "MessageQuarantined"):
            target = next(e["id"] for e in await here.events(case) if e["type"].endswith(f"{name}.v1"))
            with pytest.raises(RuleBroken) as refused:
                await here.give(case, VoidEntry(events=(target,), reason="误办"), DESK)
            assert refused.value.code == "void.forbidden"


async def test_a_full_file_still_gets_its_verdict_and_can_be_erased(county: Callable[[str], Any]) -> None:
    async with county("2026-03-02 08:00") as here:
        case = await here.message("2026-03-02 09:00", "enquiry")
        writer = Actor("public", writer_of=case)
        engine = here.runtime.engine("messages")
        for piece in range(17):
            asked = [Asked(Comment(text="补充"), writer, f"k{piece}-{n}") for n in range(50)]
            await engine.execute(engine.kind("message"), case, asked)
        more = [Asked(Comment(text="补充"), writer, f"more-{n}") for n in range(50)]
        with pytest.raises(RuleBroken) as full:
            await engine.execute(engine.kind("message"), case, more)
        assert full.value.code == "case.full"
        here.at("2026-03-06 09:00")
        await here.runtime.catch_up()
        assert "ReplyOverdue" in await here.names(case)
        await here.give(case, Erase(ground="consent_withdrawn"), DESK)


async def test_a_sweep_by_night_settles_every_file(county: Callable[[str], Any]) -> None:
    async with county("2026-03-05 08:00") as here:
        cases = [await here.message("2026-03-05 09:00", "enquiry") for _ in range(215)]
        here.at("2026-03-12 06:00")
        await here.runtime.catch_up()
        missing = [case for case in cases if "ReplyOverdue" not in await here.names(case)]
        assert missing == []
