"""The image: what is locked, who runs it, what is left out."""

import re

from tests.stack.compose_file import ROOT, WRITTEN_BASE, read_compose

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
LINES = [line for line in re.sub(r"\\\n", " ", TEXT).splitlines() if line and not line.startswith("#")]
STAGES = [i for i, line in enumerate(LINES) if line.startswith("FROM ")]
LAST = LINES[STAGES[-1] :]


def test_every_stage_is_built_on_the_base_that_was_asked_for() -> None:
    assert len(STAGES) >= 2
    assert all(LINES[i].split()[1] == "${BASE_IMAGE}" for i in STAGES)
    default = next(line for line in LINES if line.startswith("ARG BASE_IMAGE="))
    assert re.fullmatch(r"ARG BASE_IMAGE=[a-z]+:\d+\.\d+\.\d+-[a-z-]+", default)
    assert default.partition("=")[2] == WRITTEN_BASE.search(str(read_compose()["services"]["init"]["build"]))[1]  # type: ignore[index]


def test_dependencies_are_locked_by_hash_and_nothing_is_compiled() -> None:
    (install,) = [line for line in LINES if "pip install" in line]
    assert "--require-hashes" in install
    assert "--only-binary :all:" in install
    assert not re.search(r"\bgcc\b|build-essential|g\+\+|cargo|apt-get", TEXT)


def test_the_last_stage_runs_nothing_and_takes_only_what_the_first_one_made() -> None:
    assert not any(line.startswith(("RUN", "ADD")) for line in LAST)
    assert all("--from=build" in line for line in LAST if line.startswith("COPY"))


def test_the_program_runs_as_a_numbered_user_who_is_not_root() -> None:
    (user,) = [line for line in LAST if line.startswith("USER ")]
    assert user == "USER 10001:10001"
    compose = read_compose()["services"]
    assert {s["user"] for s in compose.values() if "GONGKAI_IMAGE" in s["image"]} == {"10001:10001"}


def test_bytecode_is_made_at_build_time_and_not_at_run_time() -> None:
    assert any("compileall" in line for line in LINES[: STAGES[-1]])
    assert any("PYTHONDONTWRITEBYTECODE=1" in line for line in LAST)


def test_the_entry_is_the_command_and_health_is_left_to_the_stack() -> None:
    assert 'ENTRYPOINT ["gongkai"]' in LAST
    assert not any(line.startswith("HEALTHCHECK") for line in LINES)
    assert not TEXT.startswith("# syntax="), "it would name an image to fetch"


def test_the_build_sees_only_what_it_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {line.split()[1] for line in LINES if line.startswith("COPY") and "--from" not in line}
    assert copied == allowed
    assert all((ROOT / path).exists() for path in copied)
