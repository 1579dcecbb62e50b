"""Files that are known to be in the register whole: passed over without reading a row, and only when that is right.

Each test compares with the same import by rows, which ``without_marks`` brings about.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fixtures_register import REGISTER_KEYS, SAMPLE_REGISTER, FolderMaker, contents, import_into, no_progress
from sqlalchemy import delete, select, text, update

from calls.errors import UnavailableError
from ledger_link.importing.file_reading import ReadFile
from ledger_link.importing.folder import import_folder, import_read
from ledger_link.importing.folder_reading import read_folder
from ledger_link.importing.mapping import Mapping, load_mapping
from ledger_link.importing.marks import ImportMarkRow, begin_marks, marks
from ledger_link.importing.problem import BadRegisterError
from ledger_link.importing.report import FileCounts, ImportReport
from ledger_link.importing.schemas import FILES
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.reminders import ReminderRow
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

REMINDERS = "reminder_no,lease_no,level,sent_on,due_on,amount\n"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose rows were read."""
    names: list[str] = []

    def note(read: ReadFile, *arguments: object) -> None:
        names.append(read.given.schema.file)
        original(read, *arguments)

    original: Callable[..., None] = vars(__import__("ledger_link.importing.file_reading", fromlist=["_read"]))["_read"]
    monkeypatch.setattr("ledger_link.importing.file_reading._read", note)
    return names


def run(
    database: Database,
    folder: Path,
    *,
    mapping: Mapping | None = None,
    keys: KeyRing = REGISTER_KEYS,
    delete_missing: bool = False,
    between: Sequence[str] = (),
    keep: bool = True,
) -> ImportReport:
    """Import as the command does: marks begun, files read and rows written in three transactions."""
    with database.begin() as session:
        begin_marks(session)
    with database.read() as session:
        read = read_folder(
            session,
            folder,
            vault=FieldVault(keys),
            progress=no_progress,
            mapping=mapping,
            delete_missing=delete_missing,
        )
    for statement in between:
        with database.begin() as session:
            session.execute(text(statement))
    with database.begin() as session:
        report = import_read(session, read, progress=no_progress)
        if not keep:
            session.rollback()
    return report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE_REGISTER, tmp_path / "folder"))


def test_no_row_of_an_unchanged_folder_is_read(database: Database, folder: Path, seen: list[str]) -> None:
    first = run(database, folder)
    assert len(seen) == len(first.files)
    seen.clear()
    before = contents(database)
    again = run(database, folder)
    assert seen == []
    assert again.files == {file: FileCounts(0, 0, counts.added) for file, counts in first.files.items()}
    assert contents(database) == before
    assert run(database, folder, delete_missing=True).files == again.files
    assert seen == []


def test_only_what_changed_is_read(database: Database, folder: Path, seen: list[str]) -> None:
    run(database, folder)
    seen.clear()
    leases = folder / "leases.csv"
    leases.write_text(leases.read_text().replace("V-1001,T-01-A1,2019-03-01,", "V-1001,T-01-A1,2019-03-01,2030-12-31"))
    report = run(database, folder)
    assert seen == ["leases.csv"]
    assert report.files["leases.csv"].changed == 1
    seen.clear()
    run(database, folder)
    assert seen == []


def test_what_depends_on_a_changed_file_is_checked_still(database: Database, folder: Path, seen: list[str]) -> None:
    """A lease that leaves out days of its parties is refused each time, though the file of parties is not read."""
    run(database, folder)
    leases = folder / "leases.csv"
    leases.write_text(leases.read_text().replace("V-1014,T-02-B34b,2021-08-01,", "V-1014,T-02-B34b,2022-11-21,"))
    for _ in range(2):
        seen.clear()
        with pytest.raises(BadRegisterError, match="party to the lease"):
            run(database, folder)
        assert seen == ["leases.csv"]


