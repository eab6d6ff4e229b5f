"""Documents on stdout: JSON, CSV or a table a person can read."""

import csv
import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from services.cli import options, words
from shared.domain.text import Text

PIPE_WIDTH = 180
MOST_NAMED = 8
BYTE_ORDER_MARK = "\ufeff"
Row = Sequence[Any]
Document = Mapping[str, Any]


def document(
    content: Document,
    table: Callable[[Document], None],
    rows: Callable[[Document], tuple[Row, list[Row]]] | None = None,
) -> None:
    """Prints a document in the shape asked for; as CSV its ``rows``, or its names and values where it has none.

    CSV begins with a byte order mark: without it Excel takes UTF-8 for the encoding of the machine.
    """
    match options.current.output:
        case "json":
            _in_utf8()
            sys.stdout.write(orjson.dumps(content).decode() + "\n")
        case "csv":
            _in_utf8()
            header, lines = (rows or pair_rows)(content)
            sys.stdout.write(BYTE_ORDER_MARK)
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(header)
            writer.writerows([[_cell(value) for value in line] for line in lines])
        case _:
            table(content)


def _in_utf8() -> None:
    """Data is UTF-8 whatever the locale of the terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def console() -> Console:
    """Where tables go; as wide as they need where no terminal sets a limit."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def talk(text: Text) -> None:
    """A sentence beside the data, on stderr."""
    if not options.current.quiet:
        sys.stderr.write(options.current.say(text) + "\n")


def plain(text: str) -> None:
    """Text as it is."""
    sys.stdout.write(text)


