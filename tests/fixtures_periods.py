"""Letting what is over its period go in two steps, as days pass: listed, seen for two weeks, gone."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from fixtures_rights import HandClock, Office
from sqlalchemy import delete, func, select

from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.charges import ChargeKind, ChargeRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.person_roles import OwnRole, PersonRoleRow
from ledger_link.tables.persons import PersonRow
from privacy.retention.doubts import HaltKind
from privacy.retention.register_rows import RowsReport, keep_periods
from privacy.retention.retention_rows import HoldRow, RowDeletionRow
from privacy.retention.scheduling import WAIT
from privacy.retention.settings import RetentionSettings
from rights.audit.trail import Action
from rights.tables import AuditRow
from storage.database.engine import Database

UNTIL_GONE = WAIT + timedelta(days=1)
TWO_YEARS = RetentionSettings(applicant_years=2)
APPLIED_ON = date(2024, 10, 1)  # the period of which is over on 2.11.2026, when the tests begin
YEAR_END = date(2019, 12, 31)  # the last free day of 2026


def let_go(database: Database, settings: RetentionSettings, *, clock: HandClock) -> int:
    """List what is over now, and let it go two weeks later; give how many rows went.

    The clock is put back after, and what got onto the list on that later day is taken from it.
    """
    now = clock.moment
    keep_periods(database, settings, clock=clock)
    clock.moment = now + UNTIL_GONE
    report = keep_periods(database, settings, clock=clock)
    with database.begin() as session:
        session.execute(delete(RowDeletionRow).where(RowDeletionRow.scheduled_at == clock.moment))
    clock.moment = now
    return report.deleted


@dataclass
class Keeper:
    """The office with the daily run of what is no call."""

    office: Office
    settings: RetentionSettings = TWO_YEARS

    def run(self, *halted: HaltKind) -> RowsReport:
        return keep_periods(self.office.database, self.settings, frozenset(halted), clock=self.office.clock)

    def pass_days(self, count: int) -> None:
        self.office.clock.advance(days=count)

    def applicant(self) -> int:
        person_id = self.office.add_person("Hilja", "Hakija", "+358401000077")
        with self.office.database.begin() as session:
            session.add(PersonRoleRow(person_id=person_id, role=OwnRole.APPLICANT, starts_on=APPLIED_ON))
        return person_id

    def persons(self) -> set[int]:
        with self.office.database.read() as session:
            return set(session.scalars(select(PersonRow.id)))

    def states(self) -> dict[tuple[str, str], str]:
        with self.office.database.read() as session:
            return {(row.kind, row.subject): row.state for row in session.scalars(select(RowDeletionRow))}

    def state(self) -> str:
        (state,) = self.states().values()
        return state

    def goes_on(self) -> date:
        with self.office.database.read() as session:
            return session.scalars(select(RowDeletionRow.goes_on)).one()

    def hold(self, person_id: int) -> int:
        with self.office.database.begin() as session:
            row = HoldRow(
                person_id=person_id,
                reason="riita",
                review_on=date(2030, 1, 1),
                put_by="outi",
                put_at=self.office.clock.now(),
            )
            session.add(row)
            session.flush()
            return row.id

    def end_hold(self, hold_id: int) -> None:
        with self.office.database.begin() as session:
            session.execute(delete(HoldRow).where(HoldRow.id == hold_id))

    def audited(self, action: Action) -> list[dict[str, object]]:
        with self.office.database.read() as session:
            rows = session.scalars(select(AuditRow.plain_detail).where(AuditRow.action == action).order_by(AuditRow.id))
            return [json.loads(row or "{}") for row in rows]

    def lease(self, lease_no: str) -> int:
        with self.office.database.begin() as session:
            building = session.scalars(select(BuildingRow)).first() or BuildingRow(
                building_no="T-1", name="Talo", street_address="Katu 1", postal_code="00100", city="Helsinki"
            )
            session.add(building)
            session.flush()
            home = ApartmentRow(
                apartment_no=f"A-{lease_no}",
                building_id=building.id,
                entrance="A",
                door_number=(session.scalar(select(func.count(ApartmentRow.id))) or 0) + 1,
                sub_letter="",
            )
            session.add(home)
            session.flush()
            row = LeaseRow(lease_no=lease_no, apartment_id=home.id, starts_on=date(2015, 1, 1))
            session.add(row)
            session.flush()
            return row.id

    def rent(self, lease_id: int, on: date, *, paid: bool = True) -> None:
        """Charge a rent on a day, and have it paid on the same one."""
        with self.office.database.begin() as session:
            number = (session.scalar(select(func.count(ChargeRow.id))) or 0) + 1
            session.add(
                ChargeRow(
                    charge_no=f"L-{number}", lease_id=lease_id, kind=ChargeKind.RENT, due_on=on, amount_cents=50_000
                )
            )
            if paid:
                session.add(self._payment(f"M-{number}", on, lease_id))

    def stray_payment(self, on: date) -> None:
        with self.office.database.begin() as session:
            number = session.scalar(select(func.count(PaymentRow.id))) or 0
            session.add(self._payment(f"X-{number}", on, None))

    @staticmethod
    def _payment(number: str, on: date, lease_id: int | None) -> PaymentRow:
        return PaymentRow(payment_no=number, lease_id=lease_id, paid_on=on, amount_cents=50_000, payer_name="Aino")

    def vouchers(self) -> int:
        with self.office.database.read() as session:
            return sum(session.scalar(select(func.count(table.id))) or 0 for table in (ChargeRow, PaymentRow))
