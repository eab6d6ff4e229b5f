"""The letters of applications: a template for each that an event issues, none with an empty field, the same bytes for ever."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any, get_args

import pytest
import yaml
from docx import Document
from pydantic import ValidationError

from services.requests.application import APPLICATION
from services.requests.application_commands import (
    AcceptConversion,
    AnswerOnTheSpot,
    ApproveExtension,
    Archive,
    AskReasons,
    Consult,
    DecideRecordCorrection,
    Erase,
    IssueLetter,
    Merge,
    NoticeFee,
    NotifyExtension,
    ProposeConversion,
    ReceiveCorrection,
    RecordAnswer,
    RecordReasons,
    RecordSearch,
    Register,
    ReplacePeriod,
    Reply,
    RequestCorrection,
    RequestRecordCorrection,
    ReviewReply,
    TakeOver,
    Withdraw,
)
from services.requests.application_events import (
    CorrectionRequested,
    LetterIssued,
    ReplyDrafted,
    ReplySent,
)
from services.requests.application_letters import FIELDS, LETTERS
from services.requests.application_rules import GROUNDS, OUTCOMES, Ground, Remedy, number_of
from services.requests.letters import texts
from shared.documents.layout import signature_indents
from shared.documents.print_view import SECURITY_POLICY, print_view
from shared.documents.word import word
from shared.domain.corrections import VoidEntry
from shared.domain.directory import PUBLIC, SYSTEM
from shared.domain.kind import CaseView, RuleBroken
from shared.domain.letter import ERASED, Letter, TemplateProblem
from shared.domain.letter_files import read_letters
from shared.engine.batch import Given
from shared.engine.letters import Issued, letters_of
from tests.scenario import Scenario, left
from tests.unit.application_world import (
    ANSWER,
    ANSWERED_BEFORE,
    APPLICANT,
    CASE,
    CHIEF,
    CLERK,
    COUNTY,
    HEAD,
    REPEATED,
    drafted,
    file,
    submission,
)
from tests.unit.message_world import DIRECTORY

DAY = "2026-10-12"
OTHER = "A2026-000002"


def asked(whom: str = "third_party", **fields: Any) -> Consult:
    return Consult.model_validate({"asked": whom, "party": "某公司", "content": "合同文本", **fields})


def prepared(outcome: str) -> Scenario:
    """A file in which what the outcome rests on has happened."""
    scenario = file("registered")
    if outcome == "O5":
        scenario.and_(RecordSearch(found=False, search="档案室"), by=CLERK, on=DAY)
    if outcome == "O11":
        scenario.cases = ANSWERED_BEFORE
    if outcome == "O8":
        scenario.and_(RequestCorrection(items="请写明年份"), by=CLERK, on=DAY)
        scenario.and_(ReceiveCorrection(text="不记得"), by=CLERK, on=DAY)
    if outcome == "O13":
        scenario.and_(AskReasons(explanation="一月四十件"), by=CLERK, on=DAY)
        scenario.and_(RecordReasons(reasonable=False, reasons="想看"), by=CLERK, on=DAY)
    if outcome in ("O3", "told"):
        scenario.and_(asked(), by=CLERK, on=DAY)
        scenario.and_(RecordAnswer(consultation="consultation-1", agrees=False), by=CLERK, on=DAY)
    return scenario


def answered(outcome: str, **fields: Any) -> Scenario:
    scenario = prepared("told" if fields else outcome)
    scenario.and_(drafted(outcome, **fields), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    return scenario.and_(Reply(), by=CLERK, on=DAY)


def corrected_records(decision: str, **fields: Any) -> Scenario:
    scenario = file("registered").and_(RequestRecordCorrection(request="出生年份"), by=APPLICANT, on=DAY)
    command = DecideRecordCorrection.model_validate({"decision": decision, **fields})
    return scenario.and_(command, by=HEAD, on=DAY)


def closed(how: str) -> Scenario:
    scenario = file("registered")
    if how == "o15":
        scenario.and_(RequestCorrection(items="年份"), by=CLERK, on=DAY).when_swept("2027-03-01")
    if how == "o16":
        scenario.and_(NoticeFee(method="pages", quantity=50), by=HEAD, on=DAY).when_swept("2027-03-01")
    if how == "withdrawn":
        scenario.and_(Withdraw(), by=APPLICANT, on=DAY)
    if how == "merged":
        other = replace(file("registered").state, writer="s:writer")
        scenario.cases = {OTHER: CaseView(OTHER, "application", 1, other)}
        scenario.and_(Merge(into=OTHER), by=CLERK, on=DAY)
    return scenario.and_(IssueLetter(kind="closure"), by=CLERK, on="2027-03-02")


def reasonable() -> Scenario:
    scenario = file("registered").and_(AskReasons(explanation="一月四十件"), by=CLERK, on=DAY)
    return scenario.and_(RecordReasons(reasonable=True, reasons="课题研究"), by=CLERK, on=DAY)


def converted() -> Scenario:
    scenario = answered("O2").and_(ProposeConversion(), by=APPLICANT, on=DAY).and_(AcceptConversion(), by=HEAD, on=DAY)
    return scenario.and_(IssueLetter(kind="conversion"), by=CLERK, on=DAY)


def extended() -> Scenario:
    scenario = file("registered").and_(ApproveExtension(reason="需要汇总"), by=CHIEF, on=DAY)
    return scenario.and_(NotifyExtension(), by=CLERK, on=DAY)


STORIES: Mapping[str, Any] = {
    "receipt": lambda: file("registered").and_(IssueLetter(kind="receipt"), by=CLERK, on=DAY),
    "correction": lambda: file("registered").and_(RequestCorrection(items="一、年份\n二、学校"), by=CLERK, on=DAY),
    "consultation-third-party": lambda: file("registered").and_(asked(), by=CLERK, on=DAY),
    "consultation-co-producer": lambda: file("registered").and_(asked("co_producer"), by=CLERK, on=DAY),
    "extension": extended,
    "reasons": lambda: file("registered").and_(AskReasons(explanation="一月四十件"), by=CLERK, on=DAY),
    "period": lambda: reasonable().and_(ReplacePeriod(days=40), by=HEAD, on=DAY),
    "fee-items": lambda: file("registered").and_(NoticeFee(method="items", quantity=31), by=HEAD, on=DAY),
    "fee-pages": lambda: file("registered").and_(NoticeFee(method="pages", quantity=50), by=HEAD, on=DAY),
    **{f"reply-{outcome.lower()}": lambda outcome=outcome: answered(outcome) for outcome in ANSWER},
    "third-party-told": lambda: answered("O2", public_interest="涉及公共安全"),
    **{f"closure-{how}": lambda how=how: closed(how) for how in ("o15", "o16", "withdrawn", "merged")},
    "conversion": converted,
    "record-corrected": lambda: corrected_records("corrected"),
    "record-transferred": lambda: corrected_records("transferred", reason="公安局，电话 0854"),
    "record-refused": lambda: corrected_records("refused", reason="记录无误"),
}
PLAIN: Mapping[str, str] = {
    "v:name": "张三",
    "v:title": "学校建设资金安排",
    "v:items": "一、年份\n二、学校",
    "v:party": "某建设公司",
    "v:content": "合同文本",
}


def letters(scenario: Scenario) -> list[Issued]:
    return letters_of(APPLICATION, CASE, 1, scenario.records, DIRECTORY)


def printed(one: Issued, plain: Mapping[str, str | None] | None = None) -> Letter:
    """The letter with the vault's values: ``PLAIN``, and of all others the name of the field."""
    known = {ref: ref.removeprefix("v:") for ref in one.drawn.references.values()} | PLAIN
    return one.drawn.letter(known if plain is None else plain, one.record.stamp.recorded)