def test_payments_find_another_lease_though_their_file_is_not_read(
    database: Database, folder: Path, seen: list[str]
) -> None:
    run(database, folder)
    seen.clear()
    leases = folder / "leases.csv"
    leases.write_text(leases.read_text().replace("V-1001,T-01-A1,2019-03-01,,110013", "V-1001,T-01-A1,2019-03-01,,"))
    run(database, folder)
    assert seen == ["leases.csv"]
    with database.read() as session:
        lease = select(PaymentRow.lease_id).where(PaymentRow.payment_no == "M-00001")
        assert session.scalars(lease).one() is None
    seen.clear()
    run(database, folder)
    assert seen == []


def test_another_file_of_the_kind_came_between(database: Database, make_folder: FolderMaker, seen: list[str]) -> None:
    run(database, SAMPLE_REGISTER)
    first = make_folder(reminders=f"{REMINDERS}X-1,V-1001,1,2020-01-01,2020-01-15,5.00\n")
    second = make_folder(reminders=f"{REMINDERS}X-1,V-1001,1,2020-01-01,2020-01-15,6.00\n")
    for given in (first, second, first):
        run(database, given)
    assert seen[-3:] == ["reminders.csv"] * 3
    with database.read() as session:
        cents = select(ReminderRow.amount_cents).where(ReminderRow.reminder_no == "X-1")
        assert session.scalars(cents).one() == 500
    run(database, SAMPLE_REGISTER)
    assert seen[-1] == "reminders.csv"


def test_a_mark_breaks_where_a_row_is_deleted_or_gets_another_fingerprint(register: Database) -> None:
    """Whoever does it: the database itself keeps what a mark says."""
    for statement in (lambda table: update(table).values(source_digest=None), delete):
        with register.begin() as session:
            begin_marks(session)
            for schema in reversed(FILES):
                if session.execute(select(schema.table.c.id).limit(1)).one_or_none() is not None:
                    assert schema.name in marks(session)
                    session.execute(statement(schema.table))
                    assert schema.name not in marks(session)
            session.rollback()


def test_every_kind_has_its_triggers(register: Database) -> None:
    with register.begin() as session:
        for schema in FILES:
            session.execute(delete(ImportMarkRow).where(ImportMarkRow.kind == schema.name))
        begin_marks(session)
        assert set(marks(session)) == {schema.name for schema in FILES}
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'" if is_sqlite else "SELECT tgname FROM pg_trigger"
        )
        found = set(session.scalars(text(names)))
    for schema in FILES:
        own = {f"import_mark_{schema.name}_deleted", f"import_mark_{schema.name}_changed"}
        assert (own if is_sqlite else {f"import_mark_{schema.name}"}) <= found


def test_rows_that_are_gone_come_back(register: Database, seen: list[str]) -> None:
    with register.begin() as session:
        session.execute(delete(ReminderRow))
    report = import_into(register, SAMPLE_REGISTER)
    assert seen == ["reminders.csv"]
    assert report.files["reminders.csv"] == FileCounts(3, 0, 0)


def test_who_changes_a_kind_while_files_are_read_breaks_its_new_mark(database: Database, seen: list[str]) -> None:
    run(database, SAMPLE_REGISTER)
    folder = SAMPLE_REGISTER
    with database.begin() as session:
        session.execute(update(ReminderRow).values(source_digest=ReminderRow.source_digest))
    run(database, folder, between=["DELETE FROM reminders"])
    seen.clear()
    assert run(database, folder).files["reminders.csv"].added == 3
    assert seen == ["reminders.csv"]


@pytest.mark.parametrize("delete_missing", [False, True])
def test_who_deletes_rows_of_a_marked_file_while_files_are_read_ends_the_import(
    database: Database, seen: list[str], *, delete_missing: bool
) -> None:
    run(database, SAMPLE_REGISTER)
    with pytest.raises(UnavailableError, match="reminders was changed by somebody else"):
        run(database, SAMPLE_REGISTER, between=["DELETE FROM reminders"], delete_missing=delete_missing)
    seen.clear()
    assert run(database, SAMPLE_REGISTER).files["reminders.csv"] == FileCounts(3, 0, 0)
    assert seen == ["reminders.csv"]


