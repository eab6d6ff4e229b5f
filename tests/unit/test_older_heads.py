"""Heads that an earlier release wrote: what a fold or a list shows otherwise since is no damage; what visibility goes by is."""

from dataclasses import replace

import pytest

from tests.properties.case_player import Act, Player
from tests.properties.test_engine_laws import PLAYED


def rewritten(**other: object) -> Player:
    """A matter whose head says ``other`` than its events."""
    player = Player(PLAYED["matter"])
    player.act(Act(1, 0, "touch", 1))
    player.store._heads[player.case] = replace(player.head, **other)  # type: ignore[arg-type]
    return player


def test_the_columns_of_an_earlier_release_stand_until_the_file_is_written_again() -> None:
    earlier = PLAYED["matter"].kind.fold_version - 1
    player = rewritten(columns=b'{"other":1}', state=b"{}", fold_version=earlier)
    assert player.verify().first_bad is None
    player.act(Act(1, 0, "touch", 2))
    assert player.head.columns != b'{"other":1}'
    assert player.verify().first_bad is None


@pytest.mark.parametrize("other", [{"columns": b'{"other":1}'}, {"department": "d2"}, {"status": "other"}])
def test_other_columns_of_this_release_are_told_and_what_visibility_goes_by_of_any(other: dict[str, object]) -> None:
    bad = rewritten(**other).verify().first_bad
    assert bad is not None
    assert next(iter(other)) in bad.reason
    if "columns" not in other:
        assert rewritten(**other, fold_version=PLAYED["matter"].kind.fold_version - 1).verify().first_bad is not None
