"""The rules of institution 1 (信息发布) as data: review stages, limits, results, the words of every refusal."""

from collections.abc import Mapping
from typing import Final, Literal

from shared.domain.classified import BASIS as CLASSIFIED
from shared.domain.classified import MARKED
from shared.domain.refusals import Refusals
from shared.domain.text import Text

Stage = Literal["first", "second", "third", "secrecy", "leader_in_charge", "chief_leader"]
SecrecyResult = Literal["open", "open_after_treatment", "not_open", "refer"]
Determination = Literal["open", "open_after_treatment", "not_open"]
NotOpenGround = Literal[
    "state_secret",
    "forbidden_by_law",
    "three_securities",
    "third_party",
    "internal_affairs",
    "process_information",
    "enforcement_file",
    "special_access",
]
Sensitivity = Literal["sensitive", "major_emergency"]
Retention = Literal["10y", "30y", "permanent"]

STAGES: Final[Mapping[Stage, Text]] = {
    "first": Text("一审", "First review"),
    "second": Text("二审", "Second review"),
    "third": Text("三审", "Third review"),
    "secrecy": Text("保密审查", "Secrecy review"),
    "leader_in_charge": Text("分管县领导审批", "County leader in charge"),
    "chief_leader": Text("县政府主要领导审批", "Chief leader of the county government"),
}
"""Every stage of the chain, in the order in which they follow each other."""
STAGE_DATES: Final[Mapping[Stage, Text]] = {
    "first": Text("一审日期", "First review on"),
    "second": Text("二审日期", "Second review on"),
    "third": Text("三审日期", "Third review on"),
    "secrecy": Text("保密审查日期", "Secrecy review on"),
    "leader_in_charge": Text("分管县领导审批日期", "County leader in charge on"),
    "chief_leader": Text("县政府主要领导审批日期", "Chief leader on"),
}
SECRECY_RESULTS: Final[Mapping[Determination, Text]] = {
    "open": Text("可公开", "Open"),
    "open_after_treatment": Text("处理后公开", "Open after treatment"),
    "not_open": Text("不公开", "Not open"),
}
"""What a secrecy review comes to in the end."""
SENSITIVITIES: Final[Mapping[Sensitivity, Text]] = {
    "sensitive": Text("敏感信息", "Sensitive"),
    "major_emergency": Text("重大突发", "Major emergency"),
}
NOT_OPEN_GROUNDS: Final[Mapping[NotOpenGround, Text]] = {
    "state_secret": Text("国家秘密", "State secret"),
    "forbidden_by_law": Text("法律、行政法规禁止公开", "Forbidden by law"),
    "three_securities": Text("危及三安全一稳定", "Endangers security or stability"),
    "third_party": Text("商业秘密、个人隐私", "A third party's secret or privacy"),
    "internal_affairs": Text("内部事务信息", "Internal affairs"),
    "process_information": Text("过程性信息", "Process information"),
    "enforcement_file": Text("行政执法案卷信息", "Enforcement file"),
    "special_access": Text("另有查询办法", "Special access regime"),
}
RETENTIONS: Final[Mapping[Retention, Text]] = {
    "10y": Text("10年", "10 years"),
    "30y": Text("30年", "30 years"),
    "permanent": Text("永久", "Permanent"),
}
ORDINARY: Final[tuple[Stage, ...]] = ("first", "second", "third", "secrecy")
LEADERS: Final[Mapping[Stage, str]] = {"leader_in_charge": "leader", "chief_leader": "chief_leader"}
"""The stages of county leaders, each with the post that passes it."""

LIMITS: Final[Mapping[str, int]] = {
    # Working days to publication, counted from the day after the information was made or changed.
    "article.publish": 20,
    # Whether drafting, each stage and the release are each done by another person (1: yes).
    "article.different_persons": 1,
}
"""County settings of this kind and their defaults; ``Context.settings`` may override each."""
WATCHED_WORDS: Final = "article.watched_words"
DEAD_LINKS: Final = "article.dead_links"
"""Settings with the county's own lists: words that a reviewer must look at, addresses that are known to be dead."""
RETENTION_YEARS: Final[Mapping[Retention, int]] = {"10y": 10, "30y": 30}

