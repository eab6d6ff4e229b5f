"""Prometheus, Grafana, Keycloak: their files parse, and ask only for metrics that the program has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from services.declared import SERVICES
from services.distributed import open_distributed
from services.web import app_of
from shared.settings import read_settings
from tests.stack.compose_file import ROOT, at_defaults, read_compose
from tools.make_secrets import make
from tools.ports import free_ports

DEPLOY = ROOT / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))
SCRAPE = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboards" / "gongkai.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PROMETHEUS_OWN = {"up"}
SERVED = {declared.name for declared in SERVICES}


def expressions() -> Iterator[str]:
    """Every question that is asked of Prometheus."""
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])


def asked_for(expression: str) -> set[str]:
    """The metrics an expression names."""
    return set(re.findall(r"\bgongkai_\w+", expression))


@pytest.fixture
async def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names on ``/metrics`` of an assessment process whose servers are away."""
    kafka, mongo = free_ports(2)
    make(tmp_path / "secrets", tmp_path / ".env")
    settings = read_settings(
        data=tmp_path / "data",
        runtime="distributed",
        kafka=f"127.0.0.1:{kafka}",
        mongo=f"mongodb://127.0.0.1:{mongo}/",
        master_key_file=tmp_path / "secrets" / "master.key",
        token_key_file=tmp_path / "secrets" / "token-ed25519.pem",
    )
    runtime = open_distributed(settings, ("assessment",))
    app = app_of(runtime, ("assessment",))
    try:
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
                await client.get("/healthz")
                found = (await client.get("/metrics")).text
                return set(re.findall(r"^(?:# TYPE )?(gongkai_\w+)", found, re.MULTILINE))
    finally:
        await runtime.close()


async def test_alerts_and_dashboard_use_only_metrics_that_the_program_has(told: set[str]) -> None:
    wanted = set().union(*map(asked_for, expressions()))
    assert wanted
    assert wanted <= told


def test_what_can_go_wrong_has_an_alert() -> None:
    watched = set().union(*(asked_for(rule["expr"]) for rule in RULES))
    assert {
        "gongkai_consumer_lag",
        "gongkai_log_reachable",
        "gongkai_oldest_unsent_seconds",
        "gongkai_parked_events",
        "gongkai_overdue_cases",
        "gongkai_partitions_refused",
        "gongkai_ready",
    } <= watched


def test_a_broker_that_is_away_has_an_alert_of_its_own_that_waits_for_no_event() -> None:
    (rule,) = (rule for rule in RULES if rule["alert"] == "LogUnreachable")
    assert rule["expr"] == "gongkai_log_reachable == 0"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_the_manual_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    zh, _, en = rule["annotations"]["summary"].partition(" / ")
    assert re.search(r"[一-鿿]", zh)
    assert en
    assert f"`{rule['alert']}`" in (ROOT / "docs" / "operations.md").read_text("utf-8")


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_an_expression_has_as_many_closing_as_opening_brackets(expression: str) -> None:
    bare = re.sub(r'"[^"]*"', "", expression)
    for opening, closing in ("()", "{}", "[]"):
        assert bare.count(opening) == bare.count(closing)


def test_every_service_is_scraped_by_name() -> None:
    job = SCRAPE["scrape_configs"][0]
    assert set(job["dns_sd_configs"][0]["names"]) == SERVED
    assert job["relabel_configs"][0]["target_label"] == "service"
    mounted = [v.split(":")[1] for v in read_compose()["services"]["prometheus"]["volumes"]]
    assert set(SCRAPE["rule_files"]) <= set(mounted)


def test_the_dashboard_asks_the_provisioned_source() -> None:
    (source,) = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text("utf-8"))[
        "datasources"
    ]
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {source["uid"]}
    (provider,) = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/gongkai.yaml").read_text("utf-8"))[
        "providers"
    ]
    mounted = [v.split(":")[1] for v in read_compose()["services"]["grafana"]["volumes"]]
    assert provider["options"]["path"] in mounted
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_the_proxy_routes_every_service_and_writes_the_callers_address_anew() -> None:
    text = (DEPLOY / "nginx" / "nginx.conf").read_text("utf-8")
    (routes,) = re.findall(r"location ~ \^/api/v1/\(([^)]+)\)", text)
    assert set(routes.split("|")) == SERVED
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "$proxy_add_x_forwarded_for" not in text, "a caller could choose its own address"
    compose = at_defaults(read_compose())["services"]
    listening = set(re.findall(r"listen (\d+);", text))
    assert {port.rpartition(":")[2] for port in compose["proxy"]["ports"]} == listening
    assert {compose[name]["environment"]["FORWARDED_ALLOW_IPS"] for name in SERVED} == {"*"}


def test_the_proxy_logs_nothing_that_a_caller_sent() -> None:
    text = (DEPLOY / "nginx" / "nginx.conf").read_text("utf-8")
    (line,) = re.findall(r"log_format (.*?);", text, re.DOTALL)
    assert not re.search(r"\$(remote_addr|request_uri|uri|args|query_string|request\b|http_)", line)


def test_the_sample_realm_has_no_passwords_and_no_secrets() -> None:
    realm = json.loads((DEPLOY / "keycloak" / "realm.json").read_text("utf-8"))
    assert "users" not in realm
    assert all("secret" not in client for client in realm["clients"])
    assert realm["registrationAllowed"] is False
