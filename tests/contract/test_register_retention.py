"""Ledger data and persons of the register go by their own periods, and no balance changes by it."""

from datetime import date

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_periods import let_go
from fixtures_rights import Office
from fixtures_statement import Statement
from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.orm import Session

from ledger_link.ledger.ledger import ledger_of
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.charges import ChargeKind, ChargeRow
from ledger_link.tables.deposits import DepositKind, DepositRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.reminders import ReminderRow
from privacy.cases.handling import withdraw
from privacy.retention.person_periods import free_tenants
from privacy.retention.person_rows import delete_person
from privacy.retention.proofs import proofs
from privacy.retention.register_rows import plan_register
from privacy.retention.retention_rows import HoldRow
from privacy.retention.settings import RetentionSettings
from rights.access.exclusion_rows import ExclusionRow
from rights.audit.trail import Action
from rights.tables import AuditRow
from storage.database.calls import CallRow, RecordingRow

SIX_YEARS = RetentionSettings()


@pytest.mark.parametrize(
    ("ends", "today", "last"),
    [
        ("12-31", date(2026, 11, 2), date(2019, 12, 31)),
        ("12-31", date(2027, 1, 1), date(2020, 12, 31)),
        ("06-30", date(2026, 11, 2), date(2019, 6, 30)),
    ],
)
def test_vouchers_are_free_six_years_after_the_end_of_their_year(ends: str, today: date, last: date) -> None:
    assert RetentionSettings(financial_year_ends=ends).last_free_day(today) == last


def test_a_shorter_time_than_the_law_asks_for_is_refused() -> None:
    for wrong in ({"voucher_years": 5}, {"financial_year_ends": "02-29"}, {"financial_year_ends": "13-01"}):
        with pytest.raises(ValueError, match="1 validation error"):
            RetentionSettings.model_validate(wrong)


class Ledger:
    """A lease since 2015: settled at the end of 2016, in arrears since February 2017 until 2018, and today."""

    def __init__(self, office: Office) -> None:
        self.office, self.person = office, office.add_person("Aino", "Virtanen")
        with office.database.begin() as session:
            building = BuildingRow(
                building_no="T-1", name="Talo", street_address="Katu 1", postal_code="00100", city="Helsinki"
            )
            session.add(building)
            session.flush()
            apartment = ApartmentRow(
                apartment_no="T-1-A1", building_id=building.id, entrance="A", door_number=1, sub_letter=""
            )
            session.add(apartment)
            session.flush()
            lease = LeaseRow(lease_no="V-1", apartment_id=apartment.id, starts_on=date(2015, 1, 1))
            session.add(lease)
            session.flush()
            self.lease = lease.id
            session.add(LeasePartyRow(lease_id=lease.id, person_id=self.person, role=PartyRole.TENANT))
            self._fill(session)

    def _fill(self, session: Session) -> None:
        def charge(number: int, on: date, cents: int) -> ChargeRow:
            return ChargeRow(
                charge_no=f"L-{number}", lease_id=self.lease, kind=ChargeKind.RENT, due_on=on, amount_cents=cents
            )

        def payment(number: int, on: date, cents: int, lease: int | None) -> PaymentRow:
            return PaymentRow(
                payment_no=f"M-{number}", lease_id=lease, paid_on=on, amount_cents=cents, payer_name="Aino Virtanen"
            )

        reminder = {"lease_id": self.lease, "level": 1, "amount_cents": 1, "fee_cents": 500}
        session.add_all(
            [
                charge(1, date(2015, 2, 1), 50_000),
                payment(1, date(2015, 2, 10), 30_000, self.lease),
                payment(2, date(2016, 12, 30), 20_000, self.lease),
                charge(2, date(2017, 2, 1), 51_000),
                payment(3, date(2017, 3, 1), 50_000, self.lease),
                charge(3, date(2026, 10, 1), 60_000),
                payment(4, date(2016, 5, 5), 777, None),
                ReminderRow(reminder_no="H-1", sent_on=date(2015, 5, 1), due_on=date(2015, 5, 15), **reminder),
                ReminderRow(reminder_no="H-2", sent_on=date(2017, 5, 1), due_on=date(2017, 5, 15), **reminder),
                DepositRow(
                    deposit_no="K-1",
                    lease_id=self.lease,
                    kind=DepositKind.CASH,
                    amount_cents=1,
                    received_on=date(2015, 1, 1),
                ),
            ]
        )

    def balance(self) -> object:
        with self.office.database.read() as session:
            told = ledger_of(session, self.lease, on=date(2026, 11, 2))
        return told.allocation.balance_cents, told.allocation.open_charges

    def left(self) -> dict[str, set[str]]:
        with self.office.database.read() as session:
            return {
                "charges": set(session.scalars(select(ChargeRow.charge_no))),
                "payments": set(session.scalars(select(PaymentRow.payment_no))),
                "reminders": set(session.scalars(select(ReminderRow.reminder_no))),
                "deposits": set(session.scalars(select(DepositRow.deposit_no))),
            }


