"""What follows a reply or another step: conversion to active disclosure and faults, dated no earlier than what they rest on."""

import pytest

from services.requests.application_commands import (
    AcceptConversion,
    ApproveExtension,
    FindFault,
    NotifyExtension,
    ProposeConversion,
    Reply,
    RequestCorrection,
    ReviewReply,
)
from services.requests.application_events import ConversionAccepted, ConversionProposed, ProcedureFaulted
from services.requests.application_rules import Fault
from tests.scenario import Scenario, left
from tests.unit.application_world import ANSWER, CHIEF, CLERK, COUNTY, HEAD, drafted, file, ready

NOW = "2026-10-20"


def answered(outcome: str = "O2") -> Scenario:
    """Received on 9 October, answered on the 14th."""
    scenario = ready(outcome).and_(drafted(outcome), by=CLERK, on="2026-10-14")
    return scenario.and_(ReviewReply(passed=True), by=HEAD, on="2026-10-14").and_(Reply(), by=CLERK, on="2026-10-14")


def test_a_conversion_is_not_dated_before_the_reply_nor_its_acceptance_before_the_proposal() -> None:
    scenario = answered()
    early = scenario.when(ProposeConversion(), by=CLERK, on="2026-10-13", recorded=NOW)
    early.then_refused("application.before_previous_step", "happened")
    scenario.when(ProposeConversion(), by=CLERK, on="2026-10-15", recorded=NOW).then(ConversionProposed)
    early = scenario.when(AcceptConversion(), by=HEAD, on="2026-10-14 10:00", recorded=NOW)
    early.then_refused("application.before_previous_step", "happened")
    scenario.when(AcceptConversion(), by=HEAD, on="2026-10-16", recorded=NOW).then(ConversionAccepted)


@pytest.mark.parametrize(
    "kind",
    [
        "correction_late",
        "extension_unapproved",
        "extension_unnotified",
        "consultation_missing",
        "reasons_missing",
        "remedy_missing",
    ],
)
def test_a_fault_is_not_dated_before_the_step_at_which_it_was_made(kind: Fault) -> None:
    match kind:
        case "correction_late":
            scenario = file("registered").and_(RequestCorrection(items="请写明年份"), by=CLERK, on="2026-10-14")
        case "extension_unapproved":
            scenario = file("registered").and_(ApproveExtension(reason="需要汇总"), by=CHIEF, on="2026-10-14")
            scenario.and_(NotifyExtension(), by=CLERK, on="2026-10-15")
        case "extension_unnotified":
            scenario = file("registered").and_(ApproveExtension(reason="需要汇总"), by=CHIEF, on="2026-10-14")
        case _:
            scenario = answered()
    early = scenario.when(FindFault(kind=kind), by=COUNTY, on="2026-10-13 18:00", recorded=NOW)
    early.then_refused("application.before_previous_step", "happened")
    found = scenario.when(FindFault(kind=kind), by=COUNTY, on="2026-10-14 18:00", recorded=NOW)
    found.then(left(ProcedureFaulted, kind=kind))


@pytest.mark.parametrize("outcome", sorted(ANSWER))
def test_only_what_was_disclosed_on_application_is_converted(outcome: str) -> None:
    result = answered(outcome).when(ProposeConversion(), by=CLERK, on=NOW)
    if outcome in ("O2", "O3"):
        result.then(ConversionProposed)
    else:
        result.then_refused("application.conversion_of_disclosed")
