"""Each service its own process: the way of an event from an HTTP command to the ranking, and across services."""

import httpx2

from services.assessment.department import AssignPost
from services.distributed import DistributedRuntime
from shared.domain.directory import SYSTEM
from shared.domain.localtime import read_date
from shared.engine.execute import Asked
from tests.distributed.stack import CLERK, MESSAGES, UNIT, Stack
from tests.integration.program import until


def test_a_command_in_one_process_is_a_fact_in_another(stack: Stack) -> None:
    messages, assessment = stack.start("messages"), stack.start("assessment")
    answer = stack.submit(messages, "one")
    assert answer.status_code == 201, answer.text
    case = answer.json()["id"]
    assert stack.give(messages, case, "accept", "accept").status_code == 200
    assert stack.give(messages, case, "classify", "classify", category="complaint").status_code == 200
    books = stack.projected()
    assert {f"{case}/{n}" for n in (1, 2, 3)} <= set(books.facts)
    ranking = httpx2.get(f"{assessment.url}/api/v1/assessment/ranking/2026Q1", headers=stack.as_(CLERK), timeout=60)
    assert ranking.status_code == 200, ranking.text
    assert ranking.json()["facts"] >= 0
    shown = httpx2.get(f"{assessment.url}/api/v1/assessment/cases/{case}", headers=stack.as_(CLERK), timeout=60)
    assert shown.status_code == 200, shown.text
    assert stack.verified()["ok"]


def test_a_process_answers_only_for_its_service(stack: Stack) -> None:
    publishing = stack.start("publishing")
    assert httpx2.get(f"{publishing.url}/api/v1/publishing/openapi.json").status_code == 200
    assert httpx2.get(f"{publishing.url}{MESSAGES}").status_code == 404
    assert publishing.stop() == 0


def test_a_diverted_message_crosses_to_another_process_and_its_answer_comes_back(stack: Stack) -> None:
    messages, requests = stack.start("messages"), stack.start("requests")
    case = stack.submit(messages, "one").json()["id"]
    assert stack.give(messages, case, "accept", "accept").status_code == 200
    words = {"department": UNIT, "explanation": "已转依申请公开办理。"}
    assert stack.give(messages, case, "divert-to-request", "divert", **words).status_code == 200

    def taken_over() -> str | None:
        shown = httpx2.get(f"{messages.url}{MESSAGES}/{case}", headers=stack.as_(CLERK), timeout=30).json()
        found = [e["data"]["taken_over_as"] for e in shown["events"] if "DiversionAccepted" in e["type"]]
        return found[0] if found else None

    number = until(taken_over, "the answer of requests")
    listed = httpx2.get(
        f"{requests.url}/api/v1/requests/applications/{number}", headers=stack.as_(f"clerk@{UNIT}"), timeout=30
    )
    assert listed.status_code == 200, listed.text


def test_two_processes_of_one_service_share_the_work_and_double_nothing(stack: Stack) -> None:
    first, second = stack.start("messages"), stack.start("messages")
    stack.start("assessment")
    stack.start("assessment")
    for n in range(12):
        assert stack.submit((first, second)[n % 2], f"m{n}").status_code == 201
    again = stack.submit(second, "m0")
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    books = stack.projected()
    assert books.names["MessageReceived"] == 12
    assert stack.verified()["ok"]


def test_a_report_is_frozen_by_one_process_and_printed_alike_by_another(stack: Stack) -> None:
    async def head(runtime: DistributedRuntime) -> None:
        engine = runtime.engine("assessment")
        post = AssignPost.model_validate({"subject": "head", "role": "head", "since": read_date("2026-01-01")})
        await engine.execute(engine.kind("department"), f"department-{UNIT}", [Asked(post, SYSTEM, "post:head")])
        await runtime.settle_down()

    stack.inside(head)
    one, other = stack.start("assessment"), stack.start("assessment")
    reports = "/api/v1/assessment/annual-reports"

    def give(path: str, **fields: object) -> httpx2.Response:
        return httpx2.post(f"{one.url}{reports}{path}", json=fields, headers=stack.as_("head"), timeout=60)

    assert give("", year=2025, department=UNIT).status_code == 201
    case = f"/annual-report-2025-{UNIT}"
    assert give(f"{case}/enter-figures", licences=7, source="台账").status_code == 200
    assert stack.projected().names["FiguresEntered"] == 1
    until(lambda: give(f"{case}/freeze-report").status_code == 200, "everything recorded is counted")
    address = f"/api/v1/assessment/report/annual/2025.docx?department={UNIT}&edition=1"
    first, second = (
        httpx2.get(f"{running.url}{address}", headers=stack.as_("head"), timeout=60) for running in (one, other)
    )
    assert (first.status_code, second.status_code) == (200, 200), second.text
    assert first.content == second.content
