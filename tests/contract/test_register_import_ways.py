"""How a folder may be written, and how an import may be run: mapping, sheets, dry run, deletion, killed half-way."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fixtures_register import (
    REGISTER_KEYS,
    SAMPLE_REGISTER,
    FolderMaker,
    add_call,
    contents,
    import_into,
    no_progress,
    person_id,
)
from openpyxl import Workbook
from sqlalchemy import func, select

from calls.errors import BadDataError, UnavailableError
from ledger_link.importing.folder import import_read
from ledger_link.importing.folder_reading import read_folder
from ledger_link.importing.import_lock import import_lock
from ledger_link.importing.mapping import Mapping, load_mapping
from ledger_link.importing.problem import BadRegisterError
from ledger_link.importing.report import FileCounts, ImportReport
from ledger_link.tables.call_links import CallLinkPersonRow, CallLinkRow
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from storage.database.engine import Database, open_database
from storage.vault.field_vault import FieldVault

MAPPING = """
encoding = "windows-1252"
delimiter = ";"
decimal_comma = true
days = "d.m.yyyy"

[files.persons]
file = "Asiakkaat.csv"
ignore_other_columns = true
[files.persons.columns]
person_no = "Asiakasnro"
first_names = "Etunimet"
surname = "Sukunimi"
non_disclosure = "Turvakielto"
[files.persons.values.non_disclosure]
"Kyllä" = "yes"
"Ei" = "no"

[files.contacts.columns]
at = "aika"

