"""Every command of `gongkai`: what it takes, where it asks, what it prints, how it exits."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from services.cli import letters, options, reports, show
from services.cli.desk import LOOK, USAGE, fail, opened, prepared, remote, run, runtime, settings_of_run
from services.cli.usage import Group
from shared.domain.text import Text
from shared.os_faults import reason_of

EPILOG = "所有命令都接受 / every command takes: --data DIR, --url URL, --output table|json|csv, --lang zh|en, --quiet"
app = typer.Typer(
    name="gongkai",
    cls=Group,
    help="政务公开：案卷、事件、可逐行核对的季度考核。 / A county's government-openness work, scored line by line.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
topics_app = typer.Typer(cls=Group, no_args_is_help=True, help="事件日志的主题 / topics of the event log")
case_app = typer.Typer(cls=Group, no_args_is_help=True, help="案卷 / cases")
events_app = typer.Typer(cls=Group, no_args_is_help=True, help="事件日志 / the event log")
calendar_app = typer.Typer(cls=Group, no_args_is_help=True, help="工作日历 / the working-day calendar")
plan_app = typer.Typer(cls=Group, no_args_is_help=True, help="考核方案 / assessment plans")
token_app = typer.Typer(cls=Group, no_args_is_help=True, help="本地令牌 / local tokens")
parked_app = typer.Typer(cls=Group, no_args_is_help=True, help="搁置的事件 / parked events")
rebuild_app = typer.Typer(cls=Group, no_args_is_help=True, help="重建 / rebuild")
report_app = typer.Typer(cls=Group, no_args_is_help=True, help="法定报表 / statutory reports")
for name, group in (
    ("case", case_app),
    ("events", events_app),
    ("calendar", calendar_app),
    ("plan", plan_app),
    ("token", token_app),
    ("topics", topics_app),
    ("parked", parked_app),
    ("rebuild", rebuild_app),
    ("report", report_app),
):
    app.add_typer(group, name=name)
case_app.command("letters")(letters.case_letters)
report_app.command("annual")(reports.annual)
app.command("fees")(reports.fee)


class ServiceName(StrEnum):
    """The services that can be served alone."""

    publishing = "publishing"
    requests = "requests"
    messages = "messages"
    assessment = "assessment"


Quarter = Annotated[str, typer.Argument(help="季度，如 2026Q3 / quarter, as 2026Q3")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="只计到这一天 / count up to this day")]
KnownOn = Annotated[
    str | None, typer.Option("--known-on", help="按这一天结束时已登记的 / as recorded by the end of this day")
]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="另用一份方案 / score with another plan file")]


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option("--keep", help="保留数据目录 / keep the data folder")] = None,
) -> None:
    """样例县、样例季度走完全程：排名和一个单位的逐行解释 / a sample quarter: ranking and one explained score."""
    from services.cli.demo_output import print_demo
    from services.demo import demo as run_demo
    from services.demo import stack_demo

    async def work() -> dict[str, Any]:
        settings = settings_of_run()
        if settings.runtime == "distributed" and keep is None:
            return await stack_demo(settings, show.talk)
        return await run_demo(keep, show.talk)

    print_demo(run(work), keep)


@app.command()
def init() -> None:
    """空数据目录：日历、样例单位、方案；可重复 / an empty data folder with calendar, sample directory and plan."""

    async def work() -> dict[str, Any]:
        await prepared()
        async with runtime("init", seed=False) as local:
            new = await local.init()
            return {"data": local.place, "created": new}

    show.document(run(work), show.init_table)


@app.command("run")
def run_(
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port", min=0, max=65535)] = 8000,
) -> None:
    """整个系统在一个进程里运行 / the whole system in one process."""
    from services.cli.serve import serve

    run(lambda: serve(host, port))


@app.command("serve")
def serve_(
    service: Annotated[ServiceName, typer.Argument(help="服务 / service")],
    host: Annotated[str, typer.Option(help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 / port", min=0, max=65535)] = 8000,
) -> None:
    """一个服务在一个进程里运行（MongoDB 和 Kafka）/ one service in a process, on MongoDB and Kafka."""
    from services.cli.serve import serve_one

    run(lambda: serve_one(service.value, host, port))


@topics_app.command("apply")
def topics_apply() -> None:
    """建立缺少的主题；已有而分区不同者拒绝 / make the topics that are missing; refuse one with other partitions."""
    from services.distributed import make_topics

    async def work() -> dict[str, Any]:
        return {"created": list(await make_topics(settings_of_run(runtime="distributed")))}

    show.document(run(work), show.topics_table)


@app.command()
def rank(
    quarter: Quarter,
    group: Annotated[
        str | None, typer.Option("--group", help="只看一组，编号或名称 / one group only, by id or title")
    ] = None,
    table: Annotated[str, typer.Option("--table", help="openness | briefing")] = "openness",
    as_of: AsOf = None,
    known_on: KnownOn = None,
    plan: PlanFile = None,
) -> None:
    """季度排名 / the quarter's ranking."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(
                remote().get(
                    f"/api/v1/assessment/ranking/{quarter}",
                    group=group,
                    table=table,
                    as_of=as_of,
                    known_on=known_on,
                    plan=plan.read_text("utf-8") if plan else None,
                )
            )
        from services.desk import question_of

        asked = question_of(
            quarter,
            group=group,
            table=table,
            as_of=as_of,
            known=known_on,
            plan=plan.read_text("utf-8") if plan else None,
        )
        async with opened("rank") as desk:
            await desk.runtime.catch_up()
            return await desk.rank(asked)

    document = run(work)
    if table == "openness":
        show.document(document, show.ranking_table, show.ranking_rows)
    else:
        show.document(document, show.league_table, show.league_rows)


