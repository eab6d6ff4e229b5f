"""The rules of the annual report (政府信息公开工作年度报告) as data: its heads, when it is due, the words of every refusal."""

from collections.abc import Mapping
from typing import Final

from services.assessment.annual_report import Scope
from shared.domain.refusals import Refusals
from shared.domain.text import Text

LIMITS: Final[Mapping[str, str]] = {
    # Month and day of the year after, by which the report is published.
    "annual_report.department": "01-31",
    "annual_report.county": "03-31",
    "annual_report.county_name": "罗甸县",
}
"""County settings of this kind and their defaults; ``Context.settings`` may override each."""

SECTIONS: Final[Mapping[str, Text]] = {
    "overview": Text("总体情况", "Overview"),
    "problems": Text("存在的主要问题及改进情况", "Main problems and improvements"),
    "other": Text("其他需要报告的事项", "Other matters"),
}
"""The heads that are written and not counted: 一, 五, 六."""

SCOPES: Final[Mapping[Scope, Text]] = {
    "department": Text("单位年度报告", "A department's report"),
    "county": Text("县级年度报告", "The county's report"),
}
DUTY: Final[Mapping[Scope, Text]] = {
    "department": Text(
        "《政府信息公开条例》第四十九条（每年1月31日前）",
        "Regulations on Open Government Information, Art. 49 (by 31 January)",
    ),
    "county": Text(
        "《政府信息公开条例》第四十九条（每年3月31日前）",
        "Regulations on Open Government Information, Art. 49 (by 31 March)",
    ),
}
CONTENT = Text("《政府信息公开条例》第五十条", "Regulations on Open Government Information, Art. 50")
FORM = Text(
    "国办公开办函〔2021〕30号（年度报告格式）",
    "Letter 30 (2021) of the State Council's openness office (form of the annual report)",
)
PRIVACY = Text(
    "《政府信息公开条例》第十五条；《个人信息保护法》第二十五条",
    "Regulations on Open Government Information, Art. 15; Personal Information Protection Law, Art. 25",
)
CLOCK_TITLE = Text("年度报告公布期限", "Publication of the annual report")

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "no_such_unit": (Text("没有这个单位", "there is no such unit"), CONTENT),
    "not_your_unit": (Text("只能编制本单位的年度报告", "only one's own unit's report"), CONTENT),
    "not_the_county_office": (
        Text("县级年度报告由县政府办公室编制", "the county's report is made by the county office"),
        DUTY["county"],
    ),
    "year_not_begun": (Text("该年度尚未开始", "that year has not begun"), CONTENT),
    "year_not_over": (
        Text("{year} 年尚未结束，年度报告在年末之后定稿", "{year} is not over; its report is frozen after its end"),
        FORM,
    ),
    "nothing_entered": (Text("没有填报任何数据", "no figure was given"), FORM),
    "county_sums_units": (
        Text(
            "县级年度报告的数据由各单位填报后汇总，不在此填报",
            "the county's figures are the sum of what the units enter; nothing is entered here",
        ),
        FORM,
    ),
    "nothing_written": (Text("没有填写任何一部分", "no section was given"), CONTENT),
    "personal_data": (
        Text(
            "“{section}”含有{what}；报告公开发布，不得含个人信息，请删去后重写",
            "“{section}” contains: {what}; the report is public, write it without personal data",
        ),
        PRIVACY,
    ),
    "not_backdated": (
        Text("定稿即时生效，不得补记", "a report is frozen now, never with an earlier date"),
        FORM,
    ),
    "facts_behind": (
        Text(
            "还有 {behind} 项已登记的事项尚未计入，请稍候再定稿",
            "{behind} entries are not counted yet; wait a moment before freezing",
        ),
        FORM,
    ),
    "not_frozen": (Text("年度报告尚未定稿", "the report has not been frozen"), FORM),
    "before_frozen": (
        Text(
            "公布时间早于第 {edition} 次定稿的时间，那时还没有这份定稿",
            "edition {edition} was not frozen yet at that time; it cannot have been published",
        ),
        FORM,
    ),
    "published_already": (Text("第 {edition} 次定稿已公布", "edition {edition} is published already"), FORM),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("annual_report", REFUSALS)