def last(scenario: Scenario) -> Letter:
    return printed(letters(scenario)[-1])


def words(letter: Letter) -> str:
    return "\n".join((letter.title, letter.addressee, *letter.paragraphs))


# -- templates


def test_every_template_has_a_story_here() -> None:
    assert set(STORIES) == set(LETTERS.templates)


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_the_event_of_a_letter_is_printed_by_its_own_template(kind: str) -> None:
    issued = letters(STORIES[kind]())
    assert issued[-1].drawn.template.kind == kind
    letter = printed(issued[-1])
    assert letter.number == f"公复〔2026〕1-{len(issued)}号"
    assert letter.unit == "罗甸县教育局"
    assert "{" not in words(letter)
    assert "（未填写）" not in words(letter)
    assert letter.addressee == ("张三" if issued[-1].drawn.template.to == "applicant" else "某建设公司")


def test_every_event_that_bears_a_letter_has_a_template_and_every_template_such_an_event() -> None:
    bearing = {event.event_name for event in APPLICATION.events if "letter" in event.model_fields}
    assert bearing == {template.event for template in LETTERS.templates.values()}


def test_no_event_finds_two_templates() -> None:
    told = [(t.event, tuple(sorted(t.where.items()))) for t in LETTERS.templates.values()]
    assert len(set(told)) == len(told)
    for event in {t.event for t in LETTERS.templates.values()}:
        names = [set(t.where) for t in LETTERS.templates.values() if t.event == event]
        assert len(names) == 1 or all(names), event


