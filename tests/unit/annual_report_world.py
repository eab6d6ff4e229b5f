"""A year's figures as the desk counts them, for the tests of the annual report."""

from datetime import date
from typing import Any

from services.assessment.annual_report import Told, report
from services.assessment.annual_report_prose import with_prose

CUT_OFF = "2027-01-20T09:00:00+08:00"
WRITTEN = {"overview": "2026年新收政府信息公开申请2件。\n其中予以公开1件。", "problems": "人员不足。", "other": None}


def facts() -> list[Told]:
    """Two applications, one of which was answered, a notice of fees, a document, and what the unit entered."""
    entries = {"licences": 12, "penalties": 0, "charges": "3.25"}
    fields: list[tuple[str, str, date, dict[str, Any]]] = [
        ("requests.RequestReceived", "A1", date(2026, 3, 1), {"received": "2026-03-01", "applicant_class": "natural"}),
        ("requests.RequestReceived", "A2", date(2026, 12, 9), {"received": "2026-12-09", "applicant_class": "legal"}),
        ("requests.ReplySent", "A1", date(2026, 3, 9), {"row": "3.1", "applicant_class": "natural"}),
        ("requests.FeeNoticed", "A2", date(2026, 12, 10), {"amount": 700}),
        ("publishing.DocumentIssued", "W1", date(2026, 5, 1), {"normative": True, "in_force": True}),
        ("assessment.FiguresEntered", "annual-report-2026-education", date(2027, 1, 5), {"year": 2026, **entries}),
    ]
    return [
        Told(type_, "education", case, day, told, f"{case}/{number}", f"sha256:{number}")
        for number, (type_, case, day, told) in enumerate(fields)
    ]


def counted(**changed: Any) -> dict[str, Any]:
    """What the report of the education bureau is frozen with."""
    document = report(facts(), 2026, ["education"])
    del document["cases"]
    about = {"year": 2026, "department": "education", "name": "教育局", "cut_off": CUT_OFF, "parked": 0, "behind": 0}
    return {**about, **document, **changed}


def document(**changed: Any) -> dict[str, Any]:
    """The whole report, frozen."""
    report_of_year = counted()
    del report_of_year["behind"]
    return {**with_prose(report_of_year, WRITTEN), "edition": 1, "layout": 1, **changed}
