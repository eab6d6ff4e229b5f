"""Applications for information (依申请公开) from the counter to the score, and what crosses to other cases."""

from typing import Any

from tests.stories.county import CHIEF, StoryCounty, story

TOP = "requests/applications"
ARTICLES = "publishing/articles"
ASKED: dict[str, Any] = {
    "title": "2025 年学校建设资金安排",
    "text": "各校名称、金额和进度",
    "name": "张三",
    "identity": "52272819900101001X",
    "phone": "13800000000",
}
GRANTED = {"outcome": "O2", "reply": "现予公开，详见附件。", "how": "随函寄送复印件"}
REFUSED = {
    "outcome": "O4",
    "reply": "您申请的信息属于过程性信息，不予公开。",
    "ground": "process_information",
    "reasons": "属于内部讨论记录",
    "remedy": "reconsideration_first",
}


async def counter(county: StoryCounty, **fields: Any) -> str:
    """An application handed in at the counter and registered: its id."""
    asked = {**ASKED, "department": county.unit, "channel": "in_person", **fields}
    case = str((await county.done(TOP, "clerk", **asked))["id"])
    await county.done(f"{TOP}/{case}/register", "clerk")
    return case


async def answered(county: StoryCounty, case: str, **words: Any) -> None:
    """Drafted, reviewed and sent."""
    await county.done(f"{TOP}/{case}/draft-reply", "clerk", **words)
    await county.done(f"{TOP}/{case}/review-reply", "head", passed=True)
    await county.done(f"{TOP}/{case}/reply", "clerk")


async def addressed(county: StoryCounty, case: str, *parties: str) -> list[str]:
    """Which of the parties each letter of the file names."""
    letters = (await county.shown(f"{TOP}/{case}/letters", "clerk"))["items"]
    pages = [(await county.get(f"{TOP}/{case}/letters/{one['letter']}.html", "clerk")).text for one in letters]
    return ["、".join(party for party in parties if party in page) for page in pages]


@story("2026-10-08 16:00")
async def an_application_sent_online_is_followed_by_its_applicant_to_the_reply(county: StoryCounty) -> None:
    sent = await county.done(TOP, None, **ASKED, department=county.unit)
    case, code = sent["id"], sent["receipt"]["code"]
    county.at("2026-10-09 09:00")
    await county.done(f"{TOP}/{case}/confirm-receipt", "clerk", evidence="told_by_phone", arrived="2026-10-08")
    await county.done(f"{TOP}/{case}/register", "clerk")
    county.at("2026-10-12 09:00")
    await county.done(f"{TOP}/{case}/request-correction", "clerk", items="请写明是初中还是小学")
    county.at("2026-10-14 09:00")
    await county.done(f"{TOP}/{case}/receive-correction", None, {"Receipt-Code": code}, text="小学")
    await answered(county, case, **GRANTED)
    seen = await county.done(f"{TOP}/follow", None, number=case, code=code)
    assert (seen["status"], seen["reply"], seen["answered"]) == ("answered", GRANTED["reply"], "2026-10-14")
    offered = {one["command"] for one in (await county.shown(f"{TOP}/{case}", "clerk"))["commands"]}
    assert "record-delivery" in offered
    assert "draft-reply" not in offered
    assert await county.events(f"{TOP}/{case}") == [
        "ApplicationSubmitted",
        "RequestReceived",
        "ApplicationRegistered",
        "CorrectionRequested",
        "CorrectionReceived",
        "ReplyDrafted",
        "ReplyReviewed",
        "ReplySent",
    ]
    assert (await county.get(f"{TOP}/{case}", "clerk@other")).status_code == 404
    county.at("2027-01-05 09:00")
    await county.swept()
    assert await county.lines("2026Q4", "C1") == [("requests_on_time", f"{case}/8", "0")]
    assert await county.points("2026Q4", "C1", "C2", "C3") == [12, 4, 4]