def test_every_outcome_that_ends_an_application_has_its_letter() -> None:
    closures = [t.where for t in LETTERS.templates.values() if t.where.get("kind") == "closure"]
    told = {where.get("outcome") or where["status"] for where in closures}
    told |= {t.where["outcome"] for t in LETTERS.templates.values() if t.event == "ReplySent"}
    assert told == {outcome for outcome in OUTCOMES if outcome != "O17"} | {"withdrawn", "merged"}


def test_every_code_that_a_letter_may_say_has_its_words() -> None:
    for wording in LETTERS.wording.editions:
        assert set(wording.codes["ground"]) == set(get_args(Ground)) == set(GROUNDS)
        assert set(wording.codes["remedy"]) == set(get_args(Remedy))


def test_what_stands_in_the_vault_may_be_read_by_somebody() -> None:
    for name, field in FIELDS.items():
        if field.source is not None:
            assert field.source in APPLICATION.vault_readers, name
    sealed = {name for event in APPLICATION.events for name in event.model_fields} & set(APPLICATION.vault_readers)
    for issued in (one for story in STORIES.values() for one in letters(story())):
        for name in issued.drawn.references:
            assert FIELDS[name].source in sealed, name


def test_words_that_people_write_end_the_paragraph_in_which_they_stand() -> None:
    """A clerk's sentence ends with its own full stop: nothing of the template follows it."""
    sealed = {name for name, field in FIELDS.items() if field.source is not None} - {"applicant", "party", "subject"}
    for template in LETTERS.templates.values():
        for paragraph in (one for edition in template.editions for one in edition.body):
            for name in sealed:
                assert f"{{{name}}}" not in paragraph.text or paragraph.text.endswith(f"{{{name}}}"), template.kind


REFUSES = "第二十三条第一款第四项"


@pytest.mark.parametrize("outcome", sorted(ANSWER))
def test_a_reply_says_what_its_outcome_must_say(outcome: str) -> None:
    letter = last(answered(outcome))
    said = words(letter)
    for name, value in ANSWER[outcome].items():
        if name == "ground":
            assert LETTERS.wording.editions[-1].codes["ground"][value] in said
        elif name == "remedy":
            assert "60日内依法向罗甸县人民政府申请行政复议" in said
            assert ("15日内" in said) == (value == "reconsideration_first") == (REFUSES in said)
            assert ("6个月内" in said) == (value != "reconsideration_first")
        else:
            assert (value if name == "earlier" else name) in said, name
    assert "条例》第" in said or "国办公开办函〔2021〕30号" in said
    assert "2026年10月9日提出" in said


