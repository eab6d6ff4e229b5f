"""Official documents (公文公开属性), their interpretation (政策解读) and the item they become, to the ranking by B1, B2 and A1."""

from typing import Any

from tests.stories.county import CHIEF, StoryCounty, story

DOCUMENTS, INTERPRETATIONS, ARTICLES = "publishing/documents", "publishing/interpretations", "publishing/articles"
ELEMENTS = ["background", "aims", "main_content", "scope", "standards", "method", "notes", "key_terms", "benefits"]
PLAN = {"forms": ["drafter_article", "qa"], "authors": "教育局局长", "due": "2026-03-31"}
TITLE = "罗甸县义务教育招生办法"


async def submitted(county: StoryCounty, **fields: Any) -> tuple[str, str]:
    """A document in scope that the unit submitted, and the interpretation that a policy required of it."""
    asked = {"department": county.unit, "title": TITLE, "type": "notice", "in_scope_of_interpretation": True, **fields}
    document = str((await county.done(DOCUMENTS, "clerk", **asked))["id"])
    await county.settled()
    (interpretation,) = await county.listed(INTERPRETATIONS)
    return f"{DOCUMENTS}/{document}", f"{INTERPRETATIONS}/{interpretation}"


async def prepared(county: StoryCounty, interpretation: str) -> None:
    """Plan and material."""
    await county.done(f"{interpretation}/file-plan", "clerk", **PLAN)
    await county.done(f"{interpretation}/submit-material", "clerk", text="招生办法解读")


async def determined(county: StoryCounty) -> tuple[str, str]:
    """An active document with plan and material, accepted for issue: its place and that of its interpretation."""
    document, interpretation = await submitted(county, attribute="active")
    await prepared(county, interpretation)
    await county.done(f"{document}/review-attribute", "head")
    accepted = {"content_checked": True, "interpretation": last(interpretation)}
    await county.done(f"{document}/determine-attribute", CHIEF, **accepted)
    return document, interpretation


async def issued(county: StoryCounty, document: str, interpretation: str) -> None:
    """Issued, and the interpretation told of it."""
    printed = {"document_number": "罗府办发〔2026〕8号", "normative": True, "interpretation": last(interpretation)}
    await county.done(f"{document}/issue-document", "clerk", **printed)
    await county.settled()


async def published(county: StoryCounty, interpretation: str) -> None:
    """Signed, published and linked both ways."""
    await county.done(f"{interpretation}/sign-interpretation", "head")
    told = {"forms": ["qa"], "elements": ELEMENTS, "not_applicable": ["differences"]}
    await county.done(f"{interpretation}/publish-interpretation", "clerk", **told)
    await county.done(f"{interpretation}/link-interpretation", "clerk", direction="both")


def last(path: str) -> str:
    """The case at the end of an address."""
    return path.rpartition("/")[2]


def scores(row: dict[str, Any], *codes: str) -> list[str]:
    """What a line of the ranking has for some indicators."""
    return [row["indicators"][code]["score"] for code in codes]


@story("2026-03-02 09:00")
async def a_document_without_attribute_is_returned_and_its_interpretation_done_in_time(county: StoryCounty) -> None:
    document, interpretation = await submitted(county)
    await county.done(f"{document}/return-document", CHIEF, ground="no_attribute")
    again = {"attribute": "active", "in_scope_of_interpretation": True}
    await county.done(f"{document}/resubmit-document", "clerk", **again)
    await county.done(f"{document}/review-attribute", "head")
    accepted = {"content_checked": True, "interpretation": last(interpretation)}
    assert await county.refused(f"{document}/determine-attribute", CHIEF, **accepted) == "document.plan_missing"
    await prepared(county, interpretation)
    await county.done(f"{document}/determine-attribute", CHIEF, **accepted)
    county.at("2026-03-05 10:00")
    await issued(county, document, interpretation)
    assert await county.dues(interpretation, "clerk") == {"interpretation": "2026-03-10"}
    shown = await county.shown(interpretation, "clerk")
    assert (shown["title"], shown["parent"]) == (TITLE, last(document))
    (article,) = await county.listed(ARTICLES)
    assert await county.dues(f"{ARTICLES}/{article}") == {"publish": "2026-04-02"}
    county.at("2026-03-10 17:00")
    await published(county, interpretation)
    county.at("2026-04-02 09:00")
    await county.swept()
    assert await county.events(document) == [
        "DocumentSubmitted",
        "InterpretationNoted",
        "DocumentReturned",
        "DocumentResubmitted",
        "AttributeProposed",
        "AttributeReviewed",
        "AttributeDetermined",
        "DocumentIssued",
    ]
    assert await county.events(interpretation) == [
        "InterpretationRequired",
        "PlanFiled",
        "MaterialSubmitted",
        "DocumentIssueNoted",
        "InterpretationSigned",
        "InterpretationPublished",
        "InterpretationLinked",
        "InterpretationCompleted",
    ]
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted"]
    row = await county.row("2026Q1")
    assert scores(row, "B1", "B2") == ["4.00", "10.00"]
    # 14 of 15 applicable points, spread over 100.
    assert row["score"] == "93.33"
    assert await county.lines("2026Q1", "B1") == [
        ("documents", f"{last(document)}/1", "0"),
        ("no_attribute", f"{last(document)}/3", "-1"),
    ]
    assert await county.lines("2026Q1", "B2") == [("interpreted", f"{last(interpretation)}/8", "10")]