def grid(title: str, header: Sequence[str], lines: Sequence[Row], *, right: Sequence[int] = ()) -> None:
    """A table with a title; numbers (``right``) are never broken."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for place, name in enumerate(header):
        number = place in right
        table.add_column(name, justify="right" if number else "left", overflow="fold", no_wrap=number)
    for line in lines:
        table.add_row(*("" if value is None else str(value) for value in line))
    console().print(table)


def pair_rows(content: Document) -> tuple[Row, list[Row]]:
    """A document without rows as names and values; a list of single values is one value, and lists of more are left out."""
    lines: list[Row] = []
    for name, value in content.items():
        if isinstance(value, list):
            if not any(isinstance(one, dict) for one in value):
                lines.append([name, " ".join(str(one) for one in value)])
        elif isinstance(value, dict):
            lines += [[f"{name}.{inner}", of] for inner, of in value.items()]
        else:
            lines.append([name, value])
    return ["name", "value"], lines


def named(lines: Sequence[tuple[Text, Any]]) -> None:
    """What is called what, one a line; nothing is said of what is None."""
    say, out = options.current.say, console()
    for name, value in lines:
        if value is not None:
            shown = say(Text("是", "yes") if value else Text("否", "no")) if isinstance(value, bool) else value
            out.print(say(Text(f"{name.zh}：{shown}", f"{name.en}: {shown}")), markup=False)


def topics_table(content: Document) -> None:
    """The topics that were made."""
    made = content["created"]
    named([(Text("新建主题", "Topics made"), "、".join(made) or "0")])


def init_table(content: Document) -> None:
    """What was laid down where."""
    named([
        (Text("数据目录", "Data folder"), content["data"]),
        (Text("新建案卷", "Cases made"), content["created"]),
    ])  # fmt: skip


def verify_table(content: Document) -> None:
    """What was looked at, the first fault, and how many there are of each sort."""
    bad = content["first_bad"]
    named([
        (Text("案卷", "Cases"), content["cases"]),
        (Text("事件", "Events"), content["events"]),
        (Text("核对无误", "All as it should be"), content["ok"]),
    ])  # fmt: skip
    if bad is not None:
        zh, _, en = str(bad["reason"]).partition(" / ")
        place = f"{bad['case']} #{bad['sequence']}"
        named([(Text("第一处错误", "First fault"), f"{place} {options.current.say(Text(zh, en or zh))}")])
        say = options.current.say
        grid(
            say(Text("有误之处", "Faults")),
            [say(Text("类别", "Sort")), say(Text("数量", "Number")), say(Text("第一处", "The first"))],
            [[say(Text(p["title"], p["title_en"])), p["count"], _fault(p["first"])] for p in content["problems"]],
            right=(1,),
        )
    if content["dismissed"]:
        named([(Text("已核销的陌生记录", "Strange records dismissed"), content["dismissed"])])


def _fault(first: Document) -> str:
    zh, _, en = str(first["reason"]).partition(" / ")
    # What stands in the log is closed by its place.
    where = first["place"] or f"{first['case']} #{first['sequence']}"
    return f"{where} {options.current.say(Text(zh, en or zh))}"


def calendar_table(content: Document) -> None:
    """A year's notice, what it changes, and what makes it up."""
    say = options.current.say
    unknown = Text("尚未登记，期限暂按法定节假日推算", "not entered; dates are reckoned by the statutory holidays")
    quarters = "、".join(str(days) for days in content["quarters"])
    quarters_en = ", ".join(str(days) for days in content["quarters"])
    named([
        (Text("年份", "Year"), content["year"]),
        (Text("放假通知", "Notice"), content["notice"] or say(Text("无文号", "no number") if content["known"] else unknown)),
        (Text("日历版本", "Calendar version"), content["version"]),
        (Text("全年工作日", "Working days"), content["working_days"]),
        (Text("各季度工作日", "By quarter"), say(Text(quarters, quarters_en))),
        (Text("放假日", "Days off"), " ".join(content["holidays"]) or None),
        (Text("调休上班日", "Make-up workdays"), " ".join(content["makeup_workdays"]) or None),
    ])  # fmt: skip
    for amendment in content.get("amendments", ()):
        named(
            [
                (
                    Text("地方假日通知", "Local notice") if amendment["local"] else Text("调整通知", "Amended by"),
                    _amendment(amendment),
                )
            ]
        )
    changed = content.get("changed")
    if changed == []:
        console().print(
            say(Text("没有变动：此通知已登记过", "Nothing changes: this notice is in already")), markup=False
        )
    elif changed:
        header = [say(Text("变动的日期", "Day changed")), say(Text("原为", "Was")), say(Text("现为", "Is now"))]
        grid("", header, [[day["date"], _titled(day, "before"), _titled(day, "after")] for day in changed])


def _amendment(notice: Mapping[str, Any]) -> str:
    say = options.current.say
    days = [
        (Text("放假", "off"), notice["holidays"]),
        (Text("上班", "worked"), notice["makeup_workdays"]),
        (Text("恢复常规", "given back"), notice["removed"]),
    ]
    told = [f"{say(what)} {' '.join(listed)}" for what, listed in days if listed]
    number = notice["notice"] or say(Text("无文号", "no number"))
    published = f" {notice['published']}" if notice["published"] else ""
    return number + published + say(Text("，", ", ")) + say(Text("；", "; ")).join(told)


def ranking_rows(content: Document) -> tuple[Row, list[Row]]:
    """The ranking as rows."""
    codes = list(content["ranking"][0].get("indicators", {})) if content["ranking"] else []
    header = ["rank", "department", "name", "group", "group_rank", "score", "band", "vetoes", "parked", *codes]
    lines: list[Row] = [
        [
            row["rank"],
            row["department"],
            row["name"],
            row["group"],
            row["group_rank"],
            row["score"],
            row.get("band"),
            " ".join(row.get("vetoes", [])),
            row.get("parked"),
            *(row["indicators"][code]["score"] for code in codes),
        ]
        for row in content["ranking"]
    ]
    return header, lines


