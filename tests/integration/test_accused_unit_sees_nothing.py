"""A report (检举控告) is nowhere for the unit it accuses: every route, every command, before and after it exists."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.messages.message_import import MESSAGES_IMPORT
from shared.eventlog.envelope import decode
from tests.local_county import ABSENT, MESSAGES, LocalCounty, filled, local_county
from tests.message_bodies import BODIES

ACCUSED = "accused"
POSTS = tuple(("education", role) for role in ("clerk", "reviewer", "head", "custodian", "disclosure_head"))
OFFICER, CHIEF = "office@county-office", "head@county-office"
PEOPLE: Mapping[str, tuple[tuple[str, str], ...]] = {
    ACCUSED: POSTS,
    "clerk@county-office": (("county-office", "clerk"),),
    OFFICER: (("county-office", "office"),),
    CHIEF: (("county-office", "head"),),
    "clerk@education": (("education", "clerk"),),
    "head@education": (("education", "head"),),
    "clerk@finance": (("finance", "clerk"),),
    "head@finance": (("finance", "head"),),
}
SECRET = {
    "title": "检举教育局乱收费",
    "text": "教育局借辅导之名每生收费三百元。",
    "name": "赵不平",
    "phone": "13987654321",
    "identity": "522728198802020022",
}
QUARTER = "2026Q1"
PLAN = (Path(__file__).parents[2] / "plans" / "2026.yaml").read_text(encoding="utf-8")
CURIOUS = re.sub(r"\{of: messages.ReturnRequested,.*\}", "{of: messages.MessageQuarantined, by: happened}", PLAN)
SHOWN = ("content-type", "etag", "location", "allow", "retry-after", "idempotency-replayed", "www-authenticate")
Seen = Mapping[str, tuple[int, tuple[str | None, ...], str]]


async def staffed(county: LocalCounty) -> None:
    for person, posts in PEOPLE.items():
        await county.post(person, *posts)


def listing(*rows: tuple[str, ...]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows((MESSAGES_IMPORT.titles, *rows))
    return out.getvalue().encode()


async def classified(county: LocalCounty) -> str:
    return await county.reported("教育局", **SECRET)


async def named_at_submission(county: LocalCounty) -> str:
    return str((await county.submit(**SECRET, category="report", department="教育局"))["id"])


async def handled_elsewhere(county: LocalCounty) -> str:
    return await county.reported("education", handler="finance", **SECRET)


async def imported(county: LocalCounty) -> str:
    before = {head.id async for head in county.runtime.stores.cases.walk("messages")}
    row = ("R-77", SECRET["identity"], SECRET["title"], "检举控告", "教育局", "2026-01-05 09:00", SECRET["text"])
    body = listing((*row, "经查已责令退费。", "2026-02-25 09:00"))
    answer = await county.client.post(f"{MESSAGES}.import?filename=a.csv", content=body, headers=county.as_(OFFICER))
    assert answer.json()["imported"] == 1, answer.text
    return (({head.id async for head in county.runtime.stores.cases.walk("messages")}) - before).pop()


WAYS: tuple[Callable[[LocalCounty], Awaitable[str]], ...] = (
    classified,
    named_at_submission,
    handled_elsewhere,
    imported,
)


def number_of(case: str) -> str:
    return f"留言〔{case[1:5]}〕{int(case[6:])}号"


def requests(county: LocalCounty, own: str, others: list[str]) -> list[tuple[str, str, bytes | None, dict[str, str]]]:
    """What somebody curious can send: (method, address, body, headers) for every route and everything known of a case."""
    units = ("education", "finance", "county-office", "教育局")
    found: list[tuple[str, str, bytes | None, dict[str, str]]] = []
    # What is measured of the walk itself comes last.
    for method, address in sorted(set(county.routes()), key=lambda route: (route[1] == "/metrics", route)):
        body = b'{"x": 1}' if method == "POST" else None
        command = address.rpartition("/")[2]
        places = [{"id": case, "case": case} for case in (own, *others, *map(number_of, others))]
        if "{id}" not in address and "{case}" not in address:
            places = [{"department": unit} for unit in units] if "{department}" in address else [{}]
        for place in places:
            path = filled(
                address,
                **{"quarter": QUARTER, "year": "2026", "rule": "reply", "file": "0" * 64, "letter": "1", **place},
            )
            found.append((method, path, body, {}))
            if method == "POST" and place.get("id", own) != own:
                allowed = json.dumps(dict(BODIES.get(command, {})), ensure_ascii=False).encode()
                found.append((method, path, allowed, {}))
                if place["id"] in others:
                    found += [(method, path, allowed, {"If-Match": f'"{version}"'}) for version in (1, 3)]
                    found.append((method, path, allowed, {"Idempotency-Key": "the-office-s-key"}))
            if address.endswith("/follow"):
                bodies = [{"number": case, "code": "2222222222"} for case in (*others, *map(number_of, others))]
                found += [(method, path, json.dumps(b, ensure_ascii=False).encode(), {}) for b in bodies]
    queries = [f"q={words}" for words in (*SECRET.values(), *others, *map(number_of, others), "检举", "M2026")]
    queries += [f"department={unit}" for unit in ("finance", "county-office", "县政府办公室")]
    queries += [f"sort={order}" for order in ("updated", "-updated", "due", "received")]
    queries += [f"status={s}" for s in ("received", "accepted", "assigned", "answered")]
    queries += ["limit=1", "due_before=2027-01-01", "received_from=2026-01-01", "received_until=2026-12-31"]
    found += [("GET", f"{MESSAGES}?{query}", None, {}) for query in queries]
    api = "/api/v1/assessment"
    for case in others:
        found.append(("GET", f"{api}/events?case={case}", None, {}))
    types = ("Received", "Accepted", "Classified", "Quarantined")
    for name in (*(f"Message{t}" for t in types), "ReplySent", "ReplyOverdue"):
        found.append(("GET", f"{api}/events?type=messages.{name}", None, {}))
        found.append(("GET", f"{api}/facts?quarter={QUARTER}&type=messages.{name}", None, {}))
    for unit in ("finance", "county-office", "education"):
        found.append(("GET", f"{api}/events?service=messages&department={unit}", None, {}))
        found.append(("GET", f"{api}/facts?quarter={QUARTER}&department={unit}", None, {}))
        found.append(("GET", f"{api}/explain/{QUARTER}/{unit}?indicator=D1", None, {}))
        found.append(("GET", f"{api}/explain/{QUARTER}/{unit}?as_of=2026-03-05", None, {}))
        found.append(("GET", f"{api}/explain/{QUARTER}/{unit}?{httpx2.QueryParams({'plan': CURIOUS})}", None, {}))
    found.append(("GET", f"{api}/facts?quarter={QUARTER}", None, {}))
    return found


async def walk(county: LocalCounty, own: str, others: list[str]) -> Seen:
    """Every answer to the accused unit, by what was asked."""
    await county.runtime.catch_up()
    seen: dict[str, tuple[int, tuple[str | None, ...], str]] = {}
    for method, path, body, headers in requests(county, own, others):
        sent = county.as_(ACCUSED, **headers, **{"X-Request-Id": "walk"})
        answer = await county.client.request(method, path, content=body, headers=sent)
        assert answer.status_code < 500, f"{method} {path}: {answer.text}"
        shown = tuple(answer.headers.get(name) for name in SHOWN)
        key = f"{method} {path} {body!r} {headers}"
        assert key not in seen or "{x" in key or seen[key][2] == answer.text
        seen[key] = answer.status_code, shown, answer.text
    return seen


def common(asked: str, text: str, handler: str) -> Any:
    """An answer without system-wide counts and digests and without the handler's own figures."""
    path = asked.split()[1]
    if path == "/metrics":
        return sorted({line.rpartition(" ")[0] for line in text.splitlines() if "gongkai_http_" not in line})
    if path == "/readyz":
        return {name: json.loads(text)[name] for name in ("ready", "reasons")}
    if "/ranking/" in path:
        document = json.loads(text)
        if "ranking" not in document:
            return document
        counts = ("facts", "facts_digest", "result_digest", "provisional", "parked", "swept_through")
        rows = [row for row in document["ranking"] if row["department"] != handler]
        own = sorted((row | {"rank": 0, "group_rank": 0, "band": 0} for row in rows), key=lambda row: row["department"])
        return {name: value for name, value in document.items() if name not in counts} | {"ranking": own}
    if f"/explain/{QUARTER}/{handler}" in path:
        return None
    return text


