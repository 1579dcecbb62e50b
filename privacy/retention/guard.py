"""The guard of the retention: looks at the clock, and at how much would go, before anything goes by a period.

The clock is believed while it goes on without a leap from the last run, by the audit's signed checkpoints that lie
between, and while no other clock (the database's, the object store's) is behind it. Where the house was away for longer
than the settings allow, somebody has to say that the clock is right (``tallenne retention go-on``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError, RefusedError
from privacy.retention.deletion_state import Because, State
from privacy.retention.doubts import A_DAY, ALWAYS_ALLOWED, Doubt, HaltKind, apart, leap, too_many
from privacy.retention.halts import amount_of_word, clock_of_word, give_word, newest_run, note, standing_halts
from privacy.retention.holds import is_held
from privacy.retention.retention_rows import CallDeletionRow
from privacy.retention.row_amounts import too_many_rows
from rights.access.actor import Actor
from rights.audit.chain_rows import CheckpointRow
from storage.database.calls import CallRow
from storage.database.engine import Database

_log = structlog.get_logger("retention")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """``witnesses`` tell the moment of other clocks, by the name of whose they are; None where one tells none."""

    database: Database
    clock: Clock
    most_days_away: int
    most_percent_a_day: int
    witnesses: Mapping[str, Callable[[], datetime | None]] = field(default_factory=dict)

    def doubts(self) -> list[Doubt]:
        """Look, and change nothing. Raise UnavailableError where a witness or the database is away."""
        now = self.clock.now()
        told = {name: moment for name, tell in self.witnesses.items() if (moment := tell()) is not None}
        with self.database.read() as session:
            found = (
                apart(now=now, told=told)
                or leap(now=now, seen=_seen(session), most=timedelta(days=self.most_days_away)),
                self._too_many(session, now=now),
                *too_many_rows(session, percent=self.most_percent_a_day, now=now),
            )
        return [doubt for doubt in found if doubt is not None]

    def halts(self) -> frozenset[HaltKind]:
        """Look, keep what is found as halts, and tell which stand now."""
        doubts = self.doubts()
        kinds = frozenset(doubt.kind for doubt in doubts)
        with self.database.read() as session:
            standing = frozenset(halt.kind for halt in standing_halts(session))
        if kinds != standing:
            with self.database.begin() as session:
                note(session, doubts, clock=self.clock)
            for doubt in doubts:
                _log.error("what goes by a period waits", reason=doubt.what, remedy="tallenne retention go-on")
        return kinds

    def go_on(self, *, reason: str, by: Actor) -> list[Doubt]:
        """Take somebody's word for what is doubted, and give it; the next look of the retention goes on.

        Raises NotFoundError where nothing is doubted, RefusedError where two clocks disagree: one is to be set right.
        """
        doubts = self.doubts()
        if not doubts:
            raise NotFoundError(what="nothing is doubted, the retention goes on by itself")
        if apart_from := next((doubt for doubt in doubts if doubt.needs_clock), None):
            raise RefusedError(what=apart_from.what, remedy="set the clock that is wrong")
        with self.database.begin() as session:
            give_word(session, doubts, reason=reason, by=by, clock=self.clock)
        return doubts

    def _too_many(self, session: Session, *, now: datetime) -> Doubt | None:
        by_policy = CallDeletionRow.because == Because.POLICY
        due = _count(
            session,
            by_policy,
            CallDeletionRow.state == State.SCHEDULED,
            CallDeletionRow.shred_from <= now,
            CallDeletionRow.call_id.not_in(select(CallRow.id).where(is_held())),
        )
        gone = _count(session, by_policy, CallDeletionRow.key_erased_at > now - A_DAY)
        gone += _count(session, by_policy, CallDeletionRow.state == State.SHREDDING)
        if due + gone <= ALWAYS_ALLOWED:
            return None
        calls = (session.scalar(select(func.count(CallRow.id))) or 0) + gone
        permitted = amount_of_word(session, now=now)
        return too_many(due=due, gone=gone, calls=calls, percent=self.most_percent_a_day, permitted=permitted)


def _seen(session: Session) -> list[datetime]:
    """Give the moments that are believed: that of the last run, or of a word after it, and the checkpoints' since."""
    run = newest_run(session)
    began = clock_of_word(session, newest_run=run.id if run else None) or (run.began_at if run else None)
    if began is None:
        return []
    made_at = CheckpointRow.made_at
    return [began, *session.scalars(select(made_at).where(made_at > began))]


def database_moment(database: Database) -> datetime | None:
    """Tell the moment by the clock of the database's machine; SQLite is on ours, and tells none."""
    if database.engine.dialect.name != "postgresql":
        return None
    with database.read() as session:
        moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(CallDeletionRow.call_id)).where(*conditions)) or 0
