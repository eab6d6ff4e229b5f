"""`gongkai report annual` and `gongkai fees`: the national tables, and the lawful fee, as documents and as tables."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.assessment.annual_report import CLASSES, COLUMNS, GROUPS, RESULTS
from services.assessment.annual_report import ROWS as TABLE_ROWS
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

DISCLOSURE_TITLES: Mapping[str, Text] = {
    "rules": Text("规章", "Rules"),
    "normative": Text("行政规范性文件", "Normative documents"),
    "licences": Text("行政许可", "Licences"),
    "penalties": Text("行政处罚", "Penalties"),
    "coercions": Text("行政强制", "Coercive measures"),
    "charges": Text("行政事业性收费（万元）", "Administrative charges (10,000 yuan)"),
}
DISCLOSURE_COLUMNS: Mapping[str, Text] = {
    "made": Text("本年制发件数", "Made"),
    "repealed": Text("本年废止件数", "Repealed"),
    "in_force": Text("现行有效件数", "In force"),
    "decided": Text("本年处理决定数量", "Decisions"),
    "amount": Text("本年收费金额", "Amount"),
}
NOT_ENTERED = Text("未填报", "not entered")
FILE_SUFFIXES = (".xlsx", ".docx")


def annual(
    year: Annotated[int, typer.Argument(help="年度，如 2026 / year, as 2026", min=2000, max=2100)],
    department: Annotated[
        str | None, typer.Option("--department", help="只计一个单位，编号或名称 / one department, by id or name")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="按这一天结束时已登记的 / as recorded by the end of this day")
    ] = None,
    edition: Annotated[
        int | None, typer.Option("--edition", help="第几次定稿，照原样 / as it was frozen in this edition", min=1)
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option("--cell", help="一格的事件，如 table3.3.3.1.natural / the events behind a cell"),
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="写成 .xlsx 或 .docx / write the form to this file", dir_okay=False)
    ] = None,
) -> None:
    """政府信息公开工作年度报告：表二至表四，可定稿、可打印 / the national annual report with tables 2 to 4."""
    asked = {"department": department, "as_of": as_of, "edition": edition}
    address = f"/api/v1/assessment/report/annual/{year}"
    if write is not None:
        if cell is not None:
            fail(Text("--cell 和 --write 选一个", "give --cell or --write, not both"), USAGE)
        if write.suffix not in FILE_SUFFIXES:
            fail(Text(f"--write：只写 .xlsx 或 .docx：{write}", f"--write: .xlsx or .docx only: {write}"), USAGE)

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(remote().get(address, cell=cell, **asked))
        async with opened("report") as desk:
            await desk.runtime.catch_up()
            if cell is not None:
                return await desk.annual_cell(year, department, as_of, edition, cell)
            return await desk.annual_report(year, department, as_of, edition)

    async def printed(file: Path) -> dict[str, Any]:
        from services.desk import annual_file

        if options.current.url:
            body = remote().file(address + file.suffix, **asked)
        else:
            async with opened("report") as desk:
                await desk.runtime.catch_up()
                body = annual_file(file.suffix, await desk.annual_report(year, department, as_of, edition))
        file.write_bytes(body)
        return {"file": str(file), "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    if write is not None:
        file = write
        show.document(run(lambda: printed(file)), file_table)
    elif cell is not None:
        show.document(run(work), cell_table, cell_rows)
    else:
        show.document(run(work), annual_table, annual_rows)


def file_table(content: show.Document) -> None:
    """What was written where."""
    show.named([
        (Text("已写入", "Written"), content["file"]),
        (Text("字节", "Bytes"), content["bytes"]),
        (Text("SHA-256", "SHA-256"), content["sha256"]),
    ])  # fmt: skip


CELL_COLUMNS = ("case", "event", "type", "department", "happened")


def cell_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """The events as rows."""
    return list(CELL_COLUMNS), [[event[name] for name in CELL_COLUMNS] for event in content["events"] or ()]


def cell_table(content: show.Document) -> None:
    """What the cell says and the events behind it; which they are is told to those who may read the files."""
    say = options.current.say
    value = say(NOT_ENTERED) if content["value"] is None else content["value"]
    show.plain(f"{content['cell']}：{value}\n")
    if content["events"] is None:
        show.plain(say(Text("案卷只向有权查阅者显示", "the cases are shown to those who may read them")) + "\n")
        return
    header = [
        say(Text("案卷", "Case")),
        say(Text("事件", "Event")),
        say(Text("类型", "Type")),
        say(Text("单位", "Department")),
        say(Text("发生日期", "Happened")),
    ]
    show.grid("", header, cell_rows(content)[1])


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
    """Table 3 as rows: code, title, the numbers. The other tables have other columns; they are in the JSON document."""
    say = options.current.say
    lines: list[show.Row] = [
        [row, say(TITLES[row]), *(content["table3"][row][c] for c in COLUMNS)] for row in TABLE_ROWS
    ]
    return ["row", "title", *COLUMNS], lines


def annual_table(content: show.Document) -> None:
    """The tables as the form has them, what was not entered, whether the identities hold, and what changed since."""
    say = options.current.say
    cut_off = content["cut_off"][:16].replace("T", " ")
    edition = content["edition"]
    state = Text(f"，第 {edition} 次定稿", f", edition {edition}") if edition else Text("，未定稿", ", not frozen")
    about = Text(
        f"{content['name']} {content['year']} 年政府信息公开工作年度报告，截至 {cut_off} 已登记{state.zh}",
        f"Annual report {content['year']}, {content['name']}, as recorded by {cut_off}{state.en}",
    )
    show.plain(say(about) + "\n")
    absent = say(NOT_ENTERED)
    columns = list(DISCLOSURE_COLUMNS)
    show.grid(
        say(Text("表二 主动公开政府信息情况", "Table 2: active disclosure")),
        [say(Text("信息内容", "Content")), *(say(DISCLOSURE_COLUMNS[name]) for name in columns)],
        [
            [
                say(DISCLOSURE_TITLES[row]),
                *(absent if name in values and values[name] is None else values.get(name) for name in columns),
            ]
            for row, values in ((row, content["table2"][row]) for row in DISCLOSURE_TITLES)
        ],
        right=range(1, 1 + len(columns)),
    )
    by_units: dict[tuple[str, ...], list[Text]] = {}
    for address, units in content["not_entered"].items():
        row, _, column = address.removeprefix("table2.").partition(".")
        outside = Text("（系统外部分）", " (outside this system)") if row == "normative" else Text("", "")
        titles = DISCLOSURE_TITLES[row], DISCLOSURE_COLUMNS[column]
        words = Text(f"{titles[0].zh}{outside.zh}{titles[1].zh}", f"{titles[0].en}{outside.en}: {titles[1].en}")
        by_units.setdefault(tuple(units), []).append(words)
    for missing, cells in by_units.items():
        zh, en = "；".join(one.zh for one in cells), "; ".join(one.en for one in cells)
        show.plain(say(Text(f"{len(missing)} 家单位未填报：{zh}", f"not entered by {len(missing)}: {en}")) + "\n")
    classes = [say(APPLICANTS[name]) for name in CLASSES]
    total = say(Text("总计", "Total"))
    show.grid(
        say(Text("表三 收到和处理政府信息公开申请情况", "Table 3: applications received and handled")),
        ["", say(Text("项目", "Row")), *classes, total],
        annual_rows(content)[1],
        right=range(2, 2 + len(COLUMNS)),
    )
    results = (*RESULTS, "pending", "total")
    show.grid(
        say(Text("表四 政府信息公开行政复议、行政诉讼情况", "Table 4: reconsideration and lawsuits")),
        [say(Text("类别", "Group")), *(say(RESULT_TITLES[name]) for name in results)],
        [[say(GROUP_TITLES[group]), *(content["table4"][group][name] for name in results)] for group in GROUPS],
        right=range(1, 1 + len(results)),
    )
    fees = content["fees"]
    show.plain(
        say(
            Text(
                f"信息处理费：收费通知 {fees['notices']} 件，{fees['noticed']} 元；实收 {fees['received']} 元",
                f"Handling fees: {fees['notices']} notices, {fees['noticed']} yuan; received {fees['received']} yuan",
            )
        )
        + "\n"
    )
    _checked(content)


def _checked(content: show.Document) -> None:
    """Each identity that fails, and each cell that an edition shows otherwise than it would be now."""
    say = options.current.say
    broken = [f"({check['check']}) {check['rule']}" for check in content["checks"] if not check["holds"]]
    held = Text(f"勾稽关系 {len(content['checks'])} 项全部成立", f"All {len(content['checks'])} identities hold")
    said = Text(f"勾稽关系不成立：{'；'.join(broken)}", f"Identities that do not hold: {'; '.join(broken)}")
    show.plain(say(said if broken else held) + "\n")
    for check in content["checks"]:
        for quote in check.get("quoted", ()):
            if quote["said"] != quote["value"]:
                value = Text("未填报", "not entered") if quote["value"] is None else Text(*[str(quote["value"])] * 2)
                told = Text(f"“{quote['words']}”，表中为 {value.zh}", f"“{quote['words']}”, the table has {value.en}")
                show.plain(say(told) + "\n")
    if content["parked"]:
        show.plain(
            say(Text(f"{content['parked']} 条事件搁置，未计入", f"{content['parked']} events parked, not counted"))
            + "\n"
        )
    if changed := content.get("changed"):
        show.grid(
            say(Text("定稿以来的变化", "Changed since it was frozen")),
            [say(Text("单元格", "Cell")), say(Text("定稿", "Frozen")), say(Text("现在", "Now"))],
            [[one["cell"], one["frozen"], one["current"]] for one in changed],
            right=(1, 2),
        )