[files.charges]
file = "Veloitukset.csv"
"""
ROOT = Path(__file__).parents[2]
KILL_DEADLINE_S = 60


def run(
    database: Database, folder: Path, *, mapping: Mapping | None = None, delete_missing: bool = False, keep: bool = True
) -> ImportReport:
    with database.begin() as session:
        read = read_folder(
            session,
            folder,
            vault=FieldVault(REGISTER_KEYS),
            progress=no_progress,
            mapping=mapping,
            delete_missing=delete_missing,
        )
        report = import_read(session, read, progress=no_progress)
        if not keep:
            session.rollback()
    return report


def write_mapping(folder: Path, text: str = MAPPING) -> Mapping:
    path = folder.parent / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_files_of_another_system_are_read_by_a_mapping(register: Database, make_folder: FolderMaker) -> None:
    folder = make_folder(
        Asiakkaat="Asiakasnro;Sukunimi;Etunimet;Turvakielto;Väri\nX-1;Öhman;Åke;EI;sininen\nX-2;Äijälä;Aino;kyllä;\n".encode(
            "windows-1252"
        ),
        Veloitukset="charge_no;lease_no;kind;due_on;amount\nX-1;V-1001;rent;31.10.2016;1\u00a0234,56\n".encode(
            "windows-1252"
        ),
        contacts=b"contact_no;person_no;aika;kind;direction\nX-1;X-1;31.10.2016 14.30;visit;in\n",
    )
    mapping = write_mapping(folder)
    report = run(register, folder, mapping=mapping)
    assert {counts.added for counts in report.files.values()} == {2, 1}
    with register.read() as session:
        names = session.execute(
            select(PersonRow.surname, PersonRow.non_disclosure).where(PersonRow.person_no.in_(["X-1", "X-2"]))
        )
        assert sorted(tuple(row) for row in names) == [("Äijälä", True), ("Öhman", False)]
        charge = session.scalars(select(ChargeRow).where(ChargeRow.charge_no == "X-1")).one()
        assert (charge.amount_cents, charge.due_on) == (123_456, date(2016, 10, 31))
        at = session.scalars(select(ContactRow.at).where(ContactRow.contact_no == "X-1")).one()
        assert at == datetime(2016, 10, 31, 12, 30, tzinfo=UTC)
    again = run(register, folder, mapping=mapping)
    assert {counts.unchanged for counts in again.files.values()} == {2, 1}


def test_problems_call_the_file_and_the_column_as_the_source_does(register: Database, make_folder: FolderMaker) -> None:
    folder = make_folder(Asiakkaat=b"Asiakasnro;Sukunimi;Etunimet;Turvakielto\nX-1;Aalto;Aino;ehk\xe4\n")
    with pytest.raises(BadRegisterError) as refused:
        run(register, folder, mapping=write_mapping(folder))
    assert [str(problem) for problem in refused.value.problems] == [
        "Asiakkaat.csv:2: Turvakielto: neither yes nor no (aaaa); expected yes or no"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("encoding = 'utf-16'", "encoding"),
        ("colour = 1", "colour"),
        ("[files.cars]\n", "files.cars: no such file"),
        ("[files.persons.columns]\nage = 'Ikä'\n", "files.persons.columns.age: no such column"),
        ("[files.persons.values.age]\n'1' = '2'\n", "files.persons.values.age: no such column"),
        ("[files.persons]\nfile='a.csv'\n[files.rents]\nfile='a.csv'\n", "the file a.csv is given twice"),
        ("= 1", "cannot be read"),
    ],
)
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadDataError, match=told):
        write_mapping(tmp_path / "folder", text)


def test_a_workbook_is_read_as_a_file(register: Database, tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    rows: dict[str, list[tuple[str | float | date | None, ...]]] = {
        "persons": [
            ("person_no", "first_names", "surname", "non_disclosure", "birth_date"),
            ("X-1", "Åke", "Öhman", False, date(1980, 2, 29)),
        ],
        "phone_numbers": [("person_no", "number", "valid_from"), ("X-1", 401234567, datetime(2020, 1, 2))],  # noqa: DTZ001 (a sheet's own)
        "charges": [
            ("charge_no", "lease_no", "kind", "due_on", "amount"),
            ("X-1", "V-1001", "rent", date(2020, 1, 5), 712.5),
            (),
            ("X-2", "V-1001", "rent", "2020-02-05", "712.50"),
        ],
    }
    for name, cells in rows.items():
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in cells:
            sheet.append(row)
        book.save(folder / f"{name}.xlsx")
    report = run(register, folder)
    assert {file: counts.added for file, counts in report.files.items()} == {
        "persons.csv": 1,
        "phone_numbers.csv": 1,
        "charges.csv": 2,
    }
    with register.read() as session:
        cents = session.scalars(select(ChargeRow.amount_cents).where(ChargeRow.charge_no.like("X-%"))).all()
        assert cents == [71_250, 71_250]
    assert {counts.unchanged for counts in run(register, folder).files.values()} == {1, 2}
    (folder / "persons.csv").write_text("person_no\n")
    (folder / "rents.xlsx").write_bytes(b"no book")
    with pytest.raises(BadRegisterError) as refused:
        run(register, folder)
    told = {(problem.file, problem.what) for problem in refused.value.problems}
    assert {("persons.xlsx", "the same file as persons.csv"), ("rents.xlsx", "no workbook with a sheet")} <= told


def test_a_dry_run_tells_what_would_change_and_changes_nothing(register: Database, make_folder: FolderMaker) -> None:
    before = contents(register)
    folder = make_folder(
        leases="lease_no,apartment_no,starts_on,ends_on\nV-1001,T-01-A1,2019-03-01,2026-12-31\n",
        persons="person_no,first_names,surname,non_disclosure\nX-1,Åke,Öhman,no\n",
    )
    report = run(register, folder, keep=False)
    assert contents(register) == before
    assert report.samples_to_json() == {
        "persons.csv": {"added": [2], "changed": []},
        "leases.csv": {"added": [], "changed": [{"line": 2, "columns": ["ends_on"]}]},
    }
    assert run(register, folder).files["leases.csv"] == FileCounts(0, 1, 0)


def test_rows_are_deleted_only_when_asked_and_when_nothing_refers_to_them(
    register: Database, make_folder: FolderMaker
) -> None:
    reminders = (SAMPLE_REGISTER / "reminders.csv").read_text().splitlines()
    folder = make_folder(reminders="\n".join(reminders[:2]))
    assert run(register, folder).files["reminders.csv"] == FileCounts(0, 0, 1)
    assert run(register, folder, delete_missing=True).files["reminders.csv"] == FileCounts(0, 0, 1, deleted=2)
    with register.begin() as session:
        call = add_call(session, "+358401000001")
        session.add(CallLinkRow(call_id=call.id, status="one", rule="number-of-person", linked_at=datetime.now(tz=UTC)))
        session.flush()
        session.add(CallLinkPersonRow(call_id=call.id, person_id=person_id(session, "P-0001"), position=0))
    persons = (SAMPLE_REGISTER / "persons.csv").read_text(encoding="utf-8").splitlines()
    before = contents(register)
    with pytest.raises(BadRegisterError) as refused:
        run(register, make_folder(persons="\n".join([persons[0], *persons[2:]])), delete_missing=True)
    assert contents(register) == before
    told = [problem.what for problem in refused.value.problems]
    assert "a row that it no longer names is still referred to by call_link_persons.person_id" in told
    assert "a row that it no longer names is still referred to by lease_parties.person_id" in told


@pytest.mark.parametrize("file", ["phone_numbers", "email_addresses", "person_addresses"])
def test_what_hides_old_calls_is_not_deleted(register: Database, make_folder: FolderMaker, file: str) -> None:
    rows = (SAMPLE_REGISTER / f"{file}.csv").read_text(encoding="utf-8").splitlines()
    without = "\n".join(row for row in rows if not row.startswith("P-0027,"))
    before = contents(register)
    with pytest.raises(BadRegisterError, match="non-disclosure order"):
        run(register, make_folder(**{file: without}), delete_missing=True)
    assert contents(register) == before


def test_a_key_is_told_twice_also_where_one_row_is_unchanged(register: Database, make_folder: FolderMaker) -> None:
    lines = (SAMPLE_REGISTER / "leases.csv").read_text().splitlines()
    other = lines[1].replace("2019-03-01", "2019-03-02")
    for twice, line in (([lines[1], other], 3), ([other, lines[1]], 3), ([lines[1], lines[1]], 3)):
        with pytest.raises(BadRegisterError) as refused:
            run(register, make_folder(leases="\n".join([lines[0], *twice])))
        assert [(one.line, one.what) for one in refused.value.problems] == [(line, "the same lease_no as on line 2")]


def test_identity_codes_may_change_hands_and_are_sealed(register: Database, make_folder: FolderMaker) -> None:
    text = (SAMPLE_REGISTER / "persons.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    codes = [line.rsplit(",", 1)[1] for line in lines[1:3]]
    swapped = [lines[0], lines[1].replace(codes[0], codes[1]), lines[2].replace(codes[1], codes[0])]
    assert run(register, make_folder(persons="\n".join(swapped))).files["persons.csv"] == FileCounts(0, 2, 0)
    vault = FieldVault(REGISTER_KEYS)
    with register.read() as session:
        row = session.scalars(select(PersonRow).where(PersonRow.person_no == "P-0001")).one()
        assert row.identity_code_sealed is not None
        assert row.identity_code_key_version is not None
        opened = vault.open(
            row.identity_code_sealed, row.identity_code_key_version, field=IDENTITY_CODE_FIELD, owner="P-0001"
        )
        assert opened == codes[1]
        assert codes[1].encode() not in row.identity_code_sealed


def test_payments_find_their_lease(register: Database, make_folder: FolderMaker) -> None:
    with register.read() as session:
        by_reference = select(PaymentRow.payment_no, LeaseRow.lease_no).outerjoin(
            LeaseRow, LeaseRow.id == PaymentRow.lease_id
        )
        leases = dict(session.execute(by_reference.where(PaymentRow.reference_number.is_not(None))).all())
        damage = session.scalars(select(ChargeRow.reference_number).where(ChargeRow.kind == "damage")).one()
        paid = session.scalars(select(PaymentRow.payment_no).where(PaymentRow.reference_number == damage)).one()
    assert leases["M-00001"] == "V-1001"
    assert leases[paid] == "V-1003"
    assert [payment for payment, lease in leases.items() if lease is None] == ["M-00081"]
    run(register, make_folder(leases="lease_no,apartment_no,starts_on,reference_number\nV-1001,T-01-A1,2019-03-01,\n"))
    with register.read() as session:
        lease = select(PaymentRow.lease_id).where(PaymentRow.payment_no == "M-00001")
        assert session.scalars(lease).one() is None


def test_one_import_at_a_time(database: Database) -> None:
    with import_lock(database), pytest.raises(UnavailableError, match="another import"), import_lock(database):
        pass
    with import_lock(database):
        pass


_KILLED = """
import sys
from pathlib import Path
from ledger_link.importing.folder import import_folder
from storage.database.engine import open_database
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