def ranking_table(content: Document) -> None:
    """The ranking, with what is not yet certain said above and below it."""
    say = options.current.say
    shown = [row for row in content["ranking"] if row["rank"] is not None]
    used = [
        code
        for code in (content["ranking"][0].get("indicators", {}) if content["ranking"] else {})
        if any(row["indicators"][code]["applicable"] for row in content["ranking"])
    ]
    header = [
        say(Text("名次", "Rank")),
        say(Text("单位", "Department")),
        say(Text("组", "Group")),
        say(Text("组内", "In group")),
        say(Text("得分", "Score")),
        say(Text("等次", "Band")),
        say(Text("否决", "Vetoes")),
        *used,
    ]
    lines = [
        [
            row["rank"],
            row["name"],
            _group(content, row["group"]),
            row["group_rank"],
            row["score"],
            row.get("band") or "",
            " ".join(row.get("vetoes", [])),
            *(_points(row["indicators"][code]) for code in used),
        ]
        for row in shown
    ]
    grid(
        say(Text(f"{content['quarter']} 政务公开考核排名", f"{content['quarter']} ranking")),
        header,
        lines,
        right=(0, 3, 4, *range(7, len(header))),
    )
    out = console()
    unranked = [row["name"] for row in content["ranking"] if row["rank"] is None]
    if unranked:
        names = "、".join(unranked[:MOST_NAMED]) + ("……" if len(unranked) > MOST_NAMED else "")
        number = Text(f"无适用指标、不排名 {len(unranked)} 个：", f"Nothing applicable, unranked {len(unranked)}: ")
        out.print(say(number) + names, markup=False)
    if not content["plan"]["in_force"]:
        out.print(
            say(
                Text(
                    "注意：该季度没有自己的考核方案，按其他年度方案试算。",
                    "Note: the quarter has no plan of its own; another year's plan was used.",
                )
            ),
            markup=False,
        )
    if content.get("provisional"):
        out.print(
            say(
                Text(
                    f"暂定：{content['provisional']} 个期限要等下一年放假通知才能确定。",
                    f"Provisional: {content['provisional']} dates wait for the coming holiday notice.",
                )
            ),
            markup=False,
        )
    if content.get("parked"):
        out.print(
            say(
                Text(
                    f"有 {content['parked']} 条事件搁置，排名不完整。",
                    f"{content['parked']} events are parked; the ranking is incomplete.",
                )
            ),
            markup=False,
        )
    digest = content["result_digest"]
    out.print(
        say(Text("方案", "Plan")) + f" {content['plan']['id']}  " + say(Text("事实", "facts")) + f" {content['facts']}  "
        + say(Text("截至", "as of")) + f" {content['as_of']}  " + say(Text("巡检至", "swept through")) + f" {words.moment(content['swept_through'])}  "
        + say(Text("日历版本", "calendar")) + f" {content['calendar_version']}\n" + say(Text("结果摘要", "Result digest")) + f" {digest}",
        markup=False,
    )  # fmt: skip


def lines_rows(content: Document) -> tuple[Row, list[Row]]:
    """A score's lines as rows."""
    header = [
        "indicator",
        "measure",
        "kind",
        "event",
        "type",
        "case",
        "happened",
        "recorded",
        "due",
        "amount",
        "share",
        "clause",
    ]
    return header, [[line[name] for name in header] for line in content["lines"]]


def lines_table(content: Document) -> None:
    """A score's lines; together they are the score."""
    say = options.current.say
    title = f"{content['name']} {content['quarter']} " + say(Text("得分", "score")) + f" {content['score']}"
    if content["score"] is None:
        nothing = Text("无适用指标，不得分、不排名", "nothing applies: no score, no rank")
        console().print(f"{content['name']} {content['quarter']} {say(nothing)}", markup=False)
        return
    header = [
        say(Text(*names))
        for names in (
            ("指标", "Indicator"),
            ("类别", "Kind"),
            ("事项", "Event"),
            ("类型", "Type"),
            ("到期/发生", "Due/happened"),
            ("计入", "Share"),
            ("条款", "Clause"),
        )
    ]
    lines = [
        [
            line["indicator"] or "",
            say(KINDS.get(line["kind"], Text(line["kind"], line["kind"]))),
            line["event"] or "",
            (line["type"] or "..").split(".")[2],
            line["due"] or line["happened"] or "",
            line["share"],
            line["clause"],
        ]
        for line in content["lines"]
    ]
    grid(title, header, lines, right=(5,))


