"""What a citizen's command must carry beside what its schema requires, as its own decision says it."""

from datetime import UTC, datetime
from typing import Any

from shared.domain.directory import PUBLIC, Directory
from shared.domain.kind import CaseKind, Context, RuleBroken
from shared.domain.permission import may
from shared.domain.text import Text
from shared.domain.workdays import Calendar
from shared.web.offers import samples, values_of
from shared.web.problems import titles

_MOMENT = datetime(2026, 1, 5, 1, tzinfo=UTC)


def asked_for(kind: CaseKind[Any]) -> Text | None:
    """The optional fields that a person must fill in all the same, each with the rule's words, where the command that
    opens a case is open to the public; None where there are none.

    Found by giving the command to its decision with the least that its schema takes, and each field that it then asks
    for one after the other.
    """
    model = kind.opening
    command = next(iter(samples(model)), None)
    if command is None or not may(PUBLIC, model.command_allowed):
        return None
    context = Context(
        case="",
        number=1,
        now=_MOMENT,
        happened=_MOMENT,
        today=_MOMENT.date(),
        actor=PUBLIC,
        calendar=Calendar.empty(),
        directory=Directory(),
        settings={},
    )
    rules: dict[str, Text] = {}
    while True:
        try:
            kind.commands[model](kind.initial, command, context)
        except RuleBroken as broken:
            field = broken.field
            if field is not None and field not in rules and not model.model_fields[field].is_required():
                rules[field] = broken.message
                command = command.model_copy(update={field: values_of(model.model_fields[field].annotation)[0]})
                continue
        break
    if not rules:
        return None
    named = {field: titles(model.model_fields[field]) for field in rules}
    zh = "；".join(f"{named[field][0]}（{field}）：{rule.zh}" for field, rule in rules.items())
    en = "; ".join(f"{named[field][1]} ({field}): {rule.en}" for field, rule in rules.items())
    return Text(f"必填项之外还须填写——{zh}。否则答复 409。", f"Needed beside the required fields — {en}. 409 without.")
