"""Facts as columns: one row an event, the flat scored fields kept as JSON and read only where a plan asks for them."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.domain.localtime import start_of

if TYPE_CHECKING:
    import polars as pl

KnownOn = date | datetime | None
"""An instant, the end of a local day, or None: everything recorded."""

CHUNK = 50_000
INSTANTS = ("happened_at", "recorded", "voided_on")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Fact(NamedTuple):
    """One event as assessment stores it; ``fields`` is a flat JSON object of text, whole numbers, booleans and null."""

    id: str
    type: str
    department: str
    case: str
    happened: date
    happened_at: datetime
    recorded: datetime
    digest: str
    restricted: bool
    voided_on: datetime | None
    fields: str

    def texts(self) -> dict[str, str | None]:
        """The fields by their text, as `field_text` gives it."""
        return {name: field_text(value) for name, value in json.loads(self.fields).items()}

    def known(self, known_on: KnownOn) -> bool:
        """Whether the fact was recorded by then and not voided by then."""
        end = instant_after(known_on)
        if end is None:
            return self.voided_on is None
        return self.recorded < end and (self.voided_on is None or self.voided_on >= end)


def field_text(value: Any) -> str | None:
    """The text by which a field is compared: ``true``, ``7``, words; None for null and for what is not flat."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return None


def instant_after(known_on: KnownOn) -> datetime | None:
    """The first instant that is no longer known on ``known_on``."""
    if known_on is None:
        return None
    if isinstance(known_on, datetime):
        return known_on + timedelta(microseconds=1)
    return start_of(known_on + timedelta(days=1))


class FactFrame:
    """Facts in a polars frame with the columns of `Fact`, each event id once, and ``row``, its number in the frame."""

    def __init__(self, frame: "pl.DataFrame") -> None:
        """``frame``: the columns of `Fact`, instants in UTC; rows with an id seen before are dropped."""
        import polars as pl

        frame = frame.select(
            pl.col(name).cast(pl.Categorical if name in ("type", "department") else frame.schema[name])
            for name in Fact._fields
        )
        if frame["id"].n_unique() < frame.height:
            # Copies of an event differ at most in whether its void has been seen: the one that knows more stays.
            frame = frame.sort("id", "voided_on", "digest", "recorded", nulls_last=True).unique(
                "id", keep="first", maintain_order=True
            )
        self.frame = frame.with_row_index("row")

    @classmethod
    def from_rows(cls, rows: "Iterable[Fact | tuple[Any, ...]]") -> "FactFrame":
        """Facts from rows in the order of `Fact`, read in chunks so that the rows need never be in memory at once."""
        import polars as pl

        types: dict[str, Any] = {"happened": pl.Date, "restricted": pl.Boolean} | dict.fromkeys(INSTANTS, pl.Int64)
        schema = {name: types.get(name, pl.String) for name in Fact._fields}
        ahead = iter(rows)
        parts = [pl.DataFrame(schema=schema)]
        while chunk := list(islice(ahead, CHUNK)):
            columns = dict(zip(Fact._fields, map(list, zip(*chunk, strict=True)), strict=True))
            for name in INSTANTS:  # polars takes datetimes one by one, and slowly; whole microseconds are exact too
                columns[name] = [None if at is None else (at - EPOCH) // MICROSECOND for at in columns[name]]
            parts.append(pl.DataFrame(columns, schema=schema))
        instants = [pl.col(name).cast(pl.Datetime("us", "UTC")) for name in INSTANTS]
        return cls(pl.concat(parts).with_columns(instants))

    def __len__(self) -> int:
        return self.frame.height

    def known(self, known_on: KnownOn) -> "pl.Expr":
        """The row test: recorded by then and not voided by then."""
        import polars as pl

        end = instant_after(known_on)
        if end is None:
            return pl.col("voided_on").is_null()
        return (pl.col("recorded") < end) & (pl.col("voided_on").is_null() | (pl.col("voided_on") >= end))

    def digest(self, known_on: KnownOn = None) -> tuple[int, str]:
        """How many facts were known then, and SHA-256 (hex) over their sorted lines ``event id, event digest``."""
        import polars as pl

        known = self.frame.filter(self.known(known_on)).select("id", "digest").sort("id")
        hash_ = hashlib.sha256()
        for part in known.iter_slices(CHUNK):
            lines = part.select(pl.format("{} {}\n", "id", "digest").str.join("")).item()
            hash_.update(lines.encode())
        return known.height, hash_.hexdigest()

    @cached_property
    def types(self) -> frozenset[str]:
        """The short event types among the facts."""
        return frozenset(self.frame["type"].unique().to_list())

    @cached_property
    def departments(self) -> list[str]:
        """The departments among the facts."""
        return sorted(self.frame["department"].unique().to_list())


def column_of(field: str) -> str:
    """The column that holds a field's text."""
    return f"field:{field}"


def with_texts(rows: "pl.DataFrame", fields: Iterable[str]) -> "pl.DataFrame":
    """``rows`` with a column of texts, as `field_text` gives them, for each of these flat fields.

    A quoted word before a colon can only be a key, since quotes inside a text are escaped: a field is found without
    parsing the rest. Texts with escapes of their own are left to the JSON parser.
    """
    import polars as pl

    json_text = pl.col("fields")
    escaped = json_text.str.contains("\\", literal=True)
    names = list(fields)
    columns: list[pl.Expr] = []
    for name in names:
        if not _FIELD_NAME.fullmatch(name):
            raise ValueError(f"no field name: {name}")
        pattern = rf'"{name}"\s*:\s*("[^"\\]*"|true|false|-?[0-9]+)\s*[,}}]'
        found = json_text.str.extract(pattern)
        columns += [
            found.str.strip_chars('"').alias(column_of(name)),
            (found.is_null() & escaped).alias(f"parse:{name}"),
        ]
    if not names:
        return rows
    texts = rows.select(columns)
    read: list[pl.Series] = []
    for name in names:
        column, unread = texts[column_of(name)], texts[f"parse:{name}"]
        if unread.any():
            places = unread.arg_true()
            parsed = [field_text(json.loads(text).get(name)) for text in rows["fields"].gather(places).to_list()]
            column = column.scatter(places, pl.Series(parsed, dtype=pl.String))
        read.append(column)
    return rows.hstack(read)
