"""Importing the register: all or nothing, the same twice is nothing, every fault named and no cell told."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from fixtures_register import REGISTER_KEYS, SAMPLE_REGISTER, FolderMaker, contents, import_into
from sqlalchemy import Row, event, func, select

from calls.errors import BadDataError
from ledger_link.importing.folder import import_folder
from ledger_link.importing.problem import BadRegisterError
from ledger_link.importing.report import FileCounts
from ledger_link.importing.schemas import FILES
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

PERSONS = "person_no,first_names,call_name,surname,non_disclosure"
LONG = "a" * 201
NUMBERS = "person_no,number,valid_from,valid_until"


def faults_of(database: Database, folder: Path) -> list[tuple[str, int | None, str | None, str]]:
    """Import a folder that is refused; give file, line, column and what of each problem."""
    before = contents(database)
    with pytest.raises(BadRegisterError) as refused:
        import_into(database, folder)
    assert contents(database) == before
    return [(problem.file, problem.line, problem.column, problem.what) for problem in refused.value.problems]


def doors(database: Database) -> dict[str, int | None]:
    """The door numbers of entrance A of the first building, by apartment."""
    with database.read() as session:
        query = select(ApartmentRow.apartment_no, ApartmentRow.door_number).where(ApartmentRow.entrance == "A")
        rows = session.execute(query.join(BuildingRow).where(BuildingRow.building_no == "T-01"))
        return {row.apartment_no: row.door_number for row in rows}


def person(database: Database, person_no: str) -> Row[str, str, str, bool]:
    with database.read() as session:
        return session.execute(
            select(PersonRow.first_names, PersonRow.call_name, PersonRow.surname, PersonRow.non_disclosure).where(
                PersonRow.person_no == person_no
            )
        ).one()


def test_the_sample_register_twice(database: Database) -> None:
    first = import_into(database, SAMPLE_REGISTER)
    assert first.to_json()["persons.csv"] == {"added": 40, "changed": 0, "unchanged": 0}
    assert set(first.files) <= {schema.file for schema in FILES}
    before = contents(database)
    again = import_into(database, SAMPLE_REGISTER)
    assert again.files == {file: FileCounts(0, 0, counts.added) for file, counts in first.files.items()}
    assert contents(database) == before


def test_changed_rows_keep_their_identity_and_others_stay(register: Database, make_folder: FolderMaker) -> None:
    before = contents(register)
    folder = make_folder(
        persons=f"{PERSONS}\nP-0001,Aino Maria,Maria,Virtanen-Öhman,no\nP-9001,Uusi,,Ihminen,yes\n",
        leases="lease_no,apartment_no,starts_on,ends_on\nV-1001,T-01-A1,2019-03-01,2026-12-31\n",
        phone_numbers=f"{NUMBERS}\nP-0001,+358401000001,2019-03-01,2026-12-31\nP-9001,0401009001,,\n",
    )
    report = import_into(register, folder)
    assert report.files == {
        "persons.csv": FileCounts(added=1, changed=1, unchanged=0),
        "phone_numbers.csv": FileCounts(added=1, changed=1, unchanged=0),
        "leases.csv": FileCounts(added=0, changed=1, unchanged=0),
    }
    assert tuple(person(register, "P-0001")) == ("Aino Maria", "Maria", "Virtanen-Öhman", False)
    assert tuple(person(register, "P-9001")) == ("Uusi", "Uusi", "Ihminen", True)
    with register.read() as session:
        lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1001")).one()
        assert lease.ends_on == date(2026, 12, 31)
        number = session.scalars(select(PhoneNumberRow).where(PhoneNumberRow.e164 == "+358401009001")).one()
        assert number.raw == "0401009001"
    after = contents(register)
    assert len(set(before["persons.csv"]) - set(after["persons.csv"])) == 1
    assert after["lease_parties.csv"] == before["lease_parties.csv"]


def test_a_column_left_out_leaves_what_is_kept_and_an_empty_cell_clears_it(
    register: Database, make_folder: FolderMaker
) -> None:
    import_into(register, make_folder(leases="lease_no,apartment_no,starts_on\nV-1003,T-01-A3,2014-06-02\n"))
    with register.read() as session:
        assert session.scalars(select(LeaseRow.ends_on).where(LeaseRow.lease_no == "V-1003")).one() == date(
            2019, 12, 31
        )
    import_into(register, make_folder(leases="lease_no,apartment_no,starts_on,ends_on\nV-1003,T-01-A3,2014-06-02,\n"))
    with register.read() as session:
        assert session.scalars(select(LeaseRow.ends_on).where(LeaseRow.lease_no == "V-1003")).one() is None


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.encode(),
        lambda rows: rows.encode("utf-8-sig"),
        lambda rows: rows.replace(",", ";").encode("utf-8-sig"),
        lambda rows: rows.replace(",", "\t").encode(),
        lambda rows: rows.replace("\n", "\r\n").encode(),
        lambda rows: f"\n{rows}\n,,,,\n".encode().lstrip(b"\n"),
        lambda rows: rows.replace("Åsa Öhman", '"Åsa\u00a0\u00a0Öhman "').encode(),
        lambda rows: rows.replace("Å", "A\u030a").replace("Ö", "O\u0308").encode(),
        lambda rows: rows.replace("person_no", " Person_No ").encode(),
        lambda rows: "\n".join(",".join(line.split(",")[::-1]) for line in rows.split("\n")).encode(),
    ],
    ids=["plain", "BOM", "semicolons", "tabs", "CRLF", "blank rows", "spaces", "NFD", "header case", "other order"],
)
def test_files_as_programs_write_them(
    database: Database, make_folder: FolderMaker, write: Callable[[str], bytes]
) -> None:
    rows = f"{PERSONS}\nP-1,Åsa Öhman,Åsa,Söderström,no\n"
    report = import_into(database, make_folder(persons=write(rows)))
    assert report.files["persons.csv"] == FileCounts(1, 0, 0)
    assert tuple(person(database, "P-1")) == ("Åsa Öhman", "Åsa", "Söderström", False)


DAMAGED: dict[str, str | bytes] = {
    "buildings": (
        "building_no,street_address,postal_code,city\n"
        "T-1,Testitie 1,00100,Helsinki\n"
        "T-2,Testitie 2,0010,Helsinki\n"  # 3: postal code
        "T-3,,00100,Helsinki\n"  # 4: empty
        "T-4,Testitie 4,00100,H3lsinki\n"  # 5: digits in a name
        "T 5,Testitie 5,00100,Helsinki\n"  # 6: key
        "T-1,Testitie 6,00100,Helsinki\n"  # 7: twice
    ),
    "apartments": (
        "apartment_no,building_no,entrance,door_number,sub_letter\n"
        "A-1,T-1,A,1,\n"
        "A-2,T-1,A,1,\n"  # 3: same address
        "A-3,T-9,A,1,\n"  # 4: no such building
        "A-4,T-1,ABCD,1,\n"  # 5: entrance
        "A-5,T-1,B,0,\n"  # 6: door number
        "A-6,T-1,B,6,AB\n"  # 7: sub-letter
        "A-7,T-2,B,7,\n"  # a building of a bad row is known: told once
    ),
    "persons": (
        "person_no,first_names,call_name,surname,non_disclosure\n"
        "P-1,Aino Maria,Aino,Virtanen,no\n"
        "P-2,Aino Maria,Anna,Virtanen,no\n"  # 3: call name
        "P-3,Aino,,Virtanen,perhaps\n"  # 4: flag
        "P-4,Aino,,Virtanen,\n"  # 5: empty flag
        "131052-308T,Aino,,Virtanen,no\n"  # 6: identity code as key
        "P-6,Aino 010594Y9032,,Virtanen,no\n"  # 7: identity code in a name
        "P-7,Aino,,Virtanen\n"  # 8: too few cells
        "P-8,Aino,,Virtanen,no,131052-308U\n"  # 9: too many
        'P-9,"Ai\nno",,Virtanen,no\n'  # 10 and 11: a line break
        "P-10,,,131052-308U,no\n"  # 12: two faults in one row
    ),
    "phone_numbers": (
        "person_no;number;valid_from;valid_until\n"
        "P-1;0401234567;2026-01-01;2025-12-31\n"  # 2: order
        "P-1;123;;\n"  # 3: too short
        "P-1;040CALLME1;;\n"  # 4: letters
        "P-1;0401234567;31.2.2020;\n"  # 5: form of a day
        "P-1;0401234567;2020-02-31;\n"  # 6: no such day
        "P-404;0401234567;;\n"  # 7: no such person
        "P-1;131052-308T;;\n"  # 8: identity code
        "P-1;0401234567;2020-01-01;\n"
        "P-1;+358 40 1234567;2020-01-01;\n"  # 10: twice
    ),
    "leases": b"lease_no,apartment_no,starts_on,ends_on\n"
    b"V-1,A-1,2020-01-01,2020-12-31\n"
    b"V-2,A-\xe4,2020-01-01,\n"  # 3: Windows-1252
    b"V-3,A-1,,\n"  # 4: empty
    b"V-4,A-1,2020-01-01,2019-01-01\n",  # 5: order
    "lease_parties": (
        "lease_no,person_no,role,starts_on,ends_on,colour,\n"  # 1: unknown columns
        "V-1,P-1,tenant,2019-12-31,,,\n"  # 2: before the lease
        "V-1,P-1,co_tenant,2020-02-01,2021-01-01,,\n"  # 3: after the lease
        "V-1,P-1,owner,,,,\n"  # 4: role
        "V-404,P-404,tenant,,,,\n"  # 5: two references
        'V-1,"P-1,tenant,,,,\n'  # 6: broken quotes
    ),
    "cents": "lease_no,cents\n",
}

FAULTS = [
    ("cents.csv", None, None, "unknown file"),
    ("buildings.csv", 3, "postal_code", "no postal code (9999)"),
    ("buildings.csv", 4, "street_address", "empty"),
    ("buildings.csv", 5, "city", "no name (a9aaaaaa)"),
    ("buildings.csv", 6, "building_no", "no key (a 9)"),
    ("buildings.csv", 7, "building_no", "the same building_no as on line 2"),
    ("apartments.csv", 3, "door_number", "the same address as line 2"),
    ("apartments.csv", 4, "building_no", "no such building_no"),
    ("apartments.csv", 5, "entrance", "no entrance (aaaa)"),
    ("apartments.csv", 6, "door_number", "no door number (9)"),
    ("apartments.csv", 7, "sub_letter", "no sub-letter (aa)"),
    ("persons.csv", 3, "call_name", "none of the first names"),
    ("persons.csv", 4, "non_disclosure", "neither yes nor no (aaaaaaa)"),
    ("persons.csv", 5, "non_disclosure", "empty"),
    ("persons.csv", 6, "person_no", "a personal identity code, which belongs into persons.identity_code alone"),
    ("persons.csv", 7, "first_names", "a personal identity code, which belongs into persons.identity_code alone"),
    ("persons.csv", 8, None, "4 cells"),
    ("persons.csv", 9, None, "6 cells"),
    ("persons.csv", 10, "first_names", "a line break or control character"),
    ("persons.csv", 12, "first_names", "empty"),
    ("persons.csv", 12, "surname", "no name (999999-999a)"),
    ("phone_numbers.csv", 2, "valid_until", "before valid_from"),
    ("phone_numbers.csv", 3, "number", "no telephone number (999)"),
    ("phone_numbers.csv", 4, "number", "no telephone number (999aaaaaa9)"),
    ("phone_numbers.csv", 5, "valid_from", "no day (99.9.9999)"),
    ("phone_numbers.csv", 6, "valid_from", "no day of the calendar (9999-99-99)"),
    ("phone_numbers.csv", 7, "person_no", "no such person_no"),
    ("phone_numbers.csv", 8, "number", "a personal identity code, which belongs into persons.identity_code alone"),
    ("phone_numbers.csv", 10, "person_no", "the same person_no + number + valid_from as on line 9"),
    ("leases.csv", 3, "apartment_no", "bytes that are not UTF-8"),
    ("leases.csv", 4, "starts_on", "empty"),
    ("leases.csv", 5, "ends_on", "before starts_on"),
    ("lease_parties.csv", 1, None, "unknown column 'colour' in place 6"),
    ("lease_parties.csv", 1, None, "unknown column in place 7"),
    ("lease_parties.csv", 2, "starts_on", "outside the lease"),
    ("lease_parties.csv", 3, "ends_on", "outside the lease"),
    ("lease_parties.csv", 4, "role", "none of the values (aaaaa)"),
    ("lease_parties.csv", 5, "lease_no", "no such lease_no"),
    ("lease_parties.csv", 5, "person_no", "no such person_no"),
    ("lease_parties.csv", 6, None, "broken quotes; from here on nothing was read"),
]


def test_every_fault_of_a_damaged_folder_is_named(database: Database, make_folder: FolderMaker) -> None:
    assert faults_of(database, make_folder(**DAMAGED)) == FAULTS


def test_no_cell_of_a_damaged_folder_is_told(database: Database, make_folder: FolderMaker) -> None:
    with pytest.raises(BadRegisterError) as refused:
        import_into(database, make_folder(**DAMAGED))
    told = str(refused.value)
    assert told.startswith(f"{refused.value.where}: {len(FAULTS)} problems, nothing was imported")
    assert "persons.csv:3: call_name: none of the first names; expected one of the first names" in told
    for secret in ("131052", "308T", "308U", "010594", "9032", "Virtanen", "Aino", "0401234567", "H3lsinki"):
        assert secret not in told, secret
    assert len(told.splitlines()) == 1 + len(FAULTS)


@pytest.mark.parametrize(
    ("persons", "faults"),
    [
        ("", [(1, None, "no header")]),
        ("131052-308T,Aino,,Virtanen,no\n", [(1, None, "no header")]),
        (
            "person_no,first_names\nP-1,Aino\nP-1,A1no\n",
            [
                (1, "surname", "the column is missing"),
                (1, "non_disclosure", "the column is missing"),
                (3, "first_names", "no name (a9aa)"),
            ],
        ),
        (f"{PERSONS},surname\nP-1,Aino,,Virtanen,no,Virtanen\n", [(1, "surname", "the column is given twice")]),
        (f"{PERSONS},131052-308T\n", [(1, None, "unknown column in place 6")]),
        (PERSONS.encode("utf-16"), [(1, None, "UTF-16")]),
        (f"{PERSONS}\nP-1,Ai\0no,,Virtanen,no\n", [(2, "first_names", "a line break or control character")]),
        (f'{PERSONS}\nP-1,"Aino"x,,Virtanen,no\n', [(2, None, "broken quotes")]),
        (f"{PERSONS}\nP-1,{LONG},,Virtanen,no\n", [(2, "first_names", f"too long ({'a' * 24}... (201 characters))")]),
        (f"{PERSONS}\nP-1,{LONG * 999},,Virtanen,no\n", [(2, None, "too long a row; from here on nothing was read")]),
        (f"{PERSONS}\rP-1,Aino,,Virtanen,no\r", [(1, None, "lines that end in CR alone")]),
    ],
)  # fmt: skip
def test_damaged_headers_and_bytes(
    database: Database,
    make_folder: FolderMaker,
    persons: str | bytes,
    faults: list[tuple[int, str | None, str]],
) -> None:
    assert faults_of(database, make_folder(persons=persons)) == [("persons.csv", *fault) for fault in faults]


def test_a_file_that_cannot_be_read_is_told_once(database: Database, make_folder: FolderMaker) -> None:
    folder = make_folder(persons="\n", phone_numbers=f"{NUMBERS}\nP-1,0401234567,,\nP-2,0401234567,,\n")
    assert faults_of(database, folder) == [("persons.csv", 1, None, "no header")]


def test_faults_against_what_the_register_holds(register: Database, make_folder: FolderMaker) -> None:
    folder = make_folder(
        apartments="apartment_no,building_no,entrance,door_number,sub_letter\nT-01-A9,T-01,A,1,\n",
        leases="lease_no,apartment_no,starts_on,ends_on\nV-1014,T-02-B34b,2022-11-21,\n",
        lease_parties="lease_no,person_no,role,starts_on\nV-1001,P-0002,joint_payer,2019-02-28\n",
    )
    assert faults_of(register, folder) == [
        ("apartments.csv", 2, "door_number", "the same address as a row of the register"),
        ("leases.csv", 2, "starts_on", "leaves out days on which somebody is party to the lease"),
        ("lease_parties.csv", 2, "starts_on", "outside the lease"),
    ]


def test_an_import_that_fails_on_the_way_leaves_nothing(database: Database) -> None:
    """The last file of all fails in the database itself: what was written before it is gone as well."""

    class DiskFullError(Exception):
        pass

    def fail(*arguments: object) -> None:
        if "INSERT INTO lease_parties" in str(arguments[2]):
            raise DiskFullError

    event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(DiskFullError):
        import_into(database, SAMPLE_REGISTER)
    event.remove(database.engine, "before_cursor_execute", fail)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PersonRow)) == 0
    assert import_into(database, SAMPLE_REGISTER).files["persons.csv"].added == 40


def test_apartments_may_swap_their_addresses(register: Database, make_folder: FolderMaker) -> None:
    header = "apartment_no,building_no,entrance,door_number"
    report = import_into(register, make_folder(apartments=f"{header}\nT-01-A1,T-01,A,2\nT-01-A2,T-01,A,1\n"))
    assert report.files["apartments.csv"] == FileCounts(added=0, changed=2, unchanged=0)
    assert doors(register) == {"T-01-A1": 2, "T-01-A2": 1, "T-01-A3": 3}


def test_an_apartment_may_take_the_address_that_another_leaves(register: Database, make_folder: FolderMaker) -> None:
    header = "apartment_no,building_no,entrance,door_number"
    import_into(register, make_folder(apartments=f"{header}\nT-01-A1,T-01,A,9\nT-01-A2,T-01,A,1\n"))
    assert doors(register) == {"T-01-A1": 9, "T-01-A2": 1, "T-01-A3": 3}


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_a_folder_that_is_none_is_refused(database: Database, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / kind
    if kind == "file":
        folder.write_text("persons.csv")
    elif kind == "empty":
        folder.mkdir()
    with pytest.raises(BadDataError, match=f"{kind}: "):
        import_into(database, folder)


def test_progress_tells_each_step_to_its_end(database: Database) -> None:
    last: dict[str, tuple[int, int]] = {}
    vault = FieldVault(REGISTER_KEYS)
    with database.begin() as session:
        report = import_folder(
            session,
            SAMPLE_REGISTER,
            vault=vault,
            progress=lambda step, done, total: last.update({step: (done, total)}),
        )
    assert last == {
        f"{verb} {file}": (counts.added, counts.added)
        for verb in ("reading", "writing")
        for file, counts in report.files.items()
    }


def test_a_large_file_is_written_in_batches(database: Database, make_folder: FolderMaker) -> None:
    def folder(surname: str) -> Path:
        return make_folder(persons="\n".join([PERSONS, *(f"P-{n},Aino,,{surname},no" for n in range(2500))]))

    assert import_into(database, folder("Virtanen")).files["persons.csv"] == FileCounts(2500, 0, 0)
    assert import_into(database, folder("Salo")).files["persons.csv"] == FileCounts(0, 2500, 0)
    with database.read() as session:
        assert session.scalar(select(func.count()).where(PersonRow.search_name == "aino salo aino")) == 2500