@app.command()
def explain(
    quarter: Quarter,
    department: Annotated[str, typer.Argument(help="单位，编号或名称 / department, id or name")],
    indicator: Annotated[str | None, typer.Argument(help="指标，如 D1 / indicator, as D1")] = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    plan: PlanFile = None,
) -> None:
    """得分的每一行，各行之和等于得分 / every line of a score; they add up to it."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(
                remote().get(
                    f"/api/v1/assessment/explain/{quarter}/{department}",
                    indicator=indicator,
                    as_of=as_of,
                    known_on=known_on,
                    plan=plan.read_text("utf-8") if plan else None,
                )
            )
        from services.desk import question_of

        asked = question_of(quarter, as_of=as_of, known=known_on, plan=plan.read_text("utf-8") if plan else None)
        async with opened("explain") as desk:
            await desk.runtime.catch_up()
            return await desk.explain(asked, department, indicator)

    show.document(run(work), show.lines_table, show.lines_rows)


@case_app.command("show")
def case_show(case: Annotated[str, typer.Argument(metavar="ID", help="案卷编号 / the case's id")]) -> None:
    """一个案卷：事件、期限 / one case: events, clocks."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(remote().get(f"/api/v1/assessment/cases/{case}"))
        async with opened("case show") as desk:
            return await desk.case_show(case)

    show.document(run(work), show.case_table, show.case_rows)


@case_app.command("why")
def case_why(
    case: Annotated[str, typer.Argument(metavar="ID", help="案卷编号 / the case's id")],
    rule: Annotated[str | None, typer.Argument(help="期限或规则 / clock or rule")] = None,
) -> None:
    """为什么是这一天：逐日说明 / why this date, day by day."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(remote().get(f"/api/v1/assessment/cases/{case}/why", rule=rule))
        async with opened("case why") as desk:
            return await desk.case_why(case, rule)

    show.document(run(work), show.days_table, show.days_rows)


Service = Annotated[str | None, typer.Option("--service", help="服务 / service")]
Type = Annotated[str | None, typer.Option("--type", help="事件类型，如 messages.ReplySent / event type")]
Department = Annotated[str | None, typer.Option("--department", help="单位 / department")]
From = Annotated[str | None, typer.Option("--from", help="发生日不早于 / happened on or after")]
Until = Annotated[str | None, typer.Option("--until", help="发生日不晚于 / happened on or before")]
Case = Annotated[str | None, typer.Option("--case", help="案卷 / case")]


@events_app.command("cat")
def events_cat(
    service: Service = None,
    type: Type = None,
    department: Department = None,
    since: From = None,
    until: Until = None,
    case: Case = None,
) -> None:
    """日志中的事件，一行一个 CloudEvents JSON / the log's events, one a line."""
    from services.cli.events import print_events

    run(lambda: print_events(service, type, department, since, until, case, follow=False))


@events_app.command("tail")
def events_tail(
    service: Service = None,
    type: Type = None,
    department: Department = None,
    since: From = None,
    until: Until = None,
    case: Case = None,
) -> None:
    """同上，并继续等待新事件（Ctrl-C 结束）/ the same, and waits for more."""
    from services.cli.events import print_events

    run(lambda: print_events(service, type, department, since, until, case, follow=True))