def days_table(content: Document) -> None:
    """A due date with the days that lead to it."""
    say = options.current.say
    state = say(words.code(words.STANDINGS, content["status"]))
    length = say(words.amount(content["amount"]))
    out = console()
    moved = say(words.operations(content.get("operations") or "", content["amount"].lstrip("0123456789")))
    if "title" in content:
        # A date that is asked for without a case is no clock's.
        out.print(f"{_titled(content, 'title')}  {content['clock']}", markup=False)
    out.print(
        f"{words.moment(content['start'])} + {length}{'  ' if moved else ''}{moved} → "
        f"{words.moment(content['due']) or '—'}{say(Text(f'（{state}）', f' ({state})'))}",
        markup=False,
    )
    if content["status"] == "provisional":
        out.print(
            say(
                Text(f"最早可能：{content['earliest_possible']}", f"earliest possible: {content['earliest_possible']}")
            ),
            markup=False,
        )
    if content["days"]:
        number = 0
        lines = []
        for day in content["days"]:
            number += day["counted"]
            lines.append(
                [
                    day["date"],
                    number if day["counted"] else "",
                    day["reason"] if options.current.lang == "zh" else day["reason_en"],
                ]
            )
        grid(
            "",
            [say(Text("日期", "Date")), say(Text("第几日", "Counted")), say(Text("缘由", "Reason"))],
            lines,
            right=(1,),
        )


def days_rows(content: Document) -> tuple[Row, list[Row]]:
    """The days that lead to a due date as rows."""
    header = ["date", "counted", "reason"]
    reason = "reason" if options.current.lang == "zh" else "reason_en"
    return header, [[day["date"], day["counted"], day[reason]] for day in content["days"]]


def case_rows(content: Document) -> tuple[Row, list[Row]]:
    """A case's events as rows."""
    header = ["sequence", "id", "type", "happened", "recorded", "actor", "digest"]
    return header, [[event[name] for name in header] for event in content["events"]]


def case_table(content: Document) -> None:
    """A case's events and clocks."""
    say = options.current.say
    title = (
        f"{content['id']}  {_titled(content, 'kind_title')}  {_titled(content, 'status_title')}  "
        f"{content['name']}  {say(Text('第 {n} 版', 'version {n}').format(n=content['version']))}"
    )
    header = [
        say(Text("序", "No.")),
        say(Text("事件", "Event")),
        say(Text("发生", "Happened")),
        say(Text("登记", "Recorded")),
        say(Text("经手", "Actor")),
    ]
    lines = [
        [
            e["sequence"],
            _titled(e, "title"),
            words.moment(e["happened"]),
            words.moment(e["recorded"]),
            say(ACTORS.get(e["actor"], Text(e["actor"], e["actor"]))),
        ]
        for e in content["events"]
    ]
    grid(title, header, lines, right=(0,))
    clock_header = [
        say(Text("期限", "Clock")),
        say(Text("起算", "Start")),
        say(Text("时限", "Amount")),
        say(Text("期限变动", "Moved")),
        say(Text("到期", "Due")),
        say(Text("状态", "Status")),
        say(Text("按时", "Met")),
    ]
    met = {True: say(Text("是", "yes")), False: say(Text("否", "no")), None: ""}
    clocks = [
        [
            _titled(d, "title"),
            words.moment(d["start"]),
            say(words.amount(d["amount"])),
            say(words.operations(d["operations"], d["amount"].lstrip("0123456789"))),
            words.moment(d["due"]),
            say(_standing(d)),
            met[d["met"]],
        ]
        for d in content["deadlines"]
    ]
    if clocks:
        grid("", clock_header, clocks)