INSTITUTION = Text("政务公开信息发布制度", "Rules on the publication of government information")
REVIEW = Text(
    "政务公开信息发布制度：先审核、后发布，三审三校，谁发布、谁负责",
    "Rules on publication: review first, three reviews, whoever publishes is responsible",
)
SECRECY = Text(
    "《保守国家秘密法》第三十五条、《政府信息公开条例》第十七条：先审查、后公开，逐项审查",
    "Law on Guarding State Secrets, Art. 35; Regulation on the Disclosure of Government Information, Art. 17",
)
SENSITIVE = Text(
    "政务公开信息发布制度：重大突发、敏感信息经分管县领导、县政府主要领导审批",
    "Rules on publication: emergencies and sensitive items go to the county leader in charge, then to the chief leader",
)
RELEASE = Text("政务公开信息发布制度：县政府办核发", "Rules on publication: release by the county office")
TIMELINESS = Text(
    "《政府信息公开条例》第二十六条：自形成或者变更之日起20个工作日内公开",
    "Regulation on the Disclosure of Government Information, Art. 26: within 20 working days of creation or change",
)
DATES = Text(
    "国办秘函〔2019〕19号：伪造发文日期一票否决",
    "Letter 19 (2019) of the State Council Office: a forged publication date is vetoed",
)
MONITORING = Text(
    "政务公开信息发布制度：内容监测，《个人信息保护法》第四条",
    "Rules on publication: content monitoring; Personal Information Protection Law, Art. 4",
)
ACCURACY = Text(
    "《政府信息公开条例》第六条：及时、准确公开",
    "Regulation on the Disclosure of Government Information, Art. 6: in time and accurate",
)
ARCHIVES = Text(
    "政务公开信息发布制度：审核登记表由专人保管，借阅、销毁按档案管理规定办理",
    "Rules on publication: the register has a named custodian; lending and destruction follow the archive rules",
)