@calendar_app.command("due")
def calendar_due(
    start: Annotated[str, typer.Argument(help="起算日（不计入）/ start, not counted")],
    amount: Annotated[
        str, typer.Argument(help="时限：20wd 工作日、30d 日、1m 月、48h 小时 / amount: 20wd, 30d, 1m, 48h")
    ],
    explained: Annotated[bool, typer.Option("--explain", help="逐日说明 / day by day")] = False,
    suspend: Annotated[
        list[str] | None,
        typer.Option(
            "--suspend", metavar="FROM..TO", help="中止：FROM 次日至 TO 不计 / days after FROM up to TO are not counted"
        ),
    ] = None,
    extend: Annotated[str | None, typer.Option("--extend", metavar="AMOUNT", help="延长 / extension")] = None,
) -> None:
    """到期日怎么算 / when a deadline falls due."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(
                remote().get(
                    "/api/v1/assessment/calendar/due",
                    start=start,
                    amount=amount,
                    explain="true" if explained else None,
                    suspend=",".join(suspend) if suspend else None,
                    extend=extend,
                )
            )
        async with opened("calendar due") as desk:
            return desk.calendar_due(start, amount, explained=explained, suspend=tuple(suspend or ()), extend=extend)

    show.document(run(work), show.days_table, show.days_rows)


@calendar_app.command("show")
def calendar_show(year: Annotated[int, typer.Argument(min=2000, max=2100, help="年份 / year")]) -> None:
    """一年的放假通知 / the notice of a year."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(remote().get(f"/api/v1/assessment/calendar/{year}"))
        async with opened("calendar show") as desk:
            return desk.calendar_show(year)

    show.document(run(work), show.calendar_table)


def _enter(file: Path, amend: bool) -> None:
    content = _content(file)

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(
                remote().post(f"/api/v1/assessment/calendar/{'amend' if amend else 'publish'}", content=content)
            )
        async with opened("calendar") as desk:
            return await desk.calendar_enter(content, amend=amend)

    show.document(run(work), show.calendar_table)


@calendar_app.command("publish")
def calendar_publish(file: Annotated[Path, typer.Argument(metavar="FILE", help="文件 / file")]) -> None:
    """登记一年的放假通知；在办期限随之重算 / enter a year's notice; open dates are recomputed."""
    _enter(file, amend=False)


@calendar_app.command("amend")
def calendar_amend(file: Annotated[Path, typer.Argument(metavar="FILE", help="文件 / file")]) -> None:
    """登记年中调整；已认定的重新认定，两者都保留 / enter a change; ended verdicts are judged again."""
    _enter(file, amend=True)


@plan_app.command("check")
def plan_check(file: Annotated[Path, typer.Argument(metavar="FILE", help="文件 / file")]) -> None:
    """检查方案和它的算例 / check a plan and its worked examples."""
    from services.desk import plan_check as check

    document = check(_text(file), options.current.lang)
    show.document(document, show.check_table, show.check_rows)
    if not document["ok"]:
        raise SystemExit(1)


@plan_app.command("show")
def plan_show(
    quarter: Annotated[str | None, typer.Argument(help="季度，默认当前 / quarter, default now")] = None,
) -> None:
    """现行方案全文 / the plan in force."""

    async def work() -> dict[str, Any]:
        async with opened("plan show") as desk:
            return desk.plan_show(quarter)

    show.document(run(work), lambda d: show.plain(d["text"]))


@plan_app.command("schema")
def plan_schema() -> None:
    """方案文件的 JSON Schema，供编辑器使用 / the JSON Schema of plan files."""
    from services.desk import schema_of_plans

    sys.stdout.write(orjson.dumps(schema_of_plans(), option=orjson.OPT_INDENT_2).decode() + "\n")


@token_app.command("issue")
def token_issue(
    subject: Annotated[str, typer.Option("--subject", help="谁 / who")],
    department: Annotated[str, typer.Option("--department", help="单位 / department")],
    role: Annotated[str, typer.Option("--role", help="岗位，如 clerk、head、office / post")],
    ttl: Annotated[str, typer.Option("--ttl", help="有效期，如 8h、30d / how long")] = "8h",
) -> None:
    """签发本地令牌；没有岗位的先任岗 / issue a local token; gives the post if there is none."""
    from services.cli.tokens import issue

    document = run(lambda: issue(subject, department, role, ttl))
    show.document(document, lambda d: show.plain(f"{d['token']}\n"))