@pytest.fixture
def ledger(office: Office) -> Ledger:
    return Ledger(office)


def test_what_is_settled_and_old_goes_and_no_balance_changes(ledger: Ledger) -> None:
    database, clock = ledger.office.database, ledger.office.clock
    before = ledger.balance()
    with database.read() as session:
        made = plan_register(session, SIX_YEARS, clock=clock)
    assert made.rows == {"reminders": 1, "charges": 1, "payments": 3}
    assert len(ledger.left()["payments"]) == 4  # nothing was done
    assert let_go(database, SIX_YEARS, clock=clock) == 5
    assert ledger.left() == {
        "charges": {"L-2", "L-3"},
        "payments": {"M-3"},
        "reminders": {"H-2"},
        "deposits": {"K-1"},
    }
    assert ledger.balance() == before
    assert let_go(database, SIX_YEARS, clock=clock) == 0
    with database.read() as session:
        told = {(proof.subject, proof.rows) for proof in proofs(session)}
        actions = session.scalars(select(AuditRow.action)).all()
    assert told == {("reminders", 1), ("charges", 1), ("payments", 2), ("payments", 1)}
    assert actions.count(Action.REGISTER_ROWS_DELETED) == 4


def test_nothing_of_a_held_persons_lease_goes(ledger: Ledger) -> None:
    database, clock = ledger.office.database, ledger.office.clock
    hold = {"reason": "claim", "review_on": date(2027, 1, 1), "put_by": "liisa", "put_at": clock.now()}
    with database.begin() as session:
        session.add(HoldRow(person_id=ledger.person, **hold))
    assert let_go(database, SIX_YEARS, clock=clock) == 1  # the payment that is nobody's
    assert len(ledger.left()["charges"]) == 3


def test_nothing_goes_of_what_somebody_asked_a_copy_of(ledger: Ledger) -> None:
    """What he asked for must not be less by the day on which he gets it."""
    desk = PrivacyDesk(ledger.office)
    desk.aino_id = ledger.person
    case_no, database, clock = desk.open().case_no, ledger.office.database, ledger.office.clock
    assert let_go(database, SIX_YEARS, clock=clock) == 1  # the payment that is nobody's
    assert len(ledger.left()["charges"]) == 3
    with database.begin() as session:
        withdraw(session, case_no, reasons="ei enää", by=desk.officer, clock=clock)
    assert let_go(database, SIX_YEARS, clock=clock) > 0
    assert len(ledger.left()["charges"]) == 2