@pytest.mark.parametrize("ground", sorted(GROUNDS))
def test_a_refusal_names_the_article_of_its_ground(ground: str) -> None:
    scenario = prepared("O3")
    scenario.and_(drafted("O4", ground=ground), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    said = words(last(scenario.and_(Reply(), by=CLERK, on=DAY)))
    assert GROUNDS[ground][2].zh.removeprefix("《政府信息公开条例》") in said


def test_an_extension_tells_days_reason_and_the_new_date_and_none_where_it_has_no_effect() -> None:
    approved = words(last(extended()))
    assert "原因：reason" in approved
    assert "延长答复期限20个工作日" in approved
    assert "延长后的答复期限至2026年12月3日" in approved
    alone = words(last(file("registered").and_(NotifyExtension(), by=CLERK, on=DAY)))
    assert "不改变法定的答复期限" in alone
    assert "延长后" not in alone


def test_a_date_that_a_coming_notice_may_move_is_said_to_be_provisional() -> None:
    scenario = reasonable().and_(ReplacePeriod(days=100), by=HEAD, on=DAY)
    assert "（暂定）" in words(last(scenario))


def test_a_longer_period_ends_on_the_day_that_its_letter_counts_from_receipt_whatever_moved_the_clock_before() -> None:
    scenario = file("registered").and_(RequestCorrection(items="年份"), by=CLERK, on=DAY)
    scenario.and_(ReceiveCorrection(text="2025 年"), by=CLERK, on="2026-11-02")
    scenario.and_(AskReasons(explanation="一月四十件"), by=CLERK, on="2026-11-02")
    scenario.and_(RecordReasons(reasonable=True), by=CLERK, on="2026-11-02")
    told = words(last(scenario.and_(ReplacePeriod(days=60), by=HEAD, on="2026-11-03")))
    assert "自收到申请之日起60个工作日" in told
    # Received on 2026-10-09: the sixtieth working day after it.
    assert "答复期限至2026年12月31日" in told


def test_lines_of_a_text_become_paragraphs() -> None:
    assert {"一、年份", "二、学校"} <= set(last(STORIES["correction"]()).paragraphs)


def test_a_letter_goes_to_the_name_on_the_first_line_and_names_a_unit_in_full() -> None:
    one = letters(STORIES["consultation-third-party"]())[0]
    assert printed(one, {**PLAIN, "v:party": "某建设公司\n电话 000-0000"}).addressee == "某建设公司"
    names = {"教育局": "罗甸县教育局", "县政府办公室": "罗甸县政府办公室", "罗甸县教育局": "罗甸县教育局"}
    for name, full in names.items():
        directory = DIRECTORY.with_department(DIRECTORY.departments["education"].renamed(name, date(2026, 1, 1)))
        records = STORIES["correction"]().records
        assert letters_of(APPLICATION, CASE, 1, records, directory)[0].drawn.unit == full


def test_files_with_a_reply_stand_for_how_it_can_be_had() -> None:
    with_files = prepared("O2").and_(drafted("O2", how=None, attachments=("a", "b")), by=CLERK, on=DAY)
    with_files.and_(ReviewReply(passed=True), by=HEAD, on=DAY).and_(Reply(), by=CLERK, on=DAY)
    assert "共2份附件" in words(last(with_files))


def test_a_matter_handed_on_without_a_name_is_answered_to_its_number() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    taken = TakeOver(department="education", received=date(2026, 10, 9), title="v:" + "a" * 26, text="v:" + "b" * 26)
    scenario.and_(taken, on="2026-10-09").and_(RequestCorrection(items="年份"), by=CLERK, on=DAY)
    assert last(scenario).addressee == "依申请〔2026〕1号申请人"


# -- no empty field


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (outcome, name)
        for outcome in ANSWER
        for name in LETTERS.templates[f"reply-{outcome.lower()}"].editions[-1].required
        if name in ReplyDrafted.model_fields and name != "reply"
    ],
)
def test_a_draft_without_what_its_letter_says_is_refused_by_field(outcome: str, field: str) -> None:
    before = prepared(outcome)
    count = len(before.records)
    before.when(drafted(outcome, **{field: None}), by=CLERK, on=DAY).then_refused("application.outcome_needs", field)
    assert len(before.records) == count


