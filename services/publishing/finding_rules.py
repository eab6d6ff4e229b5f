"""The rules of findings on patrol (巡查发现) as data: areas, causes, vetoes, limits, the words of every refusal."""

import hashlib
import re
import string
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic_core import Url, ValidationError

from shared.domain.refusals import Refusals
from shared.domain.text import Text

Scope = Literal["website", "new_media", "columns", "published_items"]
Area = Literal["political", "content", "technical", "security", "privacy", "review_chain"]
Severity = Literal["minor", "ordinary", "serious"]
Veto = Literal["none", "secret", "privacy", "misstatement", "forged_date"]
Cause = Literal[
    "political_wording",
    "leaders_named_wrongly",
    "map_or_flag",
    "misprint",
    "wrong_facts",
    "elements_missing",
    "wrong_date",
    "dead_link",
    "page_fails",
    "attachment_fails",
    "secret_matter",
    "page_tampered",
    "weak_protection",
    "personal_data",
    "commercial_secret",
    "stage_missing",
    "same_person",
    "secrecy_review_missing",
    "reviewed_afterwards",
    "record_missing",
]
DisputeGround = Literal["facts_differ", "not_responsible", "not_so_serious", "charged_already"]
RejectGround = Literal["facts_differ", "not_responsible", "no_evidence", "charged_already"]

SCOPES: Final[Mapping[Scope, Text]] = {
    "website": Text("政府网站", "Government website"),
    "new_media": Text("政务新媒体", "New media"),
    "columns": Text("重点栏目", "Columns"),
    "published_items": Text("已发布信息", "Published items"),
}
AREAS: Final[Mapping[Area, Text]] = {
    "political": Text("政治性差错", "Political"),
    "content": Text("内容差错", "Content"),
    "technical": Text("技术差错", "Technical"),
    "security": Text("安全保密", "Security"),
    "privacy": Text("个人信息与商业秘密", "Privacy"),
    "review_chain": Text("先审后发", "Review before publication"),
}
CAUSES: Final[Mapping[Area, Mapping[Cause, Text]]] = {
    "political": {
        "political_wording": Text("政治性表述错误", "Political wording"),
        "leaders_named_wrongly": Text("领导人姓名、职务、排序错误", "Names, offices or order of leaders"),
        "map_or_flag": Text("地图、旗徽使用错误", "Map, flag or emblem"),
    },
    "content": {
        "misprint": Text("错别字", "Misprint"),
        "wrong_facts": Text("事实或数据错误", "Wrong facts or figures"),
        "elements_missing": Text("要素不全", "Elements missing"),
        "wrong_date": Text("发布日期不实", "Wrong date of publication"),
    },
    "technical": {
        "dead_link": Text("错链、断链", "Wrong or dead link"),
        "page_fails": Text("页面无法访问", "Page cannot be opened"),
        "attachment_fails": Text("附件无法打开", "Attachment cannot be opened"),
    },
    "security": {
        "secret_matter": Text("发布涉密内容", "Secret matter published"),
        "page_tampered": Text("页面被篡改", "Page tampered with"),
        "weak_protection": Text("防护不到位", "Weak protection"),
    },
    "privacy": {
        "personal_data": Text("泄露个人信息", "Personal data disclosed"),
        "commercial_secret": Text("泄露商业秘密", "Commercial secret disclosed"),
    },
    "review_chain": {
        "stage_missing": Text("缺审核环节", "A stage of review is missing"),
        "same_person": Text("一人多审", "One person passed several stages"),
        "secrecy_review_missing": Text("未经保密审查", "No secrecy review"),
        "reviewed_afterwards": Text("先发后审", "Published before it was reviewed"),
        "record_missing": Text("审核登记缺失", "The review is not on record"),
    },
}
"""What can be found in each area. Lateness and columns are not among them: their clocks count them already."""
SEVERITIES: Final[Mapping[Severity, Text]] = {
    "minor": Text("轻微", "Minor"),
    "ordinary": Text("一般", "Ordinary"),
    "serious": Text("严重", "Serious"),
}
VETOES: Final[Mapping[Veto, Text]] = {
    "none": Text("无", "None"),
    "secret": Text("泄密", "Secret disclosed"),
    "privacy": Text("泄露个人信息", "Personal data disclosed"),
    "misstatement": Text("严重表述错误", "Grave misstatement"),
    "forged_date": Text("伪造发布日期", "Forged date of publication"),
}
VETO_AREAS: Final[Mapping[Veto, frozenset[Area]]] = {
    "none": frozenset(AREAS),
    "secret": frozenset(("security",)),
    "privacy": frozenset(("privacy",)),
    "misstatement": frozenset(("political", "content")),
    "forged_date": frozenset(("content", "review_chain")),
}
"""In which areas each veto (一票否决) can be found."""

