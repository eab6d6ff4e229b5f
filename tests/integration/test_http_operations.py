"""Beside the cases: documentation offline, OpenAPI that tells the truth, health, metrics, logs without secrets, faults."""

import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

import shared.web
from services.assessment import calendar, department, plan_case
from services.messages import MESSAGE
from shared.domain.kind import CaseKind, RuleBroken
from shared.domain.text import Text
from shared.storage.port import Parked, StoreAway
from shared.web.app import compose_app
from shared.web.metrics import Figure
from shared.web.openapi import openapi_document
from shared.web.operations import Health, Reason
from shared.web.reading import json_answer
from shared.web.service_routes import service_routes
from tests.county_over_http import LETTER, MESSAGES, County, problem
from tests.local_county import local_county

DOCS, OPENAPI = "/api/v1/messages/docs", "/api/v1/messages/openapi.json"
ASSESSMENT: tuple[CaseKind[Any], ...] = (calendar.KIND, department.KIND, plan_case.KIND)
STATIC = Path(shared.web.__file__).parent / "static"


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_the_openapi_of_submit_tells_what_the_decision_asks_for(luodian: County) -> None:
    """Name and a way to reach the writer are optional in the schema, and needed from everybody but the system."""
    document = (await luodian.client.get(OPENAPI)).json()
    submit = document["paths"]["/messages"]["post"]
    assert document["components"]["schemas"]["message.Submit"]["required"] == ["title", "text"]
    body = {name: LETTER[name] for name in ("title", "text")}
    for field in ("name", "phone"):
        refused = problem(await luodian.client.post(MESSAGES, json=body), 409)
        assert refused["field"] == field
        said = refused["detail"].rpartition("：")[2]
        assert said in submit["description"]
        assert f"（{field}）：{said}" in document["components"]["schemas"]["message.Submit"]["description"]
        assert f"({field}): " in submit["x-description-en"]
        body[field] = LETTER[field]
    assert (await luodian.client.post(MESSAGES, json=body)).status_code == 201
    accept = document["paths"]["/messages/{id}/accept"]["post"]
    assert "还须填写" not in accept["description"]


# -- documentation -----------------------------------------------------------------------------------------------------


async def test_the_documentation_page_loads_nothing_from_elsewhere(luodian: County) -> None:
    page = await luodian.client.get(DOCS)
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    found = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(set(found)) == ["docs/docs.css", "docs/docs.js", "openapi.json"]
    for name in found:
        assert (await luodian.client.get(f"/api/v1/messages/{name}")).status_code == 200


@pytest.mark.parametrize("file", sorted(path.name for path in STATIC.iterdir()))
def test_no_static_file_names_another_host_or_needs_a_looser_policy(file: str) -> None:
    text = (STATIC / file).read_text("utf-8")
    assert not re.search(r"https?:|//[a-z]|@import|url\(|eval\(|innerHTML|style=|onclick=|<style", text)


async def test_nothing_beside_the_page_s_own_files_is_served(luodian: County) -> None:
    for name in ("docs.html", "other.js", "..", "docs.js/x", "%2e%2e%2fapp.py"):
        problem(await luodian.client.get(f"{DOCS}/{name}"), 404, "no_route")


async def test_the_document_describes_every_command_with_title_help_basis_and_who_may(luodian: County) -> None:
    document = (await luodian.client.get(OPENAPI)).json()
    for model in MESSAGE.commands:
        if model.command_opens:
            operation = document["paths"]["/messages"]["post"]
        else:
            operation = document["paths"][f"/messages/{{id}}/{model.command_name}"]["post"]
        assert operation["summary"] == model.command_title.zh
        assert operation["x-title-en"] == model.command_title.en
        assert operation["x-basis"] == model.command_basis.zh
        assert operation["x-allowed"]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        schema = document["components"]["schemas"][name]
        assert set(schema["properties"]) == set(model.model_fields)
        assert all(field["title"] and field["x-title-en"] for field in schema["properties"].values())
        assert {"401", "403", "409", "412", "413", "422", "429", "503"} <= operation["responses"].keys()


@pytest.mark.parametrize(("name", "kinds"), [("messages", (MESSAGE,)), ("assessment", ASSESSMENT)])
def test_the_document_is_whole_and_the_same_each_time(name: str, kinds: tuple[CaseKind[Any], ...]) -> None:
    document = openapi_document(name, Text("服务", "Service"), kinds)
    text = json.dumps(document, ensure_ascii=False)
    assert text == json.dumps(openapi_document(name, Text("服务", "Service"), kinds), ensure_ascii=False)
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', text)):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"], reference
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    names = [o["operationId"] for item in document["paths"].values() for m, o in item.items() if m != "parameters"]
    assert len(names) == len(set(names))


