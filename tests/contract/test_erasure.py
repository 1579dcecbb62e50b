"""An erased call is gone: rows, objects, keys, the store's deleted space, the spool, and from every backup."""

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_database import import_every_model
from fixtures_rights import MORNING, HandClock
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from calls.errors import IntegrityError
from privacy.retention.call_traces import naming_tables
from privacy.retention.deletion_state import Because, State
from privacy.retention.doubts import HaltKind
from privacy.retention.guard import Guard
from privacy.retention.proof_check import check_erased
from privacy.retention.proofs import proofs
from privacy.retention.retention_rows import CallDeletionRow, DeletionProofRow, HoldRow
from privacy.retention.run import Retention
from privacy.retention.shredder import SPACE_AFTER, Shredder, reclaim_restored
from privacy.retention.step import Step
from storage.archive.archive import Archive
from storage.check.check import check
from storage.check.finding import Level
from storage.database.calls import CallRow, GarbageRow, RecordingRow
from storage.database.engine import Database, open_database
from storage.objects.file_store import FileStore
from storage.objects.s3_store import S3Store
from storage.objects.store import ObjectStore
from storage.recordings import open_recording
from storage.s3server.server import EmbeddedServer
from storage.s3server.shell import give_back_space, run
from storage.spool.spool import Spool
from storage.vault.call_shares import CallShares
from storage.vault.key_ring import KeyRing

MakeArchive = Callable[[Database, ObjectStore], Archive]


class Killed(BaseException):
    """The process ends here."""


def schedule(database: Database, *call_ids: str, clock: HandClock) -> None:
    """Put calls on their way out, due now."""
    with database.begin() as session:
        for call_id in call_ids:
            session.add(
                CallDeletionRow(
                    call_id=call_id,
                    state=State.SCHEDULED,
                    because=Because.POLICY,
                    policy="verify 24 months",
                    scheduled_at=clock.now(),
                    scheduled_by="system:retention",
                    shred_from=clock.now(),
                )
            )


def state_of(database: Database, call_id: str) -> str:
    with database.read() as session:
        return session.get_one(CallDeletionRow, call_id).state


def recording_of(database: Database, call_id: str) -> RecordingRow:
    with database.read() as session:
        return session.get_one(RecordingRow, call_id)


def whole(row: RecordingRow, *, objects: ObjectStore, keys: KeyRing) -> bool:
    """Tell whether a recording is heard, every byte of it."""
    recording = open_recording(row, objects=objects, keys=keys)
    return hashlib.sha256(recording.read(0, recording.size_bytes)).hexdigest() == row.sha256


@dataclass
class Kept:
    """Calls that are kept in plain files or on the S3 server, and what erases them."""

    shredder: Shredder
    archive: MakeArchive
    calls: CallMaker
    clock: HandClock
    folder: Path

    @property
    def database(self) -> Database:
        return self.shredder.database

    def keep(self, *call_ids: str) -> None:
        """Archive what is on the spool."""
        assert self.archive(self.database, self.shredder.objects).run_once() == len(call_ids)

    def schedule(self, *call_ids: str) -> None:
        schedule(self.database, *call_ids, clock=self.clock)

    def erase(self) -> int:
        """Run it twice, with the time between that the store needs; give how many calls are gone for good."""
        self.shredder.run()
        self.clock.advance(seconds=SPACE_AFTER.total_seconds())
        return self.shredder.run()

    def findings(self) -> list[str]:
        part = self.shredder
        report = check(database=part.database, objects=part.objects, keys=part.keys, spool=part.spool, level=Level.HASH)
        check_erased(report, database=part.database, objects=part.objects, keys=part.keys)
        return [finding.what for finding in report.findings]

    def calls_left(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(CallRow.id)))


@pytest.fixture
def shredder(
    file_store: FileStore, keys: KeyRing, spool: Spool, hand_clock: HandClock
) -> Callable[[Database], Shredder]:
    def make(database: Database) -> Shredder:
        return Shredder(
            database=database,
            objects=file_store,
            keys=keys,
            spool=spool,
            clock=hand_clock,
            give_back_space=lambda: None,
        )

    return make


