"""The roster drawn up from the directory."""

from datetime import date

from services.assessment.roster import Member
from services.assessment.roster_from_directory import roster_on
from shared.domain.directory import Dated, Department, Directory

BEGINNING = date(2000, 1, 1)
SUMMER = date(2026, 7, 1)
AUTUMN = date(2026, 9, 1)


def unit(id: str, name: str) -> Department:
    return Department(id, (Dated(BEGINNING, name),), (Dated(BEGINNING, "class1"),), BEGINNING)


SPORTS = unit("sports", "体育局").ended(SUMMER, "education")
EDUCATION = unit("education", "教育局").renamed("教育和体育局", SUMMER).regrouped("class2", SUMMER)
UNITS = (SPORTS, EDUCATION.ended(AUTUMN, "culture"), unit("culture", "文化局"), unit("closed", "老龄办").ended(SUMMER))
COUNTY = Directory({d.id: d for d in UNITS})


def test_units_stand_with_the_name_and_group_of_the_day() -> None:
    assert roster_on(COUNTY, date(2026, 6, 30)).members == (
        Member("closed", "老龄办", "class1"),
        Member("culture", "文化局", "class1"),
        Member("education", "教育局", "class1"),
        Member("sports", "体育局", "class1"),
    )
    assert roster_on(COUNTY, SUMMER).members == (
        Member("culture", "文化局", "class1"),
        Member("education", "教育和体育局", "class2"),
    )


def test_a_merged_unit_is_answered_for_by_the_last_of_its_successors() -> None:
    assert roster_on(COUNTY, date(2026, 6, 30)).heir("sports") == "sports"
    assert roster_on(COUNTY, SUMMER).heir("sports") == "education"
    assert roster_on(COUNTY, AUTUMN).heir("sports") == "culture"
    assert roster_on(COUNTY, SUMMER).member("closed") is None


def test_the_digest_depends_on_the_roster_alone() -> None:
    shuffled = Directory(dict(reversed(COUNTY.departments.items())), version=7)
    assert roster_on(shuffled, SUMMER).digest == roster_on(COUNTY, date(2026, 8, 31)).digest
    assert roster_on(COUNTY, SUMMER).digest != roster_on(COUNTY, AUTUMN).digest


def test_nobody_is_on_the_roster_before_the_units_exist() -> None:
    assert roster_on(COUNTY, date(1999, 12, 31)).members == ()