def test_a_dry_run_and_a_refusal_leave_no_mark(database: Database, make_folder: FolderMaker, seen: list[str]) -> None:
    run(database, SAMPLE_REGISTER)
    good = f"{REMINDERS}X-1,V-1001,1,2020-01-01,2020-01-15,5.00\n"
    run(database, make_folder(reminders=good), keep=False)
    bad = make_folder(reminders=good, charges="charge_no\nX-1\n")
    with pytest.raises(BadRegisterError):
        run(database, bad)
    seen.clear()
    assert run(database, make_folder(reminders=good)).files["reminders.csv"].added == 1
    assert seen == ["reminders.csv"]


def test_another_mapping_or_encoding_reads_the_file_again(
    database: Database, make_folder: FolderMaker, tmp_path: Path, seen: list[str]
) -> None:
    run(database, SAMPLE_REGISTER)
    given = make_folder(reminders=f"{REMINDERS}X-1,V-1001,1,2020-01-02,2020-01-15,5\n")
    mapping = tmp_path / "mapping.toml"
    texts = (
        "",
        'encoding = "windows-1252"',
        "decimal_comma = true",
        "[files.reminders]\nignore_other_columns = true",
        "[files.reminders.values.level]\n'1' = '2'",
    )
    for given_text in texts:
        mapping.write_text(given_text)
        for times in (1, 0):
            seen.clear()
            run(database, given, mapping=load_mapping(mapping))
            assert seen == ["reminders.csv"] * times
    with database.read() as session:
        level = select(ReminderRow.level).where(ReminderRow.reminder_no == "X-1")
        assert session.scalars(level).one() == 2


def test_a_column_that_was_passed_over_is_told_when_it_no_longer_is(
    database: Database, make_folder: FolderMaker, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text("[files.persons]\nignore_other_columns = true\n")
    given = make_folder(persons="person_no,first_names,surname,non_disclosure,colour\nP-1,Aino,Aalto,no,red\n")
    run(database, given, mapping=load_mapping(mapping))
    with pytest.raises(BadRegisterError, match="unknown column 'colour'"):
        run(database, given)


def test_what_the_register_has_besides_is_deleted_when_asked(
    database: Database, make_folder: FolderMaker, seen: list[str]
) -> None:
    run(database, SAMPLE_REGISTER)
    lines = (SAMPLE_REGISTER / "reminders.csv").read_text().splitlines(keepends=True)
    fewer = make_folder(reminders="".join(lines[:3]))
    run(database, fewer)
    seen.clear()
    assert run(database, fewer).files["reminders.csv"] == FileCounts(0, 0, 2)
    assert seen == []
    assert run(database, fewer, delete_missing=True).files["reminders.csv"] == FileCounts(0, 0, 2, deleted=1)
    assert run(database, fewer, delete_missing=True).files["reminders.csv"] == FileCounts(0, 0, 2)
    assert seen == ["reminders.csv"]


def test_a_rotated_key_changes_nothing_and_a_lost_one_reads_everything(
    database: Database, folder: Path, seen: list[str]
) -> None:
    run(database, folder)
    seen.clear()
    run(database, folder, keys=KeyRing({1: bytes(range(32)), 2: bytes(32)}))
    assert seen == []
    report = run(database, folder, keys=KeyRing({2: bytes(32)}))
    assert len(seen) == len(report.files)


def test_a_file_that_is_written_to_while_it_is_read_gets_no_mark(
    database: Database, make_folder: FolderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = make_folder(persons="person_no,first_names,surname,non_disclosure\nP-1,Aino,Aalto,no\n")

    def read(*arguments: object) -> None:
        original(*arguments)
        (given / "persons.csv").write_text("person_no,first_names,surname,non_disclosure\nP-1,Aino,Berg,no\n")

    original: Callable[..., None] = vars(__import__("ledger_link.importing.file_reading", fromlist=["_read"]))["_read"]
    with monkeypatch.context() as patch:
        patch.setattr("ledger_link.importing.file_reading._read", read)
        run(database, given)
    run(database, given)
    with database.read() as session:
        assert session.scalars(select(PersonRow.surname)).one() == "Berg"


def test_in_one_transaction_too(database: Database, seen: list[str]) -> None:
    for _ in range(2):
        with database.begin() as session:
            import_folder(session, SAMPLE_REGISTER, vault=FieldVault(REGISTER_KEYS), progress=no_progress)
    assert len(seen) == len(set(seen))