async def test_answers_are_as_the_document_says(luodian: County) -> None:
    document = (await luodian.client.get(OPENAPI)).json()

    def check(schema: str, body: Any) -> None:
        jsonschema.validate(body, {"$ref": f"#/components/schemas/{schema}", "components": document["components"]})

    opened = await luodian.submit()
    check("Opened", opened.json())
    case = await luodian.answered()
    office = luodian.as_("office@county-office")
    check("Answer", await luodian.done(case, "comment", "clerk@county-office", text="x"))
    check("Case", (await luodian.client.get(f"{MESSAGES}/{case}", headers=office)).json())
    check("Page", (await luodian.client.get(MESSAGES, headers=office)).json())
    check("Page", (await luodian.client.get("/api/v1/messages/todo", headers=office)).json())
    check("Why", (await luodian.client.get(f"{MESSAGES}/{case}/why", headers=office)).json())
    receipt = opened.json()["receipt"]
    check("Following", receipt)
    check("Followed", (await luodian.client.post(f"{MESSAGES}/follow", json=receipt)).json())
    check("Problem", (await luodian.client.post(MESSAGES, json={})).json())
    check("Problem", (await luodian.give(case, "reply", "head@education")).json())
    check("message.Submit", dict(LETTER))


# -- operations --------------------------------------------------------------------------------------------------------


async def test_health_and_readiness_are_apart(luodian: County) -> None:
    assert (await luodian.client.get("/healthz")).json() == {"status": "ok"}
    ready = await luodian.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})
    reasons = (
        Reason("reference_not_read", Text("尚未读完", "not read yet")),
        Reason("store_away", Text("不在", "away")),
    )
    luodian.health = Health(False, reasons, {"lag": 3})
    waiting = await luodian.client.get("/readyz")
    assert waiting.status_code == 503
    assert waiting.json() == {
        "ready": False,
        "reasons": [
            {"code": "reference_not_read", "message": "尚未读完", "message_en": "not read yet"},
            {"code": "store_away", "message": "不在", "message_en": "away"},
        ],
        "lag": 3,
    }
    assert (await luodian.client.get("/healthz")).status_code == 200


async def test_metrics_count_requests_by_route_and_commands_by_outcome(luodian: County) -> None:
    async def count(name: str) -> float:
        text = (await luodian.client.get("/metrics")).text
        found = [line for line in text.splitlines() if line.startswith(name)]
        return float(found[0].rsplit(" ", 1)[1]) if found else 0.0

    route = 'method="POST",route="/api/v1/messages/messages/{id}/accept",status='
    names = {
        "ok": f'gongkai_http_requests_total{{{route}"200"}}',
        "refused": f'gongkai_http_requests_total{{{route}"409"}}',
        "done": 'gongkai_commands_total{command="accept",kind="message",outcome="done"}',
        "not done": 'gongkai_commands_total{command="accept",kind="message",outcome="refused"}',
        "replayed": 'gongkai_commands_total{command="accept",kind="message",outcome="replayed"}',
    }
    before = {what: await count(name) for what, name in names.items()}
    case = (await luodian.submit()).json()["id"]
    headers = luodian.as_("clerk@county-office", **{"Idempotency-Key": "m"})
    for _ in range(2):
        await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=headers)
    await luodian.give(case, "accept", "clerk@county-office")
    after = {what: await count(name) for what, name in names.items()}
    assert {what: after[what] - before[what] for what in names} == {
        "ok": 2.0,
        "refused": 1.0,
        "done": 1.0,
        "not done": 1.0,
        "replayed": 1.0,
    }


async def test_a_figure_of_the_runtime_is_asked_for_when_somebody_looks(luodian: County) -> None:
    values = iter((3, 5))

    async def figures() -> list[Figure]:
        return [Figure("test_outbox_age_seconds", "age of the oldest unsent event", next(values))]

    async with client_of(compose_app([luodian.routes], [], ready, figures)) as client:
        for expected in ("3.0", "5.0"):
            text = (await client.get("/metrics")).text
            assert f"gongkai_test_outbox_age_seconds {expected}" in text