def test_an_exclusion_keeps_somebody_until_it_is_ended(ledger: Ledger) -> None:
    database, clock = ledger.office.database, ledger.office.clock
    with database.begin() as session:
        for row in (ReminderRow, PaymentRow, ChargeRow, DepositRow):
            session.execute(delete(row))
        session.get_one(LeaseRow, ledger.lease).ends_on = date(2018, 1, 1)
        assert free_tenants(session, until=date(2020, 1, 1), applied_until=date(2020, 1, 1)) == [ledger.person]
        excluded = ExclusionRow(person_id=ledger.person, reason="x", excluded_by="liisa", excluded_at=clock.now())
        session.add(excluded)
        session.flush()
        assert free_tenants(session, until=date(2020, 1, 1), applied_until=date(2020, 1, 1)) == []
        excluded.ended_at, excluded.ended_by, excluded.ended_because = clock.now(), "liisa", "y"
        session.flush()
        assert free_tenants(session, until=date(2020, 1, 1), applied_until=date(2020, 1, 1)) == [ledger.person]
        delete_person(session, ledger.person, clock=clock)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ExclusionRow)) == 0


def test_a_person_goes_when_nothing_needs_him(statement: Statement) -> None:
    """Helmi's lease ends; her calls, then her vouchers have to be gone before she goes with all that is about her."""
    office, clock = statement.office, statement.office.clock
    database, settings = office.database, RetentionSettings(register_person_years=2)
    with database.begin() as session:
        session.get_one(LeaseRow, statement.lease_id).ends_on = date(2026, 12, 31)
        session.add(
            PaymentRow(
                payment_no="M-7302",
                lease_id=statement.lease_id,
                paid_on=date(2026, 12, 31),
                amount_cents=3_111,
                payer_name="Helmi Kirjava",
            )
        )
        for deposit in session.scalars(select(DepositRow)):
            deposit.returned_on, deposit.returned_cents = date(2026, 12, 31), deposit.amount_cents

    def persons() -> set[int]:
        with database.read() as session:
            return set(session.scalars(select(PersonRow.id)))

    everybody = persons()
    clock.advance(days=365 * 3)
    let_go(database, settings, clock=clock)
    assert persons() == everybody  # vouchers and calls
    clock.advance(days=365 * 6)
    let_go(database, settings, clock=clock)
    assert persons() == everybody  # the vouchers went, and only then may they be put on the list
    let_go(database, settings, clock=clock)
    assert persons() == {statement.helmi_id}  # who has calls
    with database.begin() as session:
        session.execute(delete(RecordingRow))
        session.execute(text("DELETE FROM disclosures_played"))
        session.execute(delete(CallRow))
    clock.advance(days=1)
    with database.read() as session:
        planned = plan_register(session, settings, clock=clock).persons
    assert planned == 1
    assert let_go(database, settings, clock=clock) > len(everybody)
    assert persons() == set()
    with database.read() as session:
        for table in inspect(database.engine).get_table_names():
            if table in {"audit", "audit_persons"}:
                continue
            told = str(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 (names of our own)
            for secret in ("Kirjava", "helmi.kirjava@", "401000731", "Piilopolku"):
                assert secret not in told, (table, secret)
        assert session.scalar(select(func.count()).select_from(LeaseRow)) == 1


def test_somebody_with_a_turvakielto_or_a_running_lease_stays(statement: Statement) -> None:
    office, clock = statement.office, statement.office.clock
    settings = RetentionSettings(register_person_years=0)
    clock.advance(days=365 * 30)
    with office.database.read() as session:
        assert plan_register(session, settings, clock=clock).persons == 0  # the lease has no end
    with office.database.begin() as session:
        session.execute(delete(RecordingRow))
        session.execute(text("DELETE FROM disclosures_played"))
        session.execute(delete(CallRow))
        for row in (ChargeRow, PaymentRow, DepositRow, ReminderRow):
            session.execute(delete(row))
        session.get_one(LeaseRow, statement.lease_id).ends_on = date(2026, 12, 31)
        session.get_one(PersonRow, statement.helmi_id).non_disclosure = True
        count = session.scalar(select(func.count()).select_from(LeasePartyRow))
    with office.database.read() as session:
        assert plan_register(session, settings, clock=clock).persons == (count or 0) - 1