ACTORS = {"system": Text("系统", "system"), "public": Text("公众", "the public")}


def _titled(content: Mapping[str, Any], name: str) -> str:
    """The words beside a code: ``name`` in Chinese, ``name_en`` in English."""
    return str(content[name] if options.current.lang == "zh" else content[f"{name}_en"])


def _standing(deadline: Mapping[str, Any]) -> Text:
    if deadline["ended"] == "cancelled":
        return Text("已取消", "cancelled")
    return words.code(words.STANDINGS, deadline["status"] if deadline["due"] else "suspended")


def _group(content: Document, group: str) -> str:
    """A group as the plan calls it; in English as it is commonly known here."""
    title = content.get("groups", {}).get(group, group)
    known = words.GROUPS.get(group)
    return known.en if known is not None and options.current.lang == "en" else str(title)


NUMBER = re.compile(r"-?[0-9]+([./][0-9]+)?")
KINDS = {
    "event": Text("事件", "event"),
    "penalty": Text("扣分", "penalty"),
    "bonus": Text("加分", "bonus"),
    "base": Text("基准", "base"),
    "floor": Text("扣至零", "floor"),
    "cap": Text("封顶", "cap"),
    "zeroed": Text("清零", "zeroed"),
    "scaling": Text("折算", "scaling"),
    "withheld": Text("不予显示", "withheld"),
    "rounding": Text("四舍五入", "rounding"),
}


def _points(indicator: Mapping[str, Any]) -> str:
    return str(indicator["score"]) if indicator["applicable"] else "—"


def _cell(value: Any) -> Any:
    """A CSV cell; text that a spreadsheet would take for a formula stays text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def league_rows(content: Document) -> tuple[Row, list[Row]]:
    """A league table as rows."""
    columns = list(content["ranking"][0]["columns"]) if content["ranking"] else []
    header = ["rank", "department", "name", "group", "group_rank", "score", *columns]
    return header, [
        [
            r["rank"],
            r["department"],
            r["name"],
            r["group"],
            r["group_rank"],
            r["score"],
            *(r["columns"][c] for c in columns),
        ]
        for r in content["ranking"]
    ]


def league_table(content: Document) -> None:
    """A league table with its columns."""
    say = options.current.say
    columns = list(content["ranking"][0]["columns"]) if content["ranking"] else []
    header = [
        say(Text("名次", "Rank")),
        say(Text("单位", "Department")),
        say(Text("组", "Group")),
        say(Text("组内", "In group")),
        say(Text("得分", "Score")),
        *(say(words.code(words.COLUMNS, name)) for name in columns),
    ]
    lines = [
        [row["rank"], row["name"], _group(content, row["group"]), row["group_rank"], row["score"], *(row["columns"][name] for name in columns)]
        for row in content["ranking"]
    ]  # fmt: skip
    title = content.get("table_title") or content["table"]
    name = content["table"]
    grid(
        say(Text(f"{content['quarter']} {title}排名", f"{content['quarter']} {name} ranking")),
        header,
        lines,
        right=(0, *range(3, len(header))),
    )


def check_table(content: Document) -> None:
    """A plan's check: errors with line and path, examples with what came out."""
    say = options.current.say
    if content["errors"]:
        header = [say(Text("行", "Line")), say(Text("位置", "Path")), say(Text("原因", "Reason"))]
        grid(
            say(Text("方案有误", "The plan has faults")),
            header,
            [[e["line"], e["path"], e["reason"]] for e in content["errors"]],
            right=(0,),
        )
    for example in content["examples"]:
        got = example["got"]
        wrong = [
            say(Text(f"{k} 应为 {v}，算得 {got.get(k)}", f"{k} expected {v}, got {got.get(k)}"))
            for k, v in example["expected"].items()
            if got.get(k) != v
        ]
        console().print(f"{example['name']}：{'；'.join(wrong) or say(Text('相符', 'agrees'))}", markup=False)
    if content["ok"] and not content["examples"]:
        console().print(say(Text("注意：方案没有算例", "Note: the plan has no worked examples")), markup=False)
    verdict = Text("通过", "passed") if content["ok"] else Text("未通过", "failed")
    named = " ".join(str(content[name]) for name in ("id", "digest") if content[name]) or say(Text("方案", "Plan"))
    console().print(f"{named}：{say(verdict)}", markup=False)