def test_a_letter_whose_template_wants_what_the_command_leaves_out_is_not_issued() -> None:
    for whom in ("third_party", "co_producer"):
        refused = file("registered").when(asked(whom, content=None), by=CLERK, on=DAY)
        broken = refused.then_refused("application.letter_field_empty", "content")
        assert "征求意见的内容" in broken.message.zh
        assert "what is asked" in broken.message.en
    for decision in ("refused", "transferred"):
        scenario = file("registered").and_(RequestRecordCorrection(request="年份"), by=APPLICANT, on=DAY)
        command = DecideRecordCorrection.model_validate({"decision": decision})
        scenario.when(command, by=HEAD, on=DAY).then_refused("application.letter_field_empty", "reason")


def test_an_empty_text_is_no_text() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    taken = TakeOver(department="education", received=date(2026, 10, 9), text="v:" + "b" * 26)
    scenario.and_(taken, on="2026-10-09")
    broken = scenario.when(RequestCorrection(items="年份"), by=CLERK, on=DAY)
    assert broken.then_refused("application.letter_field_empty").field is None


def test_a_name_that_cannot_be_seen_is_none() -> None:
    with pytest.raises(ValidationError, match="没有可以看见的文字"):
        submission(name="\u200b\u2060")
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.when(submission(name=" "), by=PUBLIC, on=DAY).then_refused("application.name_missing", "name")
    scenario.when(submission(identity=""), by=PUBLIC, on=DAY).then_refused("application.identity_missing", "identity")
    scenario.when(submission(phone=""), by=PUBLIC, on=DAY).then_refused("application.contact_missing", "phone")


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_taking_any_field_of_a_letter_away_refuses_the_command_and_names_it(kind: str) -> None:
    """Every field of every letter, emptied one by one: the template alone says which are needed."""
    scenario = STORIES[kind]()
    one = letters(scenario)[-1]
    optional = {paragraph.when for paragraph in one.drawn.edition.body} | set(one.drawn.template.where)
    now = scenario.records[-1].stamp.recorded
    for name in set(one.drawn.values) - optional:
        emptied = {**FIELDS, name: replace(FIELDS[name], of=lambda state, event, issue: None)}
        # The same event follows from a command, of a kind in which the field has no value.
        poorer = replace(
            APPLICATION,
            letters=replace(LETTERS, fields=emptied),
            commands={Register: lambda s, c, x: [one.record.event]},
        )
        batch = scenario.batch(now)
        batch.kind = poorer
        with pytest.raises(RuleBroken) as refused:
            batch.give(Given(Register(), CLERK, now))
        assert refused.value.code == "application.letter_field_empty"
        assert FIELDS[name].title.zh in refused.value.message.zh
        assert FIELDS[name].title.en in refused.value.message.en
        assert refused.value.basis.zh
        assert batch.new == []


# -- letters beside the way


def test_a_letter_beside_the_way_is_issued_once_and_when_there_is_cause() -> None:
    received = file("received")
    received.when(IssueLetter(kind="receipt"), by=CLERK, on=DAY).then_refused("application.letter_too_early", "kind")
    scenario = file("registered")
    scenario.when(IssueLetter(kind="closure"), by=CLERK, on=DAY).then_refused("application.letter_too_early", "kind")
    scenario.when(IssueLetter(kind="conversion"), by=CLERK, on=DAY).then_refused(
        "application.conversion_unknown", "kind"
    )
    scenario.when(IssueLetter(kind="receipt"), by=CLERK, on=DAY).then(left(LetterIssued, letter="公复〔2026〕1-1号"))
    scenario.when(IssueLetter(kind="receipt"), by=CLERK, on=DAY).then_refused("application.letter_issued", "kind")
    replied = file("answered")
    replied.when(IssueLetter(kind="closure"), by=CLERK, on=DAY).then_refused("application.letter_too_early", "kind")
    erased = file("answered").and_(Erase(ground="consent_withdrawn"), by=COUNTY, on=DAY)
    erased.when(IssueLetter(kind="receipt"), by=CLERK, on=DAY).then_refused("application.erased")
    archived = file("answered").and_(Archive(), by=CLERK, on=DAY)
    archived.when(IssueLetter(kind="receipt"), by=CLERK, on=DAY).then_refused("application.archived")


