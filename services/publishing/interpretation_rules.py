"""The rules of institution 2 (政策解读) as data: forms, the ten content elements, the limit, the words of every refusal."""

from collections.abc import Mapping
from typing import Final, Literal

from shared.domain.refusals import Refusals
from shared.domain.text import Text

LIMITS: Final[Mapping[str, int]] = {
    # Working days from the issue of the document to its interpretation, published and linked both ways.
    "interpretation.limit": 3,
}
"""County settings of this kind and their defaults; ``Context.settings`` may override each."""

Form = Literal[
    "drafter_article",
    "expert_article",
    "media_article",
    "qa",
    "interview",
    "press_conference",
    "pictures",
    "audio_video",
]
FORMS: Final[Mapping[str, Text]] = {
    "drafter_article": Text("起草人解读文章", "Article by the drafter"),
    "expert_article": Text("专家解读文章", "Article by an expert"),
    "media_article": Text("媒体解读文章", "Article by the media"),
    "qa": Text("政策问答", "Questions and answers"),
    "interview": Text("在线访谈", "Interview"),
    "press_conference": Text("新闻发布会", "Press conference"),
    "pictures": Text("图表图解", "Pictures"),
    "audio_video": Text("音频视频", "Audio and video"),
}

Element = Literal[
    "background",
    "aims",
    "main_content",
    "scope",
    "standards",
    "method",
    "notes",
    "key_terms",
    "benefits",
    "differences",
]
ELEMENTS: Final[Mapping[str, Text]] = {
    "background": Text("背景依据", "Background and basis"),
    "aims": Text("目标任务", "Aims"),
    "main_content": Text("主要内容", "Main content"),
    "scope": Text("涉及范围", "Scope"),
    "standards": Text("执行标准", "Standards"),
    "method": Text("办理方式", "Method"),
    "notes": Text("注意事项", "Notes"),
    "key_terms": Text("关键词诠释", "Key terms"),
    "benefits": Text("惠民利民举措", "Benefits"),
    "differences": Text("新旧政策差异", "Differences from the old policy"),
}

WaiverReason = Literal["not_disclosed", "superior_interprets", "internal_only", "repealed", "other"]
WAIVERS: Final[Mapping[WaiverReason, Text]] = {
    "not_disclosed": Text("公文不公开", "Document not disclosed"),
    "superior_interprets": Text("上级已解读", "Interpreted by the superior"),
    "internal_only": Text("仅涉内部事务", "Internal only"),
    "repealed": Text("公文已废止", "Document repealed"),
    "other": Text("其他", "Other"),
}
MaterialGround = Literal["incomplete", "inaccurate", "copies_document", "unintelligible", "form"]
Missing = Literal["plan", "material", "signature", "publication", "links"]
Direction = Literal["from_document", "to_document", "both"]

INSTITUTION = Text("政策解读制度：谁起草、谁解读", "Rules on interpreting policies: who drafts interprets")
SYNCHRONY = Text(
    "政策解读制度：同步组织、同步审签、同步部署",
    "Rules on interpreting policies: organised, signed and deployed together with the document",
)
CONTENT = Text("政策解读制度：解读内容", "Rules on interpreting policies: content")
FORM = Text("政策解读制度：解读形式", "Rules on interpreting policies: forms")
LIMIT = Text("政策解读制度：解读时限", "Rules on interpreting policies: time limit")
LINKING = Text(
    "政策解读制度：政策文件与解读材料相互链接",
    "Rules on interpreting policies: document and interpretation link to each other",
)
SIGNING = Text(
    "政策解读制度：单位主要负责人为第一解读人",
    "Rules on interpreting policies: the head of the unit answers for the interpretation",
)
CLOCK_TITLE = Text("政策解读发布期限", "Publication of the interpretation")

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "before_previous_step": (
        Text("发生时间早于上一办理环节", "it cannot have happened before the step it follows"),
        INSTITUTION,
    ),
    "no_such_document": (Text("没有这件公文", "there is no such document"), INSTITUTION),
    "already_required": (Text("公文已有解读案卷", "the document has its interpretation already"), INSTITUTION),
    "non_document": (
        Text("简报、统计报表不属于政策解读范围", "bulletins and statistical returns are not interpreted"),
        INSTITUTION,
    ),
    "repealed": (Text("公文已废止，无需解读", "the document has been repealed"), INSTITUTION),
    "waived": (Text("解读已豁免", "the interpretation is waived"), INSTITUTION),
    "already_published": (Text("解读已发布", "the interpretation has been published"), INSTITUTION),
    "already_completed": (Text("解读已办结", "the interpretation is complete"), INSTITUTION),
    "plan_missing": (Text("尚未报送解读方案", "no plan has been filed"), SYNCHRONY),
    "plan_due_before_today": (
        Text("计划发布日期不得早于报送当日", "the planned day is not before the day of the plan"),
        SYNCHRONY,
    ),
    "material_missing": (Text("尚未报送解读材料", "no material has been submitted"), SYNCHRONY),
    "already_signed": (
        Text("解读材料已审签；修改须先退回", "the material is signed; it must be returned to be changed"),
        SIGNING,
    ),
    "not_signed": (Text("解读材料尚未审签", "the material has not been signed yet"), SIGNING),
    "same_person": (Text("起草和审签须由不同的人办理", "drafting and signing are done by different persons"), SIGNING),
    "document_not_issued": (
        Text("公文尚未印发，解读不得先于公文发布", "no interpretation before its document is issued"),
        SYNCHRONY,
    ),
    "document_already_issued": (Text("公文印发已登记", "the issue of the document is known"), LIMIT),
    "issue_after_publication": (
        Text("解读发布早于更正后的印发日期，请核实", "the interpretation was published before that day of issue"),
        LIMIT,
    ),
    "form_not_planned": (
        Text("发布形式须含解读方案所定形式之一", "at least one of the planned forms is published"),
        FORM,
    ),
    "elements_missing": (
        Text(
            "缺少解读要素：{missing}；确不适用的，在“不适用的要素”中说明",
            "elements missing: {missing_en}; name those that do not apply",
        ),
        CONTENT,
    ),
    "element_twice": (Text("同一要素不能既包含又不适用", "an element is either contained or does not apply"), CONTENT),
    "already_linked": (Text("该方向的链接已建立", "this link has been made"), LINKING),
    "not_published": (Text("解读尚未发布", "the interpretation has not been published yet"), LINKING),
    "nothing_missing": (Text("该环节已完成，无需催办", "this step is done; nothing to urge"), SYNCHRONY),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("interpretation", REFUSALS)
