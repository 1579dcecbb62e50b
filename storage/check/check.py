"""The check as a whole: the store is listed, the rows are walked, the spool is looked at."""

from collections.abc import Callable, Iterator

from sqlalchemy import func, select

from storage.archive.attempt import OBJECTS_PREFIX
from storage.check.finding import Invariant, Kind, Level, Report
from storage.check.key_tally import KeyTally
from storage.check.recordings import check_call
from storage.database.calls import CallRow, GarbageRow, RecordingRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

CALLS_A_PAGE = 200
Progress = Callable[[int, int], None]


def check(
    *,
    database: Database,
    objects: ObjectStore,
    keys: KeyRing,
    spool: Spool,
    level: Level,
    progress: Progress | None = None,
) -> Report:
    """Prove the invariants on everything that is kept; calls may be archived meanwhile.

    1. List the objects. 2. Walk the calls. 3. Find the owner of every listed object: an object was announced before
    it was put, so what was listed in 1 has a row in 3. 4. Look at the spool. ``progress`` is told calls done and
    calls in all. Raise UnavailableError where database or store is away.
    """
    report, tally = Report(level=level), KeyTally()
    stored = {item.key: item.size_bytes for item in objects.all(OBJECTS_PREFIX)}
    report.objects = len(stored)
    total = _count_calls(database)
    for call in _calls(database):
        check_call(call, report, stored=stored, objects=objects, keys=keys, tally=tally)
        if progress:
            progress(report.calls, total)
    tally.conclude(report)
    _check_owners(stored, report, database=database)
    _check_spool(spool, report)
    return report


def _count_calls(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(CallRow)) or 0


def _calls(database: Database) -> Iterator[CallRow]:
    """Walk all calls by id, in pages, so that no transaction stays open while objects are read."""
    after = ""
    while True:
        with database.read() as session:
            statement = select(CallRow).where(CallRow.id > after).order_by(CallRow.id).limit(CALLS_A_PAGE)
            page = session.scalars(statement).all()
        if not page:
            return
        yield from page
        after = page[-1].id


def _check_owners(stored: dict[str, int], report: Report, *, database: Database) -> None:
    with database.read() as session:
        recorded = {
            key for row in session.execute(select(RecordingRow.object_key, RecordingRow.peaks_key)) for key in row
        }
        garbage = set(session.scalars(select(GarbageRow.object_key)))
    report.garbage = len(garbage)
    for key in sorted(stored.keys() - recorded - garbage):
        what = "no row owns this object: its row was deleted, or somebody else put it"
        report.add(Kind.OBJECT, key, Invariant.NOTHING_LEAVES_BEFORE_ITS_ROW, what)
    for key in sorted(recorded & garbage):
        report.add(Kind.ROW, key, Invariant.AUDIO_HAS_ONE_PLACE, "a recording's object is also garbage")


def _check_spool(spool: Spool, report: Report) -> None:
    opened = {path.name for path in spool.open_folders()}
    committed = {entry.call_id for entry in spool.committed_entries()}
    quarantined = set(spool.quarantined())
    report.open, report.waiting, report.quarantined = len(opened), len(committed), sorted(quarantined)
    for name in sorted((opened & committed) | (opened & quarantined) | (committed & quarantined)):
        report.add(Kind.ENTRY, name, Invariant.AUDIO_HAS_ONE_PLACE, "the call is in two places of the spool")