async def test_figures_stay_as_told_last_while_the_store_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*asked: object) -> list[Parked]:
        raise StoreAway()

    async with local_county(tmp_path) as county:
        positions = county.runtime.stores.positions
        await positions.park(Parked("somebody", "gongkai.messages", 0, 7, None, None, "unreadable", b"?"))
        told = [(await county.client.get("/metrics")).text]
        monkeypatch.setattr(positions, "parked", away)
        told.append((await county.client.get("/metrics")).text)
    for text in told:
        assert "gongkai_parked_events 1.0" in text
        assert "gongkai_unsent_files 0.0" in text
        assert "gongkai_ready 1.0" in text


async def test_a_wild_address_is_counted_under_no_name_of_its_own(luodian: County) -> None:
    for path in ("/wp-login.php", "/api/v1/messages/messages/M2026-000001/secret-13812345678", "/api/v1/x"):
        problem(await luodian.client.get(path), 404, "no_route")
    text = (await luodian.client.get("/metrics")).text
    assert "wp-login" not in text
    assert "13812345678" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/messages",
        "/api/v1/messages/",
        "/api/v1/messages/letters",
        "/api/v1/messages/messages/",
        "/api/v1/messages/messages//accept",
        "/api/v1/messages/messages.docx",
        "/api/v1/messages/messages/a/b/c/d",
        "/docs",
        "/openapi.json",
        "/redoc",
    ],
)
async def test_an_unknown_address_is_a_problem_like_any_other(luodian: County, path: str) -> None:
    body = problem(await luodian.client.get(path, headers={"Accept-Language": "en"}), 404, "no_route")
    assert body["detail"] == "there is no such address"


# -- what a process adds ----------------------------------------------------------------------------------------------


async def test_a_process_may_add_routes_for_a_collection(luodian: County) -> None:
    async def import_list(request: Request, kind: CaseKind[Any]) -> Response:
        return json_answer({"kind": kind.name, "bytes": len(await request.body())})

    engine, gate = luodian.service.engine, luodian.routes.gate
    routes = service_routes(
        "messages",
        Text("政民互动", "Messages"),
        (MESSAGE,),
        engine,
        gate,
        {"messages": {("POST", "import"): import_list}},
    )
    async with client_of(compose_app([routes], [], ready)) as client:
        answer = await client.post(f"{MESSAGES}.import", content=b"12345")
        assert answer.json() == {"kind": "message", "bytes": 5}
        problem(await client.get(f"{MESSAGES}.import"), 405)
        problem(await client.post(f"{MESSAGES}.export"), 404, "no_route")
        problem(await client.post("/api/v1/messages/letters.import"), 404, "no_route")


async def test_a_process_s_own_routers_answer_their_faults_like_everything_else(luodian: County) -> None:
    router = APIRouter(prefix="/api/v1/messages")
    broken: list[Exception] = [RuleBroken("x.y", Text("不可", "no"), Text("第一条", "Art. 1")), StoreAway()]

    @router.get("/sums/{number}")
    async def sums(number: int) -> dict[str, int]:
        if number < 0:
            raise broken.pop(0)
        return {"sum": number}

    async with client_of(compose_app([luodian.routes], [router], ready)) as client:
        assert (await client.get("/api/v1/messages/sums/3")).json() == {"sum": 3}
        assert problem(await client.get("/api/v1/messages/sums/-1"), 409)["basis"] == "第一条"
        problem(await client.get("/api/v1/messages/sums/-1"), 503, "store_away")
        wrong = problem(await client.get("/api/v1/messages/sums/x", headers={"Accept-Language": "en"}), 422)
        assert wrong["errors"] == [{"field": "number", "detail": "number: must be a whole number"}]
        problem(await client.post("/api/v1/messages/sums/3"), 405)
        problem(await client.get("/api/v1/messages/sum/3"), 404, "no_route")
        text = (await client.get("/metrics")).text
        assert 'route="/api/v1/messages/sums/{number}",status="200"' in text
        assert (await client.get(OPENAPI)).status_code == 200


async def test_a_head_request_is_answered_as_its_get(luodian: County) -> None:
    for path in ("/healthz", OPENAPI, MESSAGES):
        assert (await luodian.client.head(path)).status_code == (await luodian.client.get(path)).status_code


async def ready() -> Health:
    return Health(True)


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://county")


# -- around every request ----------------------------------------------------------------------------------------------


