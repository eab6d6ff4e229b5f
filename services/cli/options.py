"""Options that every command takes, before or after its name."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

from shared.domain.text import Text

Output = Literal["table", "json", "csv"]
VALUES = ("--data", "--url", "--output", "--lang")
FLAGS = ("--quiet",)


class Usage(Exception):
    """The words of the call are off; exit 2."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.zh)
        self.message = message


@dataclass(frozen=True, slots=True)
class Options:
    """Where to, in which shape, in which language."""

    data: Path | None = None
    url: str | None = None
    output: Output = "table"
    lang: str = "zh"
    quiet: bool = False

    def say(self, text: Text) -> str:
        """The words in the language asked for."""
        return text.in_(self.lang)


class Refused(Exception):
    """A serving process said no, or was not there; the sentence is its own. ``bad_field``: what was given cannot be taken."""

    def __init__(self, said: str, *, bad_field: bool = False) -> None:
        super().__init__(said)
        self.bad_field = bad_field


current = Options()


def take(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[Options, list[str]]:
    """The options found anywhere among the words, and the words that remain. Raises ``Usage``."""
    options = Options(lang=language(environment))
    left: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "--":
            left += [word, *words]
            break
        name, equals, value = word.partition("=")
        if name in FLAGS:
            options = replace(options, quiet=True)
        elif name in VALUES:
            if not equals:
                if not words:
                    raise Usage(Text(f"{name} 后面缺少值", f"{name} wants a value"))
                value = words.pop(0)
            options = _with(options, name, value)
        else:
            left.append(word)
    return options, left


def _with(options: Options, name: str, value: str) -> Options:
    if name == "--data":
        return replace(options, data=Path(value))
    if name == "--url":
        if not value.startswith(("http://", "https://")):
            raise Usage(
                Text(f"--url 应以 http:// 或 https:// 开头：{value}", f"--url begins with http:// or https://: {value}")
            )
        return replace(options, url=value.rstrip("/"))
    if name == "--output":
        for shape in get_args(Output):
            if value == shape:
                return replace(options, output=shape)
        raise Usage(Text(f"--output 只能是 table、json 或 csv：{value}", f"--output is table, json or csv: {value}"))
    if value not in ("zh", "en"):
        raise Usage(Text(f"--lang 只能是 zh 或 en：{value}", f"--lang is zh or en: {value}"))
    return replace(options, lang=value)


def language(environment: Mapping[str, str]) -> str:
    """The language of the locale; Chinese where it is unclear."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def language_asked(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of a call whose options are faulty: what ``--lang`` says where it says one, else the locale's."""
    words = list(arguments)
    asked = [value for name, value in pairwise(words) if name == "--lang"]
    asked += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return next((value for value in asked if value in ("zh", "en")), language(environment))


def use(options: Options) -> None:
    """Makes the options those of this run."""
    global current
    current = options


def interactive() -> bool:
    """Whether a person looks at stderr."""
    return os.isatty(2) and not current.quiet
