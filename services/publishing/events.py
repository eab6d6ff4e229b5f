"""What several kinds of this service leave: guidance given to a unit, and words that were erased."""

from types import MappingProxyType
from typing import Literal

from shared.domain.kind import Event, attribute, event
from shared.domain.text import Text

GuidanceForm = Literal["on_site", "phone", "written", "training"]

GUIDANCE = Text(
    "《政府信息公开条例》第三条：政府信息公开工作主管部门推进、指导、协调、监督",
    "Regulations on Open Government Information, Art. 3: the competent department guides and supervises",
)
KEPT_AS_LONG_AS_NEEDED = Text(
    "《档案法》；《个人信息保护法》第四十七条；《保守国家秘密法》",
    "Archives Law; Personal Information Protection Law, Art. 47; Law on Guarding State Secrets",
)


@event("GuidanceGiven", Text("业务指导", "Guidance given"), basis=GUIDANCE)
class GuidanceGiven(Event):
    """业务指导: what a unit was told, and how."""

    form: GuidanceForm = attribute(Text("指导方式", "Form"), scored=True)
    guidance: str = attribute(Text("指导内容", "Guidance"))


@event("SubjectErased", Text("内容删除", "Content erased"), basis=KEPT_AS_LONG_AS_NEEDED, version=2)
class SubjectErased(Event):
    """内容删除: a key goes, and with it every word sealed under it (涉密内容、已销毁案卷、摘录中的个人信息)."""

    # The first version knew the keys of whole files only.
    event_upcasts = MappingProxyType({1: dict})
    subject: str = attribute(Text("密钥", "Key"))
    ground: Literal["state_secret", "destroyed", "personal_data"] = attribute(Text("情形", "Ground"), scored=True)
