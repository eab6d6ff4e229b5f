"""One acceptable body for every command of a message, written by hand."""

from collections.abc import Mapping
from typing import Any

from tests.county_over_http import LETTER

BODIES: Mapping[str, Mapping[str, Any]] = {
    "submit": LETTER,
    "accept": {},
    "decline": {"ground": "other_county", "explanation": "不属本县事项。"},
    "classify": {"category": "complaint"},
    "reclassify": {"category": "enquiry", "reason": "实为咨询"},
    "assign": {"department": "education"},
    "request-return": {"ground": "not_competent", "reason": "非本单位职责"},
    "grant-return": {},
    "deny-return": {"reason": "属你单位职责"},
    "add-co-handler": {"department": "water"},
    "record-investigation": {"method": "site_visit", "findings": "情况属实"},
    "request-extension": {"days": 3, "reason": "须现场核实"},
    "grant-extension": {"told": "phone"},
    "deny-extension": {"reason": "时间充足"},
    "draft-reply": {"text": "已派人修复。"},
    "send-back": {"reason": "答非所问"},
    "approve-reply": {},
    "reply": {},
    "publish-reply": {"title": "路灯", "question": "路灯不亮", "reply": "已修复"},
    "withhold-reply": {"ground": "privacy", "reason": "涉及个人"},
    "rate": {"satisfied": False},
    "comment": {"text": "还没有修好"},
    "order-rework": {"ground": "substandard"},
    "issue-supervision": {"ground": "overdue", "text": "请抓紧办理"},
    "note-instruction": {"instruction": "请认真办理"},
    "divert-to-petition": {"explanation": "请走信访渠道"},
    "divert-to-request": {"explanation": "请依申请公开"},
    "accept-diversion": {},
    "request-confidentiality": {},
    "quarantine": {"accused": "finance"},
    "archive": {},
    "erase": {"ground": "consent_withdrawn"},
    "void-entry": {"events": ["M2026-000001/2"], "reason": "误登"},
    "revoke-overdue": {"event": "M2026-000001/2", "reason": "不应计入"},
}
