"""Whose period is over: tenants by their last lease, applicants and possible buyers by the newest day of them.

Invariants
----------
1. A person stays while he is held, or has a call, a decision about a call, a ledger row, a case that is open, or while
   a rule that hides something hangs on him: a turvakielto hides his numbers in calls of before.
2. Who had a lease and applied again stays until both periods are over; without one for applicants, who applied after
   his last lease stays.
3. Nobody goes by a period that the house has not set.
4. Who has neither a lease nor a role is nobody's to delete: he stays, and is counted (:func:`roleless_persons`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Date, Table, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.deposits import DepositRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.person_roles import PersonRoleRow
from ledger_link.tables.persons import PersonRow
from privacy.cases.case_rows import CaseRow
from privacy.retention.holds import held_persons
from privacy.retention.period import midnight
from privacy.retention.person_rows import about_persons, needing_persons
from privacy.retention.settings import RetentionSettings
from storage.database.base import UtcDateTime

_TELLS_NO_DAY = ("travel_documents",)  # a passport is valid for years after its holder was last seen


@dataclass(frozen=True, slots=True)
class PersonDays:
    """The newest day of a last lease, and of an application, after which a person has been kept for long enough.

    None where the house has set no such period.
    """

    leased_until: date | None
    applied_until: date | None

    @classmethod
    def of(cls, settings: RetentionSettings, today: date) -> "PersonDays":
        """Count the years of the settings back from a day."""
        leased, applied = settings.register_person_years, settings.applicant_years
        return cls(
            None if leased is None else _years_before(today, leased),
            None if applied is None else _years_before(today, applied),
        )

    def tenants(self, session: Session, *, among: Collection[int] | None = None) -> list[int]:
        """Give who had a lease, and whose period is over; nobody where none is set."""
        if self.leased_until is None:
            return []
        return free_tenants(session, until=self.leased_until, applied_until=self.applied_until, among=among)

    def applicants(self, session: Session, *, among: Collection[int] | None = None) -> list[int]:
        """Give who never had a lease, and whose period is over; nobody where none is set."""
        if self.applied_until is None:
            return []
        return free_applicants(session, until=self.applied_until, among=among)


def free_tenants(
    session: Session, *, until: date, applied_until: date | None, among: Collection[int] | None = None
) -> list[int]:
    """Give the persons whose last lease ended on ``until`` or before and whom nothing needs, by id.

    ``applied_until`` is the newest day on which one may have applied, or an application ended; None: the day on which
    his own last lease ended.
    """
    last = (
        select(func.max(func.coalesce(LeasePartyRow.ends_on, LeaseRow.ends_on, date.max)))
        .select_from(LeasePartyRow)
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .where(LeasePartyRow.person_id == PersonRow.id)
        .correlate(PersonRow)
        .scalar_subquery()
    )
    newest = func.coalesce(PersonRoleRow.ends_on, PersonRoleRow.starts_on)
    later = newest > (last if applied_until is None else applied_until)
    applied = exists().where(PersonRoleRow.person_id == PersonRow.id, later)
    return _free(session, last <= until, ~applied, ~_has_ledger(), among=among)


def free_applicants(session: Session, *, until: date, among: Collection[int] | None = None) -> list[int]:
    """Give who applied and never had a lease, of whom ``until`` or a day before is the newest, and whom nothing needs.

    An application that the register never ended counts from its beginning: what was done about it has days of its own.
    """
    later = [_seen(table, column, after=until) for table, column in _dated()]
    return _free(session, ~_had_a_lease(), _has_a_role(), ~or_(*later), among=among)


def roleless_persons(session: Session) -> int:
    """Count the persons who never had a lease nor a role: the register does not say what they are kept for."""
    wanted = select(func.count(PersonRow.id)).where(~_had_a_lease(), ~_has_a_role())
    return session.scalar(wanted) or 0


def _years_before(today: date, years: int) -> date:
    return today.replace(year=today.year - years, day=min(today.day, 28))  # never later than the very day


def _free(session: Session, *over: ColumnElement[bool], among: Collection[int] | None) -> list[int]:
    wanted = select(PersonRow.id).where(PersonRow.non_disclosure.is_(False), *over, ~_is_needed())
    if among is not None:
        wanted = wanted.where(PersonRow.id.in_(list(among)))
    held = held_persons(session)
    return [person_id for person_id in session.scalars(wanted.order_by(PersonRow.id)) if person_id not in held]


def _is_needed() -> ColumnElement[bool]:
    """Say in SQL of a person whether anything but his own records refers to him: a call, a decision, an open case."""
    return or_(
        exists().where(CaseRow.person_id == PersonRow.id, CaseRow.closed_at.is_(None)),
        *(exists().where(table.c[column] == PersonRow.id, _stands(table)) for table, column in needing_persons()),
    )


def _stands(table: Table) -> ColumnElement[bool]:
    """Say in SQL of a row that it is not over: an exclusion that was ended keeps nobody, and goes with him."""
    return table.c["ended_at"].is_(None) if "ended_at" in table.columns else true()


def _had_a_lease() -> ColumnElement[bool]:
    return exists().where(LeasePartyRow.person_id == PersonRow.id)


def _has_a_role() -> ColumnElement[bool]:
    return exists().where(PersonRoleRow.person_id == PersonRow.id)


def _dated() -> Iterator[tuple[Table, str]]:
    for table, column in about_persons():
        if table.name not in _TELLS_NO_DAY and next(_days(table), None) is not None:
            yield table, column


def _days(table: Table) -> Iterator[ColumnElement[date]]:
    """Give a table's days and moments."""
    return (column for column in table.columns if isinstance(column.type, Date | UtcDateTime))


def _seen(table: Table, column: str, *, after: date) -> ColumnElement[bool]:
    """Say in SQL of a person whether a table has a day of him that is after another."""
    began = midnight(after + timedelta(days=1))
    later = (day >= began if isinstance(day.type, UtcDateTime) else day > after for day in _days(table))
    return exists().where(table.c[column] == PersonRow.id, or_(*later))


def _has_ledger() -> ColumnElement[bool]:
    """Say in SQL of a person whether any lease of his has vouchers still."""
    party = LeasePartyRow.person_id == PersonRow.id
    return or_(
        *(
            exists().where(and_(party, row.lease_id == LeasePartyRow.lease_id))
            for row in (ChargeRow, PaymentRow, DepositRow)
        )
    )