PUBLISH = "publish"
PUBLISH_TITLE = Text("信息公开期限", "Publication")

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "classified": (MARKED, CLASSIFIED),
    "not_your_department": (
        Text("只能为本单位拟稿", "a draft is entered for one's own unit only"),
        INSTITUTION,
    ),
    "which_department": (Text("请填写发布单位", "name the publishing unit"), INSTITUTION),
    "department_closed": (
        Text("单位“{name}”在当日不存在或已撤并", "the unit {name} did not exist on that day"),
        INSTITUTION,
    ),
    "started_already": (
        Text("该案卷已有公开信息在办或已发布", "an item of that case is under way or published already"),
        INSTITUTION,
    ),
    "created_ahead": (
        Text("形成或变更日期不得晚于拟稿日", "it cannot have been made or changed after the day of the draft"),
        TIMELINESS,
    ),
    "before_previous_step": (
        Text("发生时间早于上一办理环节", "it cannot have happened before the step it follows"),
        REVIEW,
    ),
    "not_drafting": (
        Text("信息已送审，须先退回修改", "the item is in review; it must be sent back to be changed"),
        REVIEW,
    ),
    "nothing_revised": (Text("没有填写要修改的内容", "nothing to revise was given"), REVIEW),
    "text_missing": (Text("送审前须有正文", "there must be a text before review"), REVIEW),
    "column_missing": (Text("送审前须确定栏目", "the column must be chosen before review"), INSTITUTION),
    "no_such_column": (Text("没有这个栏目", "there is no such column"), INSTITUTION),
    "column_closed": (Text("该栏目已关闭，请另选栏目", "the column is closed; choose another"), INSTITUTION),
    "column_not_open_yet": (
        Text("该栏目当时尚未开设，请填当时的栏目", "the column was not open yet then; name the one that was"),
        INSTITUTION,
    ),
    "live_already": (
        Text(
            "信息已发布，所依据的公文不再主动公开或转化已作废：请核实后撤下",
            "the item is live while what it came from is no longer active or was undone: check it and withdraw it",
        ),
        ACCURACY,
    ),
    "not_in_review": (Text("信息不在审核环节", "the item is not in review"), REVIEW),
    "other_stage": (
        Text("现在应当{stage}，不得越级", "the stage now is: {stage}; none is passed over"),
        REVIEW,
    ),
    "secrecy_by_its_own_command": (
        Text("保密审查请用“保密审查”登记结果", "the secrecy review records its result with its own command"),
        SECRECY,
    ),
    "not_your_stage": (
        Text("您的岗位不能办理“{stage}”", "your post does not entitle you to this stage: {stage}"),
        REVIEW,
    ),
    "same_person": (
        Text(
            "拟稿、各级审核和核发须由不同的人办理",
            "drafting, every review and the release are done by different persons",
        ),
        REVIEW,
    ),
    "warnings_unanswered": (
        Text(
            "内容监测有提示（{found}），请逐项说明处理意见",
            "content monitoring warns ({found}); say how each was dealt with",
        ),
        MONITORING,
    ),
    "no_warnings": (Text("没有待答复的监测提示", "no warning is waiting for an answer"), MONITORING),
    "not_secrecy_stage": (Text("现在不是保密审查环节", "the item is not at its secrecy review"), SECRECY),
    "ground_missing": (
        Text("不公开须填写法定理由", "withholding needs its legal ground"),
        SECRECY,
    ),
    "ground_not_expected": (
        Text("只有不公开才填写不公开理由", "only withholding has a ground"),
        SECRECY,
    ),
    "treatment_missing": (
        Text(
            "处理后公开须写明应作何处理，其他结果不填",
            "say what must be treated before it is opened; other results name no treatment",
        ),
        SECRECY,
    ),
    "referral_missing": (
        Text(
            "报请确定须填写报请的机关，其他结果不填",
            "name the authority that is to determine it; other results name none",
        ),
        SECRECY,
    ),
    "not_referred": (Text("没有报请确定的事项", "nothing was referred for determination"), SECRECY),
    "no_treatment_due": (Text("没有要求作处理", "no treatment was asked for"), SECRECY),
    "withheld": (Text("已确定不予公开", "it was decided not to disclose it"), SECRECY),
    "already_flagged": (Text("已标为敏感或重大突发", "it is flagged as sensitive already"), SENSITIVE),
    "not_ready_for_release": (
        Text("尚缺“{stage}”，不得核发", "not to be released: this stage is missing: {stage}"),
        RELEASE,
    ),
    "already_released": (Text("已核发待发", "it is released already"), RELEASE),
    "not_returnable": (Text("现在没有可退回的信息", "there is nothing to return now"), RELEASE),
    "not_released": (
        Text(
            "未经全部审核和县政府办核发，不得发布", "not published without every stage and the county office's release"
        ),
        REVIEW,
    ),
    "already_published": (Text("信息已发布", "the item is published"), INSTITUTION),
    "correction_waiting": (
        Text("有更正待保密审查，须先核准或退回", "a correction waits for its review; approve or reject it first"),
        SECRECY,
    ),
    "no_correction": (Text("没有待审查的更正", "no correction waits for its review"), SECRECY),
    "own_correction": (
        Text("更正须由提出人以外的人审查", "a correction is reviewed by somebody else than who gave it"),
        REVIEW,
    ),
    "not_published": (Text("信息尚未发布", "the item is not published"), INSTITUTION),
    "claimed_earlier": (
        Text(
            "页面标注的发布时间早于登记时间，须写明原因",
            "the publication time shown is earlier than the time of recording; give the reason",
        ),
        DATES,
    ),
    "claimed_ahead": (
        Text("页面标注的发布时间不得晚于现在", "the publication time shown cannot be later than now"),
        DATES,
    ),
    "withdrawn": (Text("信息已撤下", "the item was withdrawn"), INSTITUTION),
    "dropped": (Text("信息已终止办理", "the item was dropped"), INSTITUTION),
    "not_ended": (
        Text(
            "信息尚在办理，发布、撤下、确定不公开或终止办理后方可归档",
            "archived only when published, withdrawn, withheld or dropped",
        ),
        ARCHIVES,
    ),
    "archived": (Text("已归档", "it is archived"), ARCHIVES),
    "not_archived": (Text("尚未归档", "it is not archived"), ARCHIVES),
    "destroyed": (Text("案卷已销毁", "the record was destroyed"), ARCHIVES),
    "filed_already": (Text("已备案", "it is filed already"), ARCHIVES),
    "lent": (Text("案卷已借出，须先归还", "the record is lent; it must come back first"), ARCHIVES),
    "not_lent": (Text("案卷未借出", "the record is not lent"), ARCHIVES),
    "loan_too_short": (Text("归还期限不得早于借出日", "it cannot be due back before it is lent"), ARCHIVES),
    "permanent": (Text("永久保管的案卷不得销毁", "what is kept permanently is never destroyed"), ARCHIVES),
    "retention_running": (
        Text("保管期限至{until}，期满前不得销毁", "kept until {until}; not destroyed before that has passed"),
        ARCHIVES,
    ),
    "destruction_approved_already": (Text("销毁已批准", "the destruction is approved already"), ARCHIVES),
    "destruction_not_approved": (Text("销毁须先经批准", "destruction needs approval first"), ARCHIVES),
    "two_persons": (
        Text(
            "销毁须由两人办理，且均不得为批准人；监销人须为本单位或县政府办在岗人员",
            "two persons destroy, neither of whom approved it; the witness holds a post in the unit or the county office",
        ),
        ARCHIVES,
    ),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("article", REFUSALS)