Kind = Annotated[str, typer.Argument(metavar="KIND", help="种类，如 messages、applications、articles / collection")]


@app.command("import")
def import_(
    kind: Kind,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx|.csv", help="台账文件 / the list")],
    mapping: Annotated[Path | None, typer.Option("--mapping", help="列名对照 / own column names")] = None,
    create_departments: Annotated[
        bool, typer.Option("--create-departments", help="新建未知单位 / create unknown units")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入 / check only, write nothing")] = False,
) -> None:
    """导入既有台账，一行一个案卷，逐行报告 / import a list of old cases, each row reported on."""
    from services.cli.imports import imported

    for given in (file, mapping):
        if given is not None and not given.is_file():
            fail(Text(f"没有这个文件：{given}", f"no such file: {given}"))
    document = run(lambda: imported(kind, file, mapping, create_departments, dry_run))
    show.document(document, show.import_table, show.import_rows)
    if document["rejected"]:
        raise SystemExit(LOOK)


Workbook = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="写到哪个文件 / the file to write")]


@app.command()
def export(
    kind: Kind,
    file: Workbook,
    department: Annotated[str | None, typer.Option("--department", help="单位，编号或名称 / department")] = None,
    status: Annotated[str | None, typer.Option("--status", help="状态代号 / status")] = None,
    due_before: Annotated[str | None, typer.Option("--due-before", help="此日之前到期 / due before")] = None,
    received_from: Annotated[str | None, typer.Option("--received-from", help="收件日不早于 / on or after")] = None,
    received_until: Annotated[str | None, typer.Option("--received-until", help="收件日不晚于 / on or before")] = None,
    words: Annotated[str | None, typer.Option("--q", help="编号或标题中的文字 / words of number or title")] = None,
) -> None:
    """登记簿，可打印的 .xlsx / the register, an .xlsx to be printed."""
    from services.cli.exports import exported

    filters = {
        "department": department,
        "status": status,
        "due_before": due_before,
        "received_from": received_from,
        "received_until": received_until,
        "words": words,
    }
    show.document(run(lambda: exported(kind, file, **filters)), show.rows_table)


@app.command()
def template(kind: Kind, file: Workbook) -> None:
    """导入模板：表头和每列的填写规则 / the import template: header, and how each column is filled."""
    from services.cli.exports import template_written

    show.document(run(lambda: template_written(kind, file)), show.template_table)