@pytest.fixture
def make_kept(
    shredder: Callable[[Database], Shredder],
    make_archive: MakeArchive,
    call_maker: CallMaker,
    hand_clock: HandClock,
    tmp_path: Path,
) -> Callable[[Database], Kept]:
    return lambda database: Kept(shredder(database), make_archive, call_maker, hand_clock, tmp_path)


@pytest.fixture
def kept(database: Database, make_kept: Callable[[Database], Kept]) -> Kept:
    """On each of the two databases."""
    return make_kept(database)


@pytest.fixture
def kept_in_sqlite(sqlite_database: Database, make_kept: Callable[[Database], Kept]) -> Kept:
    return make_kept(sqlite_database)


def files_with(folder: Path, data: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and data in path.read_bytes()]


def test_nothing_of_an_erased_call_is_left_on_the_s3_server(
    kept: Kept, s3_store: S3Store, s3_server: EmbeddedServer
) -> None:
    vacuum = partial(give_back_space, s3_server.ports, s3_server.folders)
    kept.shredder = replace(kept.shredder, objects=s3_store, give_back_space=vacuum)
    doomed, staying = kept.calls.recorded().call_id, kept.calls.recorded(seconds=2).call_id
    kept.keep(doomed, staying)
    row, other = recording_of(kept.database, doomed), recording_of(kept.database, staying)
    sealed, sealed_other = s3_store.read(row.object_key, 5000, 64), s3_store.read(other.object_key, 5000, 64)
    data = s3_server.folders.data
    assert files_with(data, sealed)
    kept.schedule(doomed)
    assert kept.shredder.run() == 0
    assert [item.key for item in s3_store.all("calls/")] == sorted([other.object_key, other.peaks_key])
    kept.clock.advance(seconds=SPACE_AFTER.total_seconds())
    assert kept.shredder.run() == 1
    # the store hands a deletion to its volumes by itself, some seconds later: what SPACE_AFTER is for
    deadline = time.monotonic() + 30
    while files_with(data, sealed):
        assert time.monotonic() < deadline, "the store's deleted space still holds the call"
        time.sleep(0.2)
        vacuum()
    assert files_with(data, sealed_other)
    assert whole(other, objects=s3_store, keys=kept.shredder.keys)
    assert kept.findings() == []
    assert kept.calls_left() == [staying]


def test_every_version_goes_where_a_bucket_keeps_versions(
    s3_store: S3Store, s3_server: EmbeddedServer, tmp_path: Path
) -> None:
    server = s3_server
    source = tmp_path / "object"
    run(server.ports, server.folders, "s3.bucket.versioning -name=tallenne-test -enable")
    try:
        for data in (b"first", b"second"):
            source.write_bytes(data)
            s3_store.put("calls/versions", source, sha256=hashlib.sha256(data).hexdigest())
        s3_store.put("calls/versions-of-another", source, sha256=hashlib.sha256(b"second").hexdigest())
        assert len(s3_store._versions("calls/versions")) == 2
        s3_store.delete("calls/versions")
        assert s3_store._versions("calls/versions") == []
        assert s3_store.find("calls/versions-of-another") is not None
        s3_store.delete("calls/versions-of-another")
    finally:
        run(server.ports, server.folders, "s3.bucket.versioning -name=tallenne-test -suspend")