@story("2026-03-26 09:00")
async def an_interpretation_linked_too_late_is_charged_in_the_quarter_of_its_due_date(county: StoryCounty) -> None:
    document, interpretation = await determined(county)
    await issued(county, document, interpretation)
    county.at("2026-04-02 09:00")
    await published(county, interpretation)
    await county.settled()
    assert (await county.events(interpretation))[-5:] == [
        "InterpretationOverdue",
        "InterpretationSigned",
        "InterpretationPublished",
        "InterpretationLinked",
        "InterpretationCompleted",
    ]
    row = await county.row("2026Q1")
    assert scores(row, "B1", "B2") == ["5.00", "0.00"]
    assert row["score"] == "33.33"
    assert await county.lines("2026Q1", "B2") == [("interpreted_late", f"{last(interpretation)}/5", "0")]
    assert (await county.row("2026Q2"))["indicators"]["B2"]["applicable"] is False


@story("2026-03-02 09:00")
async def the_same_events_twice_make_one_interpretation(county: StoryCounty) -> None:
    document, interpretation = await submitted(county)
    before = await county.events(document), await county.events(interpretation)
    await county.sent_again("publishing")
    assert (await county.events(document), await county.events(interpretation)) == before
    assert await county.listed(INTERPRETATIONS) == [last(interpretation)]
    assert await county.lines("2026Q1", "B1") == [("documents", f"{last(document)}/1", "0")]


@story("2026-03-02 09:00")
async def a_document_that_turns_active_twice_has_one_item_to_publish(county: StoryCounty) -> None:
    document, interpretation = await determined(county)
    await issued(county, document, interpretation)
    (article,) = await county.listed(ARTICLES)
    for attribute, more in (("on_request", {}), ("active", {"content_checked": True})):
        reassessed = {"attribute": attribute, "explanation": "复评", **more}
        await county.done(f"{document}/reassess-attribute", "head", **reassessed)
        await county.settled()
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped"]
    (second,) = set(await county.listed(ARTICLES)) - {article}
    await county.sent_again("publishing")
    assert len(await county.listed(ARTICLES)) == 2
    county.at("2026-04-01 09:00")
    await county.swept()
    assert await county.lines("2026Q1", "A1") == [("published_late", f"{second}/2", "0")]


@story("2026-03-02 09:00")
async def the_item_of_a_repealed_document_is_dropped_without_a_charge(county: StoryCounty) -> None:
    document, interpretation = await determined(county)
    await issued(county, document, interpretation)
    (article,) = await county.listed(ARTICLES)
    mine = str((await county.done(ARTICLES, "clerk", title="解读", source=last(document)))["id"])
    county.at("2026-03-10 09:00")
    await county.done(f"{document}/repeal-document", "head", explanation="已有新文件")
    await county.settled()
    assert await county.refused(f"{ARTICLES}/{article}/revise", "clerk", title="题") == "article.dropped"
    county.at("2026-04-08 09:00")
    await county.swept()
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped"]
    assert await county.events(f"{ARTICLES}/{mine}") == ["InfoDrafted", "PublicationOverdue"]
    assert await county.lines("2026Q1", "A1") == [("published_late", f"{mine}/2", "0")]