@story("2026-10-09 09:00")
async def late_replies_faults_and_corrected_refusals_are_charged_line_by_line(county: StoryCounty) -> None:
    timely, late, refused = [await counter(county, title=title) for title in ("按期", "逾期", "拒绝")]
    county.at("2026-10-12 09:00")
    await answered(county, timely, **GRANTED)
    await answered(county, refused, **REFUSED)
    await county.done(f"{TOP}/{timely}/propose-conversion", "clerk")
    await county.done(f"{TOP}/{timely}/accept-conversion", "head")
    await county.done(f"{TOP}/{refused}/file-reconsideration", "clerk")
    county.at("2026-11-04 09:00")
    await county.done(f"{TOP}/{late}/notify-extension", "clerk")
    county.at("2026-11-20 09:00")
    await county.done(f"{TOP}/{refused}/decide-reconsideration", CHIEF, result="corrected")
    await county.done(f"{TOP}/{refused}/find-fault", CHIEF, kind="reasons_missing")
    await county.done(f"{TOP}/{refused}/file-lawsuit", "clerk")
    county.at("2026-12-20 09:00")
    await county.done(f"{TOP}/{refused}/decide-lawsuit", CHIEF, result="corrected")
    county.at("2027-01-05 09:00")
    await county.swept()
    assert await county.points("2026Q4", "C1", "C2", "C3") == [6, 0, 1]
    charged = [line for code in ("C1", "C2", "C3") for line in await county.lines("2026Q4", code) if line[2] != "0"]
    assert sorted(charged) == sorted(
        [
            ("requests_late", f"{late}/6", "-6"),
            ("request_faults", f"{late}/5", "-2"),
            ("request_faults", f"{refused}/9", "-2"),
            ("requests_corrected", f"{refused}/8", "-3"),
        ]
    )
    assert (await county.events(f"{TOP}/{refused}"))[6:] == [
        "ReconsiderationFiled",
        "ReconsiderationDecided",
        "ProcedureFaulted",
        "LawsuitFiled",
        "LawsuitDecided",
    ]


@story("2026-10-09 09:00")
async def a_repeated_application_names_the_one_of_the_same_person_that_was_answered(county: StoryCounty) -> None:
    first, again, open_one = [await counter(county) for _ in range(3)]
    another = await counter(county, name="李四", identity="522728199001010028")
    await answered(county, first, **GRANTED)
    await answered(county, another, **GRANTED)
    repeated = {"outcome": "O11", "reply": "不再重复处理。", "remedy": "reconsideration_or_lawsuit"}
    draft = f"{TOP}/{again}/draft-reply", "clerk"
    for wrong in ("2025年第9号", again, open_one):
        assert await county.refused(*draft, earlier=wrong, **repeated) == "application.earlier_not_answered"
    assert await county.refused(*draft, earlier=another, **repeated) == "application.earlier_of_another"
    await answered(county, again, earlier=first, **repeated)
    assert (await county.shown(f"{TOP}/{again}", "clerk"))["columns"]["row"] == "3.5.2"


@story("2026-10-09 09:00")
async def one_letter_with_two_matters_becomes_two_applications_of_one_applicant(county: StoryCounty) -> None:
    case = await counter(county)
    county.at("2026-10-12 09:00")
    await county.done(f"{TOP}/{case}/split", "clerk", title="教师招聘名单", text="2025 年教师招聘名单")
    await county.settled()
    part, first = await county.listed(TOP)
    assert first == case
    shown = await county.shown(f"{TOP}/{part}", "clerk")
    assert shown["events"][0]["data"]["parent"] == case
    assert shown["events"][1]["data"]["received"] == "2026-10-09"
    assert "2025 年教师招聘名单" in str(shown)
    assert await county.dues(f"{TOP}/{part}", "clerk") == {"reply": "2026-11-05"}
    # The same applicant is known again, so the part may be merged back.
    await county.done(f"{TOP}/{part}/merge", "clerk", into=case)
    merged = await county.shown(f"{TOP}/{part}", "clerk")
    assert (merged["status"], merged["columns"]["row"]) == ("merged", "3.6.3")
    county.at("2026-11-06 09:00")
    await county.swept()
    # One matter, one verdict: what was merged is charged with the case it went into.
    assert await county.lines("2026Q4", "C1") == [("requests_late", f"{case}/5", "-6")]


