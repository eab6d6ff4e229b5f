"""Attachments on MongoDB: the body beside its name, or in parts where it would not fit into one document."""

from collections.abc import AsyncIterator

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from shared.storage.mongo.database import UP, Document, MongoDatabases, reaching
from shared.storage.port import StoredFile

PART = 8 << 20


class MongoFiles:
    """``FileStore`` on two collections.

    Parts are written before the document that names them, under an id of this writing alone, so a file is there whole or
    not at all, and two that store it at once do not mix. Killed between: parts that nothing names.
    """

    def __init__(self, databases: MongoDatabases) -> None:
        self._files, self._parts = databases.files, databases.parts

    async def keep(
        self, sha256: str, name: str, media_type: str, size: int, sealed_ref: str | None, body: bytes
    ) -> None:
        document: Document = {
            "_id": sha256, "name": name, "media_type": media_type, "size": size, "sealed_ref": sealed_ref,
        }  # fmt: skip
        upload = None
        with reaching():
            if await self._files.find_one({"_id": sha256}, {"_id": 1}) is not None:
                return
            if len(body) <= PART:
                document["body"] = body
            else:
                document["upload"] = upload = ObjectId()
                for part, start in enumerate(range(0, len(body), PART)):
                    await self._parts.insert_one({"upload": upload, "part": part, "body": body[start : start + PART]})
            try:
                await self._files.insert_one(document)
            except DuplicateKeyError:
                kept = await self._files.find_one({"_id": sha256}, {"upload": 1})
                if upload is not None and (kept is None or kept.get("upload") != upload):
                    await self._parts.delete_many({"upload": upload})

    async def fetch(self, sha256: str) -> tuple[str, str, str | None, bytes] | None:
        kept = await self._stored(sha256)
        return (kept.name, kept.media_type, kept.sealed_ref, kept.body) if kept else None

    async def export_files(self) -> AsyncIterator[StoredFile]:
        with reaching():
            ids = await self._files.find({}, {"_id": 1}).sort("_id", UP).to_list(None)
        for document in ids:
            kept = await self._stored(document["_id"])
            if kept is not None:
                yield kept

    async def _stored(self, sha256: str) -> StoredFile | None:
        with reaching():
            found = await self._files.find_one({"_id": sha256})
            if found is None:
                return None
            body = found.get("body")
            if body is None:
                parts = await self._parts.find({"upload": found["upload"]}).sort("part", UP).to_list(None)
                body = b"".join(part["body"] for part in parts)
        return StoredFile(sha256, found["name"], found["media_type"], found["size"], found["sealed_ref"], body)