# -- the same for ever


def test_a_letter_is_the_one_that_was_issued_whatever_happened_since() -> None:
    scenario = STORIES["correction"]()
    before = [(word(printed(one)), print_view(printed(one))) for one in letters(scenario)]
    scenario.and_(ReceiveCorrection(text="小学", title="别的事项"), by=APPLICANT, on="2026-10-14")
    scenario.and_(drafted(), by=CLERK, on="2026-10-15").and_(ReviewReply(passed=True), by=HEAD, on="2026-10-15")
    scenario.and_(Reply(), by=CLERK, on="2026-10-16").and_(Archive(), by=CLERK, on="2026-10-19")
    after = [(word(printed(one)), print_view(printed(one))) for one in letters(scenario)]
    assert after[: len(before)] == before
    assert len(after) == 2


def test_a_renamed_unit_signs_what_it_sends_from_then_on() -> None:
    scenario = STORIES["correction"]()
    unit = DIRECTORY.departments["education"].renamed("教育和体育局", date(2026, 11, 1))
    renamed = DIRECTORY.with_department(unit)
    one = letters_of(APPLICATION, CASE, 1, scenario.records, renamed)[0]
    assert printed(one) == printed(letters(scenario)[0])
    assert one.drawn.unit == "罗甸县教育局"


def test_new_words_leave_the_letters_of_before_as_they_are() -> None:
    told = yaml.safe_load(texts()["correction"])
    later = {**told["editions"][0], "since": date(2026, 10, 20), "body": ["新的措辞：", "{items}"]}
    newer = {
        **texts(),
        "correction": yaml.safe_dump({**told, "editions": [*told["editions"], later]}, allow_unicode=True),
    }
    reworded = replace(APPLICATION, letters=read_letters(newer, FIELDS))
    scenario = STORIES["correction"]()
    assert printed(letters_of(reworded, CASE, 1, scenario.records, DIRECTORY)[0]) == last(scenario)
    late = file("registered", on="2026-10-20").and_(RequestCorrection(items="年份"), by=CLERK, on="2026-10-21")
    assert printed(letters_of(reworded, CASE, 1, late.records, DIRECTORY)[0]).paragraphs[0] == "新的措辞："


def test_letters_name_another_application_by_the_number_people_know() -> None:
    assert "依申请〔2026〕2号" in words(last(closed("merged")))
    assert OTHER not in words(last(closed("merged")))
    scenario = file("registered", on="2026-12-01", cases=ANSWERED_BEFORE)
    scenario.and_(drafted("O11"), by=CLERK, on="2026-12-01").and_(ReviewReply(passed=True), by=HEAD, on="2026-12-01")
    scenario.and_(Reply(), by=CLERK, on="2026-12-01")
    assert "（依申请〔2025〕9号）" in words(last(scenario))
    # A letter of before says what it said.
    assert f"（{REPEATED}）" in words(last(answered("O11")))


@pytest.mark.parametrize(
    ("case", "number"),
    [("A2026-000005", "依申请〔2026〕5号"), ("2025年第9号", "2025年第9号"), ("A2026-1x", "A2026-1x")],
)
def test_what_is_no_id_is_printed_as_it_was_typed(case: str, number: str) -> None:
    assert number_of(case) == number


def test_a_draft_that_names_no_earlier_application_is_refused_in_every_edition() -> None:
    scenario = file("registered", on="2026-12-01", cases=ANSWERED_BEFORE)
    scenario.when(drafted("O11", earlier=None), by=CLERK, on="2026-12-01").then_refused(
        "application.outcome_needs", "earlier"
    )