@story("2026-10-09 09:00")
async def erasing_the_applicant_leaves_score_and_row_and_no_words(county: StoryCounty) -> None:
    case, kept = await counter(county), await counter(county, title="另一件")
    await answered(county, kept, **GRANTED)
    for one in (case, kept):
        await county.done(f"{TOP}/{one}/erase", CHIEF, ground="consent_withdrawn")
        shown = (await county.get(f"{TOP}/{one}", CHIEF)).text
        assert "张三" not in shown
        assert "各校名称" not in shown
    assert (await county.ask(f"{TOP}/{case}/register", "clerk")).status_code == 409
    county.at("2026-11-06 09:00")
    await county.swept()
    assert [line[:2] for line in await county.lines("2026Q4", "C1")] == [("requests_on_time", f"{kept}/6")]


@story("2026-10-09 09:00")
async def the_annual_report_counts_the_year_and_opens_its_cases_to_those_who_may_read_them(county: StoryCounty) -> None:
    done, waiting = await counter(county), await counter(county, applicant_class="business", name="某公司")
    await answered(county, done, **GRANTED)
    await county.settled()
    address = f"assessment/report/annual/2026?department={county.unit}"
    told = await county.shown(address)
    assert told["table3"]["1"]["total"] == 2
    assert told["cases"]["table3"]["3.1"] == {"natural": [done]}
    assert told["cases"]["table3"]["4"] == {"business": [waiting]}
    assert all(check["holds"] for check in told["checks"])
    elsewhere = await county.shown(address, "clerk@other")
    assert (elsewhere["table3"], elsewhere["cases"]) == (told["table3"], None)
    assert (await county.shown(f"{address}&as_of=2026-10-08"))["table3"]["1"]["total"] == 0
    assert (await county.get(f"{address}&as_of=gestern", CHIEF)).status_code == 422
    assert (await county.get("assessment/report/annual/2026?department=nobody", CHIEF)).status_code == 404


@story("2026-10-09 09:00")
async def what_is_converted_to_active_disclosure_starts_an_article_with_its_twenty_working_days(
    county: StoryCounty,
) -> None:
    case = await counter(county)
    spot = {"outcome": "O2", "reply": "当场提供", "how": "当场交付复印件"}
    await county.done(f"{TOP}/{case}/answer-on-the-spot", "clerk", **spot)
    await county.done(f"{TOP}/{case}/propose-conversion", "clerk")
    await county.done(f"{TOP}/{case}/accept-conversion", "head")
    await county.settled()
    (article,) = await county.listed(ARTICLES)
    shown = await county.shown(f"{ARTICLES}/{article}", "clerk")
    assert shown["events"][0]["data"]["source"] == case
    assert [row["due"] for row in shown["deadlines"]] == ["2026-11-05"]
    await county.sent_again("requests")
    assert await county.listed(ARTICLES) == [article]
    (accepted,) = [
        event["id"]
        for event in (await county.shown(f"{TOP}/{case}", "clerk"))["events"]
        if event["type"].endswith("ConversionAccepted.v1")
    ]
    # What is undone drops its item with it; what is accepted again has an item of its own.
    await county.done(f"{TOP}/{case}/void-entry", CHIEF, events=[accepted], reason="误点")
    await county.settled()
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped"]
    await county.done(f"{TOP}/{case}/accept-conversion", "head")
    await county.settled()
    again, dropped = await county.listed(ARTICLES)
    assert dropped == article
    await county.sent_again("requests", "publishing")
    assert await county.listed(ARTICLES) == [again, article]
    county.at("2026-11-06 09:00")
    await county.swept()
    assert await county.events(f"{ARTICLES}/{article}") == ["InfoDrafted", "InfoDropped"]
    assert await county.events(f"{ARTICLES}/{again}") == ["InfoDrafted", "PublicationOverdue"]
    assert await county.lines("2026Q4", "A1") == [("published_late", f"{again}/2", "0")]
    assert [line[:2] for line in await county.lines("2026Q4", "C1")] == [("requests_on_time", f"{case}/5")]


