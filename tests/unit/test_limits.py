"""The county's limits (时限设置): every name known, every value of its kind, all that is wrong told at once."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.declared import SERVICES
from services.limits import known_limits
from services.runtime import read_limits
from shared.domain.limits import Limit, limits
from shared.limits_file import read_limits_file
from shared.settings import Settings, SettingsProblem, read_settings

KNOWN = known_limits()
EXAMPLE = Path(__file__).parents[2] / "docs" / "limits.yaml"


def told(folder: Path, text: str) -> list[str]:
    """What is said of a file, in English."""
    file = folder / "limits.yaml"
    file.write_text(text, "utf-8")
    return [said.en for said in read_limits_file(file, KNOWN)[1]]


def test_a_limit_is_named_after_the_kind_that_declares_it() -> None:
    kinds = [kind for service in SERVICES for kind in service.kinds]
    assert sum(len(kind.limits) for kind in kinds) == len(KNOWN) > 30
    for kind in kinds:
        assert all(name.startswith(f"{kind.name}.") for name in kind.limits)


@pytest.mark.parametrize("name", KNOWN)
def test_the_default_of_a_limit_may_be_set(name: str) -> None:
    default = KNOWN[name].default
    assert KNOWN[name].fault(list(default) if isinstance(default, tuple) else default) is None


def test_no_code_asks_for_a_limit_that_no_kind_declares() -> None:
    asked = set()
    for file in (Path(__file__).parents[2] / "services").rglob("*.py"):
        text = file.read_text("utf-8")
        asked |= set(re.findall(r"context\.limit\(\s*\"([a-z_.]+)\"", text))
        asked |= set(re.findall(r"settings\.get\(\s*\"([a-z_.]+)\"", text))
    assert {"interpretation.limit", "finding.dispute"} <= asked
    assert asked <= set(KNOWN)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("article.watched_words: 领导人", "must be a list"),
        ("article.watched_words: [2026, 县长]", "entry 1 must be text"),
        ("article.watched_words: [县长, '']", "entry 2 must be text"),
        ("article.dead_links: {a: b}", "must be a list"),
        ("article.publish: twenty", "a whole number from 1 to 366"),
        ("article.publish: -5", "a whole number from 1 to 366"),
        ("article.publish: 20.5", "a whole number from 1 to 366"),
        ("article.publish: true", "a whole number from 1 to 366"),
        ("article.publish:", "a whole number from 1 to 366"),
        ("article.different_persons: 2", "a whole number from 0 to 1"),
        ("interpretation.limit: 0", "a whole number from 1 to 366"),
        ("message.return_restarts: 1", "true or false"),
        ("annual_report.county: 02-29", "a month and day"),
        ("annual_report.county: 3月31日", "a month and day"),
        ("annual_report.county_name: 12", "must be text"),
        ("article.watched: [县长]", "did you mean article.watched_words"),
        ("article: {publish: 20}", "there is no such limit"),
        ("20: 20", "there is no such limit"),
        ("message.enquiry: 3\nmessage.enquiry: 4", "given in line 1 already"),
    ],
)
def test_what_cannot_be_set_is_told_by_its_name_and_line(tmp_path: Path, line: str, said: str) -> None:
    (found,) = told(tmp_path, line)
    assert said in found
    assert found.startswith(f"line {line.count(chr(10)) + 1}, ")


def test_everything_wrong_is_told_in_one_round_in_both_languages_beside_the_other_settings(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text(
        "article.watched_words: 领导人\narticle.publish: twenty\nmessage.enquiri: 3\nmessage.report: 9\n", "utf-8"
    )
    with pytest.raises(SettingsProblem) as problem:
        read_settings(known_limits, limits_file=file, region="x")
    lines = str(problem.value).splitlines()[1:]
    assert [line.partition(":")[0] for line in lines] == ["GONGKAI_REGION", *["GONGKAI_LIMITS_FILE"] * 3]
    for line, name in zip(lines[1:], ("article.watched_words", "article.publish", "message.enquiri"), strict=True):
        zh, _, en = line.partition(" / ")
        assert name in zh
        assert name in en
        assert re.search(r"[一-鿿]", zh.replace("领导人", ""))


def test_a_process_does_not_start_on_limits_that_are_wrong(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("article.watched_words: 领导人\nmessage.enquiri: 3\n", "utf-8")
    with pytest.raises(SettingsProblem) as problem:
        read_limits(Settings(limits_file=file))
    assert len(problem.value.problems) == 2


def test_the_example_names_every_limit_and_may_be_used_as_it_is() -> None:
    set_, wrong = read_limits_file(EXAMPLE, KNOWN)
    assert wrong == []
    assert set_.keys() == KNOWN.keys()
    lists = {name for name, limit in KNOWN.items() if isinstance(limit.default, tuple)}
    assert {name: set_[name] for name in set_.keys() - lists} == {n: KNOWN[n].default for n in KNOWN.keys() - lists}
    assert all(set_[name] for name in lists)


def test_a_list_is_kept_as_a_list_and_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("article.watched_words:\n- 县长\n- 书记\n", "utf-8")
    assert read_limits_file(file, KNOWN) == ({"article.watched_words": ("县长", "书记")}, [])
    file.write_text("# nothing\n", "utf-8")
    assert read_limits_file(file, KNOWN) == ({}, [])


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(value=VALUES, name=st.sampled_from(sorted(KNOWN)))
def test_a_value_is_taken_only_where_it_has_the_type_of_the_default(value: Any, name: str) -> None:
    limit = KNOWN[name]
    if limit.fault(value) is None:
        given_ = tuple(value) if isinstance(value, list) else value
        assert type(given_) is type(limit.default)


def test_a_default_of_a_type_that_no_county_could_write_is_refused() -> None:
    with pytest.raises(TypeError):
        limits({"kind.x": 1.5})
    assert isinstance(limits({"kind.x": 3})["kind.x"], Limit)
