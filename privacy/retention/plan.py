"""The plan: what goes when by the policies as they stand. Looking at it changes nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.retention.deletion_state import UNDER_WAY, State
from privacy.retention.holds import held_among
from privacy.retention.period import day_in_finland
from privacy.retention.policies import Keeping, Rules
from privacy.retention.retention_rows import CallDeletionRow, CallPurposeRow
from storage.database.calls import CallRow

CALLS_A_PAGE = 1000
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


def plan(session: Session, *, rules: Rules, clock: Clock) -> Plan:
    """Tell what would go when, without doing anything: every call is looked at."""
    made = Plan(today=day_in_finland(clock.now()))
    going = select(CallDeletionRow.call_id).where(CallDeletionRow.state.in_(_SCHEDULED))
    scheduled = set(session.scalars(going))
    made.scheduled = len(scheduled)
    for call in planned_calls(session, rules=rules, today=made.today):
        if call.call_id in scheduled:
            continue
        until = call.keeping.until
        if until is None:
            made.without_period += 1
        elif until <= made.today and call.is_held:
            made.held += 1
        elif until <= made.today:
            made.due += 1
            made.by_policy[str(call.keeping.policy)] += 1
        else:
            made.by_month[until.replace(day=1)] += 1
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