@story("2026-10-09 09:00")
async def the_eleventh_application_of_one_person_in_a_month_costs_a_hundred_yuan(county: StoryCounty) -> None:
    cases = [await counter(county, title=f"第 {n} 件") for n in range(1, 12)]
    await counter(county, name="李四", identity="522728199001010028", title="另一人的申请")
    county.at("2026-10-12 09:00")
    # However it is typed, the identity number is the same.
    twelfth = await counter(county, title="第 12 件", identity="52272819900101001x ")
    asked = f"{TOP}/{cases[10]}/notice-fee", "head"
    assert await county.refused(*asked, method="items", quantity=10) == "application.fee_place"
    await county.done(*asked, method="items", quantity=11)
    too_few = await county.ask(f"{TOP}/{twelfth}/notice-fee", "head", method="items", quantity=11)
    assert "第12件" in too_few.json()["detail"]
    noticed = (await county.shown(f"{TOP}/{cases[10]}", "clerk"))["events"][-1]
    assert (noticed["type"].split(".")[2], noticed["data"]["amount"]) == ("FeeNoticed", 100)
    county.at("2026-11-20 09:00")
    await county.swept()
    # Unpaid, it counts as abandoned and nobody is charged; the other twelve were not answered in time.
    assert (await county.events(f"{TOP}/{cases[10]}"))[-1] == "FeeLapsed"
    late = [
        event.partition("/")[0]
        for measure, event, _ in await county.lines("2026Q4", "C1")
        if measure == "requests_late"
    ]
    assert len(late) == 12
    assert cases[10] not in late


@story("2026-10-09 09:00")
async def an_extension_approved_and_told_to_nobody_is_charged_as_of_the_day_after(county: StoryCounty) -> None:
    case = await counter(county)
    county.at("2026-11-02 09:00")
    await county.done(f"{TOP}/{case}/approve-extension", "disclosure", reason="需要汇总")
    assert await county.dues(f"{TOP}/{case}", "clerk") == {"reply": "2026-11-05", "extension": "2026-11-05"}
    # However late anybody looks.
    county.at("2027-01-05 09:00")
    await county.swept()
    names = await county.events(f"{TOP}/{case}")
    assert names[-3:] == ["ExtensionLapsed", "ReplyOverdue", "ProcedureFaulted"]
    assert await county.lines("2026Q4", "C1") == [("requests_late", f"{case}/6", "-6")]
    assert await county.lines("2026Q4", "C2") == [
        ("requests_late", f"{case}/6", "0"),
        ("request_faults", f"{case}/7", "-2"),
    ]
    assert await county.lines("2027Q1", "C2") == []


