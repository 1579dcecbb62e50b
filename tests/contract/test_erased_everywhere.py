"""An erased call is searched for everywhere: pages, interface, objects, keys, search, spool, files and backups.

The whole way is real: the archive took the call from the spool, the S3 server keeps it, the viewer shows it, people
listened, wrote notes and linked it; then its time is over.
"""

import shutil
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_rights import ALL_CALLS, Office
from fixtures_web import SECRET_KEY, SERVICES, Viewer
from sqlalchemy import inspect, text

from calls.errors import IntegrityError, NotFoundError
from ledger_link.linking.link_decisions import decide
from ledger_link.linking.linker import link_call
from privacy.retention.period import Period, Unit
from privacy.retention.policies import make_policy
from privacy.retention.proofs import proofs
from privacy.retention.run import Retention
from privacy.retention.shredder import Shredder
from rights.access.tasks import Task
from rights.audit.trail import Action, rows_of_call
from rights.listening.stating import begin_listening
from storage.archive.archive import Archive
from storage.check.check import check
from storage.check.finding import Level
from storage.database.calls import CallRow, RecordingRow
from storage.database.engine import Database, open_database
from storage.objects.file_store import FileStore
from storage.objects.s3_store import S3Store
from storage.recordings import open_recording
from storage.s3server.server import EmbeddedServer
from storage.s3server.shell import give_back_space
from storage.vault.key_ring import KeyRing
from web.app import create_app
from web.settings import WebSettings

STAYING = {"audit", "listenings", "call_deletions", "deletion_proofs"}
"""Tables that go on naming it by its id (privacy.retention.call_traces)."""


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: the deletion itself is tested on both (test_erasure.py)."""
    return sqlite_database


class World:
    """A house with one call that goes and one that stays, and somebody who sees everything."""

    def __init__(
        self, office: Office, *, store: S3Store, server: EmbeddedServer, keys: KeyRing, calls: CallMaker
    ) -> None:
        self.office, self.store, self.server, self.keys, self.calls = office, store, server, keys, calls
        self.database = office.database
        self.person = office.add_person("Aino", "Virtanen", "+358401000001")
        self.doomed = calls.recorded().call_id
        self.staying = calls.recorded(seconds=2).call_id
        archive = Archive(
            spool=calls.spool,
            database=office.database,
            objects=store,
            keys=keys,
            clock=office.clock,
            link=partial(link_call, clock=office.clock),
        )
        assert archive.run_once() == 2
        shredder = Shredder(
            database=office.database,
            objects=store,
            keys=keys,
            spool=calls.spool,
            clock=office.clock,
            give_back_space=self.vacuum,
        )
        services = dict.fromkeys(SERVICES, ("verify",))
        self.retention = Retention(shredder=shredder, services=services, folder=calls.spool.folder, clock=office.clock)
        app = create_app(
            settings=WebSettings(),
            database=office.database,
            objects=store,
            keys=keys,
            clock=office.clock,
            secret_key=SECRET_KEY,
            services=SERVICES,
        )
        self.viewer = Viewer(app=app, office=office, objects=FileStore(calls.spool.folder), keys=keys, folder=Path())
        tasks = (*ALL_CALLS, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER, Task.MANAGE_RETENTION)
        self.seer = self.viewer.browser("tiina", *tasks)
        self.addresses = [
            f"/calls/{self.doomed}",
            f"/api/calls/{self.doomed}",
            f"/calls/{self.doomed}/listeners",
            f"/api/calls/{self.doomed}/peaks",
        ]

    def vacuum(self) -> None:
        give_back_space(self.server.ports, self.server.folders)

    def recording(self) -> RecordingRow:
        with self.database.read() as session:
            return session.get_one(RecordingRow, self.doomed)

    def use(self) -> None:
        """Listen to the call, and decide whose it is."""
        actor = self.office.actor(self.seer.account_id)
        begin_listening(self.database, actor, self.doomed, purpose="verify", clock=self.office.clock)
        with self.database.begin() as session:
            decide(session, self.doomed, [self.person], decided_by="tiina", clock=self.office.clock)

    def back_up(self, backup: Path, database_file: Path, keys: Path) -> None:
        """Copy database, objects and key-encryption keys, as a nightly backup does; not the shares."""
        backup.mkdir()
        with closing(sqlite3.connect(database_file)) as connection:
            connection.execute("VACUUM INTO ?", (str(backup / "tallenne.sqlite"),))
        row = self.recording()
        for key, size in ((row.object_key, row.object_size_bytes), (row.peaks_key, row.peaks_size_bytes)):
            (backup / "objects" / key).parent.mkdir(parents=True, exist_ok=True)
            (backup / "objects" / key).write_bytes(self.store.read(key, 0, size))
        shutil.copytree(keys, backup / "keys", ignore=shutil.ignore_patterns("shares"))

    def let_time_pass(self) -> None:
        """Let the call's period end; it is scheduled, seen for two weeks, erased. The other call was later."""
        office = self.office
        with self.database.begin() as session:
            make_policy(
                session,
                service=None,
                purpose="verify",
                period=Period(30, Unit.DAYS),
                reason="x",
                by=office.actor(self.seer.account_id),
                clock=office.clock,
            )
            session.get_one(CallRow, self.staying).ended_at += timedelta(days=3000)
            ended = session.get_one(CallRow, self.doomed).ended_at
        office.clock.moment = ended + timedelta(days=60)
        assert self.retention.run_once().scheduled == 1
        self.viewer.log_in(self.seer)
        assert self.doomed in self.seer.get("/privacy/retention/").text
        office.clock.advance(days=14)
        self.retention.run_once()
        office.clock.advance(minutes=1)
        assert self.retention.run_once().erased == 1
        self.viewer.log_in(self.seer)

    def require_on_no_page(self) -> None:
        for address in self.addresses:
            assert self.seer.get(address).status_code == HTTPStatus.NOT_FOUND, address
        found = self.seer.post("/calls/search", {"number": "0401000001"}, follow_redirects=True)
        for answer in (self.seer.get("/calls"), found, self.seer.get(f"/register/persons/{self.person}")):
            assert answer.status_code == HTTPStatus.OK, answer.request.path
            assert self.doomed not in answer.text
        actor = self.office.actor(self.seer.account_id)
        with pytest.raises(NotFoundError):
            begin_listening(self.database, actor, self.doomed, purpose="verify", clock=self.office.clock)

    def require_in_no_table(self) -> None:
        with self.database.read() as session:
            for table in inspect(self.database.engine).get_table_names():
                rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 (names of our own)
                assert table in STAYING or self.doomed not in str(rows), table

    def require_whole_story(self, sha256: str) -> None:
        """See that what stays agrees: the proof, the audit, the check."""
        with self.database.read() as session:
            (proof,) = proofs(session, subject=self.doomed)
            actions = [audited.action for audited in rows_of_call(session, self.doomed)]
        assert proof.hashes["flac"] == sha256
        assert Action.LISTENING_BEGUN in actions
        assert Action.CALL_ERASED in actions
        report = check(
            database=self.database, objects=self.store, keys=self.keys, spool=self.calls.spool, level=Level.PRESENCE
        )
        assert [finding.name for finding in report.findings] == [self.staying]  # whose end this test moved