LIMITS: Final[Mapping[str, int]] = {"finding.dispute": 5}
"""County settings of this kind in working days and their defaults; ``Context.settings`` may override each."""
DISPUTE, FIX = "dispute", "fix"
"""The clocks by name; what is to be fixed again has ``fix-2`` and so on."""
DISPUTE_TITLE = Text("申辩期限", "Time to dispute")
FIX_TITLE = Text("整改期限", "Time to fix")

INSTITUTION = Text(
    "政务公开信息发布制度：县政府办对发布的信息开展巡查",
    "Rules on publication: the county office patrols what is published",
)
SUPERVISION = Text(
    "《政府信息公开条例》第四十六条、第四十七条：监督检查，责令改正",
    "Regulations on Open Government Information, Arts. 46 and 47: supervision, orders to correct",
)
DISPUTING = Text(
    "政务公开监督考核制度：认定前听取单位申辩，申辩由发现人以外的人员认定",
    "Rules on supervision: a unit is heard before a finding is confirmed, and somebody else than the finder decides",
)
IMPARTIAL = Text(
    "政务公开监督考核制度：被巡查单位不得认定、核销本单位的问题",
    "Rules on supervision: a unit does not decide on what was found on itself",
)
ONCE = Text(
    "政务公开监督考核制度：同一原因只扣一次分",
    "Rules on supervision: one cause is charged once",
)
ERASURE = Text(
    "《个人信息保护法》第四十七条：处理目的已实现的，应当删除",
    "Personal Information Protection Law, Art. 47: what has served its purpose is erased",
)

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "before_previous_step": (
        Text("发生时间早于上一办理环节", "it cannot have happened before the step it follows"),
        INSTITUTION,
    ),
    "department_closed": (
        Text("单位“{name}”在当日不存在或已撤并", "the unit {name} did not exist on that day"),
        INSTITUTION,
    ),
    "found_ahead": (
        Text("发现日期不得晚于登记日", "it cannot have been found after it was recorded"),
        INSTITUTION,
    ),
    "cause_of_other_area": (
        Text("“{cause}”不属于“{area}”类", "{cause_en} is not found in the area {area_en}"),
        INSTITUTION,
    ),
    "veto_of_other_area": (
        Text("“{area}”类不适用该否决情形", "this veto does not apply in the area {area_en}"),
        SUPERVISION,
    ),
    "no_such_article": (Text("没有这件信息", "there is no such item"), INSTITUTION),
    "other_unit": (Text("该信息不是被巡查单位的", "the item is another unit's"), INSTITUTION),
    "same_patrol": (
        Text("当日该范围的巡查已登记：{case}", "this patrol is on record already: {case}"),
        INSTITUTION,
    ),
    "same_cause": (
        Text(
            "同一原因已登记为 {case}，只扣一次；整改核销后再次发生的，填写“原巡查发现”",
            "the same cause is on record as {case} and charged once; what happened again after it was cleared names it",
        ),
        ONCE,
    ),
    "no_such_finding": (Text("没有这件巡查发现", "there is no such finding"), ONCE),
    "other_cause": (
        Text("所填巡查发现与本件不是同一原因", "the finding named has another cause"),
        ONCE,
    ),
    "still_open": (
        Text("原巡查发现尚未核销，同一原因不另行登记", "the finding named is still open, so its cause is on record"),
        ONCE,
    ),
    "own_finding": (
        Text("不得认定、核销本单位的问题", "nobody decides on what was found on their own unit"),
        IMPARTIAL,
    ),
    "same_person": (
        Text("申辩须由发现人以外的人员认定", "a dispute is decided by somebody else than the finder"),
        DISPUTING,
    ),
    "found_nothing": (Text("本次巡查未发现问题", "this patrol found nothing"), INSTITUTION),
    "already_disputed": (Text("单位已申辩", "the unit has disputed it already"), DISPUTING),
    "already_accepted": (Text("单位已认可", "the unit has accepted it already"), DISPUTING),
    "dispute_over": (Text("申辩期已过", "the time to dispute is over"), DISPUTING),
    "dispute_running": (
        Text("申辩期未满且单位未认可，不得认定", "before the time to dispute is over or the unit has accepted"),
        DISPUTING,
    ),
    "graver_than_told": (
        Text(
            "认定不得重于告知单位的；应当加重的，先认定不成立，再填写“原巡查发现”另行登记，由单位重新申辩",
            "not more gravely than the unit was told; reject it and record it anew after it, so that the unit can dispute it",
        ),
        DISPUTING,
    ),
    "already_confirmed": (Text("问题已认定", "it has been confirmed"), SUPERVISION),
    "already_rejected": (Text("问题已认定不成立", "it has been rejected"), SUPERVISION),
    "already_cleared": (Text("问题已核销", "it has been cleared"), SUPERVISION),
    "fix_by_not_ahead": (Text("整改期限须在认定日之后", "the day to fix it by lies ahead"), SUPERVISION),
    "charged_by_missing": (Text("同一原因已扣分的，须写明案卷", "name the case that was charged"), ONCE),
    "charged_by_not_expected": (
        Text("只有同一原因已扣分才填写已扣分案卷", "only what was charged already names the case"),
        ONCE,
    ),
    "not_charged": (
        Text(
            "所填案卷不是该单位的，或未因同一原因扣分（逾期、退回、栏目超期或空白、已认定的同一原因或同一位置的问题）",
            "no charge of the unit stands in that case: a miss, a return, a stale or blank column, a defect of this cause or place",
        ),
        ONCE,
    ),
    "not_confirmed": (Text("问题尚未认定", "it has not been confirmed"), SUPERVISION),
    "already_fixed": (Text("整改已报送，待核销", "the fix has been reported and waits to be checked"), SUPERVISION),
    "not_fixed": (Text("单位尚未报送整改", "the unit has not reported a fix"), SUPERVISION),
    "nothing_quoted": (Text("没有可删除的原文摘录", "nothing is quoted that could be erased"), ERASURE),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("finding", REFUSALS)


