"""The sample register in a real database, calls to link, and folders of CSV files to import."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fixtures_database import PostgresServer
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.identity import new_call_id
from ledger_link.importing.folder import import_folder
from ledger_link.importing.report import ImportReport
from ledger_link.importing.schemas import FILES
from ledger_link.tables.persons import PersonRow
from storage.database.calls import CallRow
from storage.database.engine import Database, open_database
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

SAMPLE_REGISTER = Path(__file__).parent.parent / "sample_register"
REGISTER_KEYS = KeyRing({1: bytes(range(32))})
"""The keys with which the tests' registers are sealed."""
NOON = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


def no_progress(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def import_into(database: Database, folder: Path) -> ImportReport:
    with database.begin() as session:
        return import_folder(session, folder, vault=FieldVault(REGISTER_KEYS), progress=no_progress)


@pytest.fixture(scope="session")
def registered_sqlite(migrated_sqlite: Path) -> Path:
    """A migrated file with the sample register in it, to copy: an import for every test would take minutes."""
    path = migrated_sqlite.with_name("registered.sqlite")
    shutil.copyfile(migrated_sqlite, path)
    path.chmod(0o600)
    _import_once(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def registered_postgresql(postgres_server: PostgresServer, migrated_postgresql: str) -> str:
    """The name of a migrated database with the sample register in it, to copy."""
    name = postgres_server.create(template=migrated_postgresql)
    _import_once(postgres_server.url(name))
    return name


def _import_once(url: str) -> None:
    database = open_database(url)
    import_into(database, SAMPLE_REGISTER)
    database.dispose()


@pytest.fixture
def register(database: Database) -> Database:
    """The sample register, in both databases: whoever asks for this gets it in ``database`` (fixtures_database)."""
    return database


def contents(database: Database) -> dict[str, list[str]]:
    """Give everything in the register, file by file, to compare."""
    with database.read() as session:
        return {schema.file: sorted(str(row) for row in session.execute(select(schema.table))) for schema in FILES}


def add_call(session: Session, caller: str | None, *, at: datetime = NOON, withheld: bool = False) -> CallRow:
    call = CallRow(
        id=new_call_id(),
        sip_call_id="a@b",
        direction="inbound",
        service_number="+358102001000",
        service_name="Asiakaspalvelu",
        caller_e164=caller,
        caller_raw=caller or "anonymous",
        caller_display_name="",
        caller_withheld=withheld,
        started_at=at,
        ended_at=at,
        state="not_recorded",
        reason="no_answer",
        worker="w1",
        archived_at=at,
    )
    session.add(call)
    session.flush()
    return call


def person_id(session: Session, person_no: str) -> int:
    return session.scalars(select(PersonRow.id).where(PersonRow.person_no == person_no)).one()


FolderMaker = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> FolderMaker:
    """Write a folder of files: ``make_folder(persons="person_no,...\\n...")``; bytes are written as they are."""
    made = 0

    def make(**files: str | bytes) -> Path:
        nonlocal made
        made += 1
        folder = tmp_path / f"register-{made}"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return make
