"""Faults in the words of a call (参数有误), said in the language of this run: which argument, and what it should be."""

import difflib
import re
from typing import Any

from typer._click import exceptions as faults
from typer._click.core import Command, Context
from typer.core import TyperGroup

from services.cli import options
from shared.domain.text import Text

_EXTRA = re.compile(r"extra argument\(s\) \((.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"\{([^{}]*)\}")
_PLACES = {
    "[OPTIONS]": Text("[选项]", "[OPTIONS]"),
    "COMMAND [ARGS]...": Text("命令 [参数]...", "COMMAND [ARGS]..."),
}


class UnknownCommand(faults.UsageError):
    """A word where a command's name should stand."""

    def __init__(self, name: str, known: list[str], ctx: Context) -> None:
        super().__init__(f"No such command {name!r}.", ctx)
        self.name, self.known = name, known


class Group(TyperGroup):
    """A group of commands that says which word names none of them."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command that the first word names. Raises ``UnknownCommand``; a word that is an option is told apart."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UnknownCommand(args[0], self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)


def told(fault: faults.UsageError) -> str:
    """The whole of what stderr gets: the fault, how the command is called, where its help is."""
    if isinstance(fault, faults.NoArgsIsHelpError):
        return fault.format_message() + "\n"
    say = options.current.say
    lines = [say(sentence(fault))]
    if fault.ctx is not None:
        pieces = fault.ctx.command.collect_usage_pieces(fault.ctx)
        shown = " ".join(say(_PLACES.get(piece, Text(*[_ARGUMENT.sub(r"\1", piece)] * 2))) for piece in pieces)
        path = fault.ctx.command_path
        lines.append(say(Text(f"用法：{path} {shown}", f"Usage: {path} {shown}")))
        lines.append(say(Text(f"说明：{path} --help", f"Help: {path} --help")))
    return "\n".join(lines) + "\n"


def sentence(fault: faults.UsageError) -> Text:
    """What is wrong, in both languages."""
    match fault:
        case UnknownCommand():
            return _unknown_command(fault)
        case faults.MissingParameter() if fault.param is not None:
            name = _name(fault.param)
            if fault.param.param_type_name == "option":
                return Text(f"缺少选项 {name.zh}", f"missing option {name.en}")
            return Text(f"缺少参数 {name.zh}", f"missing argument {name.en}")
        case faults.BadParameter() if fault.param is not None:
            name, why = _name(fault.param), _why(fault)
            return Text(f"{name.zh}：{why.zh}", f"{name.en}: {why.en}")
        case faults.NoSuchOption():
            near = "、".join(fault.possibilities or ())
            near_en = ", ".join(fault.possibilities or ())
            return Text(
                f"没有选项 {fault.option_name}" + (f"；是否想用 {near}？" if near else ""),
                f"no such option: {fault.option_name}" + (f"; did you mean {near_en}?" if near else ""),
            )
        case faults.BadOptionUsage():
            if "does not take a value" in fault.message:
                return Text(f"选项 {fault.option_name} 不带值", f"option {fault.option_name} takes no value")
            return Text(f"选项 {fault.option_name} 后面缺少值", f"option {fault.option_name} wants a value")
    extra = _EXTRA.search(fault.message)
    if extra is not None:
        return Text(f"多余的参数：{extra[1]}", f"more arguments than the command takes: {extra[1]}")
    return Text(f"用法不对：{fault.format_message()}", fault.format_message())


def _unknown_command(fault: UnknownCommand) -> Text:
    near = difflib.get_close_matches(fault.name, fault.known, 1)
    if near:
        return Text(
            f"没有命令“{fault.name}”；是否想用 {near[0]}？", f"no such command: {fault.name}; did you mean {near[0]}?"
        )
    return Text(
        f"没有命令“{fault.name}”，现有：{'、'.join(fault.known)}",
        f"no such command: {fault.name}; there are: {', '.join(fault.known)}",
    )


def _name(param: Any) -> Text:
    """The argument as it is typed, and what its help says it is."""
    typed = "/".join(param.opts) if param.param_type_name == "option" else param.metavar or param.name
    zh, _, en = (getattr(param, "help", None) or "").partition(" / ")
    return Text(f"{typed}（{zh}）" if zh else typed, f"{typed} ({en or zh})" if zh else typed)


def _why(fault: faults.BadParameter) -> Text:
    """The rule that the value breaks, in our words where the command line's reader has a code for it."""
    from pydantic import ValidationError

    from shared.web.problems import sentence as in_words

    if isinstance(fault.__cause__, ValidationError):
        found = fault.__cause__.errors(include_url=False, include_input=False)[0]
        return in_words(found["type"], found.get("ctx") or {})
    return Text(f"不能接受所给的值（{fault.message}）", fault.message)