async def secrets_of(county: LocalCounty, case: str) -> set[str]:
    """Everything by which a case could be named."""
    found = {*SECRET.values(), case, number_of(case), county.runtime.receipts.receipt_code(case), "乱收费"}
    for stored in await county.runtime.stores.cases.events(case):
        event = decode(stored.body)
        found |= {event["id"], event["digest"]}
        found |= {value for value in event["data"].values() if isinstance(value, str) and value[:2] in ("v:", "s:")}
    return found


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_all_that_the_accused_unit_sees_is_the_same_before_and_after(
    way: Callable[[LocalCounty], Awaitable[str]], tmp_path: Path, logged: io.StringIO
) -> None:
    async with local_county(tmp_path) as county:
        await staffed(county)
        own = await county.answered("education")
        await county.handled("education")
        # A report that does not concern the unit, made in each of the ways, so that the ways leave nothing new to see.
        for other in ("water", "finance"):
            await county.reported(other)
        await county.submit(category="report", department="财政局")
        row = ("R-1", "U1", "检举", "检举控告", "财政局", "2026-01-05 09:00", "详情", "已办", "2026-02-25 09:00")
        body = listing(row)
        await county.client.post(f"{MESSAGES}.import?filename=b.csv", content=body, headers=county.as_(OFFICER))
        heads = [head async for head in county.runtime.stores.cases.walk("messages") if head.kind == "message"]
        expected = f"M2026-{len(heads) + 1:06d}"
        others = [expected, ABSENT]
        before = await walk(county, own, others)
        logged.truncate(0)
        logged.seek(0)
        case = await way(county)
        assert case == expected
        after = await walk(county, own, others)
        lines = logged.getvalue()
        handler = "finance" if way is handled_elsewhere else "county-office"
        assert after.keys() == before.keys()
        for asked, (status, shown, text) in after.items():
            was = before[asked]
            assert status == was[0], f"{asked}: {text}"
            assert shown == was[1], asked
            assert common(asked, text, handler) == common(asked, was[2], handler), asked
        seen = "\n".join(text for _, _, text in after.values())
        for secret in await secrets_of(county, case):
            assert secret not in seen, secret
        for asked, answer in after.items():
            if f"/{case} " in asked or f"/{case}/" in asked:
                absent = after[asked.replace(case, ABSENT)]
                assert answer == absent, asked
        # The office does see it, so the test would notice an answer that is empty for everybody.
        reader = "clerk@finance" if way is handled_elsewhere else OFFICER
        assert case in (await county.get(MESSAGES, reader)).text
        quiet = [json.loads(line) for line in lines.splitlines()]
        named = [entry for entry in quiet if case in json.dumps(entry)]
        # Until it is classified nobody knows that it is a report; from then on no line names it.
        allowed = 2 if way in (classified, handled_elsewhere) else 0
        assert len(named) == allowed, named
        assert all(entry["route"] in (MESSAGES, f"{MESSAGES}/{{id}}/accept") for entry in named)
        assert not any(secret in lines for secret in SECRET.values())