def test_yesterdays_backup_gives_no_erased_call_back(kept_in_sqlite: Kept, tmp_path: Path) -> None:
    """Database, objects and key-encryption keys of yesterday together: heard before the erasure, never after it."""
    kept = kept_in_sqlite
    doomed, staying = kept.calls.recorded().call_id, kept.calls.recorded().call_id
    kept.keep(doomed, staying)
    backup = tmp_path / "backup"
    shutil.copytree(tmp_path / "objects", backup / "objects")
    shutil.copytree(tmp_path / "keys", backup / "keys", ignore=shutil.ignore_patterns("shares"))
    with closing(sqlite3.connect(tmp_path / "tallenne.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(backup / "tallenne.sqlite"),))
    live = CallShares(tmp_path / "keys" / "shares")

    restored = open_database(f"sqlite:///{backup / 'tallenne.sqlite'}")
    objects = FileStore(backup / "objects")
    objects.prepare()
    keys = KeyRing.load(backup / "keys", shares=live)
    assert whole(recording_of(restored, doomed), objects=objects, keys=keys)

    kept.schedule(doomed)
    assert kept.erase() == 1

    for shares in (live, CallShares(backup / "no-shares-at-all")):
        ring = KeyRing.load(backup / "keys", shares=shares)
        with pytest.raises(IntegrityError):
            whole(recording_of(restored, doomed), objects=objects, keys=ring)
    assert whole(recording_of(restored, staying), objects=objects, keys=keys)

    # and what the backup brought back goes again by itself: it is known as erased by the shares
    kept.shredder = replace(kept.shredder, database=restored, objects=objects, keys=keys)
    with restored.begin() as session:
        assert reclaim_restored(session, [call for call, _ in live.erased()], clock=kept.clock) == 1
    assert kept.erase() == 1
    assert kept.calls_left() == [staying]
    with restored.read() as session:
        assert [proof.because for proof in proofs(session)] == [Because.RESTORED]
    assert len(list(objects.all("calls/"))) == 2
    restored.dispose()


@pytest.mark.parametrize("dies_after", list(Step))
def test_killed_after_any_step_it_goes_on(kept: Kept, dies_after: Step) -> None:
    doomed = [kept.calls.recorded().call_id, kept.calls.recorded().call_id, kept.calls.abandoned().call_id]
    staying = kept.calls.recorded().call_id
    kept.keep(*doomed, staying)
    kept.schedule(*doomed)
    whole_run = kept.shredder

    def die(step: Step, _call_id: str) -> None:
        if step is dies_after:
            raise Killed

    kept.shredder = replace(whole_run, after=die)
    with pytest.raises(Killed):
        kept.erase()
    kept.shredder = whole_run
    kept.clock.advance(minutes=1)
    kept.erase()
    assert kept.calls_left() == [staying]
    with kept.database.read() as session:
        assert sorted(proof.subject for proof in proofs(session)) == sorted(doomed)
        assert session.scalars(select(GarbageRow)).all() == []
    assert {state_of(kept.database, call_id) for call_id in doomed} == {State.DONE}
    assert len(list(whole_run.objects.all("calls/"))) == 2
    assert kept.findings() == []


def test_a_hold_beats_everything(kept: Kept) -> None:
    held, free = kept.calls.recorded().call_id, kept.calls.recorded().call_id
    kept.keep(held, free)
    kept.schedule(held, free)
    hold = HoldRow(call_id=held, reason="lawsuit", review_on=MORNING.date(), put_by="liisa", put_at=kept.clock.now())
    with kept.database.begin() as session:
        session.add(hold)
    kept.clock.advance(days=4000)
    assert kept.erase() == 1
    assert (state_of(kept.database, held), state_of(kept.database, free)) == (State.SCHEDULED, State.DONE)
    assert whole(recording_of(kept.database, held), objects=kept.shredder.objects, keys=kept.shredder.keys)


def test_an_erased_call_is_not_archived_again(kept: Kept, tmp_path: Path) -> None:
    """A spool from before the erasure is put back: its entry goes, and no row comes of it."""
    spool = kept.shredder.spool
    call_id = kept.calls.recorded().call_id
    shutil.copytree(spool.committed / call_id, tmp_path / "old-entry")
    kept.keep(call_id)
    shutil.copytree(tmp_path / "old-entry", spool.quarantine / call_id)
    kept.schedule(call_id)
    assert kept.erase() == 1
    assert list(spool.quarantine.iterdir()) == []
    shutil.copytree(tmp_path / "old-entry", spool.committed / call_id)
    kept.keep(call_id)
    assert list(spool.committed.iterdir()) == []
    assert kept.calls_left() == []
    assert list(kept.shredder.objects.all("")) == []


def test_an_erased_call_that_is_put_back_into_quarantine_goes_again(kept_in_sqlite: Kept, tmp_path: Path) -> None:
    """Its recordings lie open there, and no row leads to them."""
    kept, spool = kept_in_sqlite, kept_in_sqlite.shredder.spool
    call_id, other = kept.calls.recorded().call_id, kept.calls.recorded().call_id
    shutil.copytree(spool.committed / call_id, tmp_path / "old-entry")
    shutil.copytree(spool.committed / other, spool.quarantine / other)
    kept.keep(call_id, other)
    kept.schedule(call_id)
    assert kept.erase() == 1
    shutil.copytree(tmp_path / "old-entry", spool.quarantine / call_id)
    retention = Retention(shredder=kept.shredder, services={}, folder=tmp_path, clock=kept.clock)
    assert retention.run_once().restored == 1
    assert spool.quarantined() == [other]
    assert retention.run_once().restored == 0


def test_an_erased_call_that_came_back_goes_again_while_the_clock_is_doubted(
    kept_in_sqlite: Kept, tmp_path: Path
) -> None:
    """A backup of long ago is a clock that leapt: what was erased stays erased all the same."""
    kept, spool = kept_in_sqlite, kept_in_sqlite.shredder.spool
    call_id = kept.calls.recorded().call_id
    shutil.copytree(spool.committed / call_id, tmp_path / "old-entry")
    kept.keep(call_id)
    guard = Guard(database=kept.database, clock=kept.clock, most_days_away=7, most_percent_a_day=10)
    retention = Retention(shredder=kept.shredder, services={}, folder=tmp_path, clock=kept.clock, guard=guard)
    retention.run_once()
    with closing(sqlite3.connect(tmp_path / "backup.sqlite")) as backup:
        source = kept.database.engine.raw_connection()
        source.driver_connection.backup(backup)  # type: ignore[union-attr]
        kept.schedule(call_id)
        assert kept.erase() == 1
        backup.backup(source.driver_connection)  # type: ignore[arg-type]
        source.close()
    kept.clock.advance(days=30)
    report = retention.run_once()
    assert (report.halted, report.restored) == (frozenset({HaltKind.CLOCK}), 1)
    assert kept.calls_left() == []


def test_no_byte_of_its_rows_stays_in_the_sqlite_files(kept_in_sqlite: Kept, tmp_path: Path) -> None:
    kept = kept_in_sqlite
    call_id = kept.calls.recorded().call_id
    kept.keep(call_id)
    with kept.database.read() as session:
        call = session.get_one(CallRow, call_id)
        secrets = [call.caller_raw.encode(), (call.caller_e164 or "").encode()]
    secrets.append(recording_of(kept.database, call_id).wrapped_key)
    kept.schedule(call_id)
    assert kept.erase() == 1
    for secret in secrets:
        assert secret
        for name in ("tallenne.sqlite", "tallenne.sqlite-wal"):
            assert secret not in (tmp_path / name).read_bytes(), (name, secret)


def test_the_check_names_what_came_back(kept_in_sqlite: Kept, tmp_path: Path) -> None:
    kept = kept_in_sqlite
    call_id = kept.calls.recorded().call_id
    kept.keep(call_id)
    row = recording_of(kept.database, call_id)
    shares = tmp_path / "keys" / "shares" / "call-shares.sqlite"
    for path in (tmp_path / "objects" / row.object_key, shares):
        shutil.copy(path, tmp_path / path.name)
    kept.schedule(call_id)
    assert kept.erase() == 1
    assert kept.findings() == []
    shutil.copy(tmp_path / Path(row.object_key).name, tmp_path / "objects" / row.object_key)
    shutil.copy(tmp_path / shares.name, shares)
    assert kept.findings() == [
        "no row owns this object: its row was deleted, or somebody else put it",
        "the call is erased, and its share is not: the shares came back with a backup",
        "the object of an erased call is here again; no key opens it: delete it from the store",
    ]


def test_nobody_changes_a_proof(kept: Kept) -> None:
    kept.schedule("0199a1b2-0000-7000-8000-000000000001")  # of which nothing is there any more
    assert kept.erase() == 1
    statements = ["UPDATE deletion_proofs SET because = 'x'", "DELETE FROM deletion_proofs"]
    if kept.database.engine.dialect.name == "postgresql":
        statements.append("TRUNCATE deletion_proofs")
    else:
        statements.append("INSERT OR REPLACE INTO deletion_proofs SELECT * FROM deletion_proofs")
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), kept.database.begin() as session:
            session.execute(text(statement))
    with kept.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DeletionProofRow)) == 1


def test_every_table_that_names_a_call_is_thought_of() -> None:
    import_every_model()
    assert [name for name, fate in naming_tables().items() if fate == "?"] == []
