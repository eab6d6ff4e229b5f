"""`gongkai case letters`: the letters of a case (文书), listed, and written as Word documents and pages to print."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import options, show
from services.cli.desk import opened, remote, run
from services.cli.options import Refused
from shared.domain.text import Text
from shared.os_faults import reason_of

FORMS = ("docx", "html")


def case_letters(
    case: Annotated[str, typer.Argument(metavar="ID", help="案卷编号 / the case's id")],
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="写成 .docx 和 .html 文件 / write them as .docx and .html"),
    ] = None,
) -> None:
    """一个案卷的文书 / the letters of a case."""

    async def work() -> dict[str, Any]:
        if options.current.url:
            found, files = _from_server(case, write is not None)
        else:
            async with opened("case letters") as desk:
                found, files = await desk.case_letters(case, whole=write is not None)
        if write is None:
            return found
        try:
            write.mkdir(parents=True, exist_ok=True)
            for name, body in files.items():
                (write / name).write_bytes(body)
        except OSError as problem:
            why = reason_of(problem)
            told = Text(f"文书写不进 {write}：{why.zh}", f"no letters written to {write}: {why.en}")
            raise Refused(options.current.say(told)) from problem
        return {**found, "written": sorted(files)}

    show.document(run(work), letters_table, letters_rows)


def _from_server(case: str, whole: bool) -> tuple[dict[str, Any], dict[str, bytes]]:
    from services.declared import SERVICES

    server = remote()
    head = server.get(f"/api/v1/assessment/cases/{case}")
    kind = next(kind for service in SERVICES for kind in service.kinds if kind.name == head["kind"])
    if kind.letters is None:
        return {"case": case, "items": []}, {}
    top = f"/api/v1/{kind.service}/{kind.collection}/{case}/letters"
    found = {"case": case, **server.get(top)}
    files = {
        f"{one['number']}.{form}": server.file(f"{top}/{one['letter']}.{form}")
        for one in (found["items"] if whole else ())
        for form in FORMS
    }
    return found, files


def letters_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """The letters as rows."""
    header = ["letter", "number", "kind", "title", "to", "addressee", "date", "event", "type", "voided_by"]
    return header, [[one[name] for name in header] for one in content["items"]]


def letters_table(content: show.Document) -> None:
    """The letters, and which files were written."""
    say = options.current.say
    header = [
        say(Text(*names))
        for names in (
            ("编号", "Number"),
            ("文书", "Letter"),
            ("收件人", "Addressee"),
            ("日期", "Date"),
            ("事件", "Event"),
            ("作废", "Void by"),
        )
    ]
    title = "title" if options.current.lang == "zh" else "title_en"
    lines = [
        [one["number"], one[title], one["addressee"], one["date"], one["event"], one["voided_by"]]
        for one in content["items"]
    ]
    show.grid(content["case"], header, lines)
    if "written" in content:
        show.named([(Text("已写文件", "Written"), len(content["written"]))])
