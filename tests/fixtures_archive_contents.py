"""What an archive leaves in its spool, its database and its store; and a store that is away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from sqlalchemy import select

from calls.clock import SystemClock
from calls.errors import UnavailableError
from storage.archive.archive import Archive
from storage.database.calls import CallRow, GarbageRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.spool.spool import Spool

MakeArchive = Callable[[Database, ObjectStore], Archive]
CLOCK = SystemClock()


def rows_of(database: Database) -> list[CallRow]:
    with database.read() as session:
        return list(session.scalars(select(CallRow).order_by(CallRow.id)))


def garbage_of(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(GarbageRow.object_key)))


def committed(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.committed.iterdir())


def quarantined(spool: Spool) -> dict[str, str]:
    return {path.name: (path / "reason.txt").read_text() for path in spool.quarantine.iterdir()}


@pytest.fixture
def archive_of_files(sqlite_database: Database, file_store: FileStore, make_archive: MakeArchive) -> Archive:
    return make_archive(sqlite_database, file_store)


class AwayStore(FileStore):
    """A store that is away as often as it is told, before or after the bytes got there."""

    away: int = 0
    loses_answers: int = 0

    def put(self, key: str, source: Path, *, sha256: str) -> None:
        if self.away:
            self.away -= 1
            raise UnavailableError(what="away")
        super().put(key, source, sha256=sha256)
        if self.loses_answers:
            self.loses_answers -= 1
            raise UnavailableError(what="the answer was lost")


@pytest.fixture
def unfinished(database: Database, tmp_path: Path, make_archive: MakeArchive, call_maker: CallMaker) -> AwayStore:
    """A store with the first object of an attempt that got no further."""
    store = AwayStore(tmp_path / "objects")
    store.prepare()
    store.loses_answers = 1
    call_maker.recorded()
    with pytest.raises(UnavailableError):
        make_archive(database, store).run_once()
    return store