def test_reasons_are_asked_for_with_a_period_and_missed_as_well_as_found_wanting() -> None:
    scenario = file("registered", on="2026-12-01")
    scenario.and_(AskReasons(explanation="一月四十件", days=10), by=CLERK, on="2026-12-01")
    assert "自收到本告知书之日起10个工作日内书面说明理由" in words(last(scenario))
    scenario.and_(RecordReasons(reasonable=False), by=CLERK, on="2026-12-16")
    scenario.and_(drafted("O13"), by=CLERK, on="2026-12-16").and_(ReviewReply(passed=True), by=HEAD, on="2026-12-16")
    scenario.and_(Reply(), by=CLERK, on="2026-12-16")
    assert "未在告知的期限内说明合理理由" in words(last(scenario))


def test_a_number_that_a_voided_letter_bore_is_not_given_again_and_the_letter_says_by_what_it_is_void() -> None:
    scenario = STORIES["correction"]()
    void = VoidEntry(events=(scenario.id_of(CorrectionRequested),), reason="告知有误")
    scenario.and_(void, by=COUNTY, on="2026-10-13").and_(RequestCorrection(items="学校"), by=CLERK, on="2026-10-13")
    shown = letters(scenario)
    assert [(one.drawn.number, one.voided_by is None) for one in shown] == [
        ("公复〔2026〕1-1号", False),
        ("公复〔2026〕1-2号", True),
    ]


def test_a_reply_restated_under_another_calendar_is_one_letter() -> None:
    scenario = answered("O2")
    sent = next(r for r in scenario.records if isinstance(r.event, ReplySent))
    again = replace(
        sent,
        event=sent.event.model_copy(update={"voids": (sent.stamp.id,), "restates": sent.stamp.id}),
        stamp=replace(sent.stamp, id=f"{CASE}/99", sequence=99),
    )
    found = letters_of(APPLICATION, CASE, 1, [*scenario.records, again], DIRECTORY)
    assert [(one.drawn.number, one.record.stamp.id, one.voided_by) for one in found] == [
        ("公复〔2026〕1-1号", sent.stamp.id, None)
    ]


def test_what_was_erased_is_shown_as_erased_and_the_rest_stays() -> None:
    scenario = answered("O4").and_(Erase(ground="consent_withdrawn"), by=COUNTY, on="2026-10-13")
    one = letters(scenario)[0]
    kept = {ref: ref for name, ref in one.drawn.references.items() if name not in ("applicant", "subject")}
    letter = printed(one, {**dict.fromkeys(one.drawn.references.values()), **kept})
    assert letter.addressee == ERASED
    assert f"申请公开“{ERASED}”" in letter.paragraphs[0]
    assert "v:reasons" in words(letter)
    assert ERASED in read_back(word(letter))
    assert ERASED in print_view(letter)


def test_history_brought_in_has_its_letters_elsewhere() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    steps = (
        (submission(channel="in_person"), None),
        (AnswerOnTheSpot(outcome="O2", reply="当场提供", how="当场"), None),
    )
    for command, _ in steps:
        scenario.and_(command, by=SYSTEM, on="2026-10-09", recorded="2026-11-09", origin="import")
    assert letters(scenario) == []


# -- Word


def read_back(document: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(document)).paragraphs)


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_a_word_document_opens_again_and_says_what_the_letter_says(kind: str) -> None:
    letter = last(STORIES[kind]())
    lines = [line for line in read_back(word(letter)).splitlines() if line]
    assert lines == [
        letter.unit,
        letter.title,
        letter.number,
        f"{letter.addressee}：",
        *letter.paragraphs,
        letter.unit,
        f"{letter.on.year}年{letter.on.month}月{letter.on.day}日",
    ]


