"""What the letters of an application (依申请公开文书) may say: the fields that their templates name. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from services.requests.application_rules import number_of
from services.requests.application_state import REPLY, Application, Consultation
from services.requests.letters import texts
from shared.domain.kind import Event
from shared.domain.letter import Issue, LetterField, Letters, date_in_words
from shared.domain.letter_files import read_letters
from shared.domain.text import Text

Value = Callable[[Application, Any, Issue], str | None]


def _of_event(name: str) -> Value:
    return lambda state, event, issue: _said(getattr(event, name, None))


def _of_state(name: str) -> Value:
    return lambda state, event, issue: _said(getattr(state, name))


def _of_draft(name: str) -> Value:
    return lambda state, event, issue: _said(getattr(state.draft, name, None))


def _said(value: object) -> str | None:
    """A value in words; none for nothing, and for none of something."""
    if isinstance(value, date):
        return date_in_words(value)
    return str(value) if value else None


def _applicant(state: Application, event: Event, issue: Issue) -> str | None:
    """By name; a matter handed on without one goes to whoever has its number."""
    return state.name or f"{issue.number}申请人"


def _reason(state: Application, event: Any, issue: Issue) -> str | None:
    return getattr(event, "reason", None) or state.extension_reason


def _how(state: Application, event: Event, issue: Issue) -> str | None:
    """The way to the information; where it goes along with the reply, that."""
    if state.draft is None:
        return None
    files = len(state.draft.attachments)
    return state.draft.how or (f"随本答复书一并提供，共{files}份附件" if files else None)


def _number(of: Value) -> Value:
    """The number by which people know the application that the value is the id of."""

    def number(state: Application, event: Any, issue: Issue) -> str | None:
        case = of(state, event, issue)
        return None if case is None else number_of(case)

    return number


def _consulted(name: str) -> Value:
    def of(state: Application, event: Any, issue: Issue) -> str | None:
        found = _consultation(state, getattr(event, "consultation", None))
        return _said(getattr(found, name, None))

    return of


def _consultation(state: Application, which: str | None) -> Consultation | None:
    return next((one for one in state.consultations if one.waiting.id == which), None)


def _reply_due(state: Application, event: Event, issue: Issue) -> str | None:
    """The due date to which the event moved the reply, as it was told then."""
    move = next((one for one in event.clocks if one.clock == REPLY and one.due is not None), None)
    if move is None or move.due is None:
        return None
    return date_in_words(move.due) + ("（暂定）" if move.provisional else "")


FIELDS: Final[Mapping[str, LetterField[Application]]] = {
    "applicant": LetterField(Text("申请人", "the applicant"), _applicant, "name"),
    "application": LetterField(Text("申请编号", "the application's number"), lambda s, e, issue: issue.number),
    "subject": LetterField(Text("申请事项", "the subject"), _of_state("title"), "title"),
    "submitted": LetterField(Text("提交日期", "when it was submitted"), _of_state("submitted")),
    "received": LetterField(Text("收到日期", "when it was received"), _of_state("received")),
    "reply_limit": LetterField(Text("答复期限", "the limit of the reply"), _of_state("limit")),
    "reply_due": LetterField(Text("答复到期日", "when the reply is due"), _reply_due),
    "items": LetterField(Text("补正事项", "what is to be corrected"), _of_event("items"), "items"),
    "period": LetterField(Text("补正期限", "the period of correction"), _of_event("period")),
    "asked": LetterField(Text("征求对象", "who is asked"), _consulted("asked")),
    "party": LetterField(Text("被征求意见方", "who is asked"), _consulted("party"), "party"),
    "content": LetterField(Text("征求意见的内容", "what is asked"), _consulted("content"), "content"),
    "limit": LetterField(Text("期限", "the limit"), _of_event("limit")),
    "days": LetterField(Text("延长或确定的期限", "the days of the longer period"), _of_event("days")),
    "reason": LetterField(Text("理由", "the reason"), _reason, "reason"),
    "explanation": LetterField(Text("说明", "the explanation"), _of_event("explanation"), "explanation"),
    "method": LetterField(Text("计收方式", "the method of the fee"), _of_event("method")),
    "quantity": LetterField(Text("数量", "the quantity"), _of_event("quantity")),
    "amount": LetterField(Text("金额", "the amount"), _of_event("amount")),
    "outcome": LetterField(Text("答复类型", "the outcome"), _of_state("outcome")),
    "merged_into": LetterField(Text("并入的申请", "merged into"), _of_state("merged_into")),
    "merged_number": LetterField(
        Text("并入的申请的编号", "the number of the one merged into"), _number(_of_state("merged_into"))
    ),
    "status": LetterField(Text("办理状态", "where it stands"), _of_state("status")),
    "reply": LetterField(Text("答复内容", "the reply"), _of_draft("reply"), "reply"),
    "how": LetterField(Text("获取方式和途径", "how and where it can be had"), _how, "how"),
    "ground": LetterField(Text("不予公开的情形", "the ground for withholding"), _of_draft("ground")),
    "reasons": LetterField(Text("理由", "the reasons"), _of_draft("reasons"), "reasons"),
    "procedure": LetterField(
        Text("应当依照的办法或渠道", "the procedure or channel to use"), _of_draft("procedure"), "procedure"
    ),
    "earlier": LetterField(
        Text("此前已答复的申请编号", "the application that was answered before"), _of_draft("earlier")
    ),
    "earlier_number": LetterField(
        Text("此前已答复的申请编号", "the application that was answered before"), _number(_of_draft("earlier"))
    ),
    "remedy": LetterField(Text("救济途径", "the remedy"), _of_draft("remedy")),
    "public_interest": LetterField(
        Text("公共利益理由", "the public interest"), _of_draft("public_interest"), "public_interest"
    ),
    "request": LetterField(Text("要求更正的内容", "the correction asked for"), _of_state("record_request"), "request"),
    "decision": LetterField(Text("处理", "the decision"), _of_event("decision")),
    "kind": LetterField(Text("文书", "the letter"), _of_event("kind")),
}
"""What a template may name, and for whom it is readable."""

_MADE_OF: Final = {"earlier_number": "earlier"}
"""Fields that are made of another one, in which they are filled in."""

LETTERS: Final[Letters[Application]] = read_letters(texts(), FIELDS)


def lacking(state: Application, drafted: Any, outcome: str, issue: Issue) -> str | None:
    """The first field of a draft that the reply of its outcome needs and that is empty."""
    drawn = LETTERS.drawn_as(LETTERS.templates[f"reply-{outcome.lower()}"], state, drafted, issue)
    filled_in = (_MADE_OF.get(name, name) for name in drawn.blank)
    return next((name for name in filled_in if name in type(drafted).model_fields), None)
