"""Citizens' messages from receipt to reply, written by people of whom some are the same, while others comment."""

from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.messages import message_commands as ask
from services.messages.message import MESSAGE
from services.messages.policies import POLICIES
from shared.domain.directory import PUBLIC, Actor
from shared.domain.kind import Command
from shared.domain.text import Text
from shared.engine.execute import Outcome
from shared.engine.sealing import Sealer
from shared.security.keys import Keys
from shared.security.vault import Vault
from shared.service import Declared
from shared.storage.port import Stores
from tests.simulation.county import County, Sent, Stored
from tests.simulation.fingers import local, nth_workday
from tests.simulation.oracle import live, name

OFFICE = Actor("o1", frozenset({("county-office", "office")}))
CLERK = Actor("u1", frozenset({("d1", "clerk")}))
HEAD = Actor("u2", frozenset({("d1", "head")}))
KEYS = Keys(bytes(range(32)), Ed25519PrivateKey.generate())
IDENTITIES = ("522728199001011234", "522728199001011234", "522728198506152345")
UNCLASSIFIED, ENQUIRY = 7, 3
WAY: tuple[tuple[Actor, Command], ...] = (
    (OFFICE, ask.Accept()),
    (OFFICE, ask.Classify(category="enquiry")),
    (OFFICE, ask.Assign(department="d1")),
    (CLERK, ask.DraftReply(text="已修复")),
    (HEAD, ask.ApproveReply()),
    (HEAD, ask.Reply()),
)


class MessageStory:
    """Each client follows a message of its own up to some step, and comments on everybody's."""

    services: tuple[Declared, ...] = (Declared("messages", Text("政民互动", "Messages"), (MESSAGE,), POLICIES),)

    def __init__(self) -> None:
        self.received: list[str] = []
        self.texts: dict[str, str] = {}

    def sealer(self, stores: Stores) -> Sealer:
        """The real vault on the process's own way to the store."""
        return Vault(stores.vault, KEYS)

    async def client(self, county: County, number: int) -> None:
        """Submits, then goes the way of a message, step by step; the last steps may be entered late."""
        random = county.random
        text = f"路灯不亮，第 {number} 封"
        submit = ask.Submit(
            title="路灯", text=text, name="张三", phone="13800000000", identity=random.choice(IDENTITIES)
        )
        await county.rest(number)
        other = submit.model_copy(update={"text": f"{text}，已等三天", "phone": "13900000000"})
        sent = Sent(f"{number}-submit", PUBLIC, submit, None, county.now, other=other)
        outcome = await county.ask(MESSAGE, sent)
        assert outcome is not None
        assert isinstance(sent.command, ask.Submit)
        case = outcome.case
        self.received.append(case)
        self.texts[case] = sent.command.text
        last = county.now
        for step, (actor, command) in enumerate(WAY[: random.randint(0, len(WAY))]):
            for turn in range(random.choice((0, 0, 1))):
                comment = ask.Comment(text="请尽快")
                on = random.choice(self.received)
                await county.ask(MESSAGE, Sent(f"{number}-{step}-{turn}", OFFICE, comment, on, county.now))
            await county.rest(number)
            back = timedelta(hours=random.choice((0, 0, 5, 40)))
            last = max(last, county.now - back)
            assert await county.ask(MESSAGE, Sent(f"{number}-{step}", actor, command, case, last)) is not None

    def check(self, county: County, stored: Stored) -> None:
        """Every step once, one verdict by hand count, one subject a person, every word readable."""
        vault = Vault(county.store, KEYS)
        writers: dict[str, str] = {}
        for opening in (s for s in county.sent if isinstance(s.command, ask.Submit)):
            assert isinstance(opening.told, Outcome)
            case = opening.told.case
            mine = [s for s in county.sent if s.case == case]
            standing = [name(event) for event in live(stored[case])]
            assert all(s.accepted for s in mine)
            for command, event in (
                (ask.Accept, "MessageAccepted"),
                (ask.Classify, "MessageClassified"),
                (ask.Assign, "MessageAssigned"),
                (ask.DraftReply, "ReplyDrafted"),
                (ask.ApproveReply, "ReplyApproved"),
                (ask.Reply, "ReplySent"),
                (ask.Comment, "CommentReceived"),
            ):
                assert standing.count(event) == sum(isinstance(s.command, command) for s in mine), event
            reminded = [event["data"]["rung"] for event in stored[case] if name(event) == "ReminderSent"]
            assert len(reminded) == len(set(reminded)), "reminded twice"
            assert self._verdicts(stored[case]) == _by_hand(county, opening, mine)
            received = stored[case][0]["data"]
            assert county.see(vault.read([received["text"]])) == {received["text"]: self.texts[case]}
            assert isinstance(opening.command, ask.Submit)
            identity = opening.command.identity or ""
            assert writers.setdefault(identity, received["writer"]) == received["writer"], "one person, two subjects"
        assert sorted(stored) == sorted([*self.received, *(c for c in stored if c.startswith("ledger-"))])

    def _verdicts(self, events: list[dict[str, object]]) -> list[tuple[bool, str]]:
        found = []
        for event in live(events):
            data = event["data"]
            assert isinstance(data, dict)
            if data.get("clock") == "reply" and (
                data["met"] if name(event) == "ReplySent" else name(event) == "ReplyOverdue"
            ):
                found.append((data["met"], data["due"]))
        return found


def _by_hand(county: County, opening: Sent, mine: list[Sent]) -> list[tuple[bool, str]]:
    """The verdict: seven working days until it is classified, then three, but never before the day of classification."""
    start = local(opening.happened)
    classified = _day(mine, ask.Classify)
    replied = _day(mine, ask.Reply)
    due = nth_workday(start, UNCLASSIFIED, county)
    if classified is not None and classified <= due:
        due = nth_workday(start, ENQUIRY, county)
        if start < classified:
            due = max(due, classified)
    if replied is not None and replied <= due:
        return [(True, due.isoformat())]
    return [(False, due.isoformat())] if local(county.now) > due else []


def _day(mine: list[Sent], command: type[Command]) -> date | None:
    moments: list[datetime] = [s.happened for s in mine if isinstance(s.command, command)]
    return local(moments[0]) if moments else None
