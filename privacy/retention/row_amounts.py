"""How much besides calls would go today, of how much: the doubts of number (:mod:`privacy.retention.guard`).

Vouchers are freed a financial year at a time, all on one day. So as many as that year had are no cause for doubt; more
are: a first run over an old ledger, or an import that says of everything that it was paid.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.deposits import DepositRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.reminders import ReminderRow
from privacy.cases.case_rows import CaseRow
from privacy.disclosures.handover_rows import HandoverRow
from privacy.retention.deletion_state import State
from privacy.retention.doubts import A_DAY, ALWAYS_ALLOWED, Doubt, HaltKind, too_many
from privacy.retention.halts import amount_of_word
from privacy.retention.period import day_in_finland
from privacy.retention.retention_rows import RowDeletionRow
from privacy.retention.row_kind import STOPPED_BY, VOUCHERS, RowKind

_VOUCHER_DAYS = (
    (ChargeRow.id, ChargeRow.due_on),
    (PaymentRow.id, PaymentRow.paid_on),
    (ReminderRow.id, ReminderRow.sent_on),
    (DepositRow.id, DepositRow.returned_on),
)


def too_many_rows(session: Session, *, percent: int, now: datetime) -> Iterator[Doubt]:
    """Doubt each kind of which more would go today than ``percent`` of all there are."""
    row = RowDeletionRow
    due = _sums(session, row.state == State.SCHEDULED, row.goes_on <= day_in_finland(now))
    gone = _sums(session, row.state == State.DONE, row.done_at > now - A_DAY)
    for kind, count in due.items():
        if count + gone[kind] <= ALWAYS_ALLOWED:
            continue
        doubt = too_many(
            kind=kind,
            due=count,
            gone=gone[kind],
            calls=_all(session, kind) + gone[kind],
            percent=percent,
            permitted=amount_of_word(session, kind=kind, now=now),
            expected=_newest_year(session) if kind is HaltKind.VOUCHERS else 0,
        )
        if doubt is not None:
            yield doubt


def _sums(session: Session, *conditions: ColumnElement[bool]) -> Counter[HaltKind]:
    row = RowDeletionRow
    sums: Counter[HaltKind] = Counter()
    for kind, count in session.execute(select(row.kind, func.sum(row.rows)).where(*conditions).group_by(row.kind)):
        sums[STOPPED_BY[RowKind(kind)]] += int(count)
    return sums


def _all(session: Session, kind: HaltKind) -> int:
    ids = {
        HaltKind.PERSONS: (PersonRow.id,),
        HaltKind.CASES: (CaseRow.id,),
        HaltKind.HANDOVERS: (HandoverRow.id,),
        HaltKind.VOUCHERS: tuple(key for key, _ in _VOUCHER_DAYS),
    }
    return sum(session.scalar(select(func.count(key))) or 0 for key in ids[kind])


def _newest_year(session: Session) -> int:
    """Count the vouchers of the year that ends with the newest day on the list."""
    row = RowDeletionRow
    last: date | None = session.scalar(
        select(func.max(row.through)).where(row.kind.in_(VOUCHERS), row.state == State.SCHEDULED)
    )
    if last is None:
        return 0
    first = last.replace(year=last.year - 1, day=min(last.day, 28))
    return sum(
        session.scalar(select(func.count(key)).where(day > first, day <= last)) or 0 for key, day in _VOUCHER_DAYS
    )
