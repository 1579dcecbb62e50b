"""Halts: that nothing, or nothing of a kind, goes by a period for now, because clock or number is doubted.

A halt stands until what was doubted is well again, or until an operator says that it is as it should be. What two
people decided in a case goes all the same, and what was begun is brought to its end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.retention.doubts import OF_ROWS, Doubt, HaltKind
from privacy.retention.house_actor import HOUSE
from privacy.retention.retention_rows import RetentionHaltRow, RetentionRunRow
from rights.access.actor import Actor
from rights.access.stated_reason import stated_reason
from rights.audit.trail import Action, record

WORD_STANDS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Halt:
    """A halt that stands; ``what`` is in English, for whoever keeps the system up."""

    kind: HaltKind
    found_at: datetime
    what: str
    calls: int

    def __str__(self) -> str:
        stopped = f"none of the {self.kind} goes by its period" if self.kind in OF_ROWS else "nothing goes by a policy"
        return f"{stopped}: {self.what}"


def standing_halts(session: Session) -> list[Halt]:
    """Give the halts that stand, the oldest first."""
    rows = session.scalars(_standing().order_by(RetentionHaltRow.id))
    return [Halt(HaltKind(row.because), row.found_at, row.what, row.calls) for row in rows]


def note(session: Session, doubts: Collection[Doubt], *, clock: Clock) -> None:
    """Let a halt stand for each doubt, and for nothing else."""
    doubted = {doubt.kind: doubt for doubt in doubts}
    standing = {HaltKind(row.because): row for row in session.scalars(_standing().with_for_update())}
    for kind in doubted.keys() - standing.keys():
        _halt(session, doubted[kind], clock=clock)
        _record(session, Action.RETENTION_HALTED, kind, doubted[kind].what, by=HOUSE, clock=clock)
    for kind in standing.keys() - doubted.keys():
        _end(session, standing[kind], by=HOUSE, reason=None, clock=clock)
        _record(session, Action.RETENTION_WENT_ON, kind, standing[kind].what, by=HOUSE, clock=clock)


def give_word(session: Session, doubts: Collection[Doubt], *, reason: str, by: Actor, clock: Clock) -> None:
    """Let what is doubted be as it should: this clock from now on, so many of a kind in the next 24 hours.

    Raise BadDataError for a reason that is empty or too long.
    """
    tidy = stated_reason(reason)
    standing = {HaltKind(row.because): row for row in session.scalars(_standing().with_for_update())}
    for doubt in doubts:
        row = standing.get(doubt.kind) or _halt(session, doubt, clock=clock)
        row.calls = doubt.calls
        _end(session, row, by=by, reason=tidy, clock=clock)
        _record(session, Action.RETENTION_WENT_ON, doubt.kind, doubt.what, by=by, clock=clock, reason=tidy)


def clock_of_word(session: Session, *, newest_run: int | None) -> datetime | None:
    """Give the moment at which somebody last said that the clock is right; None where a run was after it, or none."""
    word = _last_word(session, HaltKind.CLOCK)
    return word.ended_at if word is not None and word.run_before == newest_run else None


def amount_of_word(session: Session, *, kind: HaltKind = HaltKind.AMOUNT, now: datetime) -> int:
    """Tell how many calls, or of another kind, somebody said may go, in the last 24 hours."""
    word = _last_word(session, kind)
    if word is None or word.ended_at is None or not now - WORD_STANDS <= word.ended_at <= now:
        return 0
    return word.calls


def newest_run(session: Session, *, is_ended: bool = False) -> RetentionRunRow | None:
    """Give the newest run, ended or not; with ``is_ended`` the newest that came to its end."""
    runs = select(RetentionRunRow).order_by(RetentionRunRow.id.desc()).limit(1)
    return session.scalar(runs.where(RetentionRunRow.ended_at.is_not(None)) if is_ended else runs)


def _standing() -> Select[RetentionHaltRow]:
    return select(RetentionHaltRow).where(RetentionHaltRow.ended_at.is_(None))


def _last_word(session: Session, kind: HaltKind) -> RetentionHaltRow | None:
    wanted = select(RetentionHaltRow).where(RetentionHaltRow.because == kind, RetentionHaltRow.reason.is_not(None))
    return session.scalar(wanted.order_by(RetentionHaltRow.id.desc()).limit(1))


def _halt(session: Session, doubt: Doubt, *, clock: Clock) -> RetentionHaltRow:
    row = RetentionHaltRow(because=doubt.kind, found_at=clock.now(), what=doubt.what, calls=doubt.calls)
    session.add(row)
    session.flush()
    return row


def _end(session: Session, row: RetentionHaltRow, *, by: Actor, reason: str | None, clock: Clock) -> None:
    run = newest_run(session)
    row.ended_at, row.ended_by, row.reason = clock.now(), by.login, reason
    row.run_before = run.id if run else None
    session.flush()


def _record(
    session: Session, action: Action, kind: HaltKind, what: str, *, by: Actor, clock: Clock, reason: str | None = None
) -> None:
    detail = {"because": kind.value, "told": what} | ({"reason": reason} if reason else {})
    record(session, actor=by, action=action, detail=detail, clock=clock)
