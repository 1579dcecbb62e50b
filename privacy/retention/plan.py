"""The plan: what goes when by the policies as they stand. Looking at it changes nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, func, select, type_coerce
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.retention.deletion_state import UNDER_WAY, State
from privacy.retention.holds import held_among, is_held
from privacy.retention.period import day_in_finland
from privacy.retention.policies import Keeping, Rules
from privacy.retention.retention_rows import CallDeletionRow, CallPurposeRow
from storage.database.calls import CallRow

CALLS_A_PAGE = 1000
AN_HOUR = timedelta(hours=1)
_TO_THE_HOUR = len("2026-11-23 12")
_SCHEDULED = (State.SCHEDULED, *UNDER_WAY)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call with how long it is kept. ``is_held``, told of those alone that are over: it stays all the same."""

    call_id: str
    keeping: Keeping
    is_held: bool


@dataclass(slots=True)
class Plan:
    """How many calls go when. ``by_month`` counts what goes later by the first day of the month."""

    today: date
    due: int = 0
    held: int = 0
    scheduled: int = 0
    without_period: int = 0
    by_month: Counter[date] = field(default_factory=Counter)
    by_policy: Counter[str] = field(default_factory=Counter)

    @property
    def later(self) -> int:
        """How many calls go after today."""
        return sum(self.by_month.values())

    def add(self, keeping: Keeping, *, held: int, free: int) -> None:
        """Count calls of one keeping, none of which is scheduled; ``held`` is asked of those that are over alone."""
        if keeping.until is None:
            self.without_period += held + free
        elif keeping.until > self.today:
            self.by_month[keeping.until.replace(day=1)] += held + free
        else:
            self.held += held
            if free:
                self.due += free
                self.by_policy[str(keeping.policy)] += free


def plan(session: Session, *, rules: Rules, clock: Clock) -> Plan:
    """Tell what would go when, without doing anything.

    Calls of one service that ended in the same hour have the same period, so these are counted by the database; those
    that somebody reserved are looked at one by one.
    """
    made = Plan(today=day_in_finland(clock.now()))
    going = select(CallDeletionRow.call_id).where(CallDeletionRow.state.in_(_SCHEDULED))
    made.scheduled = session.scalar(select(func.count()).select_from(going.subquery())) or 0
    reserved = select(CallPurposeRow.call_id)
    rest = (CallRow.id.not_in(going), CallRow.id.not_in(reserved))
    over: dict[tuple[str, datetime], tuple[Keeping, int]] = {}
    for (service, hour), count in _by_hour(session, *rest).items():
        keeping = rules.keeping(service=service, reserved=(), ended_on=day_in_finland(hour))
        if keeping.until is not None and keeping.until <= made.today:
            over[service, hour] = (keeping, count)
        else:
            made.add(keeping, held=0, free=count)
    if over:
        until = max(hour for _, hour in over) + AN_HOUR
        held = _by_hour(session, *rest, CallRow.ended_at < until, is_held())
        for key, (keeping, count) in over.items():
            made.add(keeping, held=held.get(key, 0), free=count - held.get(key, 0))
    for call in planned_calls(
        session, rules=rules, today=made.today, only=reserved.where(CallPurposeRow.call_id.not_in(going))
    ):
        made.add(call.keeping, held=int(call.is_held), free=int(not call.is_held))
    return made


def planned_calls(
    session: Session, *, rules: Rules, today: date, only: Select[str] | None = None
) -> Iterator[PlannedCall]:
    """Walk calls by id with their keeping: all, or those whose ids ``only`` selects."""
    after = ""
    while True:
        wanted = (
            select(CallRow.id, CallRow.service_number, CallRow.ended_at)
            .where(CallRow.id > after)
            .order_by(CallRow.id)
            .limit(CALLS_A_PAGE)
        )
        if only is not None:
            wanted = wanted.where(CallRow.id.in_(only))
        page = session.execute(wanted).all()
        if not page:
            return
        reserved = _reserved(session, first=page[0].id, last=page[-1].id)
        keepings = {
            row.id: rules.keeping(
                service=row.service_number,
                reserved=frozenset(reserved.get(row.id, ())),
                ended_on=day_in_finland(row.ended_at),
            )
            for row in page
        }
        over = [call_id for call_id, keeping in keepings.items() if keeping.until and keeping.until <= today]
        held = held_among(session, over)
        for call_id, keeping in keepings.items():
            yield PlannedCall(call_id=call_id, keeping=keeping, is_held=call_id in held)
        after = page[-1].id


def _reserved(session: Session, *, first: str, last: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in session.execute(
        select(CallPurposeRow.call_id, CallPurposeRow.purpose).where(CallPurposeRow.call_id.between(first, last))
    ):
        found.setdefault(row.call_id, []).append(row.purpose)
    return found


def _by_hour(session: Session, *conditions: ColumnElement[bool]) -> dict[tuple[str, datetime], int]:
    """Count calls by their service and the hour in which they ended: Finland's days begin with an hour of UTC."""
    ended_at = CallRow.ended_at
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    hour = (
        func.substr(type_coerce(ended_at, String), 1, _TO_THE_HOUR) if is_sqlite else func.date_trunc("hour", ended_at)
    )
    wanted = (
        select(CallRow.service_number, hour, func.count()).where(*conditions).group_by(CallRow.service_number, hour)
    )
    return {
        (service, datetime.fromisoformat(f"{began}:00+00:00") if is_sqlite else began): count
        for service, began, count in session.execute(wanted)
    }
