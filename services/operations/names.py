"""What operations call things when they tell of them."""

from services.runtime import Runtime


def name_of(runtime: Runtime, department: str | None) -> str | None:
    """A department's name today; None for what is no department of ours."""
    current = runtime.follower.current
    found = current.directory.departments.get(department or "") if current is not None else None
    return found.name_on(runtime.today) if found is not None else None
