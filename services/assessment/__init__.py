"""监督考核: reference data of the county, facts, plans, scores and rankings."""

from services.assessment.annual_report_case import KIND as ANNUAL_REPORT
from services.assessment.calendar import KIND as CALENDAR
from services.assessment.department import KIND as DEPARTMENT
from services.assessment.plan_case import KIND as PLAN

KINDS = (CALENDAR, DEPARTMENT, PLAN, ANNUAL_REPORT)
