"""Where things of a process are: each store once, and whose they are."""

from collections.abc import Iterable
from typing import TypeVar

from services.runtime import Runtime

S = TypeVar("S")


def distinct(stores: Iterable[S]) -> list[S]:
    """Each store once, though several services may share it."""
    return list({id(store): store for store in stores}.values())


def name_of(runtime: Runtime, department: str | None) -> str | None:
    """A department's name today; None for what is no department of ours."""
    current = runtime.follower.current
    found = current.directory.departments.get(department or "") if current is not None else None
    return found.name_on(runtime.today) if found is not None else None
