"""The databases on MongoDB: clients, collections, indexes, and which of the driver's errors mean what."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    InvalidName,
    InvalidOperation,
    InvalidURI,
    OperationFailure,
    WriteConcernError,
)

from shared.domain.text import Text
from shared.storage.port import StoreAway, StoreRefused

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Place: TypeAlias = Literal["vault", "files", "audit", "numbers"]

ANSWER_WITHIN_MS = 30_000
MAJORITY_WITHIN_MS = 10_000
PATIENCE = 4.0
DUPLICATE = 11000
TOO_LARGE = frozenset({10334, 17419, 17420})
INDEX_DIFFERS = frozenset({85, 86})
SIGN_IN_REFUSED, RIGHT_REFUSED = 18, 13
SIGN_IN_REFUSED_BEFORE = re.compile(r"""["']code["']: 18\b""")
# Not primary, shutting down, no majority, interrupted, disk full: another attempt may succeed.
AWAY = frozenset({6, 7, 50, 64, 89, 91, 100, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031})
UP, DOWN = ASCENDING, DESCENDING
ADDRESS = re.compile(r"([\w.\-\[\]]+:\d+): ")
ON_DATABASE = re.compile(r"not authorized (?:on|for \S+ on) ([\w-]+)")


class IndexDiffers(Exception):
    """An index of ours is there with other options; somebody must drop it first."""


class MongoClients:
    """A process's connections: one client for each address, whichever databases are asked through it.

    ``name`` is what the server is told of the process; ``patience`` the seconds within which a server must be found
    before a call raises ``StoreAway``. Make it inside a running loop, and close it.
    """

    def __init__(self, name: str, patience: float = PATIENCE) -> None:
        self._name, self._patience = name, patience
        self._clients: dict[str, Client] = {}

    def at(self, url: str) -> Client:
        """The client for an address; nothing is asked of the server yet. Raises ``ValueError`` for what is no address."""
        if url not in self._clients:
            try:
                self._clients[url] = AsyncIOMotorClient(
                    url,
                    io_loop=asyncio.get_running_loop(),
                    appname=self._name,
                    w="majority",
                    journal=True,
                    wTimeoutMS=MAJORITY_WITHIN_MS,
                    readConcernLevel="majority",
                    readPreference="primary",
                    serverSelectionTimeoutMS=int(self._patience * 1000),
                    connectTimeoutMS=int(self._patience * 1000),
                    socketTimeoutMS=ANSWER_WITHIN_MS,
                )
            except (InvalidURI, InvalidName, ConfigurationError, ValueError) as problem:
                raise ValueError(f"not a MongoDB address: {problem}") from problem
        return self._clients[url]

    async def ping(self) -> None:
        """Returns when every server answers. Raises ``StoreAway``."""
        with reaching():
            for client in self._clients.values():
                await client.admin.command("ping")

    async def close(self) -> None:
        """Lets go of all connections. Beside the loop, since the driver waits for its threads."""
        for client in self._clients.values():
            await asyncio.to_thread(client.close)


class MongoDatabases:
    """One service's databases. Each attribute is a collection."""

    def __init__(
        self, clients: MongoClients, url: str, *, service: str, prefix: str, urls: Mapping[Place, str]
    ) -> None:
        self._clients = clients
        own = clients.at(url)[f"{prefix}_{service}"]
        shared = {place: clients.at(urls.get(place, url))[f"{prefix}_{place}"] for place in PLACES}
        self.cases: Collection = own["cases"]
        self.facts: Collection = own["facts"]
        self.generations: Collection = own["generations"]
        self.positions: Collection = own["positions"]
        self.parked: Collection = own["parked"]
        self.notes: Collection = own["notes"]
        self.subjects: Collection = shared["vault"]["subjects"]
        self.values: Collection = shared["vault"]["values"]
        self.files: Collection = shared["files"]["files"]
        self.parts: Collection = shared["files"]["parts"]
        self.audit: Collection = shared["audit"]["entries"]
        self.numbers: Collection = shared["numbers"]["numbers"]

    async def ping(self) -> None:
        """Returns when every server answers. Raises ``StoreAway``."""
        await self._clients.ping()

    async def ensure_indexes(self) -> None:
        """Makes the indexes that are missing; to be run before the first write, again at will.

        The unique ones are what keeps a repeated command, number or person from becoming two. Raises ``IndexDiffers``.
        """
        for name, indexes in INDEXES.items():
            collection: Collection = getattr(self, name)
            try:
                with reaching():
                    await collection.create_indexes(indexes)
            except OperationFailure as problem:
                if problem.code in INDEX_DIFFERS:
                    raise IndexDiffers(f"{collection.full_name}: {problem}") from problem
                raise
        await self.index_facts(await self.live_facts())

    async def live_facts(self) -> Collection:
        """The collection of facts that is live: ``facts``, or the one that a rebuild has switched to."""
        with reaching():
            noted = await self.generations.find_one({"_id": "facts"})
        return self.facts.database[noted["live"]] if noted and noted.get("live") else self.facts

    async def index_facts(self, facts: Collection) -> None:
        """The indexes of a collection of facts."""
        with reaching():
            await facts.create_indexes(INDEXES["facts"])

    async def drop(self) -> None:
        """Drops every database, the shared ones with them: for tests and a restore into an empty system."""
        with reaching():
            for name in ("cases", "subjects", "files", "audit", "numbers"):
                collection: Collection = getattr(self, name)
                await collection.database.client.drop_database(collection.database.name)

    async def close(self) -> None:
        """Lets go of all connections of the clients that these databases are asked through."""
        await self._clients.close()


@contextmanager
def reaching() -> Iterator[None]:
    """Turns what the network, a missing majority, a full disk or refused credentials raise into ``StoreAway``
    (``StoreRefused``); the rest goes through."""
    try:
        yield
    except ConnectionFailure as problem:
        # A server that refused the sign-in counts as unknown to the driver, which then waits for another in vain.
        if SIGN_IN_REFUSED_BEFORE.search(str(problem)):
            raise StoreRefused(SIGN_IN) from problem
        raise StoreAway(unanswered(problem)) from problem
    except OperationFailure as problem:
        if problem.code == SIGN_IN_REFUSED:
            raise StoreRefused(SIGN_IN) from problem
        if problem.code == RIGHT_REFUSED:
            raise StoreRefused(right_refused(problem)) from problem
        if problem.code in AWAY or isinstance(problem, (ExecutionTimeout, WriteConcernError)):
            raise StoreAway(answered(problem.code, problem.details)) from problem
        raise
    except InvalidOperation as problem:
        if "after close" in str(problem):
            raise StoreAway(Text("连接已关闭", "the connection is closed")) from problem
        raise


SIGN_IN = Text(
    "MongoDB 拒绝登录：用户名或密码不对，请核对 GONGKAI_MONGO_FILE（或 GONGKAI_MONGO）中的地址",
    "MongoDB refuses the sign-in: user or password is wrong; check the address in GONGKAI_MONGO_FILE (or GONGKAI_MONGO)",
)


def unanswered(problem: Exception) -> Text:
    """Which servers do not answer; the driver's words describe its topology too."""
    named = ", ".join(dict.fromkeys(ADDRESS.findall(str(problem))))
    return Text(f"MongoDB {named} 没有应答".replace("  ", " "), f"MongoDB {named} does not answer".replace("  ", " "))


def right_refused(problem: OperationFailure) -> Text:
    """Which database is not ours to use, as far as the server says it. Its words quote the command, which is not told."""
    said = str((problem.details or {}).get("errmsg", ""))
    named = ON_DATABASE.search(said)
    zh, en = (f"数据库 {named[1]}", f"the database {named[1]}") if named else ("所需的数据库", "a database it needs")
    return Text(
        f"MongoDB 拒绝使用{zh}：登录用户没有权限，请授予读写权限，或核对 GONGKAI_MONGO_FILE（或 GONGKAI_MONGO）中的用户",
        f"MongoDB refuses the use of {en}: the user has no right to it; grant reading and writing, or check the user in "
        "GONGKAI_MONGO_FILE (or GONGKAI_MONGO)",
    )


def answered(code: int | None, details: Mapping[str, Any] | None) -> Text:
    """An error by its number and name in the protocol."""
    name = (details or {}).get("codeName")
    told = f"{code} {name}" if name else f"{code}"
    return Text(f"MongoDB 返回错误 {told}", f"MongoDB answered with error {told}")


PLACES: tuple[Place, ...] = ("vault", "files", "audit", "numbers")
INDEXES: dict[str, list[IndexModel]] = {
    "cases": [
        IndexModel([("commands.id", UP)], name="command", unique=True, sparse=True),
        IndexModel(
            [("service", UP), ("updated", UP), ("_id", UP)], name="unsent", partialFilterExpression={"unsent": True}
        ),
        IndexModel([("service", UP), ("next_due", UP), ("_id", UP)], name="next_due"),
        IndexModel([("service", UP), ("calendar", UP), ("_id", UP)], name="calendar"),
        IndexModel([("service", UP), ("due", UP)], name="open", partialFilterExpression={"open": True}),
        IndexModel([("parent", UP)], name="parent", partialFilterExpression={"parent": {"$type": "string"}}),
        IndexModel([("service", UP), ("kind", UP), ("by_received", UP), ("_id", UP)], name="by_received"),
        IndexModel([("service", UP), ("kind", UP), ("by_due", UP), ("_id", UP)], name="by_due"),
        IndexModel([("service", UP), ("kind", UP), ("updated", UP), ("_id", UP)], name="by_updated"),
    ],
    "facts": [
        IndexModel([("type", UP), ("happened", UP)], name="type"),
        IndexModel([("voids", UP)], name="voids", sparse=True),
        IndexModel([("clocked", UP)], name="clocked", sparse=True),
        IndexModel([("provisional", UP)], name="provisional", sparse=True),
    ],
    "subjects": [IndexModel([("lookup", UP)], name="lookup", unique=True, sparse=True)],
    "values": [IndexModel([("subject", UP)], name="subject")],
    "parts": [IndexModel([("upload", UP), ("part", UP)], name="part", unique=True)],
    "numbers": [
        IndexModel([("series", UP), ("year", UP), ("number", UP)], name="number", unique=True),
        IndexModel([("series", UP), ("year", UP), ("command", UP)], name="command", unique=True),
    ],
}
