"""Many documents at once: inserts where what is there already stays as it is, and a walk over all of a collection."""

from collections.abc import AsyncIterator, Sequence

from pymongo.errors import BulkWriteError

from shared.storage.mongo.database import DUPLICATE, UP, Collection, Document, answered, reaching
from shared.storage.port import StoreAway

WALKED_AT_ONCE = 1000


async def walked(
    collection: Collection,
    where: Document | None = None,
    shown: Document | None = None,
    *,
    after: str | int = "",
    at_once: int = WALKED_AT_ONCE,
) -> AsyncIterator[Document]:
    """Every document of the filter by its ``_id`` above ``after``, ``at_once`` asked for at a time; of each what is ``shown`` (all).

    Raises ``StoreAway``.
    """
    while True:
        with reaching():
            cursor = collection.find({"_id": {"$gt": after}, **(where or {})}, shown).sort("_id", UP).limit(at_once)
            found = await cursor.to_list(None)
        for document in found:
            after = document["_id"]
            yield document
        if len(found) < at_once:
            return


async def insert_new(collection: Collection, documents: Sequence[Document]) -> list[int]:
    """Inserts what is new by ``_id``; the places of those whose ``_id`` was known. Raises ``StoreAway``."""
    try:
        with reaching():
            await collection.insert_many(documents, ordered=False)
    except BulkWriteError as problem:
        details = problem.details or {}
        failed = details.get("writeErrors", [])
        if any(error["code"] != DUPLICATE or not _by_id(error) for error in failed):
            raise
        if details.get("writeConcernErrors"):
            refused = details["writeConcernErrors"][0]
            raise StoreAway(answered(refused.get("code"), refused)) from problem
        return [error["index"] for error in failed]
    return []


def _by_id(error: Document) -> bool:
    return list(error.get("keyPattern", {"_id": 1})) == ["_id"]