@story("2026-10-09 09:00")
async def a_part_split_off_late_is_due_with_the_whole_and_has_its_wishes_and_files(county: StoryCounty) -> None:
    upload = {"content": "附件的内容".encode(), "params": {"name": "说明.txt"}, "headers": county.as_("clerk")}
    file = (await county.client.post("/api/v1/requests/files", **upload)).json()["id"]
    case = await counter(county, need="visual", manner="paper", delivery="mail", attachments=[file])
    county.at("2026-10-12 09:00")
    await county.done(f"{TOP}/{case}/request-correction", "clerk", items="请逐项写明")
    split = f"{TOP}/{case}/split", "clerk"
    second = {"title": "教师招聘名单", "text": "2025 年教师招聘名单"}
    assert await county.refused(*split, **second) == "application.correction_pending"
    county.at("2026-11-02 09:00")
    await county.done(f"{TOP}/{case}/receive-correction", "clerk", text="两件事")
    await county.done(f"{TOP}/{case}/approve-extension", "disclosure", reason="需要汇总")
    assert await county.refused(*split, **second) == "application.extension_untold"
    await county.done(f"{TOP}/{case}/notify-extension", "clerk")
    county.at("2026-11-09 09:00")
    await county.done(*split, **second)
    await county.swept()
    part, _ = await county.listed(TOP)
    assert await county.events(f"{TOP}/{part}") == ["ApplicationSubmitted", "RequestReceived", "ApplicationRegistered"]
    assert await county.dues(f"{TOP}/{part}", "clerk") == {"reply": "2026-12-28"}
    assert (await county.dues(f"{TOP}/{case}", "clerk"))["reply"] == "2026-12-28"
    submitted = (await county.shown(f"{TOP}/{part}", "clerk"))["events"][0]["data"]
    assert [submitted[name] for name in ("need", "manner", "delivery", "attachments")] == [
        "visual",
        "paper",
        "mail",
        [file],
    ]
    for one in (case, part):
        assert (await county.get(f"{TOP}/{one}/files/{file}", "clerk")).content == "附件的内容".encode()
    assert (await county.get(f"{TOP}/{part}/files/{file}", "clerk@other")).status_code == 404
    await county.done(f"{TOP}/{part}/split", "clerk", title="教师职称名单", text="2025 年教师职称名单")
    await county.settled()
    third = (await county.listed(TOP))[0]
    assert await county.dues(f"{TOP}/{third}", "clerk") == {"reply": "2026-12-28"}
    assert (await county.get(f"{TOP}/{third}/files/{file}", "clerk")).content == "附件的内容".encode()
    unrelated = await counter(county, title="另一件")
    assert (await county.get(f"{TOP}/{unrelated}/files/{file}", "clerk")).status_code == 404
    county.at("2026-12-29 09:00")
    await county.swept()
    assert await county.refused(*split, **second) == "application.split_after_expiry"
    late = [event.partition("/")[0] for _, event, _ in await county.lines("2026Q4", "C1")]
    assert sorted(late) == sorted([case, part, third, unrelated])


@story("2026-12-20 09:00")
async def a_part_split_off_in_january_is_new_in_january_and_the_year_that_is_over_stays(county: StoryCounty) -> None:
    case = await counter(county)
    reports = "assessment/report/annual/{}?department=" + county.unit
    county.at("2027-01-11 09:00")
    await county.settled()
    over = (await county.shown(reports.format(2026)))["table3"]
    assert (over["1"]["total"], over["4"]["total"]) == (1, 1)
    county.at("2027-01-12 09:00")
    await county.done(f"{TOP}/{case}/split", "clerk", title="教师招聘名单", text="2025 年教师招聘名单")
    await county.settled()
    assert (await county.shown(reports.format(2026)))["table3"] == over
    told = await county.shown(reports.format(2027))
    assert [told["table3"][row]["total"] for row in ("1", "2", "4")] == [1, 1, 2]
    assert all(check["holds"] for check in told["checks"])


