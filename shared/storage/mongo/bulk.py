"""Many inserts in one call, where what is there already stays as it is."""

from collections.abc import Sequence

from pymongo.errors import BulkWriteError

from shared.storage.mongo.database import DUPLICATE, Collection, Document, reaching
from shared.storage.port import StoreAway


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
            raise StoreAway(f"MongoDB: {details['writeConcernErrors'][0].get('errmsg')}") from problem
        return [error["index"] for error in failed]
    return []


def _by_id(error: Document) -> bool:
    return list(error.get("keyPattern", {"_id": 1})) == ["_id"]
