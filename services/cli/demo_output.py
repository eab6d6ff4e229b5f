"""What `gongkai demo` says: the ranking, one explained score, and what to run next."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.cli import options, show
from shared.domain.text import Text


def print_demo(content: Mapping[str, Any], keep: Path | None) -> None:
    """Prints the document of a demo; beside it, on stderr, the next commands."""
    show.document(content, _tables, lambda demo: show.ranking_rows(demo["ranking"]))
    folder = f" --data {keep}" if keep else ""
    explained = content["explained"]
    lines = [
        ("样例县为虚构内容，时钟是设定的。接着可以：", "The sample county is invented and its clock is set. Next:"),
        *(
            [(f"  gongkai rank {explained['quarter']}{folder}", f"  gongkai rank {explained['quarter']}{folder}")]
            if keep
            else [
                (
                    "  gongkai demo --keep demo-data        保留数据，再逐案查看",
                    "  gongkai demo --keep demo-data        keep the data and look at each case",
                )
            ]
        ),
        (
            "  gongkai import messages 你的台账.xlsx   导入自己的留言台账",
            "  gongkai import messages LIST.xlsx    import a list of your own",
        ),
        (
            "  gongkai run                          启动服务，接口说明在 /api/v1/messages/docs",
            "  gongkai run                          serve; API pages at /api/v1/messages/docs",
        ),
    ]
    for zh, en in lines:
        show.talk(Text(zh, en))


def _tables(content: Mapping[str, Any]) -> None:
    show.ranking_table(content["ranking"])
    show.lines_table(content["explained"])
    shown = content["shown"]
    say = options.current.say
    sums = Text("各行“计入”相加即为得分。", "The shares add up to the score.")
    sorts = Text(
        "样例含：按时 {in_time} 件，逾期 {late} 件，作废的事件 {voided} 条，暂定期限 {provisional} 个，隔离的检举控告 {quarantined} 件。",
        "The sample shows {in_time} in time, {late} late, {voided} voided events, {provisional} provisional date, {quarantined} quarantined report.",
    )
    show.plain(f"{say(sums)}\n{say(sorts.format(**shown))}\n")
