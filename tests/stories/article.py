"""Items of information (信息发布) and their columns (栏目): what happens to them, and the lines of the score they leave."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tests.stories.county import CHIEF, StoryCounty, story

ARTICLES, COLUMNS = "publishing/articles", "publishing/columns"
CHAIN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("submit", "clerk", {}),
    ("approve", "section", {"stage": "first"}),
    ("approve", "deputy", {"stage": "second"}),
    ("approve", "head", {"stage": "third"}),
    ("review-secrecy", "secrecy", {"result": "open"}),
)
PUBLISHED = [
    "InfoDrafted",
    "InfoSubmitted",
    "ReviewApproved",
    "ReviewApproved",
    "ReviewApproved",
    "SecrecyReviewed",
    "ReviewApproved",
    "InfoReleased",
    "InfoPublished",
]


async def column_of(county: StoryCounty) -> str:
    """A column of the unit: its id."""
    return str((await county.done(COLUMNS, CHIEF, name="工作动态", owner=county.unit, kind="dynamic"))["id"])


async def given(county: StoryCounty, case: str, command: str, by: str, **fields: Any) -> Any:
    """A command on an item."""
    return await county.done(f"{ARTICLES}/{case}/{command}", by, **fields)


async def drafted(county: StoryCounty, column: str, **fields: Any) -> str:
    """An item: its id."""
    words = {"title": "2026年学区划分方案", "text": "现将学区划分方案公布如下。", "column": column, **fields}
    return str((await county.done(ARTICLES, "clerk", **words))["id"])


async def reviewed(county: StoryCounty, case: str) -> None:
    """Every stage, each by its person."""
    for command, by, fields in CHAIN:
        await given(county, case, command, by, **fields)


async def released(county: StoryCounty, column: str) -> str:
    """An item that may be published: its id."""
    case = await drafted(county, column)
    await reviewed(county, case)
    await given(county, case, "release", CHIEF)
    return case


@story("2026-04-07 09:00")
async def an_item_goes_from_its_draft_to_the_ranking(county: StoryCounty) -> None:
    column = await column_of(county)
    case, left_lying = await released(county, column), await drafted(county, column)
    assert await county.refused(f"{ARTICLES}/{left_lying}/publish", "clerk") == "article.not_released"
    county.at("2026-04-20 10:00")
    await given(county, case, "publish", "clerk", address="https://www.example.gov.cn/1.html")
    await county.settled()
    assert await county.events(f"{ARTICLES}/{case}") == PUBLISHED
    shown = await county.shown(f"{ARTICLES}/{case}", "clerk")
    assert (shown["status"], shown["title"]) == ("published", "2026年学区划分方案")
    assert shown["number"] == f"信息〔2026〕{int(case[-6:])}号"
    assert await county.events(f"{COLUMNS}/{column}") == ["ColumnOpened", "ColumnUpdated"]
    # The draft that was left lying is charged on the day after its twenty working days.
    county.at("2026-07-02 09:00")
    await county.swept()
    assert await county.events(f"{ARTICLES}/{left_lying}") == ["InfoDrafted", "PublicationOverdue"]
    assert sorted(await county.lines("2026Q2", "A1")) == [
        ("published_late", f"{left_lying}/2", "0"),
        ("published_on_time", f"{case}/9", "5"),
    ]
    assert await county.lines("2026Q2", "A3") == [("published", f"{case}/9", "0")]
    # After 20 April: lapses on 4 May, 18 May, 1 June, 15 June and 29 June, each charged once.
    assert await county.lines("2026Q2", "A2") == [
        ("column_updates", f"{column}/2", "0"),
        *(("columns_stale", f"{column}/{n}", "-1") for n in range(3, 8)),
    ]
    assert await county.points("2026Q2", "A1", "A2", "A4") == [5, 0, 4]


@story("2026-04-07 09:00")
async def an_undone_publication_takes_its_update_of_the_column_back(county: StoryCounty) -> None:
    column = await column_of(county)
    case = await released(county, column)
    county.at("2026-04-20 10:00")
    published = (await given(county, case, "publish", "clerk"))["events"][-1]["id"]
    await county.settled()
    assert await county.events(f"{COLUMNS}/{column}") == ["ColumnOpened", "ColumnUpdated"]
    assert await county.dues(f"{COLUMNS}/{column}") == {"update-2026-04-20": "2026-05-04"}
    county.at("2026-04-28 10:00")
    await given(county, case, "void-entry", CHIEF, events=[published], reason="并未上网")
    await county.settled()
    await county.sent_again("publishing")
    # Without it the column had lapsed on 21 April.
    assert await county.events(f"{COLUMNS}/{column}") == [
        "ColumnOpened",
        "ColumnUpdated",
        "EntryVoided",
        "ColumnStale",
        "VerdictRevised",
    ]
    assert await county.dues(f"{COLUMNS}/{column}") == {"update-2026-04-21": "2026-05-05"}
    assert await county.lines("2026Q2", "A2") == [("columns_stale", f"{column}/4", "-1")]
    await given(county, case, "publish", "clerk")
    await county.settled()
    assert (await county.events(f"{COLUMNS}/{column}"))[-1] == "ColumnUpdated"
    assert await county.dues(f"{COLUMNS}/{column}") == {"update-2026-04-28": "2026-05-12"}


@story("2026-04-07 09:00")
async def what_the_office_returns_for_form_is_a_content_error(county: StoryCounty) -> None:
    case = await released(county, await column_of(county))
    await given(county, case, "return", CHIEF, ground="form", reason="缺少发布机构")
    await reviewed(county, case)
    await given(county, case, "release", CHIEF)
    await given(county, case, "publish", "clerk")
    await county.settled()
    assert (await county.events(f"{ARTICLES}/{case}"))[7:10] == ["InfoReleased", "InfoReturned", "InfoSubmitted"]
    assert sorted(await county.lines("2026Q2", "A4")) == [
        ("published", f"{case}/17", "0"),
        ("returned_for_form", f"{case}/9", "-1/2"),
    ]
    assert await county.points("2026Q2", "A1", "A4") == [10, Fraction(7, 2)]


@story("2026-04-07 09:00")
async def a_sensitive_item_passes_two_leaders(county: StoryCounty) -> None:
    case = await drafted(county, await column_of(county))
    await given(county, case, "flag-sensitive", "head", ground="major_emergency")
    await reviewed(county, case)
    assert await county.refused(f"{ARTICLES}/{case}/release", CHIEF) == "article.not_ready_for_release"
    in_charge, first = "in-charge@county-office", "first-leader@county-office"
    await given(county, case, "approve", in_charge, stage="leader_in_charge")
    again = await county.refused(f"{ARTICLES}/{case}/approve", in_charge, stage="chief_leader")
    assert again == "article.not_your_stage"
    await given(county, case, "approve", first, stage="chief_leader")
    await given(county, case, "release", CHIEF)
    assert (await given(county, case, "publish", "keeper"))["status"] == "published"
    await county.settled()
    assert (await county.events(f"{ARTICLES}/{case}"))[-4:] == [
        "ReviewApproved",
        "ReviewApproved",
        "InfoReleased",
        "InfoPublished",
    ]
    assert await county.lines("2026Q2", "A1") == [("published_on_time", f"{case}/12", "10")]


@story("2026-04-07 09:00")
async def nothing_of_classified_matter_is_left_but_its_refusal(county: StoryCounty) -> None:
    column = await column_of(county)
    title, text = "某某演习部署", "甲乙丙丁各就各位"
    ticked = await county.ask(ARTICLES, "clerk", title=title, text=text, column=column, classification="secret")
    marked = await county.ask(ARTICLES, "clerk", title=title, text=f"机密★ {text}", column=column)
    for answer in (ticked, marked):
        assert (answer.status_code, answer.json()["code"]) == (409, "article.classified")
        assert answer.json()["basis"]
        assert title not in answer.text
    assert await county.listed(ARTICLES) == []
    entries = await county.audited()
    noted = [e for e in entries if e["action"] == "command_refused" and e["actor"] == f"clerk@{county.unit}"]
    assert [(entry["target"], entry["detail"]["rule"]) for entry in noted] == [(ARTICLES, "article.classified")] * 2
    assert title not in json.dumps(entries, ensure_ascii=False, default=str)
    await county.settled()
    for body in await county.kept():
        assert not any(words.encode() in body for words in (title, text))


@story("2026-04-07 09:00")
async def of_a_state_secret_that_slipped_in_nothing_is_ever_published(county: StoryCounty) -> None:
    case = await drafted(county, await column_of(county))
    for command, by, fields in CHAIN[:-1]:
        await given(county, case, command, by, **fields)
    secret = {"result": "not_open", "ground": "state_secret"}
    (result, _) = (await given(county, case, "review-secrecy", "secrecy", **secret))["events"]
    asked = {"events": [result["id"]], "reason": "登记有误"}
    assert await county.refused(f"{ARTICLES}/{case}/void-entry", CHIEF, **asked) == "void.forbidden"
    shown = await county.shown(f"{ARTICLES}/{case}", "clerk")
    assert (shown["status"], shown["title"]) == ("withheld", None)


@story("2026-04-07 09:00")
async def warnings_are_answered_by_the_reviewer_and_the_data_is_not_repeated(county: StoryCounty) -> None:
    words = "联系人王某，身份证号 11010519491231002X，电话13812345678。"
    case = await drafted(county, await column_of(county), text=words)
    await given(county, case, "submit", "clerk")
    silent = await county.ask(f"{ARTICLES}/{case}/approve", "section", stage="first")
    assert (silent.status_code, silent.json()["code"]) == (409, "article.warnings_unanswered")
    assert "公民身份号码 1 处" in silent.json()["detail"]
    await given(county, case, "approve", "section", stage="first", answer="已征得本人同意公开联系方式。")
    shown = await county.shown(f"{ARTICLES}/{case}", "head")
    assert (await county.events(f"{ARTICLES}/{case}"))[-2:] == ["WarningsAnswered", "ReviewApproved"]
    hits = shown["events"][1]["data"]["hits"]
    assert [(hit["finding"], hit["count"]) for hit in hits] == [("identity_number", 1), ("phone", 1)]
    assert not any(b"11010519491231002X" in body for body in await county.kept())


@story("2026-04-07 09:00")
async def what_was_found_in_a_title_is_answered_though_the_text_is_rewritten(county: StoryCounty) -> None:
    case = await drafted(county, await column_of(county), title="公示 13812345678")
    await given(county, case, "revise", "clerk", text="正文二")
    await given(county, case, "submit", "clerk")
    silent = await county.refused(f"{ARTICLES}/{case}/approve", "section", stage="first")
    assert silent == "article.warnings_unanswered"
    await given(county, case, "approve", "section", stage="first", answer="单位值班电话。")
    assert (await county.shown(f"{ARTICLES}/{case}", "head"))["columns"]["warnings"] is False


@story("2026-04-07 09:00")
async def treated_words_pass_every_stage_and_corrected_ones_a_second_person(county: StoryCounty) -> None:
    case = await drafted(county, await column_of(county))
    for command, by, fields in CHAIN[:-1]:
        await given(county, case, command, by, **fields)
    await given(county, case, "review-secrecy", "secrecy", result="open_after_treatment", treatment="隐去联系人")
    treated = await given(county, case, "treat", "clerk", text="处理后的正文。")
    assert treated["status"] == "first"
    assert await county.refused(f"{ARTICLES}/{case}/review-secrecy", "secrecy", result="open") == (
        "article.not_secrecy_stage"
    )
    for command, by, fields in CHAIN[1:]:
        await given(county, case, command, by, **fields)
    await given(county, case, "release", CHIEF)
    await given(county, case, "publish", "clerk")
    changed = {"ground": "misprint", "reason": "错别字", "text": "改正后的正文，电话 13812345678。"}
    assert (await given(county, case, "correct", "head", **changed))["status"] == "correcting"
    (waiting,) = await county.listed(f"{ARTICLES}?status=correcting", "secrecy")
    assert waiting == case
    assert await county.refused(f"{ARTICLES}/{case}/approve-correction", "secrecy") == "article.warnings_unanswered"
    await given(county, case, "approve-correction", "secrecy", answer="单位值班电话。")
    assert (await county.events(f"{ARTICLES}/{case}"))[-4:] == [
        "CorrectionProposed",
        "SecrecyReviewed",
        "InfoCorrected",
        "WarningsAnswered",
    ]
    shown = await county.shown(f"{ARTICLES}/{case}", "clerk")
    assert (shown["status"], shown["columns"]["corrections"], shown["columns"]["warnings"]) == ("published", 1, False)
    again = {"ground": "misprint", "reason": "又改", "text": "又改的正文。"}
    await given(county, case, "correct", "head", **again)
    await given(county, case, "reject-correction", "secrecy", reason="含内部事项")
    assert (await county.shown(f"{ARTICLES}/{case}", "clerk"))["status"] == "published"


@story("2026-04-07 09:00")
async def another_unit_does_not_see_the_item_and_a_destroyed_one_has_no_words(county: StoryCounty) -> None:
    case = await released(county, await column_of(county))
    await given(county, case, "publish", "clerk")
    assert (await county.get(f"{ARTICLES}/{case}", "head@other")).status_code == 404
    await given(county, case, "archive", "keeper", retention="10y")
    assert await county.refused(f"{ARTICLES}/{case}/approve-destruction", "head") == "article.retention_running"
    county.at("2037-01-04 09:00")
    await given(county, case, "approve-destruction", "head")
    alone = await county.refused(f"{ARTICLES}/{case}/destroy", "keeper", witness=f"head@{county.unit}")
    assert alone == "article.two_persons"
    await given(county, case, "destroy", "keeper", witness=CHIEF)
    shown = await county.get(f"{ARTICLES}/{case}", "head")
    assert shown.json()["status"] == "destroyed"
    assert "学区划分" not in shown.text
    await county.settled()
    # What was published counts on in the quarter of its due date.
    assert await county.lines("2026Q2", "A1") == [("published_on_time", f"{case}/9", "10")]


@story("2026-12-21 09:00")
async def a_column_closed_for_the_year_goes_on_in_its_successor(county: StoryCounty) -> None:
    column = await column_of(county)
    late = await released(county, column)
    county.at("2026-12-31 17:00")
    await county.done(f"{COLUMNS}/{column}/close", CHIEF, reason="year_end")
    county.at("2027-01-04 09:00")
    await county.settled()
    successor, _ = await county.listed(COLUMNS)
    opened = (await county.shown(f"{COLUMNS}/{successor}", "clerk"))["events"][0]["data"]
    assert (opened["carried_from"], opened["started"]) == (column, "2026-12-21")
    assert await county.refused(ARTICLES, "clerk", title="题", column=column) == "article.column_closed"
    # What was released for the old column is published in the new one, and keeps it up to date.
    await given(county, late, "publish", "clerk", column=successor)
    await county.settled()
    assert await county.events(f"{COLUMNS}/{successor}") == ["ColumnOpened", "ColumnUpdated"]
    assert await county.lines("2027Q1", "A2") == [("column_updates", f"{successor}/2", "0")]
    told = (await county.shown("assessment/refusals"))["refusals"]
    assert [one for one in told if one["case"] in (column, late, successor)] == []


STORIES = (
    an_item_goes_from_its_draft_to_the_ranking,
    what_the_office_returns_for_form_is_a_content_error,
    a_sensitive_item_passes_two_leaders,
    an_undone_publication_takes_its_update_of_the_column_back,
    nothing_of_classified_matter_is_left_but_its_refusal,
    of_a_state_secret_that_slipped_in_nothing_is_ever_published,
    warnings_are_answered_by_the_reviewer_and_the_data_is_not_repeated,
    what_was_found_in_a_title_is_answered_though_the_text_is_rewritten,
    treated_words_pass_every_stage_and_corrected_ones_a_second_person,
    another_unit_does_not_see_the_item_and_a_destroyed_one_has_no_words,
    a_column_closed_for_the_year_goes_on_in_its_successor,
)
