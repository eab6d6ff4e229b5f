"""Letters (文书) as data: templates filled in from a case as one of its events left it, and what comes of it. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.domain.directory import Directory
from shared.domain.text import Text

Addressee = Literal["applicant", "third_party", "co_producer"]
ERASED = "（已删除）"
MISSING = "（未填写）"
REFERENCE = "v:"
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BRACE = re.compile(r"[{}]")


class TemplateProblem(ValueError):
    """Letter templates that cannot be used; every fault with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Paragraph(_Data):
    """A paragraph with ``{places}``; ``when`` and ``unless`` name a field that decides whether it stands there."""

    text: str = Field(min_length=1)
    when: str | None = None
    unless: str | None = None


class Edition(_Data):
    """A letter's words from ``since`` on. One in force is never changed: new words are a later edition."""

    since: date
    title: str = Field(min_length=1)
    addressee: str = Field(min_length=1)
    body: tuple[Paragraph, ...] = Field(min_length=1)

    @field_validator("body", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return [{"text": one} if isinstance(one, str) else one for one in value] if isinstance(value, list) else value

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields without which the letter is never complete, in the order of reading."""
        always = [one.text for one in self.body if one.when is None and one.unless is None]
        return tuple(dict.fromkeys(name for text in (self.title, self.addressee, *always) for name in _places(text)))


class LetterTemplate(_Data):
    """One kind of letter (文书种类): the event that issues it, narrowed by what fields must say, and to whom it goes."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: Text
    event: str
    where: Mapping[str, str] = {}
    to: Addressee = "applicant"
    editions: tuple[Edition, ...] = Field(min_length=1)

    @field_validator("name", mode="before")
    @classmethod
    def _both(cls, value: Any) -> Any:
        return (
            Text(str(value["zh"]), str(value["en"])) if isinstance(value, dict) and {*value} == {"zh", "en"} else value
        )

    def in_force(self, day: date) -> Edition:
        """The edition of ``day``; the first one for a day before all."""
        return _in_force(self.editions, day)


class WordingEdition(_Data):
    """From ``since`` on: ``words`` of the county that any text may use, and what stands for a field's ``codes``."""

    since: date
    words: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


class Wording(_Data):
    """Words that all letters of a kind share (通用措辞)."""

    editions: tuple[WordingEdition, ...] = Field(min_length=1)

    def in_force(self, day: date) -> WordingEdition:
        """The edition of ``day``; the first one for a day before all."""
        return _in_force(self.editions, day)


@dataclass(frozen=True, slots=True)
class Issue:
    """Under what a letter is issued: the case's number as people read it, the day, the units' names."""

    number: str
    on: date
    directory: Directory


S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class LetterField(Generic[S]):
    """What a template may name. ``of`` finds its value: words, a code of the wording, or a vault reference.

    ``source`` is the event field whose readers may read it, where it is in the vault.
    """

    title: Text
    of: Callable[[S, Any, Issue], str | None]
    source: str | None = None


def date_in_words(day: date) -> str:
    """``2026年10月9日``, as letters write it."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed (文书): plain words, ready to be laid out."""

    unit: str
    title: str
    number: str
    addressee: str
    paragraphs: tuple[str, ...]
    on: date
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter before what stands in the vault is read: its template and the value of every field that it uses."""

    template: LetterTemplate
    edition: Edition
    wording: WordingEdition
    unit: str
    number: str
    on: date
    values: Mapping[str, str | None]

    @property
    def blank(self) -> tuple[str, ...]:
        """The fields it uses that have no value."""
        return tuple(name for name, value in self.values.items() if not value)

    @property
    def references(self) -> Mapping[str, str]:
        """The fields it uses whose values are in the vault: name -> reference."""
        return {name: value for name, value in self.values.items() if value and value.startswith(REFERENCE)}

    def letter(self, plain: Mapping[str, str | None], recorded: datetime) -> Letter:
        """The letter with ``plain`` for its references; what is no longer there is shown as erased."""
        return Letter(
            unit=self.unit,
            title=self._filled(self.edition.title, plain),
            number=self.number,
            addressee=self.addressee(plain),
            paragraphs=tuple(
                line.strip()
                for one in _standing(self.edition, self.values)
                for line in self._filled(one.text, plain).splitlines()
                if line.strip()
            ),
            on=self.on,
            recorded=recorded,
        )

    def addressee(self, plain: Mapping[str, str | None]) -> str:
        """To whom it goes: the first line, where more is known of them."""
        return next(iter(self._filled(self.edition.addressee, plain).splitlines()), "").strip()

    def _filled(self, text: str, plain: Mapping[str, str | None]) -> str:
        return _PLACE.sub(lambda found: self._value(found[1], plain), text)

    def _value(self, name: str, plain: Mapping[str, str | None]) -> str:
        if name in self.wording.words:
            return self.wording.words[name]
        value = self.values.get(name)
        if not value:
            return MISSING
        if value.startswith(REFERENCE):
            return plain.get(value) or ERASED
        if name in self.wording.codes:
            return _PLACE.sub(lambda found: self.wording.words[found[1]], self.wording.codes[name].get(value, value))
        return value


@dataclass(frozen=True, eq=False)
class Letters(Generic[S]):
    """The letters of one kind of case. Raises ``TemplateProblem`` for templates that name what is not there."""

    fields: Mapping[str, LetterField[S]]
    templates: Mapping[str, LetterTemplate]
    wording: Wording

    def __post_init__(self) -> None:
        if faults := [*self._faults()]:
            raise TemplateProblem(faults)

    def drawn(self, state: S, event: Any, issue: Issue) -> Drawn | None:
        """The letter that ``event`` issues, ``state`` being the case after it; None where no template is for it."""
        for template in self.templates.values():
            if template.event == event.event_name and all(
                self.fields[name].of(state, event, issue) == value for name, value in template.where.items()
            ):
                return self.drawn_as(template, state, event, issue)
        return None

    def drawn_as(self, template: LetterTemplate, state: S, event: Any, issue: Issue) -> Drawn:
        """The letter by a template, whichever event stands behind it."""
        edition, wording = template.in_force(issue.on), self.wording.in_force(issue.on)
        values: dict[str, str | None] = {}

        def known(name: str) -> str | None:
            if name not in values:
                values[name] = self.fields[name].of(state, event, issue)
            return values[name]

        conditions = {name: known(name) for one in edition.body for name in (one.when, one.unless) if name is not None}
        texts = (edition.title, edition.addressee, *(one.text for one in _standing(edition, conditions)))
        used = dict.fromkeys(name for text in texts for name in _places(text) if name not in wording.words)
        unit = issue.directory.name(event.department, issue.on)
        return Drawn(
            template,
            edition,
            wording,
            _full_name(unit, wording.words["county"]),
            getattr(event, "letter", None) or "",
            issue.on,
            {name: known(name) for name in (*used, *(n for n, v in conditions.items() if v))},
        )

    def _faults(self) -> Iterator[str]:
        for place, wording in enumerate(self.wording.editions):
            where = f"wording: editions[{place}]"
            if "county" not in wording.words:
                yield f"{where}.words: county is missing"
            for name, codes in wording.codes.items():
                if name not in self.fields:
                    yield f"{where}.codes: there is no field “{name}”"
                for code, text in codes.items():
                    yield from _unknown(f"{where}.codes.{name}.{code}", text, wording.words)
        yield from _disordered("wording", self.wording.editions)
        for kind, template in self.templates.items():
            yield from _disordered(kind, template.editions)
            for name in template.where:
                if name not in self.fields:
                    yield f"{kind}: where: there is no field “{name}”"
            for place, edition in enumerate(template.editions):
                yield from self._faults_of(f"{kind}: editions[{place}]", edition)

    def _faults_of(self, where: str, edition: Edition) -> Iterator[str]:
        known = {*self.fields, *self.wording.in_force(edition.since).words}
        yield from _unknown(f"{where}.title", edition.title, known)
        yield from _unknown(f"{where}.addressee", edition.addressee, known)
        for place, one in enumerate(edition.body):
            yield from _unknown(f"{where}.body[{place}]", one.text, known)
            for role, name in (("when", one.when), ("unless", one.unless)):
                if name is not None and name not in self.fields:
                    yield f"{where}.body[{place}].{role}: there is no field “{name}”"


Dated = TypeVar("Dated", Edition, WordingEdition)


def _full_name(unit: str, county: str) -> str:
    return unit if unit.startswith(county) else f"{county}{unit.removeprefix('县')}"


def _in_force(editions: Sequence[Dated], day: date) -> Dated:
    return next((one for one in reversed(editions) if one.since <= day), editions[0])


def _disordered(kind: str, editions: Sequence[Edition | WordingEdition]) -> Iterator[str]:
    days = [one.since for one in editions]
    if days != sorted(set(days)):
        yield f"{kind}: editions: the days since which they are in force must rise"


def _standing(edition: Edition, values: Mapping[str, str | None]) -> list[Paragraph]:
    return [
        one
        for one in edition.body
        if (one.when is None or values.get(one.when)) and (one.unless is None or not values.get(one.unless))
    ]


def _places(text: str) -> list[str]:
    return _PLACE.findall(text)


def _unknown(where: str, text: str, known: Any) -> Iterator[str]:
    for name in _places(text):
        if name not in known:
            yield f"{where}: there is no field “{name}”"
    if _BRACE.search(_PLACE.sub("", text)):
        yield f"{where}: a brace that is no place: {text}"