@story("2026-10-09 09:00")
async def who_is_consulted_after_a_void_has_a_letter_and_an_answer_of_its_own(county: StoryCounty) -> None:
    case = await counter(county)
    consult = f"{TOP}/{case}/consult", "clerk"
    county.at("2026-10-12 09:00")
    await county.done(*consult, asked="third_party", party="甲公司", content="合同甲")
    await county.done(*consult, asked="co_producer", party="水务局", content="合同乙")
    await county.done(f"{TOP}/{case}/void-entry", CHIEF, events=[f"{case}/4"], reason="发错")
    await county.done(*consult, asked="third_party", party="丙公司", content="合同丙")
    assert await county.dues(f"{TOP}/{case}", "clerk") == {
        "consultation-2": "2026-11-02",
        "consultation-3": "2026-11-02",
        "reply": None,
    }
    assert await addressed(county, case, "甲公司", "水务局", "丙公司") == ["甲公司", "水务局", "丙公司"]
    county.at("2026-10-14 09:00")
    await county.done(f"{TOP}/{case}/record-answer", "clerk", consultation="consultation-3", agrees=False)
    assert (await county.shown(f"{TOP}/{case}", "clerk"))["status"] == "consulting"
    await county.done(f"{TOP}/{case}/record-answer", "clerk", consultation="consultation-2", agrees=True)
    await answered(county, case, **GRANTED, public_interest="涉及公共安全")
    # The reply goes to the applicant, word of it to the third party that objected.
    assert (await addressed(county, case, "水务局", "丙公司"))[-2:] == ["", "丙公司"]


@story("2026-10-09 09:00")
async def a_fault_is_charged_no_more_once_the_notice_that_made_it_is_undone(county: StoryCounty) -> None:
    case = await counter(county)
    ask = f"{TOP}/{case}/request-correction", "clerk"
    county.at("2026-10-21 09:00")
    await county.done(*ask, items="请写明年份")
    await county.settled()
    assert await county.lines("2026Q4", "C2") == [("request_faults", f"{case}/5", "-2")]
    await county.done(f"{TOP}/{case}/void-entry", CHIEF, events=[f"{case}/4"], reason="未发出")
    await county.settled()
    assert await county.lines("2026Q4", "C2") == []
    assert (await county.events(f"{TOP}/{case}"))[3:] == [
        "CorrectionRequested",
        "ProcedureFaulted",
        "EntryVoided",
        "VerdictRevised",
    ]
    await county.done(*ask, items="请写明年份")
    await county.settled()
    assert await county.lines("2026Q4", "C2") == [("request_faults", f"{case}/9", "-2")]


@story("2026-10-09 09:00")
async def a_fee_noticed_on_the_last_day_stops_the_time_until_it_is_paid(county: StoryCounty) -> None:
    case = await counter(county)
    county.at("2026-11-05 16:00")
    await county.done(f"{TOP}/{case}/notice-fee", "head", method="pages", quantity=31)
    county.at("2026-11-06 10:00")
    await county.swept()
    await county.done(f"{TOP}/{case}/record-payment", "clerk", amount=10)
    await answered(county, case, **GRANTED)
    sent = (await county.shown(f"{TOP}/{case}"))["events"][-1]["data"]
    assert (sent["due"], sent["done"], sent["met"]) == ("2026-12-04", "2026-11-06", True)
    await county.settled()
    assert [line[0] for line in await county.lines("2026Q4", "C1")] == ["requests_on_time"]


@story("2026-10-09 09:00")
async def what_an_outcome_rests_on_is_asked_until_it_is_sent_and_then_stays(county: StoryCounty) -> None:
    case = f"{TOP}/{await counter(county)}"
    await county.done(f"{case}/consult", "clerk", asked="third_party", party="甲公司", content="合同文本")
    await county.done(f"{case}/draft-reply", "clerk", **{**REFUSED, "ground": "third_party"})
    await county.done(f"{case}/record-answer", "clerk", consultation="consultation-1", agrees=True)
    assert await county.refused(f"{case}/review-reply", "head", passed=True) == "application.third_party_agrees"
    await county.done(f"{case}/record-search", "clerk", found=False, search="档案室")
    missing = {
        "outcome": "O5",
        "reply": "经检索不存在。",
        "reasons": "没有制作",
        "remedy": "reconsideration_or_lawsuit",
    }
    await answered(county, case.removeprefix(f"{TOP}/"), **missing)
    searched = next(e["id"] for e in (await county.shown(case, "clerk"))["events"] if ".SearchRecorded." in e["type"])
    void = {"events": [searched], "reason": "没有检索"}
    assert await county.refused(f"{case}/void-entry", CHIEF, **void) == "void.depended_on"


