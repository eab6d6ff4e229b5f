"""`gongkai republish`, `parked`, `rebuild`, `backup`, `restore`: what they open and how their documents look in a terminal."""

from typing import Any

from services.cli import options, show
from services.cli.desk import runtime
from shared.domain.text import Text


async def republished(log_was_reset: bool) -> dict[str, Any]:
    """`gongkai republish`."""
    from services.operations.republish import republish

    async with runtime("republish", seed=False, follow=False) as opened:
        return await republish(opened, show.talk, log_was_reset=log_was_reset)


def republish_table(content: show.Document) -> None:
    """What was sent, and what is read anew."""
    say = options.current.say
    show.grid(
        say(Text("重新发送", "Sent again")),
        [say(Text("服务", "Service")), say(Text("案卷", "Case files"))],
        [[one["service"], one["cases"]] for one in content["services"]],
        right=(1,),
    )
    anew = content["read_anew"]
    told = Text(
        f"发送事件 {content['sent']} 条；从头重读 {len(anew)} 处；清除旧搁置 {len(content['parked_dropped'])} 条",
        f"{content['sent']} events sent; {len(anew)} places read anew; {len(content['parked_dropped'])} parked entries dropped",
    )
    show.console().print(say(told), markup=False)
    for one in content["parked_dropped"]:
        show.console().print(f"  {one['consumer']} {one['event'] or one['offset']}: {one['reason']}", markup=False)
