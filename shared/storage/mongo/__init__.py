"""The store of the distributed runtime: MongoDB through motor, every port of ``shared.storage.port``.

Plain commands and unique indexes only; each write is one document, acknowledged by a majority and journalled; reads are
by majority from the primary. Transactions and change streams are not used.
"""

from collections.abc import Mapping

from shared.storage.mongo.cases import MongoCases
from shared.storage.mongo.database import PATIENCE, IndexDiffers, MongoClients, MongoDatabases, Place
from shared.storage.mongo.facts import MongoFacts
from shared.storage.mongo.files import MongoFiles
from shared.storage.mongo.people import MongoAudit, MongoVault
from shared.storage.mongo.progress import MongoNotes, MongoNumbers, MongoPositions
from shared.storage.port import Stores

__all__ = ["IndexDiffers", "MongoClients", "MongoDatabases", "Place", "open_mongo_stores"]


def open_mongo_stores(
    url: str,
    *,
    service: str,
    prefix: str = "gongkai",
    urls: Mapping[Place, str] | None = None,
    clients: MongoClients | None = None,
    patience: float = PATIENCE,
) -> tuple[MongoDatabases, Stores]:
    """All stores of one service. Call inside a running loop; nothing is asked of the server yet; close the databases.

    Cases, facts, positions and notes are in the database ``{prefix}_{service}``; ``{prefix}_vault``, ``_files``,
    ``_audit`` and ``_numbers`` are shared by all services, and ``urls`` may give other addresses, so other credentials,
    for them. ``clients``: those of the process, which closes them then; else new ones with the ``patience`` of
    ``MongoClients``. Raises ``ValueError`` for what is no MongoDB address.
    """
    clients = clients or MongoClients(f"{prefix} {service}", patience)
    databases = MongoDatabases(clients, url, service=service, prefix=prefix, urls=urls or {})
    vault = MongoVault(databases)
    return databases, Stores(
        cases=MongoCases(databases, vault),
        facts=MongoFacts(databases),
        positions=MongoPositions(databases),
        numbers=MongoNumbers(databases),
        vault=vault,
        audit=MongoAudit(databases),
        files=MongoFiles(databases),
        notes=MongoNotes(databases),
    )
