"""The embedded store: one SQLite file, one writer that groups waiting commits, every port of ``shared.storage.port``."""

from pathlib import Path

from shared.storage.port import Stores
from shared.storage.sqlite.cases import SqliteCases
from shared.storage.sqlite.database import Database
from shared.storage.sqlite.facts import SqliteFacts
from shared.storage.sqlite.people import SqliteAudit, SqliteFiles, SqliteVault
from shared.storage.sqlite.progress import SqliteNotes, SqliteNumbers, SqlitePositions

__all__ = ["Database", "open_stores", "stores_on"]


def open_stores(path: Path, *, durable: bool = True) -> tuple[Database, Stores]:
    """Opens (and makes, where needed) the file and all stores in it. Call inside a running loop; close the database.

    ``durable`` False is for files that are thrown away: the disk is not waited for.
    """
    database = Database(path, durable=durable)
    return database, stores_on(database)


def stores_on(database: Database) -> Stores:
    """Every port on an open database."""
    return Stores(
        cases=SqliteCases(database),
        facts=SqliteFacts(database),
        positions=SqlitePositions(database),
        numbers=SqliteNumbers(database),
        vault=SqliteVault(database),
        audit=SqliteAudit(database),
        files=SqliteFiles(database),
        notes=SqliteNotes(database),
    )