@pytest.fixture
async def isolated(tmp_path: Path) -> Any:
    """A county where education held a message until it was found to accuse it: (county, the case)."""
    async with local_county(tmp_path) as county:
        await staffed(county)
        case = await county.handled("education", **SECRET)
        kept = {"Idempotency-Key": "mine", **county.as_("clerk@education")}
        path = f"{MESSAGES}/{case}/request-extension"
        answer = await county.client.post(path, json={"days": 1, "reason": "核实"}, headers=kept)
        assert answer.status_code == 200
        county.now += timedelta(days=16)
        await county.runtime.catch_up()
        await county.done(case, "quarantine", OFFICER, accused="教育局")
        county.now += timedelta(minutes=1)
        await county.runtime.catch_up()
        yield county, case


async def test_a_unit_that_held_the_message_before_sees_it_no_more(isolated: tuple[LocalCounty, str]) -> None:
    county, case = isolated
    answers = await walk(county, ABSENT, [case])
    seen = "\n".join(text for _, _, text in answers.values())
    for secret in await secrets_of(county, case):
        assert secret not in seen, secret


async def test_a_miss_from_before_stays_charged_and_is_explained_without_the_case(
    isolated: tuple[LocalCounty, str],
) -> None:
    county, case = isolated
    path = f"/api/v1/assessment/explain/{QUARTER}/education"
    accused, office = (await county.get(path, ACCUSED)).json(), (await county.get(path, OFFICER)).json()
    assert accused["score"] == office["score"]
    assert case in {line["case"] for line in office["lines"]}
    assert case not in {line["case"] for line in accused["lines"]}
    assert "withheld" in {line["kind"] for line in accused["lines"]}
    shares = [sum_of(document["lines"]) for document in (accused, office)]
    assert shares[0] == shares[1]


