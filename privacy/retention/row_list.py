"""The list of what goes by a period besides calls: put there by the daily run, to be seen for two weeks.

Invariants
----------
1. What a period ends stands on the list for fourteen whole days of Finland's calendar before any of it is deleted.
2. What goes is never more than what was listed: of a lease, the vouchers through the day that stood there, as many.
3. A line is taken off by whatever keeps what it names: a hold, a longer period, an open request, an import. What is
   over again later is listed anew, for another fourteen days.

A page of lines is put on, or taken off, in one transaction with its audit row: a run that dies goes on with the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.retention.deletion_state import State
from privacy.retention.house_actor import HOUSE
from privacy.retention.period import day_in_finland
from privacy.retention.retention_rows import RowDeletionRow
from privacy.retention.row_kind import RowKind
from privacy.retention.row_period import RowPeriod, Share, Shares
from privacy.retention.scheduling import WAIT
from rights.audit.trail import Action, record
from storage.database.engine import Database
from storage.database.pages import pages

LINES_A_TRANSACTION = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list. ``stays``: something keeps what it names now, so the next run takes it off."""

    kind: RowKind
    subject: str
    share: Share
    policy: str
    scheduled_at: datetime
    goes_on: date
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """How much of a kind is on the list: lines, rows (of vouchers; else the lines again), and the first day."""

    lines: int
    rows: int
    first: date


def put_on(database: Database, period: RowPeriod, *, clock: Clock) -> int:
    """List what is over and not on the list; give how many lines were put there."""
    with database.read() as session:
        known = frozenset(session.scalars(select(RowDeletionRow.subject).where(*_scheduled(period.kind))))
        over = {subject: share for subject, share in period.over(session).items() if subject not in known}
    for page in pages(list(over), size=LINES_A_TRANSACTION):
        with database.begin() as session:
            _put_page_on(session, period, {subject: over[subject] for subject in page}, clock=clock)
    return len(over)


def take_off(database: Database, period: RowPeriod, *, clock: Clock) -> int:
    """Take off the list what no period ends any more, or something keeps; give how many lines."""
    with database.read() as session:
        subjects = session.scalars(
            select(RowDeletionRow.subject).where(*_scheduled(period.kind)).order_by(RowDeletionRow.subject)
        ).all()
    count = 0
    for page in pages(subjects, size=LINES_A_TRANSACTION):
        with database.read() as session:
            listed = {row.subject: share_of(row) for row in rows_of(session, period.kind, page)}
            undue = listed.keys() - period.still(session, listed).keys()
        if undue:
            with database.begin() as session:
                rows = rows_of(session, period.kind, sorted(undue), for_update=True)
                count += withdraw(session, period.kind, rows, clock=clock)
    return count


def withdraw(session: Session, kind: RowKind, rows: Sequence[RowDeletionRow], *, clock: Clock) -> int:
    """Let scheduled lines be withdrawn, in the caller's transaction; give how many."""
    for row in rows:
        row.state = State.WITHDRAWN
    if rows:
        detail = {"kind": kind, "subjects": sorted(row.subject for row in rows), "because": "kept"}
        record(session, actor=HOUSE, action=Action.DELETION_WITHDRAWN, detail=detail, clock=clock)
    return len(rows)


def listed(session: Session) -> dict[RowKind, Listed]:
    """Tell how much of each kind is on the list; a kind of which nothing is, is left out."""
    row = RowDeletionRow
    counted = session.execute(
        select(row.kind, func.count(), func.sum(row.rows), func.min(row.goes_on))
        .where(row.state == State.SCHEDULED)
        .group_by(row.kind)
    )
    found = {RowKind(kind): Listed(int(lines), int(rows), first) for kind, lines, rows, first in counted}
    return {kind: found[kind] for kind in RowKind if kind in found}


def lines(session: Session, period: RowPeriod, *, most: int, after: int = 0) -> list[Line]:
    """Give the lines of a kind, the first to go first; ``after`` so many."""
    wanted = (
        select(RowDeletionRow)
        .where(*_scheduled(period.kind))
        .order_by(RowDeletionRow.goes_on, func.length(RowDeletionRow.subject), RowDeletionRow.subject)
        .limit(most)
        .offset(after)
    )
    rows = session.scalars(wanted).all()
    still = period.still(session, {row.subject: share_of(row) for row in rows})
    return [
        Line(
            kind=period.kind,
            subject=row.subject,
            share=share_of(row),
            policy=row.policy,
            scheduled_at=row.scheduled_at,
            goes_on=row.goes_on,
            stays=row.subject not in still,
        )
        for row in rows
    ]


def rows_of(
    session: Session, kind: RowKind, subjects: Sequence[str], *, for_update: bool = False
) -> Sequence[RowDeletionRow]:
    """Give the scheduled lines of some subjects, by their names."""
    wanted = select(RowDeletionRow).where(*_scheduled(kind), RowDeletionRow.subject.in_(subjects))
    if for_update:
        wanted = wanted.with_for_update()
    return session.scalars(wanted.order_by(RowDeletionRow.subject)).all()


def share_of(row: RowDeletionRow) -> Share:
    """Give what a line says that goes."""
    return Share(row.rows, row.through)


def _put_page_on(session: Session, period: RowPeriod, shares: Shares, *, clock: Clock) -> None:
    now = clock.now()
    goes_on = day_in_finland(now) + WAIT + timedelta(days=1)  # whole days: today and that day do not count
    before = session.scalars(
        select(RowDeletionRow).where(RowDeletionRow.kind == period.kind, RowDeletionRow.subject.in_(list(shares)))
    )
    rows = {row.subject: row for row in before}
    for subject, share in shares.items():
        row = rows.get(subject)
        if row is None:
            row = RowDeletionRow(kind=period.kind, subject=subject)
            session.add(row)
        row.state, row.policy, row.done_at = State.SCHEDULED, period.policy, None
        row.through, row.rows = share.through, share.rows
        row.scheduled_at, row.goes_on = now, goes_on
    detail = {"kind": period.kind, "subjects": sorted(shares), "policy": period.policy, "goes_on": goes_on.isoformat()}
    record(session, actor=HOUSE, action=Action.DELETION_SCHEDULED, detail=detail, clock=clock)


def _scheduled(kind: RowKind) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return RowDeletionRow.kind == kind, RowDeletionRow.state == State.SCHEDULED