@app.command()
def verify() -> None:
    """重算每个案卷、摘要、封存、日志和事实 / refold every case and compare everything."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            return dict(remote().get("/api/v1/assessment/verify"))
        async with opened("verify") as desk:
            return await desk.verify()

    document = run(work)
    show.document(document, show.verify_table)
    if not document["ok"]:
        raise SystemExit(LOOK)


@app.command()
def replay(
    source: Annotated[
        str,
        typer.Option(
            "--from", metavar="DIR|log|kafka", help="从哪里：log、kafka 或备份目录 / from where: log, kafka or a backup"
        ),
    ],
    quarter: Annotated[str | None, typer.Option("--quarter", help="季度，默认当前 / quarter, default now")] = None,
    plan: PlanFile = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
) -> None:
    """从日志（或备份中的日志）重放到新的事实，计分并与现行结果比较 / replay the log into fresh facts, score, compare."""
    from services.cli.replaying import replay_log

    folder = None if source in ("log", "kafka") else Path(source)
    if folder is not None and not folder.is_dir():
        said = Text(
            f"--from 是 log、kafka 或一个备份目录，没有这个目录：{source}",
            f"--from is log, kafka or a backup's folder; there is no folder {source}",
        )
        fail(said, USAGE)
    if folder is not None:
        here()
    if source == "kafka" and not options.current.url and settings_of_run().runtime != "distributed":
        fail(
            Text(
                "--from kafka：本机运行方式没有 Kafka（GONGKAI_RUNTIME 不是 distributed）；请用 --from log",
                "--from kafka: there is no Kafka here (GONGKAI_RUNTIME is not distributed); use --from log",
            ),
            USAGE,
        )
    document = run(lambda: replay_log(quarter, _text(plan) if plan else None, as_of, known_on, folder))
    show.document(document, show.replay_table)
    if not document["equal"]:
        raise SystemExit(LOOK)


@app.command()
def republish(
    log_was_reset: Annotated[
        bool,
        typer.Option(
            "--log-was-reset",
            help="日志已清空或重建：所有读者从头重读 / the log was wiped or made again: every reader starts anew",
        ),
    ] = False,
) -> None:
    """把全部案卷重新发送到事件日志；日志被清空或重建后的出路 / send every case file to the event log again."""
    from services.cli import operations

    here()
    show.document(run(lambda: operations.republished(log_was_reset)), operations.republish_table)


Consumer = Annotated[str | None, typer.Option("--consumer", help="读者，如 assessment.facts / consumer")]
EventId = Annotated[str | None, typer.Option("--event", help="事件编号，如 M2026-000001/3 / event id")]


@parked_app.command("list")
def parked_list(consumer: Consumer = None, event: EventId = None) -> None:
    """搁置的事件：原因、单位、事件 / parked events: reason, department, event."""
    from services.cli import operations

    here()
    show.document(run(lambda: operations.listed(consumer, event)), operations.parked_table, operations.parked_rows)


@parked_app.command("redrive")
def parked_redrive(consumer: Consumer = None, event: EventId = None) -> None:
    """把搁置的事件再交给它的读者；仍办不了的留下，写明新的原因 / give parked events to their consumer again."""
    from services.cli import operations

    here()
    document = run(lambda: operations.redriven(consumer, event))
    show.document(document, operations.redrive_table, operations.redrive_rows)
    if document["left"]:
        raise SystemExit(LOOK)


@parked_app.command("dismiss")
def parked_dismiss(
    which: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="事件编号，或日志位置 主题/分区@序号 / event id, or its place topic/partition@offset"
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="理由，记入审计 / why; goes into the audit trail")],
    consumer: Consumer = None,
) -> None:
    """核销日志中不是本县案卷的记录：留在清单上，不再报警 / close a record that no case of ours has: listed, no alarm."""
    from services.cli import operations

    here()
    document = run(lambda: operations.dismissed(which, reason, consumer))
    show.document(document, operations.dismiss_table, operations.dismiss_rows)


@rebuild_app.command("assessment")
def rebuild_assessment() -> None:
    """从日志另建考核事实，建成后一次切换；与现行的不同则说明 / rebuild the facts beside the live ones, then switch."""
    from services.cli import operations

    here()
    document = run(operations.rebuilt)
    show.document(document, operations.rebuild_table)
    if not document["equal"]:
        raise SystemExit(LOOK)


@app.command()
def backup(folder: Annotated[Path, typer.Argument(metavar="DIR", help="空目录 / an empty folder")]) -> None:
    """备份到目录：案卷、事实、日志、个人信息（加密原样）、附件、编号、审计 / everything to files; works while the system runs."""
    from services.cli import operations

    here()
    show.document(run(lambda: operations.backed_up(folder)), operations.backup_table)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="备份目录 / the backup")],
    erased: Annotated[
        list[Path] | None,
        typer.Option(
            "--erased",
            metavar="FILE|DIR",
            help="备份之后删除的个人信息：更新的备份目录、其 erased.jsonl，或 events cat 的输出；可多次 / erasures since",
        ),
    ] = None,
) -> None:
    """从备份恢复到空的系统；先核对全部摘要；已删除的个人信息不会回来 / a backup into an empty system; erasures stay."""
    from services.cli import operations

    here()
    show.document(run(lambda: operations.restored(folder, erased or [])), operations.restore_table)


@app.command()
def doctor() -> None:
    """检查数据目录、日历、搁置事件、策略拒绝 / what needs looking at."""
    from services.cli.doctor import examine

    document = run(examine)
    show.document(document, show.doctor_table, show.doctor_rows)
    if not document["ok"]:
        raise SystemExit(LOOK)


def here() -> None:
    """Ends with a usage error where ``--url`` is given to a command that works on the data itself."""
    if options.current.url:
        fail(
            Text(
                "此命令直接处理数据，不能用 --url；请在服务器上运行",
                "this command works on the data itself and takes no --url; run it on the server",
            ),
            USAGE,
        )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        why = reason_of(problem)
        fail(Text(f"读不到文件 {file}：{why.zh}", f"cannot read {file}: {why.en}"))
        raise


def _text(file: Path) -> str:
    try:
        return _content(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(Text(f"{file} 不是 UTF-8 文本", f"{file} is no UTF-8 text"))
        raise