@story("2026-10-09 09:00")
async def who_asks_often_is_seen_at_the_register_and_is_asked_why_before_anything_is_refused(
    county: StoryCounty,
) -> None:
    cases = [await counter(county, title=f"第{n}件") for n in range(1, 4)]
    shown = [await county.shown(f"{TOP}/{case}", "clerk") for case in cases]
    assert [one["columns"]["of_month"] for one in shown] == [1, 2, 3]
    first = f"{TOP}/{cases[0]}"
    await county.done(f"{first}/ask-reasons", "clerk", explanation="当月多次就同类事项申请", days=5)
    asked = (await county.shown(first, "clerk"))["events"][-1]["data"]
    assert (asked["in_month"], asked["period"]) == (3, 5)
    excessive = {
        "outcome": "O13",
        "reply": "不予处理。",
        "reasons": "无正当理由",
        "remedy": "reconsideration_or_lawsuit",
    }
    assert await county.refused(f"{first}/draft-reply", "clerk", **excessive) == "application.reasons_awaited"
    assert await county.refused(f"{first}/record-reasons", "clerk", reasonable=False) == "application.reasons_in_time"
    county.at("2026-10-20 09:00")
    await county.done(f"{first}/record-reasons", "clerk", reasonable=False)
    await answered(county, cases[0], **excessive)
    assert (await county.shown(first, "clerk"))["columns"]["row"] == "3.5.4"


@story("2026-10-09 09:00")
async def a_reconsideration_of_silence_opens_no_way_to_court_against_the_refusal_that_followed(
    county: StoryCounty,
) -> None:
    case = f"{TOP}/{await counter(county)}"
    county.at("2026-11-09 09:00")
    await county.swept()
    await county.done(f"{case}/file-reconsideration", "clerk")
    county.at("2026-11-20 09:00")
    await county.done(f"{case}/decide-reconsideration", CHIEF, result="corrected")
    await answered(county, case.removeprefix(f"{TOP}/"), **REFUSED)
    assert await county.refused(f"{case}/file-lawsuit", "clerk") == "application.reconsideration_first"
    await county.done(f"{case}/file-reconsideration", "clerk")
    reply = next(e["id"] for e in (await county.shown(case, "clerk"))["events"] if ".ReplySent." in e["type"])
    assert await county.refused(f"{case}/void-entry", CHIEF, events=[reply], reason="误发") == "void.depended_on"


STORIES = (
    a_fee_noticed_on_the_last_day_stops_the_time_until_it_is_paid,
    a_fault_is_charged_no_more_once_the_notice_that_made_it_is_undone,
    a_part_split_off_in_january_is_new_in_january_and_the_year_that_is_over_stays,
    a_part_split_off_late_is_due_with_the_whole_and_has_its_wishes_and_files,
    who_is_consulted_after_a_void_has_a_letter_and_an_answer_of_its_own,
    an_extension_approved_and_told_to_nobody_is_charged_as_of_the_day_after,
    the_eleventh_application_of_one_person_in_a_month_costs_a_hundred_yuan,
    an_application_sent_online_is_followed_by_its_applicant_to_the_reply,
    late_replies_faults_and_corrected_refusals_are_charged_line_by_line,
    one_letter_with_two_matters_becomes_two_applications_of_one_applicant,
    erasing_the_applicant_leaves_score_and_row_and_no_words,
    the_annual_report_counts_the_year_and_opens_its_cases_to_those_who_may_read_them,
    what_is_converted_to_active_disclosure_starts_an_article_with_its_twenty_working_days,
    a_repeated_application_names_the_one_of_the_same_person_that_was_answered,
    what_an_outcome_rests_on_is_asked_until_it_is_sent_and_then_stays,
    who_asks_often_is_seen_at_the_register_and_is_asked_why_before_anything_is_refused,
    a_reconsideration_of_silence_opens_no_way_to_court_against_the_refusal_that_followed,
)