def test_a_word_document_is_laid_out_after_the_standard_and_knows_no_other_moment_than_its_event() -> None:
    letter = last(STORIES["reply-o4"]())
    made = word(letter)
    document = Document(io.BytesIO(made))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin, section.right_margin)
    assert [round(size.mm) for size in sizes if size is not None] == [210, 297, 37, 28, 26]
    xml = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    assert 'w:eastAsia="仿宋_GB2312"' in xml
    assert 'w:eastAsia="方正小标宋简体"' in xml
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in (
        zipfile.ZipFile(io.BytesIO(made)).read("word/fontTable.xml").decode()
    )
    assert len(made) < 100_000
    footer = "".join(run.text for run in section.footer.paragraphs[0].runs)
    assert footer == "—  —"
    assert "PAGE" in section.footer._element.xml
    core = document.core_properties
    assert core.created == core.modified == letter.recorded.replace(microsecond=0)
    assert (core.title, core.subject, core.author) == (letter.title, letter.number, letter.unit)
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_shorter_of_unit_and_date_is_centred_on_the_longer() -> None:
    assert signature_indents("罗甸县教育局", "2026年10月12日") == (4.5, 4)
    assert signature_indents("县局", "2026年10月12日") == (6.5, 4)
    assert signature_indents("罗甸县人力资源和社会保障局", "2026年1月1日") == (2, 5.5)


def test_characters_that_no_document_can_hold_do_not_stop_it() -> None:
    letter = replace(last(STORIES["correction"]()), paragraphs=("a\ufffeb\x0bc", "<w:p>&"))
    assert "a\ufffdb\ufffdc\n<w:p>&" in read_back(word(letter))


# -- in a browser


class Page(HTMLParser):
    """Tags, addresses and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_what_people_wrote_is_text_on_the_page_and_nothing_is_loaded_from_elsewhere() -> None:
    hostile = '</p><script src="//evil.example/x.js">alert(1)</script><img src=x onerror=alert(2)>{items}&amp;'
    one = letters(STORIES["correction"]())[0]
    plain = {ref: hostile for ref in one.drawn.references.values()}
    view = print_view(printed(one, plain))
    page = Page()
    page.feed(view)
    assert {"script", "img", "link", "iframe"}.isdisjoint(page.tags)
    assert not any(name in ("src", "href") or name.startswith("on") for name, _ in page.attributes)
    assert hostile in page.texts
    assert "http" not in view.replace("evil.example", "")
    assert "url(" not in view
    assert "@media print" in view
    assert "sha256-" in SECURITY_POLICY


@pytest.mark.parametrize("kind", sorted(STORIES))
def test_a_page_says_what_the_letter_says(kind: str) -> None:
    letter = last(STORIES[kind]())
    page = Page()
    page.feed(print_view(letter))
    text = "\n".join(page.texts)
    assert all(line in text for line in (letter.number, letter.title, letter.unit, *letter.paragraphs))


# -- template files


def broken(kind: str, old: str, new: str) -> str:
    text = texts()[kind]
    assert old in text
    with pytest.raises(TemplateProblem) as found:
        read_letters({**texts(), kind: text.replace(old, new)}, FIELDS)
    return str(found.value)


def test_a_template_that_names_what_is_not_there_is_refused_with_its_place() -> None:
    assert broken("correction", "{items}", "{itmes}") == "correction: editions[0].body[2]: there is no field “itmes”"
    assert "extension: editions[0].body[1].when" in broken("extension", "when: days", "when: dayz")
    assert "fee-items: where" in broken("fee-items", "method: items", "metod: items")
    assert "wording: editions[0].codes.remedy" in broken("wording", "{court}", "{cuort}")
    assert "a brace that is no place" in broken("reasons", "{explanation}", "{ explanation }")
    assert "correction: line" in broken("correction", "kind: correction", "kind: [")
    assert "extra" in broken("correction", "title:", "titel:").lower()
    assert "the file is named" in broken("correction", "kind: correction", "kind: corection")
    assert "must rise" in broken(
        "period", "editions:", "editions:\n  - {since: 2025-01-01, title: a, addressee: b, body: [c]}"
    )


def test_all_faults_of_all_files_are_told_at_once() -> None:
    with pytest.raises(TemplateProblem) as found:
        read_letters({**texts(), "correction": "kind: correction", "extension": "[]"}, FIELDS)
    assert {fault.partition(":")[0] for fault in found.value.faults} == {"correction", "extension"}
