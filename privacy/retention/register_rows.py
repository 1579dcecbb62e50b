"""What goes by a period besides calls: what would go, what is on the list, and letting go what was seen for two weeks.

1. *off*   What something keeps again is taken off the list (:mod:`privacy.retention.row_list`).
2. *go*    What was seen for two weeks goes, after its facts were asked again with the holds standing still; a page of
           lines in one transaction with its proof, its audit row and its lines, which are *done* by it.
3. *on*    What is over its period is put on the list; also what was kept by something that went in step 2.

So a run that dies half-way has deleted nothing that it does not prove, and the next one goes on. Of the register
nothing goes while an import runs, and no import is waited for: it goes the next day.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import UnavailableError
from ledger_link.importing.import_lock import import_lock
from privacy.retention.deletion_state import State
from privacy.retention.doubts import HaltKind
from privacy.retention.ledger_rows import count_ledger_rows, delete_unmatched_payments, free_leases
from privacy.retention.old_cases import CASES, free_cases
from privacy.retention.old_handovers import HANDOVERS, free_handovers
from privacy.retention.period import day_in_finland
from privacy.retention.person_periods import PersonDays, roleless_persons
from privacy.retention.retention_lock import lock_for_claim
from privacy.retention.retention_rows import RowDeletionRow
from privacy.retention.row_kind import PERSONS, STOPPED_BY, RowKind
from privacy.retention.row_list import Listed, listed, put_on, rows_of, share_of, take_off, withdraw
from privacy.retention.row_period import RowPeriod
from privacy.retention.row_periods import row_periods
from privacy.retention.settings import RetentionSettings
from rights.audit.subjects import wipe_forgotten
from storage.database.engine import Database
from storage.database.pages import pages

A_PAGE = 100
_NOBODY: frozenset[HaltKind] = frozenset()
_WIPED_FOR = timedelta(days=3)  # a run that died before its last step is made good by the next one


@dataclass(frozen=True, slots=True)
class RowsReport:
    """What a run did with what is no call: lines put on the list and taken off it, rows deleted."""

    scheduled: int = 0
    withdrawn: int = 0
    deleted: int = 0

    @property
    def did_something(self) -> bool:
        """Whether anything changed."""
        return any((self.scheduled, self.withdrawn, self.deleted))


@dataclass(slots=True)
class RegisterPlan:
    """What is over its period today, on the list or not: rows by table, and persons; and how much is on the list.

    ``persons`` had a lease, ``applicants`` never had one; who is ``roleless`` never applied either, and stays.
    """

    vouchers_until: date
    persons_until: date | None
    applicants_until: date | None
    persons: int = 0
    applicants: int = 0
    roleless: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    listed: dict[RowKind, Listed] = field(default_factory=dict)


def plan_register(session: Session, settings: RetentionSettings, *, clock: Clock) -> RegisterPlan:
    """Tell what would go, without doing anything."""
    today = day_in_finland(clock.now())
    ends = PersonDays.of(settings, today)
    made = RegisterPlan(settings.last_free_day(today), ends.leased_until, ends.applied_until)
    free = free_leases(session, until=made.vouchers_until)
    rows = sum(count_ledger_rows(session, free).values(), Counter[str]())
    unmatched = delete_unmatched_payments(session, until=made.vouchers_until, is_dry=True)
    rows[unmatched.table] += unmatched.rows
    made.rows = {table: count for table, count in rows.items() if count}
    if cases := len(free_cases(session, settings, today=today)):
        made.rows[CASES] = cases
    if handovers := len(free_handovers(session, settings, today=today)):
        made.rows[HANDOVERS] = handovers
    made.persons = len(ends.tenants(session))
    made.applicants = len(ends.applicants(session))
    made.roleless = roleless_persons(session)
    made.listed = listed(session)
    return made


def keep_periods(
    database: Database, settings: RetentionSettings, halted: Collection[HaltKind] = _NOBODY, *, clock: Clock
) -> RowsReport:
    """Do the steps for today; nothing goes of what ``halted`` stops."""
    today = day_in_finland(clock.now())
    periods = row_periods(settings, today=today)
    withdrawn = sum(take_off(database, period, clock=clock) for period in periods)
    moving = [period for period in periods if STOPPED_BY[period.kind] not in halted]
    deleted = _let_go(database, (period for period in moving if not period.is_imported), today=today, clock=clock)
    try:
        with import_lock(database):
            imported = (period for period in moving if period.is_imported)
            deleted += _let_go(database, imported, today=today, clock=clock)
    except UnavailableError:
        pass  # the register's turn comes tomorrow
    if _persons_went(database, clock=clock):
        wipe_forgotten(database)
    scheduled = sum(put_on(database, period, clock=clock) for period in periods)
    return RowsReport(scheduled=scheduled, withdrawn=withdrawn, deleted=deleted)


def _let_go(database: Database, periods: Iterable[RowPeriod], *, today: date, clock: Clock) -> int:
    return sum(_let_go_of(database, period, today=today, clock=clock) for period in periods)


def _let_go_of(database: Database, period: RowPeriod, *, today: date, clock: Clock) -> int:
    row = RowDeletionRow
    due = (
        select(row.subject)
        .where(row.kind == period.kind, row.state == State.SCHEDULED, row.goes_on <= today)
        .order_by(row.goes_on, row.scheduled_at, row.subject)
    )
    with database.read() as session:
        subjects = session.scalars(due).all()
    return sum(_delete(database, period, page, clock=clock) for page in pages(subjects, size=A_PAGE))


def _delete(database: Database, period: RowPeriod, page: Sequence[str], *, clock: Clock) -> int:
    with database.begin() as session:
        lock_for_claim(session)
        rows = rows_of(session, period.kind, page, for_update=True)
        still = period.still(
            session, {row.subject: share_of(row) for row in rows}
        )  # a hold may have been put meanwhile
        withdraw(session, period.kind, [row for row in rows if row.subject not in still], clock=clock)
        going = [row for row in rows if row.subject in still]
        if not going:
            return 0
        count = period.delete(session, still, max(row.scheduled_at for row in going), clock)
        for row in going:
            row.state, row.done_at = State.DONE, clock.now()
        return count


def _persons_went(database: Database, *, clock: Clock) -> bool:
    row = RowDeletionRow
    lately = exists().where(row.kind.in_(PERSONS), row.state == State.DONE, row.done_at > clock.now() - _WIPED_FOR)
    with database.read() as session:
        return bool(session.scalar(select(lately)))
