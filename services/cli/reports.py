"""`gongkai report annual` and `gongkai fees`: the national tables, and the lawful fee, as documents and as tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.assessment.annual_report import CLASSES, COLUMNS, GROUPS, RESULTS
from services.cli import options, show
from services.cli.desk import USAGE, fail, opened, remote, run
from services.requests import fees as tariff
from services.requests.application_rules import APPLICANTS, ROWS
from shared.domain.text import Text

if TYPE_CHECKING:
    from services.requests.fees import Method

TITLES: Mapping[str, Text] = {
    **ROWS,
    "3.7": Text("总计", "Total"),
    "4": Text("结转下年度继续办理", "Carried over to next year"),
}
GROUP_TITLES: Mapping[str, Text] = {
    "reconsideration": Text("行政复议", "Reconsideration"),
    "lawsuit_direct": Text("行政诉讼：未经复议直接起诉", "Lawsuit without reconsideration"),
    "lawsuit_after_reconsideration": Text("行政诉讼：复议后起诉", "Lawsuit after reconsideration"),
}
RESULT_TITLES: Mapping[str, Text] = {
    "upheld": Text("结果维持", "Upheld"),
    "corrected": Text("结果纠正", "Corrected"),
    "other": Text("其他结果", "Other"),
    "pending": Text("尚未审结", "Pending"),
    "total": Text("总计", "Total"),
}


def annual(
    year: Annotated[int, typer.Argument(help="年度，如 2026 / year, as 2026", min=2000, max=2100)],
    department: Annotated[
        str | None, typer.Option("--department", help="只计一个单位，编号或名称 / one department, by id or name")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="按这一天结束时已登记的 / as recorded by the end of this day")
    ] = None,
) -> None:
    """政府信息公开工作年度报告的表三、表四 / tables 3 and 4 of the national annual report."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            asked = {"department": department, "as_of": as_of}
            return dict(remote().get(f"/api/v1/assessment/report/annual/{year}", **asked))
        async with opened("report") as desk:
            await desk.runtime.catch_up()
            return await desk.annual_report(year, department, as_of)

    show.document(run(work), annual_table, annual_rows)


def fee(
    items: Annotated[int | None, typer.Option("--items", help="同一申请人当月件数 / items in a month", min=1)] = None,
    pages: Annotated[int | None, typer.Option("--pages", help="一件申请的页数 / pages of one", min=1)] = None,
) -> None:
    """政府信息公开信息处理费：按件或按量，二者选一 / the information-handling fee, by item or by page."""
    if (items is None) == (pages is None):
        fail(Text("--items 和 --pages 选一个，不可并用", "give --items or --pages, never both"), USAGE)
    method: Method = "items" if items is not None else "pages"
    show.document(fee_document(method, items or pages or 0), fee_table, fee_rows)


def fee_document(method: "Method", quantity: int) -> dict[str, Any]:
    """``{method, quantity, fee, steps: [{from, to, rate, amount}]}``."""
    steps = tariff.steps(method, quantity)
    return {
        "method": method,
        "quantity": quantity,
        "fee": sum(step.amount for step in steps),
        "steps": [{"from": s.first, "to": s.last, "rate": s.rate, "amount": s.amount} for s in steps],
    }


def fee_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """The steps as rows."""
    return ["from", "to", "rate", "amount"], [list(step.values()) for step in content["steps"]]


def fee_table(content: show.Document) -> None:
    """The steps and what they come to."""
    say = options.current.say
    unit = Text("件", "items") if content["method"] == "items" else Text("页", "pages")
    title = Text(
        f"信息处理费：{content['quantity']} {unit.zh}，{content['fee']} 元",
        f"Fee for {content['quantity']} {unit.en}: {content['fee']} yuan",
    )
    header = [
        say(Text(f"自第（{unit.zh}）", f"From ({unit.en})")),
        say(Text("至", "To")),
        say(Text("每单位（元）", "Each (yuan)")),
        say(Text("小计（元）", "Amount (yuan)")),
    ]
    show.grid(say(title), header, fee_rows(content)[1], right=(0, 1, 2, 3))


def annual_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """Table 3 as rows: code, title, the numbers. Table 4 has other columns; it is in the JSON document."""
    say = options.current.say
    lines: list[show.Row] = [
        [row, say(TITLES[row]), *(numbers[c] for c in COLUMNS)] for row, numbers in content["table3"].items()
    ]
    return ["row", "title", *COLUMNS], lines


def annual_table(content: show.Document) -> None:
    """Both tables as the form has them, and whether its identities hold."""
    say = options.current.say
    whose = content["department"] or say(Text("全县", "the whole county"))
    cut_off = content["cut_off"][:16].replace("T", " ")
    about = Text(
        f"{content['year']} 年政府信息公开工作年度报告，{whose}，截至 {cut_off} 已登记",
        f"Annual report {content['year']}, {whose}, as recorded by {cut_off}",
    )
    show.plain(say(about) + "\n")
    classes = [say(APPLICANTS[name]) for name in CLASSES]
    total = say(Text("总计", "Total"))
    show.grid(
        say(Text("表三 收到和处理政府信息公开申请情况", "Table 3: applications received and handled")),
        ["", say(Text("项目", "Row")), *classes, total],
        [[row, say(TITLES[row]), *(numbers[c] for c in COLUMNS)] for row, numbers in content["table3"].items()],
        right=range(2, 2 + len(COLUMNS)),
    )
    results = (*RESULTS, "pending", "total")
    show.grid(
        say(Text("表四 政府信息公开行政复议、行政诉讼情况", "Table 4: reconsideration and lawsuits")),
        [say(Text("类别", "Group")), *(say(RESULT_TITLES[name]) for name in results)],
        [[say(GROUP_TITLES[group]), *(content["table4"][group][name] for name in results)] for group in GROUPS],
        right=range(1, 1 + len(results)),
    )
    broken = [check["rule"] for check in content["checks"] if not check["holds"]]
    held = Text(f"勾稽关系 {len(content['checks'])} 项全部成立", f"All {len(content['checks'])} identities hold")
    said = Text(f"勾稽关系不成立：{'；'.join(broken)}", f"Identities that do not hold: {'; '.join(broken)}")
    show.plain(say(said if broken else held) + "\n")
