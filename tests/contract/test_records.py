"""The records of a person, a lease and an apartment: what is in them, as of which day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from fixtures_records import HOME, IDENTITY_CODE, MARCH, NUMBER, RENT_CENTS, SINCE
from fixtures_register import person_id
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.ledger.balance import EntryKind
from ledger_link.ledger.ledger import ledger_of
from ledger_link.records.apartment_record import ApartmentRecord, apartment_record
from ledger_link.records.card import LeaseState
from ledger_link.records.lease_record import LeaseRecord, lease_record
from ledger_link.records.person_record import PersonRecord, person_record
from ledger_link.records.standing import standing_on
from ledger_link.tables.buildings import ApartmentRow
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.values.identity_code import IdentityCode, person_by_identity_code
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

DAY = date(2026, 3, 10)


def person_of(database: Database, person_no: str, *, on: date = DAY) -> PersonRecord:
    with database.read() as session:
        return person_record(session, person_id(session, person_no), on=on)


def lease_id(session: Session, lease_no: str) -> int:
    return session.scalars(select(LeaseRow.id).where(LeaseRow.lease_no == lease_no)).one()


def lease_of(database: Database, lease_no: str = "V-1002", *, on: date = DAY) -> LeaseRecord:
    with database.read() as session:
        return lease_record(session, lease_id(session, lease_no), on=on)


def apartment_of(database: Database, apartment_no: str = "T-01-A2", *, on: date = DAY) -> ApartmentRecord:
    with database.read() as session:
        apartment = session.scalars(select(ApartmentRow.id).where(ApartmentRow.apartment_no == apartment_no)).one()
        return apartment_record(session, apartment, on=on)


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "(SELECT")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_everything_known_of_a_person_is_in_the_record(whole_register: Database) -> None:
    eero = person_of(whole_register, "P-0002")
    assert (eero.name, eero.birth_date, eero.language, eero.has_identity_code) == ("Eero Korhonen", *BORN, True)
    assert [number.e164 for number in eero.numbers or ()] == [NUMBER]
    assert [address.text for address in eero.addresses or ()] == [f"{HOME}, 00990 Helsinki"]
    assert [email.address for email in eero.emails or ()] == ["korhoset@posti.example"]
    assert [(each.kind, each.issuer, each.is_current) for each in eero.travel_documents] == [("passport", "SE", False)]
    assert [each.guardian_name for each in eero.guardianships or ()] == ["Raili Oinonen"]
    assert [(each.employer_name, each.nature) for each in eero.employments or ()] == [("Kuulokepaja Oy", "permanent")]
    assert [each.amount_cents_per_month for each in eero.incomes or ()] == [280_000]
    assert {(each.kind, each.is_current) for each in eero.assets or ()} == {("savings", True), ("debt", True)}
    assert [each.result for each in eero.credit_checks or ()] == ["clear"]
    assert [each.description for each in eero.dwellings] == [f"Kaksio, {HOME}"]
    assert [each.rooms_min for each in eero.dwelling_needs] == [3]
    assert [(each.activity, each.part) for each in eero.participations] == [("Talotoimikunta", "Puheenjohtaja")]
    assert [(each.decision, each.is_current) for each in eero.marketing_permissions] == [
        ("ban", True),
        ("permit", False),
    ]
    assert [(fault.fault_no, fault.is_own) for fault in eero.fault_reports] == [
        ("VI-3", False),
        ("VI-2", False),
        ("VI-1", True),
    ]
    assert IDENTITY_CODE not in str(eero)


BORN = (date(1994, 5, 1), "fi")


def test_roles_have_dates(whole_register: Database) -> None:
    then, now = person_of(whole_register, "P-0003", on=date(2018, 7, 1)), person_of(whole_register, "P-0003")
    assert [(role.role, role.starts_on, role.is_current) for role in now.roles] == [
        ("co_tenant", SINCE, True),
        ("applicant", date(2018, 6, 1), False),
    ]
    assert [(role.role, role.is_current) for role in then.roles] == [("applicant", True), ("co_tenant", False)]


def test_history_is_kept_and_current_is_of_the_day(whole_register: Database) -> None:
    statuses = [
        [(each.status, each.is_current) for each in person_of(whole_register, "P-0002", on=on).marital_statuses]
        for on in (date(2019, 6, 30), date(2019, 7, 1))
    ]
    assert statuses == [
        [("married", False), ("unmarried", True)],
        [("married", True), ("unmarried", False)],
    ]


def test_contacts_and_calls_are_on_one_time_line(whole_register: Database) -> None:
    line = person_of(whole_register, "P-0002").time_line.entries
    assert sorted(entry.kind for entry in line) == ["call", "email", "letter", "visit"]
    (call,) = (entry for entry in line if entry.call_id)
    assert (call.at, call.direction) == (MARCH, "in")
    assert [entry.at for entry in line] == sorted((entry.at for entry in line), reverse=True)


def test_lease_record_is_as_of_the_day(whole_register: Database) -> None:
    now, before = lease_of(whole_register), lease_of(whole_register, on=date(2025, 12, 31))
    assert (now.rent_cents_per_month, before.rent_cents_per_month) == (RENT_CENTS + 2_000, 62_000)
    assert (now.reference_number, now.rf_reference) == ("1234561", "RF341234561")
    assert now.address == f"{HOME}, 00990 Helsinki"
    assert [(party.person.name, party.role, party.is_current) for party in now.parties] == [
        ("Eero Korhonen", PartyRole.TENANT, True),
        ("Liisa Korhonen", PartyRole.CO_TENANT, True),
    ]
    assert [deposit.amount_cents for deposit in now.deposits or ()] == [120_000]
    assert [(each.level, each.is_current) for each in now.reminders or ()] == [(1, True)]
    assert before.reminders == ()
    assert [entry.contact_no for entry in now.time_line.entries] == ["K-9"]


def test_apartment_record_tells_who_lived_there_when(whole_register: Database) -> None:
    record = apartment_of(whole_register)
    assert str(record.address) == f"{HOME}, 00990 Helsinki"
    (tenancy,) = record.tenancies
    assert (tenancy.lease_no, tenancy.state, len(tenancy.parties)) == ("V-1002", LeaseState.CURRENT, 2)
    assert [(fault.fault_no, fault.person and fault.person.name) for fault in record.fault_reports] == [
        ("VI-3", None),
        ("VI-2", "Liisa Korhonen"),
        ("VI-1", "Eero Korhonen"),
    ]
    assert [entry.kind for entry in record.time_line.entries] == ["call", "call"]


def test_calls_of_other_days_are_not_about_the_apartment(whole_register: Database) -> None:
    """The Korhonens moved in on 1.9.2018 and out before they called: then it was not about this apartment."""
    with whole_register.begin() as session:
        session.get_one(LeaseRow, lease_id(session, "V-1002")).ends_on = date(2026, 3, 1)
    assert apartment_of(whole_register).time_line.entries == ()
    assert [entry.kind for entry in person_of(whole_register, "P-0002").time_line.entries].count("call") == 1


def test_what_came_after_the_day_is_not_in_a_record(whole_register: Database) -> None:
    """A day ends at midnight in Helsinki: a letter of 22:30 UTC in March is of the next one."""
    with whole_register.begin() as session:
        session.add(
            ContactRow(
                contact_no="K-10",
                person_id=person_id(session, "P-0002"),
                lease_id=lease_id(session, "V-1002"),
                at=datetime(2026, 3, 2, 22, 30, tzinfo=UTC),
                kind="letter",
                direction="out",
                subject="Vastaus",
                handled_by="Sanna Laine",
            )
        )
        fault = session.scalars(select(FaultReportRow).where(FaultReportRow.fault_no == "VI-1")).one()
        fault.state, fault.closed_on = "done", date(2026, 2, 5)
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    lines = [person_of(whole_register, "P-0002", on=day).time_line.entries for day in days]
    assert [len(line) for line in lines] == [0, 4, 5]
    assert lines[2][0].contact_no == "K-10"
    contacts = [[entry.contact_no for entry in lease_of(whole_register, on=day).time_line.entries] for day in days]
    assert contacts == [[], ["K-9"], ["K-10", "K-9"]]
    assert [len(apartment_of(whole_register, on=day).time_line.entries) for day in days] == [0, 2, 2]
    faults = {day: person_of(whole_register, "P-0002", on=date(2026, 2, day)).fault_reports for day in (4, 5)}
    assert [(fault.state, fault.closed_on) for fault in faults[4] if fault.is_own] == [("open", None)]
    assert [(fault.state, fault.closed_on) for fault in faults[5] if fault.is_own] == [("done", date(2026, 2, 5))]
    assert [fault.fault_no for fault in apartment_of(whole_register, on=date(2026, 2, 2)).fault_reports] == [
        "VI-2",
        "VI-1",
    ]
    assert apartment_of(whole_register, on=date(2026, 1, 31)).fault_reports == ()
    assert lease_of(whole_register, on=date(2026, 2, 15)).reminders == ()
    before = person_of(whole_register, "P-0002", on=date(2018, 8, 31))
    assert (before.fault_reports, before.time_line.entries, before.participations) == ((), (), ())
    assert (before.credit_checks, before.assets, before.dwellings, before.dwelling_needs) == ((), (), (), ())
    assert [(each.decision, each.is_current) for each in before.marketing_permissions] == [("permit", True)]


def test_a_fault_of_the_home_is_a_persons_but_no_strangers(whole_register: Database) -> None:
    """Nor one of a day on which somebody with a turvakielto had a lease there, nor of before the person moved in."""

    def numbers() -> list[str]:
        return [fault.fault_no for fault in person_of(whole_register, "P-0002").fault_reports if not fault.is_own]

    assert numbers() == ["VI-3", "VI-2"]
    with whole_register.begin() as session:
        fault = session.scalars(select(FaultReportRow).where(FaultReportRow.fault_no == "VI-3")).one()
        fault.person_id = person_id(session, "P-0004")
    assert numbers() == ["VI-2"]
    with whole_register.begin() as session:
        fault = session.scalars(select(FaultReportRow).where(FaultReportRow.fault_no == "VI-3")).one()
        fault.person_id = None
        hidden = LeaseRow(
            lease_no="V-X",
            apartment_id=fault.apartment_id,
            starts_on=fault.reported_on,
            ends_on=fault.reported_on,
            source_digest=b"x",
        )
        session.add(hidden)
        session.flush()
        party = LeasePartyRow(lease_id=hidden.id, person_id=person_id(session, "P-0027"), role="tenant")
        party.source_digest = b"x"
        session.add(party)
    assert numbers() == ["VI-2"]
    with whole_register.begin() as session:
        session.get_one(LeaseRow, lease_id(session, "V-1002")).starts_on = date(2026, 2, 4)
    assert numbers() == []


def test_ledger_on_any_day(whole_register: Database) -> None:
    with whole_register.read() as session:
        lease = lease_id(session, "V-1002")
        ledgers = [ledger_of(session, lease, on=on) for on in (date(2026, 1, 2), date(2026, 2, 3), DAY, None)]
    assert [ledger.balance_cents for ledger in ledgers] == [0, RENT_CENTS, 100_000, 100_000]
    assert [ledger.arrears_cents for ledger in ledgers] == [0, RENT_CENTS, 100_000, 35_000]
    (first, _), *_ = ledgers[-1].lines
    assert first.kind is EntryKind.CHARGE
    assert [(charge.charge_no, cents) for charge, cents in ledgers[2].allocation.open_charges] == [
        ("L-2", 35_000),
        ("L-3", RENT_CENTS),
    ]


def test_standing_is_as_of_the_day_of_a_call(whole_register: Database) -> None:
    with whole_register.read() as session:
        eero = person_id(session, "P-0002")
        (standing,) = standing_on(session, eero, on=DAY)
        (before,) = standing_on(session, eero, on=date(2025, 12, 31))
        nothing = standing_on(session, eero, on=SINCE - timedelta(days=1))
    assert (standing.lease_no, standing.role, standing.address) == ("V-1002", "tenant", f"{HOME}, 00990 Helsinki")
    assert (standing.rent_cents_per_month, standing.balance_cents, standing.arrears_cents) == (67_000, 100_000, 100_000)
    assert (before.rent_cents_per_month, before.balance_cents) == (62_000, 0)
    assert nothing == ()


def test_who_moved_out_in_debt_still_stands_with_it(whole_register: Database) -> None:
    with whole_register.begin() as session:
        session.get_one(LeaseRow, lease_id(session, "V-1002")).ends_on = date(2026, 3, 5)
    with whole_register.read() as session:
        (standing,) = standing_on(session, person_id(session, "P-0002"), on=DAY)
    assert (standing.state, standing.balance_cents, standing.arrears_cents) == (LeaseState.ENDED, 100_000, 100_000)


def test_a_person_is_found_by_identity_code(whole_register: Database, vault: FieldVault) -> None:
    with whole_register.read() as session:
        eero = person_id(session, "P-0002")
        found = [
            person_by_identity_code(session, vault, IdentityCode.parse(code, on=DAY))
            for code in (IDENTITY_CODE, IDENTITY_CODE.lower(), "010594-9032")
        ]
    assert found == [eero, eero, None]


def test_nobody_and_nothing_has_no_record(whole_register: Database) -> None:
    for record in (person_record, lease_record, apartment_record):
        with whole_register.read() as session, pytest.raises(NotFoundError, match="777"):
            record(session, 777, on=DAY)


def test_queries_do_not_grow_with_the_data(whole_register: Database) -> None:
    """A page asks as many questions of a person with ten leases as of one with one."""

    def questions() -> list[int]:
        counts = []
        for read in (
            lambda: person_of(whole_register, "P-0002"),
            lambda: lease_of(whole_register),
            lambda: apartment_of(whole_register),
            standing,
        ):
            with counting(whole_register) as statements:
                read()
            counts.append(len(statements))
        return counts

    def standing() -> None:
        with whole_register.read() as session:
            standing_on(session, person_id(session, "P-0002"), on=DAY)

    before = questions()
    with whole_register.begin() as session:
        lease = session.get_one(LeaseRow, lease_id(session, "V-1002"))
        for number in range(10):
            more = LeaseRow(lease_no=f"X-{number}", apartment_id=lease.apartment_id, starts_on=SINCE)
            session.add(more)
            session.flush()
            for person_no in ("P-0002", "P-0004", "P-0005"):
                person = person_id(session, person_no)
                session.add(LeasePartyRow(lease_id=more.id, person_id=person, role="tenant"))
            session.add(ChargeRow(charge_no=f"X-{number}", lease_id=more.id, kind="fee", due_on=SINCE, amount_cents=1))
    assert questions() == before
    assert max(before) < 34