@story("2026-03-02 09:00")
async def a_document_repealed_or_withheld_at_once_is_not_interpreted(county: StoryCounty) -> None:
    document, interpretation = await determined(county)
    await issued(county, document, interpretation)
    repealed = await county.done(f"{document}/repeal-document", "head", explanation="已有新文件")
    await county.settled()
    assert (await county.events(interpretation))[-1] == "InterpretationWaived"
    # A repeal that was a mistake is undone, and its limit runs as before.
    await county.done(f"{document}/void-entry", CHIEF, events=[repealed["events"][-1]["id"]], reason="并未废止")
    await county.settled()
    assert (await county.events(interpretation))[-1] == "EntryVoided"
    assert await county.dues(interpretation) == {"interpretation": "2026-03-05"}
    (article,) = await county.listed(ARTICLES)
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped", "EntryVoided"]
    withheld = {"attribute": "not_disclosed", "reason": "internal_affairs", "explanation": "仅涉内部事务"}
    await county.done(f"{document}/reassess-attribute", "head", **withheld)
    county.at("2026-03-06 09:00")
    await county.swept()
    assert (await county.events(interpretation))[-1] == "InterpretationWaived"
    assert await county.lines("2026Q1", "B2") == []


@story("2026-03-02 09:00")
async def an_undone_reassessment_takes_back_what_followed_from_it(county: StoryCounty) -> None:
    document, interpretation = await determined(county)
    await issued(county, document, interpretation)
    (article,) = await county.listed(ARTICLES)
    before = await county.dues(f"{ARTICLES}/{article}")

    async def reassessed(attribute: str, **more: Any) -> str:
        fields = {"attribute": attribute, "explanation": "复评", **more}
        answer = await county.done(f"{document}/reassess-attribute", "head", **fields)
        await county.settled()
        return str(answer["events"][-1]["id"])

    async def undone(event: str) -> None:
        await county.done(f"{document}/void-entry", CHIEF, events=[event], reason="误登")
        await county.settled()

    mistake = await reassessed("on_request")
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped"]
    await undone(mistake)
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped", "EntryVoided"]
    assert await county.dues(f"{ARTICLES}/{article}") == before
    await reassessed("on_request")
    mistake = await reassessed("active", content_checked=True)
    (second,) = set(await county.listed(ARTICLES)) - {article}
    await undone(mistake)
    assert await county.events(f"{ARTICLES}/{second}") == ["InfoDrafted", "InfoDropped"]
    await county.sent_again("publishing")
    county.at("2026-04-01 09:00")
    await county.swept()
    assert await county.lines("2026Q1", "A1") == []


@story("2026-03-02 09:00")
async def a_wrong_day_of_issue_is_put_right_and_every_limit_counts_anew(county: StoryCounty) -> None:
    document, interpretation = await determined(county)
    county.at("2026-03-16 09:00")
    wrong = {
        "document_number": "罗教发〔2026〕3号",
        "interpretation": last(interpretation),
        "happened": "2026-03-03 09:00",
    }
    await county.done(f"{document}/issue-document", "clerk", **wrong)
    await county.settled()
    (article,) = await county.listed(ARTICLES)
    assert await county.dues(interpretation) == {"interpretation": "2026-03-06"}
    assert await county.lines("2026Q1", "B2") == [("interpreted_late", f"{last(interpretation)}/5", "0")]
    assert await county.dues(f"{ARTICLES}/{article}") == {"publish": "2026-03-31"}
    right = {"issued": "2026-03-13", "explanation": "印发日期误登"}
    assert (
        await county.refused(f"{document}/correct-issue", CHIEF, issued="2026-03-01")
        == "document.issue_before_determination"
    )
    assert await county.refused(f"{document}/correct-issue", CHIEF, issued="2026-03-17") == "document.issue_ahead"
    await county.done(f"{document}/correct-issue", CHIEF, **right)
    await county.settled()
    await county.sent_again("publishing")
    assert (await county.shown(document))["events"][-1]["data"]["previous"] == "2026-03-03"
    assert await county.dues(interpretation) == {"interpretation": "2026-03-18"}
    assert await county.dues(f"{ARTICLES}/{article}") == {"publish": "2026-04-13"}
    assert await county.lines("2026Q1", "B2") == []
    await published(county, interpretation)
    await county.settled()
    assert [line[0] for line in await county.lines("2026Q1", "B2")] == ["interpreted"]
    county.at("2026-04-10 09:00")
    await county.swept()
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoRedated"]


STORIES = (
    a_document_without_attribute_is_returned_and_its_interpretation_done_in_time,
    an_interpretation_linked_too_late_is_charged_in_the_quarter_of_its_due_date,
    the_same_events_twice_make_one_interpretation,
    a_document_that_turns_active_twice_has_one_item_to_publish,
    the_item_of_a_repealed_document_is_dropped_without_a_charge,
    a_document_repealed_or_withheld_at_once_is_not_interpreted,
    an_undone_reassessment_takes_back_what_followed_from_it,
    a_wrong_day_of_issue_is_put_right_and_every_limit_counts_anew,
)
