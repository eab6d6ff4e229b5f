"""Finding a department the way people name it."""

from datetime import date

from shared.domain.directory import Dated, Department, Directory, Post

BEGINNING = date(2000, 1, 1)
REFORM = date(2019, 3, 1)


def unit(id: str, name: str, since: date = BEGINNING, until: date | None = None, *aliases: str) -> Department:
    return Department(id, (Dated(since, name),), (Dated(since, "class1"),), since, until, aliases=aliases)


def directory(*units: Department) -> Directory:
    return Directory({u.id: u for u in units})


def found(directory: Directory, name: str, day: date) -> str | None:
    department = directory.find(name, day)
    return department.id if department else None


def test_the_name_of_the_day_goes_before_an_alias() -> None:
    both = directory(unit("a", "规划局"), unit("b", "自然资源局", BEGINNING, None, "规划局"))
    assert found(both, "规划局", REFORM) == "a"


def test_an_existing_unit_goes_before_an_ended_one() -> None:
    both = directory(unit("old", "旅游局", BEGINNING, REFORM), unit("new", "旅游局", REFORM))
    assert found(both, "旅游局", date(2018, 1, 1)) == "old"
    assert found(both, "旅游局", date(2020, 1, 1)) == "new"


def test_a_former_name_still_finds_the_unit() -> None:
    renamed = directory(unit("health", "卫生局").renamed("卫生健康局", REFORM, ("卫健局",)))
    for name in ("卫生局", "卫生健康局", "卫健局"):
        assert found(renamed, name, date(2026, 1, 1)) == "health"
        assert found(renamed, name, date(2010, 1, 1)) == "health"


def test_a_name_that_fits_two_units_finds_none() -> None:
    both = directory(unit("a", "一中", BEGINNING, None, "中学"), unit("b", "二中", BEGINNING, None, "中学"))
    assert found(both, "中学", REFORM) is None


def test_a_name_nobody_bears_finds_none() -> None:
    assert found(directory(unit("a", "教育局")), "体育局", REFORM) is None


def test_an_ended_unit_is_found_by_an_alias_nobody_else_has() -> None:
    assert found(directory(unit("old", "旅游局", BEGINNING, REFORM, "文旅")), "文旅", date(2026, 1, 1)) == "old"


def test_who_took_a_unit_over_holds_its_posts_from_that_day_and_nobody_else() -> None:
    old, older = unit("old", "旅游局").ended(REFORM, "new"), unit("older", "风景局").ended(date(2010, 1, 1), "old")
    gone = unit("gone", "矿管局").ended(REFORM)
    posts = (Post("he", "new", "clerk", BEGINNING), Post("she", "other", "head", BEGINNING))
    both = Directory({u.id: u for u in (old, older, gone, unit("new", "文旅局"), unit("other", "教育局"))}, posts)
    assert both.actor("he", date(2009, 1, 1)).posts == {("new", "clerk")}
    assert both.actor("he", date(2018, 1, 1)).posts == {("new", "clerk")}
    assert both.actor("he", REFORM).posts == {("new", "clerk"), ("old", "clerk"), ("older", "clerk")}
    assert both.actor("she", REFORM).posts == {("other", "head")}
    assert both.heir(older, date(2012, 1, 1)).id == "old"
    assert both.heir(gone, REFORM).id == "gone"


def test_units_that_name_each_other_as_successors_have_no_heir() -> None:
    circle = directory(
        unit("a", "甲").ended(REFORM, "b"), unit("b", "乙").ended(REFORM, "a"), unit("c", "丙").ended(REFORM, "nobody")
    )
    assert circle.heir(circle.departments["a"], REFORM).id == "b"
    assert circle.heir(circle.departments["c"], REFORM).id == "c"