async def test_a_request_id_is_taken_where_it_is_one_and_made_where_not(luodian: County) -> None:
    given = await luodian.client.get("/healthz", headers={"X-Request-Id": "abc-1.2_3"})
    assert given.headers["x-request-id"] == "abc-1.2_3"
    for wild in ("", "a b", "x" * 65, "注入", "a\tb"):
        made = await luodian.client.get("/healthz", headers={"X-Request-Id": wild.encode()})
        assert re.fullmatch("[0-9a-f]{32}", made.headers["x-request-id"])


async def test_every_answer_carries_the_security_headers(luodian: County) -> None:
    for path in ("/healthz", DOCS, MESSAGES, "/nowhere"):
        headers = (await luodian.client.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert (await luodian.client.get(MESSAGES)).headers["cache-control"] == "no-store"


async def test_a_log_line_names_request_case_service_status_and_time(luodian: County, logged: io.StringIO) -> None:
    case = (await luodian.submit()).json()["id"]
    headers = luodian.as_("clerk@county-office", **{"X-Request-Id": "r-1"})
    await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=headers)
    line = next(entry for entry in lines(logged) if entry.get("request_id") == "r-1")
    assert (
        line.items()
        >= {
            "event": "request",
            "level": "info",
            "service": "messages",
            "case": case,
            "method": "POST",
            "route": "/api/v1/messages/messages/{id}/accept",
            "status": 200,
        }.items()
    )
    assert line["ms"] > 0
    assert line["timestamp"].endswith("Z")


async def test_logs_hold_no_personal_data_no_codes_and_no_tokens(luodian: County, logged: io.StringIO) -> None:
    answer = await luodian.submit()
    receipt = answer.json()["receipt"]
    await luodian.client.post(f"{MESSAGES}/follow", json=receipt)
    await luodian.client.post(f"{MESSAGES}/follow", json={"number": receipt["number"], "code": "WRONGCODE2"})
    headers = luodian.as_("office@county-office")
    await luodian.client.get(f"{MESSAGES}?q=王小明", headers=headers)
    await luodian.client.get(f"{MESSAGES}/{answer.json()['id']}", headers=headers)
    await luodian.client.post(f"{MESSAGES}/13812345678/accept", json={"name": "王小明"}, headers=headers)
    await luodian.submit(phone=["13812345678"])
    text = logged.getvalue()
    assert len(lines(logged)) >= 7
    token = headers["Authorization"].split()[1]
    for secret in (*LETTER.values(), receipt["code"], "WRONGCODE2", token, "q="):
        assert str(secret) not in text
    assert "13812345678" not in text


async def test_the_accused_leave_no_trace_in_logs_and_metrics(luodian: County, logged: io.StringIO) -> None:
    case = await luodian.reported(accused="water")
    await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_("head@water"))
    assert "water" not in logged.getvalue()
    assert "water" not in (await luodian.client.get("/metrics")).text


async def test_what_nobody_foresaw_is_logged_and_told_as_a_problem(
    luodian: County, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("王小明")

    monkeypatch.setattr(luodian.service.engine, "execute", broken)
    answer = await luodian.client.post(MESSAGES, json=dict(LETTER), headers={"X-Request-Id": "r-500"})
    problem(answer, 500, "internal")
    assert "王小明" not in answer.text
    assert answer.headers["x-request-id"] == "r-500"
    failure = next(entry for entry in lines(logged) if entry["event"] == "request failed")
    assert failure["request_id"] == "r-500"
    assert "RuntimeError" in failure["exception"]
    assert "test_http_operations.py" in failure["exception"]
    assert "王小明" not in logged.getvalue()
    assert any(entry["event"] == "request" and entry["status"] == 500 for entry in lines(logged))


def test_the_standard_library_s_lines_are_json_too(logged: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("端口 %s 被占用", 8000)
    try:
        raise ValueError("坏")
    except ValueError:
        logging.getLogger("aiokafka").exception("失败")
    first, second = lines(logged)
    assert first["event"] == "端口 8000 被占用"
    assert (first["level"], first["logger"]) == ("warning", "uvicorn.error")
    assert "ValueError: 坏" in second["exception"]
    assert "端口" in logged.getvalue()


def test_what_must_never_be_logged_is_dropped_whoever_logs_it(logged: io.StringIO) -> None:
    structlog.get_logger("careless").info("signed in", token="eyJ.x.y", phone="13812345678", case="M2026-000001")
    (line,) = lines(logged)
    assert line["case"] == "M2026-000001"
    assert not {"token", "phone"} & line.keys()