def progress(step, done, total):
    print(step, done, flush=True)
    if step == "writing lease_parties.csv" and done:
        sys.stdin.read()

with open_database(sys.argv[1]).begin() as session:
    import_folder(session, Path(sys.argv[2]), vault=FieldVault(KeyRing({1: bytes(32)})), progress=progress)
"""


def test_an_import_that_is_killed_half_way_leaves_the_register_as_it_was(
    database_url: str, make_folder: FolderMaker
) -> None:
    database = open_database(database_url)
    import_into(database, make_folder(persons="person_no,first_names,surname,non_disclosure\nX-1,Åke,Öhman,no\n"))
    before = contents(database)
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, database_url, str(SAMPLE_REGISTER)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    told = ""
    while not told.startswith("writing lease_parties.csv 39"):
        told = process.stdout.readline()
        assert told, "it ended by itself"
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(timeout=KILL_DEADLINE_S) == -signal.SIGKILL
    process.stdin.close()
    process.stdout.close()
    deadline = time.monotonic() + KILL_DEADLINE_S
    while contents(database) != before:  # the server may not have seen yet that its client is gone
        assert time.monotonic() < deadline
    assert import_into(database, SAMPLE_REGISTER).files["persons.csv"].added == 40
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PersonRow)) == 41
    database.dispose()