def check_rows(content: Document) -> tuple[Row, list[Row]]:
    """A plan's faults as rows."""
    header = ["line", "path", "reason"]
    return header, [[error[name] for name in header] for error in content["errors"]]


def import_rows(content: Document) -> tuple[Row, list[Row]]:
    """The rows that an import could not take."""
    header = ["row", "field", "value", "reason"]
    return header, [[rejected[name] for name in header] for rejected in content["rejected"]]


def rows_table(content: Document) -> None:
    """How many rows a workbook was written with."""
    say = options.current.say
    console().print(say(Text(f"已写出 {content['rows']} 行", f"{content['rows']} rows written")), markup=False)


def template_table(content: Document) -> None:
    """That a template was written; it has no rows yet."""
    said = Text(
        "模板已写出；请在表头下每行填写一件", "the template is written; fill in one case a row below its header"
    )
    console().print(options.current.say(said), markup=False)


def import_table(content: Document) -> None:
    """What an import took, and each row it could not."""
    say = options.current.say
    header = [
        say(Text(*names))
        for names in (
            ("类别", "Category"),
            ("行数", "Rows"),
            ("按时", "On time"),
            ("逾期", "Overdue"),
            ("在办", "Open"),
        )
    ]
    grid(
        say(Text(f"{content['file']}：共 {content['rows']} 行", f"{content['file']}: {content['rows']} rows")),
        header,
        [[c["category"], c["rows"], c["on_time"], c["overdue"], c["open"]] for c in content["by_category"]],
        right=(1, 2, 3, 4),
    )
    console().print(
        say(
            Text(
                f"导入 {content['imported']} 行，已有 {content['skipped']} 行，退回 {len(content['rejected'])} 行",
                f"{content['imported']} imported, {content['skipped']} known, {len(content['rejected'])} rejected",
            )
        ),
        markup=False,
    )
    if content["unknown_departments"]:
        names = "、".join(content["unknown_departments"])
        console().print(
            say(
                Text(
                    f"未知单位（可用 --create-departments 新建）：{names}",
                    f"unknown units (--create-departments makes them): {names}",
                )
            ),
            markup=False,
        )
    if content["rejected"]:
        header = [
            say(Text("行", "Row")),
            say(Text("列", "Field")),
            say(Text("值", "Value")),
            say(Text("原因", "Reason")),
        ]
        grid("", header, [[r["row"], r["field"], r["value"], r["reason"]] for r in content["rejected"]], right=(0,))


def replay_table(content: Document) -> None:
    """What a replay rebuilt, and whether it is the live result."""
    say = options.current.say
    verdict = (
        Text("与现行结果一致", "equal to the live result")
        if content["equal"]
        else Text("与现行结果不一致", "NOT equal to the live result")
    )
    console().print(
        say(
            Text(
                f"重放 {content['events']} 条事件，{content['seconds']} 秒：",
                f"{content['events']} events in {content['seconds']} s: ",
            )
        )
        + say(verdict),
        markup=False,
    )
    console().print(content["result_digest"], markup=False)


def doctor_rows(content: Document) -> tuple[Row, list[Row]]:
    """The checks as rows."""
    message = "message" if options.current.lang == "zh" else "message_en"
    return ["check", "ok", "message"], [[c["check"], c["ok"], c[message]] for c in content["checks"]]


def doctor_table(content: Document) -> None:
    """Each check with its finding."""
    for check in content["checks"]:
        mark = "✓" if check["ok"] else "✗"
        console().print(
            f"{mark} {check['message'] if options.current.lang == 'zh' else check['message_en']}", markup=False
        )
