"""The compose file: valid by the Compose Specification's schema, and by the rules of this house."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from services.cli.serve import GRACE_SECONDS
from services.declared import SERVICES
from services.distributed import STOP_WITHIN
from shared.settings import Settings
from tests.stack.compose_file import ROOT, at_defaults, is_one_shot, read_compose, seconds

SCHEMA = Path(__file__).parent / "compose-spec.json"
WRITTEN = read_compose()
COMPOSE = at_defaults(WRITTEN)
STACK: dict[str, dict[str, Any]] = COMPOSE["services"]
NAMES = sorted(STACK)
OURS = [name for name in NAMES if STACK[name]["image"].startswith("gongkai:")]
SERVED = sorted(declared.name for declared in SERVICES)
PROFILES = {
    "observability": {"prometheus", "grafana"},
    "idp": {"keycloak"},
    "tools": {"tool"},
}
WRITES_INTO_ITSELF = {"keycloak"}
"""Not read-only: see the reason in the compose file."""
SECRET_WORDS = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|MONGO|CREDENTIAL", re.IGNORECASE)
RUNS = re.compile(r"docker compose run ([^`\n]+)")
each_service = pytest.mark.parametrize("name", NAMES)


def test_the_file_is_valid_by_the_schema_of_the_specification() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(WRITTEN)
    jsonschema.Draft202012Validator(schema).validate(COMPOSE)


def test_every_declared_service_has_a_process_and_every_profile_what_belongs_to_it() -> None:
    for name in SERVED:
        assert STACK[name]["command"][:2] == ["serve", name]
    found: dict[str, set[str]] = {}
    for name, service in STACK.items():
        for profile in service.get("profiles", ()):
            found.setdefault(profile, set()).add(name)
    assert found == PROFILES


@each_service
def test_every_image_is_a_variable_with_an_exact_version_for_its_default(name: str) -> None:
    written = WRITTEN["services"][name]["image"]
    assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[^}]+\}", written)
    repository, _, tag = STACK[name]["image"].partition(":")
    assert re.fullmatch(r"[a-z/]+", repository)
    assert re.fullmatch(r"v?\d+\.\d+\.\d+(-[a-z]+)*", tag), f"no exact version: {tag}"


def test_latest_is_nowhere() -> None:
    texts = [
        ROOT / "docker-compose.yml",
        ROOT / "Dockerfile",
        *(p for p in (ROOT / "deploy").rglob("*") if p.is_file()),
    ]
    assert [path for path in texts if "latest" in path.read_text("utf-8")] == []


@each_service
def test_every_container_is_hardened(name: str) -> None:
    service = STACK[name]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert group.isdigit()
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name not in WRITES_INTO_ITSELF)
    assert service["pids_limit"] > 0
    assert "container_name" not in service, "a fixed name allows no second process"
    for key in ("privileged", "cap_add", "devices", "pid", "ipc", "userns_mode"):
        assert key not in service


@each_service
def test_memory_is_limited_and_logs_are_rotated(name: str) -> None:
    service = STACK[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["logging"]["driver"] == "json-file"
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@each_service
def test_what_runs_on_has_a_health_check_and_comes_back_and_what_runs_once_does_neither(name: str) -> None:
    service = STACK[name]
    if is_one_shot(service):
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        check = service["healthcheck"]
        assert check["test"][0] == "CMD", "a list of words, no shell line"
        assert seconds(check["timeout"]) >= 5
        assert {"interval", "retries", "start_period"} <= check.keys()


@pytest.mark.parametrize("name", OURS)
def test_a_grace_period_is_longer_than_the_program_takes_to_stop(name: str) -> None:
    assert seconds(STACK[name]["stop_grace_period"]) >= GRACE_SECONDS + STOP_WITHIN + 10


@each_service
def test_every_grace_period_is_said(name: str) -> None:
    assert seconds(STACK[name]["stop_grace_period"]) >= 10


def test_the_proxy_waits_longer_than_the_services_take_to_answer_their_last_request() -> None:
    assert seconds(STACK["proxy"]["stop_grace_period"]) >= GRACE_SECONDS


@each_service
def test_volumes_are_named_or_files_of_the_repository_to_be_read(name: str) -> None:
    for volume in STACK[name].get("volumes", ()):
        source, target, *mode = volume.split(":")
        assert target.startswith("/")
        if source.startswith("./"):
            assert source.startswith("./deploy/")
            assert (ROOT / source).exists()
            assert mode == ["ro"]
        else:
            assert source in COMPOSE["volumes"]


def test_every_declared_volume_secret_and_network_is_used() -> None:
    volumes = {v.split(":")[0] for s in STACK.values() for v in s.get("volumes", ()) if not v.startswith("./")}
    networks = {network for s in STACK.values() for network in s.get("networks", ())}
    assert volumes == COMPOSE["volumes"].keys()
    assert networks == COMPOSE["networks"].keys()
    assert {source for s in STACK.values() for source in _secrets(s)} == COMPOSE["secrets"].keys()


def test_secrets_are_files_outside_the_repository() -> None:
    for secret in COMPOSE["secrets"].values():
        assert secret.keys() == {"file"}
        assert secret["file"].startswith("./secrets/")
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"secrets/", ".env"} <= set(ignored)


@each_service
def test_no_secret_is_an_environment_variable(name: str) -> None:
    for variable, value in STACK[name].get("environment", {}).items():
        if SECRET_WORDS.search(variable):
            assert value in ("true", "false") or value.startswith("/run/secrets/"), variable


@each_service
def test_whoever_reads_secrets_is_in_the_group_that_may(name: str) -> None:
    if _secrets(STACK[name]):
        assert WRITTEN["services"][name]["group_add"] == ["${GONGKAI_SECRETS_GID:-10001}"]


def test_each_service_has_an_address_of_the_store_of_its_own() -> None:
    for name in SERVED:
        stores = [source for source in _secrets(STACK[name]) if source.startswith("mongo-")]
        assert stores == [f"mongo-{name}"]


def test_ports_are_published_by_the_proxy_alone_and_on_loopback_unless_told_otherwise() -> None:
    assert [name for name in NAMES if "ports" in STACK[name]] == ["proxy"]
    for port in STACK["proxy"]["ports"]:
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


def test_the_stores_are_on_a_network_without_a_way_out() -> None:
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert STACK["kafka"]["networks"] == STACK["mongo"]["networks"] == ["data"]
    assert "data" not in STACK["proxy"]["networks"]


@each_service
def test_a_dependency_is_there_says_what_it_waits_for_and_can_give_it(name: str) -> None:
    profiles = set(STACK[name].get("profiles", ()))
    for other, how in STACK[name].get("depends_on", {}).items():
        condition = how["condition"]
        assert (
            condition
            == {
                True: "service_completed_successfully",
                False: "service_healthy" if name != "mongo-init" else "service_started",
            }[is_one_shot(STACK[other])]
        )
        assert set(STACK[other].get("profiles", ())) <= profiles, "it would not be started"


def test_a_tool_beside_the_stack_starts_nothing_and_runs_nothing_again() -> None:
    for name in PROFILES["tools"]:
        assert not {"depends_on", "links", "volumes_from", "network_mode", "pid", "ipc"} & STACK[name].keys()
        assert is_one_shot(STACK[name])


@pytest.mark.parametrize("manual", ["docs/operations.md", "docs/operations-data.md", "README.md", "README.zh-CN.md"])
def test_the_manual_runs_only_what_leaves_the_running_services_alone(manual: str) -> None:
    """``mongo-init`` waits for the store alone, which it is there to ask."""
    assert set(STACK["mongo-init"]["depends_on"]) == {"mongo"}
    text = (ROOT / manual).read_text("utf-8")
    options = r"--(?:env|volume|user)[ =]\S+|-[evu] \S+|--\S+"
    runs = [re.sub(options, "", re.sub(r'"[^"]*"', "quoted", run)) for run in RUNS.findall(text)]
    words = [run.split()[0] for run in runs]
    assert set(words) <= {*PROFILES["tools"], "mongo-init"}


def test_what_does_not_come_up_is_followed_by_its_last_words() -> None:
    """Compose itself says no more than that somebody did not complete."""
    text = (ROOT / "Makefile").read_text("utf-8")
    starts = [line for line in text.splitlines() if "up --detach --wait" in line]
    assert starts
    assert all(line.endswith("|| { $(STACK_SAYS); exit 1; }") for line in starts)
    (says,) = re.findall(r"^STACK_SAYS = (.*)$", text, re.MULTILINE)
    one_shots = {name for name in NAMES if is_one_shot(STACK[name]) and "profiles" not in STACK[name]}
    assert one_shots <= set(re.findall(r"[a-z-]+", says.partition("logs")[2]))


def test_every_one_shot_is_waited_for_by_something_that_runs_on() -> None:
    """``up --wait`` fails on one that nobody waits for."""
    waited = {other for name in NAMES if not is_one_shot(STACK[name]) for other in STACK[name].get("depends_on", {})}
    assert {name for name in NAMES if is_one_shot(STACK[name]) and "profiles" not in STACK[name]} <= waited


@pytest.mark.parametrize("name", OURS)
def test_the_program_knows_every_setting_it_is_given(name: str) -> None:
    given = {v for v in STACK[name]["environment"] if v.startswith("GONGKAI_")}
    known = {f"GONGKAI_{field.upper()}" for field in Settings.model_fields}
    assert given <= known
    assert STACK[name]["environment"]["GONGKAI_RUNTIME"] == "distributed"


def test_the_clock_is_set_by_nobody_unless_the_caller_sets_it() -> None:
    for name in OURS:
        assert STACK[name]["environment"]["GONGKAI_CLOCK"] is None


def test_the_program_is_built_once_from_the_repository() -> None:
    built = {name: service["build"] for name, service in STACK.items() if "build" in service}
    assert built.keys() == {"init"}
    arguments = {line.split("=")[0].split()[1] for line in _dockerfile() if line.startswith("ARG ")}
    assert built["init"]["args"].keys() <= arguments


def _secrets(service: dict[str, Any]) -> list[str]:
    return [s if isinstance(s, str) else s["source"] for s in service.get("secrets", ())]


def _dockerfile() -> list[str]:
    return (ROOT / "Dockerfile").read_text("utf-8").splitlines()