def sum_of(lines: list[dict[str, Any]]) -> Any:
    return sum((Fraction(line["share"]) for line in lines), Fraction(0))


async def test_an_answer_given_before_is_not_given_again_once_the_case_is_hidden(
    isolated: tuple[LocalCounty, str],
) -> None:
    county, case = isolated
    for person, key in (("clerk@education", "mine"), ("head@education", "mine"), (ACCUSED, "mine")):
        body = {"days": 1, "reason": "核实"}
        headers = county.as_(person, **{"Idempotency-Key": key})
        again = await county.client.post(f"{MESSAGES}/{case}/request-extension", json=body, headers=headers)
        never = await county.client.post(f"{MESSAGES}/{ABSENT}/request-extension", json=body, headers=headers)
        assert again.status_code == 404
        assert "idempotency-replayed" not in again.headers
        assert again.text == never.text


async def test_a_key_of_somebody_else_does_not_bring_their_answer(tmp_path: Path) -> None:
    async with local_county(tmp_path) as county:
        await staffed(county)
        case = str((await county.submit(**SECRET))["id"])
        await county.done(case, "accept", OFFICER)
        body = {"category": "report", "accused": "教育局"}
        key = {"Idempotency-Key": "the-office-s-key"}
        first = await county.client.post(f"{MESSAGES}/{case}/classify", json=body, headers=county.as_(OFFICER, **key))
        assert first.status_code == 200
        again = await county.client.post(f"{MESSAGES}/{case}/classify", json=body, headers=county.as_(OFFICER, **key))
        assert again.headers["idempotency-replayed"] == "true"
        stolen = await county.client.post(f"{MESSAGES}/{case}/classify", json=body, headers=county.as_(ACCUSED, **key))
        assert stolen.status_code == 404
        assert case not in stolen.text


async def test_the_right_receipt_code_does_not_let_the_accused_unit_act(tmp_path: Path) -> None:
    async with local_county(tmp_path) as county:
        await staffed(county)
        case = await county.reported("教育局", **SECRET)
        headers = county.as_(ACCUSED, **{"Receipt-Code": county.runtime.receipts.receipt_code(case)})
        answer = await county.client.post(f"{MESSAGES}/{case}/comment", json={"text": "补充"}, headers=headers)
        assert answer.status_code == 404


@pytest.mark.parametrize("signed_in", [True, False])
async def test_guessing_receipt_codes_is_rate_limited(signed_in: bool, tmp_path: Path) -> None:
    async with local_county(tmp_path, public_per_minute=8) as county:
        await staffed(county)
        case = await county.reported("教育局", **SECRET)
        headers = county.as_(ACCUSED) if signed_in else {}
        statuses = []
        for guess in range(10):
            body = {"number": case, "code": f"222222222{guess}"}
            answer = await county.client.post(f"{MESSAGES}/follow", json=body, headers=headers)
            statuses.append(answer.status_code)
        assert statuses[:5] == [404] * 5
        assert statuses[-1] == 429
        assert int(answer.headers["retry-after"]) > 0
        guessing = {**headers, "Receipt-Code": "2222222222"}
        answer = await county.client.post(f"{MESSAGES}/{case}/comment", json={"text": "x"}, headers=guessing)
        assert answer.status_code == 429