@pytest.fixture
def world(office: Office, s3_store: S3Store, s3_server: EmbeddedServer, keys: KeyRing, call_maker: CallMaker) -> World:
    return World(office, store=s3_store, server=s3_server, keys=keys, calls=call_maker)


def files_with(folder: Path, *wanted: bytes) -> list[str]:
    """Name the files in which anything of it stands, below a folder or in one file."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return [f"{path.name}: {data!r}" for path in files for data in wanted if data in path.read_bytes()]


def test_an_erased_call_is_gone(world: World, tmp_path: Path) -> None:
    # 1. It is there: on pages, in the store, in the key store, and in yesterday's backup
    for address in world.addresses:
        assert world.seer.get(address).status_code == HTTPStatus.OK, address
    world.use()
    row = world.recording()
    share = world.keys.shares.give(world.doomed)
    secrets = (
        share,
        row.wrapped_key,
        world.store.read(row.object_key, 4000, 64),
        world.store.read(row.peaks_key, 30, 64),
    )
    backup = tmp_path / "backup"
    world.back_up(backup, tmp_path / "tallenne.sqlite", tmp_path / "keys")
    ours = [path for path in tmp_path.iterdir() if path != backup]
    assert len({found for path in ours for found in files_with(path, *secrets)}) >= 2
    assert files_with(world.server.folders.data, *secrets)

    # 2. Its time is over
    world.let_time_pass()

    # 3. Pages, interface, search, tables
    world.require_on_no_page()
    world.require_in_no_table()

    # 4. Objects, the store's deleted space, the spool, the key store, the database's files
    assert [world.store.find(key) for key in (row.object_key, row.peaks_key)] == [None, None]
    deadline = time.monotonic() + 30
    while files_with(world.server.folders.data, *secrets):
        assert time.monotonic() < deadline, "the store's deleted space still holds the call"
        time.sleep(0.2)
        world.vacuum()
    assert [found for path in ours for found in files_with(path, *secrets)] == []
    assert [path for path in (tmp_path / "spool").rglob("*") if world.doomed in path.name] == []
    world.require_whole_story(row.sha256)

    # 5. Yesterday's backup of database, objects and key-encryption keys, with the shares as they are, or without
    restored = open_database(f"sqlite:///{backup / 'tallenne.sqlite'}")
    with restored.read() as session:
        old = session.get_one(RecordingRow, world.doomed)
    for shares in (world.keys.shares, None):
        with pytest.raises(IntegrityError):
            open_recording(
                old, objects=FileStore(backup / "objects"), keys=KeyRing.load(backup / "keys", shares=shares)
            )
    restored.dispose()
