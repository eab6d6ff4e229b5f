"""Every limit (时限设置) that the kinds of the county declare, by its name."""

from collections.abc import Mapping
from functools import cache

from services.declared import SERVICES
from shared.domain.limits import Limit


@cache
def known_limits() -> Mapping[str, Limit]:
    """The limits that a county may set, in the order of services and kinds."""
    return {name: limit for service in SERVICES for kind in service.kinds for name, limit in kind.limits.items()}