async def test_a_second_post_elsewhere_opens_nothing(tmp_path: Path) -> None:
    """Whoever belongs to the accused unit sees nothing of the report by any other post they hold."""
    async with local_county(tmp_path) as county:
        await staffed(county)
        for role in ("leader", "ops", "clerk"):
            await county.post(f"both-{role}", ("county-office", "head"), ("education", role))
        case = await county.reported("教育局", **SECRET)
        await county.runtime.catch_up()
        for path in ("/api/v1/messages/todo", MESSAGES, "/api/v1/assessment/events", "/api/v1/assessment/facts"):
            assert case in (await county.get(path, CHIEF)).text, path
            for role in ("leader", "ops", "clerk"):
                assert case not in (await county.get(path, f"both-{role}")).text, (path, role)


async def test_what_policies_were_refused_is_shown_to_the_office_and_not_to_the_accused(
    tmp_path: Path, logged: io.StringIO
) -> None:
    async with local_county(tmp_path) as county:
        await staffed(county)
        await county.post("both", ("county-office", "office"), ("education", "clerk"))
        case = await county.reported("教育局", **SECRET)
        county.now += timedelta(days=95)
        await county.runtime.services["messages"].timers.sweep()
        await county.done(case, "erase", OFFICER, ground="consent_withdrawn")
        logged.truncate(0)
        logged.seek(0)
        await county.runtime.settle_down()
        path = "/api/v1/assessment/refusals"
        assert case in (await county.get(path, OFFICER)).text
        assert (await county.get(path, "both")).json() == {"refusals": []}
        assert "policy refused" in logged.getvalue()
        assert case not in logged.getvalue()


async def test_verification_names_no_hidden_case_to_the_accused(tmp_path: Path) -> None:
    async with local_county(tmp_path) as county:
        await staffed(county)
        await county.post("auditor", ("education", "auditor"))
        case = await county.reported("教育局", **SECRET)
        await county.runtime.settle_down()
        await county.runtime.database.write(
            lambda c: c.execute("UPDATE events SET digest = 'x' WHERE case_id = ? AND sequence = 2", (case,))
        )
        path = "/api/v1/assessment/verify"
        assert (await county.get(path, OFFICER)).json()["first_bad"]["case"] == case
        accused = await county.get(path, "auditor")
        assert accused.json()["ok"] is False
        assert case not in accused.text


async def test_a_failed_background_step_names_no_case(tmp_path: Path, logged: io.StringIO) -> None:
    async with local_county(tmp_path) as county:
        await staffed(county)
        case = await county.reported("教育局", **SECRET)
        stopped = asyncio.Event()

        async def failing() -> bool:
            stopped.set()
            raise LookupError(case)

        await county.runtime.keep("events", failing, 0.01, stopped)
        ready = await county.client.get("/readyz")
        assert ready.status_code == 503
        assert [reason["code"] for reason in ready.json()["reasons"]] == ["events_failed"]
        assert "LookupError" not in ready.text
        assert case not in ready.text
        (line,) = (line for line in logged.getvalue().splitlines() if "background step failed" in line)
        assert json.loads(line)["exception"].startswith("LookupError\n")
        assert " failing" in json.loads(line)["exception"]
        assert case not in "".join(line for line in logged.getvalue().splitlines() if "background" in line)


async def test_events_of_an_isolated_case_are_keyed_to_its_handler(isolated: tuple[LocalCounty, str]) -> None:
    county, case = isolated
    miss = next(
        decode(e.body)["id"] for e in await county.runtime.stores.cases.events(case) if b"ReplyOverdue" in e.body
    )
    await county.done(case, "revoke-overdue", OFFICER, event=miss, reason="隔离后撤销")
    stored = await county.runtime.stores.cases.events(case)
    isolated_ones = [event for event in stored if event.topic.endswith(".restricted")]
    assert "OverdueRevoked" in decode(isolated_ones[-1].body)["type"]
    for event in isolated_ones:
        assert event.key == "522728/county-office"
        assert decode(event.body)["partitionkey"] == event.key
