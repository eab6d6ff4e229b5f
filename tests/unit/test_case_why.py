"""Which clock of a case is explained where nobody names one."""

from services.requests.application import APPLICATION
from services.requests.application_commands import Consult, RecordAnswer, Reply, ReviewReply
from shared.web.views import why_case
from tests.scenario import Scenario, known_calendar
from tests.unit.application_world import CASE, CLERK, HEAD, drafted, file


def _explained(scenario: Scenario, rule: str | None = None) -> str | None:
    found = why_case(CASE, APPLICATION.clocks(scenario.state), rule, known_calendar())
    return None if found is None else str(found["clock"])


def test_of_an_answered_application_the_reply_s_clock_is_explained_and_not_that_of_whom_it_waited_for() -> None:
    scenario = file("registered").and_(
        Consult(asked="third_party", party="某公司", content="合同文本"), by=CLERK, on="2026-10-09 10:00"
    )
    assert _explained(scenario) == "consultation-1"
    scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-10-12")
    scenario.and_(drafted(), by=CLERK, on="2026-10-13").and_(ReviewReply(passed=True), by=HEAD, on="2026-10-13")
    scenario.and_(Reply(), by=CLERK, on="2026-10-14")
    assert _explained(scenario) == "reply"
    assert _explained(scenario, "application.consultation") == "consultation-1"
    assert _explained(scenario, "nothing") is None
