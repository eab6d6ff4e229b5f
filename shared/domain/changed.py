"""A frozen dataclass with some fields changed, as ``dataclasses.replace`` gives it, without a look at every field."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace as changed
else:

    def changed(state, /, **values):
        """A copy of ``state`` with ``values``. For dataclasses without slots and without ``__post_init__``."""
        copy = object.__new__(type(state))
        copy.__dict__.update(state.__dict__, **values)
        return copy


__all__ = ["changed"]
