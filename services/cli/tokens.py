"""`gongkai token issue`: a local token, and the post it needs."""

from typing import Any

from services.assessment.department import AssignPost
from services.cli import show
from services.cli.desk import runtime
from shared.domain.directory import ROLES, SYSTEM
from shared.domain.kind import BadField
from shared.domain.localtime import local_date, moment_text
from shared.domain.text import Text
from shared.engine.execute import Asked
from shared.security.identity import read_ttl


async def issue(subject: str, department: str, role: str, ttl: str) -> dict[str, Any]:
    """The token and when it expires; the post is given where the subject has none, and that is said."""
    lifetime = read_ttl(ttl)
    if not subject or any(character.isspace() for character in subject):
        raise BadField("subject", Text("账号不能为空，也不能含空白", "an account has no blanks and is not empty"))
    if role not in ROLES:
        raise BadField(
            "role",
            Text(f"没有岗位“{role}”，现有：{'、'.join(ROLES)}", f"no role {role}; there are: {', '.join(ROLES)}"),
        )
    async with runtime("token issue") as local:
        today = local_date(local.clock())
        unit = local.reference.directory.find(department, today)
        if unit is None:
            raise BadField("department", Text(f"没有这个单位：{department}", f"no such department: {department}"))
        given = (unit.id, role) not in local.reference.directory.actor(subject, today).posts
        if given:
            engine = local.engine("assessment")
            command = AssignPost.model_validate({"subject": subject, "role": role, "since": today})
            command_id = f"token:{subject}:{unit.id}:{role}:{today.isoformat()}"
            await engine.execute(
                engine.kind("department"), f"department-{unit.id}", [Asked(command, SYSTEM, command_id)]
            )
            await local.settle_down()
            show.talk(
                Text(
                    f"已任命 {subject} 为{unit.name_on(today)}的 {role}", f"gave {subject} the post {role} in {unit.id}"
                )
            )
        token, expires = local.tokens.issue(subject, lifetime, local.clock())
        await local.audit.record(SYSTEM, "token_issued", subject, detail={"role": role, "department": unit.id})
        return {
            "token": token,
            "expires": moment_text(expires),
            "subject": subject,
            "department": unit.id,
            "role": role,
            "post_given": given,
        }
