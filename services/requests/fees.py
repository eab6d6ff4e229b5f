"""The information-handling fee (信息处理费): by item in a month or by page, progressive (国办函〔2020〕109号)."""

from collections.abc import Iterator
from itertools import count
from typing import Literal, NamedTuple

Method = Literal["items", "pages"]


class Tier(NamedTuple):
    """The units from ``first`` to ``last`` (None: no end) cost ``rate`` yuan each."""

    first: int
    last: int | None
    rate: int


class Step(NamedTuple):
    """What the units of one tier come to."""

    first: int
    last: int
    rate: int
    amount: int


def tiers(method: Method) -> Iterator[Tier]:
    """The tariff. By item (按件): applications of one applicant in a calendar month; by page (按量): A4 sides of one."""
    if method == "pages":
        yield from (Tier(1, 30, 0), Tier(31, 100, 10), Tier(101, 200, 20), Tier(201, None, 40))
        return
    yield from (Tier(1, 10, 0), Tier(11, 30, 100))
    for block in count():
        yield Tier(31 + 10 * block, 40 + 10 * block, 200 + 100 * block)


def steps(method: Method, quantity: int) -> list[Step]:
    """How the fee for ``quantity`` adds up, tier by tier."""
    found = []
    for first, last, rate in tiers(method):
        if first > quantity:
            break
        end = quantity if last is None else min(last, quantity)
        found.append(Step(first, end, rate, (end - first + 1) * rate))
    return found


def fee(method: Method, quantity: int) -> int:
    """Yuan for so many items of one applicant in a month, or pages of one application."""
    return sum(step.amount for step in steps(method, quantity))


def of_application(method: Method, quantity: int) -> int:
    """Yuan for one application: the applicant's ``quantity``-th item of the month, or so many pages."""
    return fee(method, quantity) - (fee(method, quantity - 1) if method == "items" else 0)