def title_of(cause: Cause | None) -> Text | None:
    """The words of a cause, whatever its area."""
    return next((words[cause] for words in CAUSES.values() if cause in words), None) if cause else None


_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")
_HOST = re.compile(r"[^\s/?#@]+[.。．｡][^\s/?#@]+")
"""How an address begins that is typed without its scheme."""
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")


def place_of(article: str | None, page: str | None) -> str:
    """Where it was found: the item, or the page however its address was typed (RFC 3986, 6.2.2 and 6.2.3).

    Scheme, the ports that belong to schemes, fragment and a last slash count nothing; a path is the same in the same case only.
    """
    if article is not None or page is None:
        return article or ""
    scheme = _SCHEME.match(page)
    if scheme is None and not _HOST.match(page):
        return _in_words(page)
    try:
        address = Url(f"https://{page[scheme.end() if scheme else 0 :]}")
    except ValidationError:
        return _in_words(page)
    port = f":{address.port}" if address.port not in (80, 443) else ""
    path = _decoded(address.path or "").rstrip("/")
    query = f"?{_decoded(address.query)}" if address.query else ""
    return f"{(address.host or '').removesuffix('.')}{port}{path}{query}"


def _in_words(page: str) -> str:
    """A place that is no address: an account and a day, say."""
    return " ".join(page.split()).casefold()


def _decoded(part: str) -> str:
    """What need not have been encoded is not; the rest is encoded in capitals."""

    def plain(found: re.Match[str]) -> str:
        char = chr(int(found[0][1:], 16))
        return char if char in _UNRESERVED else found[0].upper()

    return _ENCODED.sub(plain, part)


def former_places(article: str | None, page: str | None) -> frozenset[str]:
    """What the page may have been called while less of how its address was typed was folded: files have their ids of it."""
    if article is not None or page is None:
        return frozenset()
    scheme = _SCHEME.match(page)
    bare = (page[scheme.end() if scheme else 0 :], place_of(None, page))
    return frozenset(_formerly(typed) for one in bare for typed in (one, f"https://{one}"))


def _formerly(page: str) -> str:
    address = urlsplit(page)
    if not address.netloc:
        return _in_words(page)
    query = f"?{address.query}" if address.query else ""
    return f"{address.netloc.casefold()}{address.path.rstrip('/')}{query}"


def file_of(department: str, *what: str) -> str:
    """The id of the one file for a cause: whoever finds it again in the same unit comes to the same file."""
    digest = hashlib.sha256("\n".join((department, *what)).encode()).hexdigest()
    return f"finding-{department}-{digest[:12]}"
