"""Scheduling: what is over its period is put on the list, where everybody concerned may see it for two weeks.

Invariants
----------
1. A call that a policy ends is *scheduled* for ``WAIT`` before anything of it is deleted.
2. A call that a case ends (four eyes) has been seen by two people already: it goes with the next run.
3. Before its shredding is claimed a scheduled call may be withdrawn: by a hold, by a longer policy, by a reservation.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from calls.identity import parse_call_id
from privacy.retention.deletion_state import UNDER_WAY, Because, State, moved
from privacy.retention.holds import held_among
from privacy.retention.house_actor import HOUSE
from privacy.retention.period import day_in_finland
from privacy.retention.plan import PlannedCall, planned_calls
from privacy.retention.policies import Rules
from privacy.retention.retention_lock import lock_holds
from privacy.retention.retention_rows import CallDeletionRow, CallPurposeRow
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask, use
from rights.access.deeds import Deed
from rights.access.permissions import require
from rights.access.stated_reason import stated_reason
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.tables import PurposeRow
from storage.database.calls import CallRow
from storage.database.engine import Database

WAIT = timedelta(days=14)
CALLS_A_TRANSACTION = 200


@dataclass(frozen=True, slots=True)
class ScheduledCall:
    """A call on its way out, as the list shows it."""

    call_id: str
    state: State
    because: Because
    policy: str | None
    case_no: str | None
    scheduled_at: datetime
    shred_from: datetime
    started_at: datetime | None
    service_name: str | None
    is_held: bool


def schedule_due(database: Database, *, rules: Rules, clock: Clock) -> int:
    """Schedule every call whose period is over and that nobody holds; give how many."""
    today = day_in_finland(clock.now())
    with database.read() as session:
        known = {
            row.call_id: State(row.state)
            for row in session.execute(select(CallDeletionRow.call_id, CallDeletionRow.state))
        }
        due = [
            call
            for call in planned_calls(session, rules=rules, today=today)
            if call.keeping.until is not None
            and call.keeping.until <= today
            and not call.is_held
            and known.get(call.call_id, State.WITHDRAWN) is State.WITHDRAWN
        ]
    for batch in _batches(due):
        with database.begin() as session:
            for call in batch:
                _schedule(session, call, clock=clock)
    return len(due)


def withdraw_undue(database: Database, *, rules: Rules, clock: Clock, before_shredding: bool = False) -> int:
    """Take back what a policy scheduled and no policy ends any more, or somebody holds now; give how many.

    ``before_shredding`` looks at those alone that would be shredded now.
    """
    today = day_in_finland(clock.now())
    waiting = select(CallDeletionRow.call_id).where(
        CallDeletionRow.state == State.SCHEDULED, CallDeletionRow.because == Because.POLICY
    )
    if before_shredding:
        waiting = waiting.where(CallDeletionRow.shred_from <= clock.now())
    with database.read() as session:
        undue = [
            call
            for call in planned_calls(session, rules=rules, today=today, only=waiting)
            if call.is_held or call.keeping.until is None or call.keeping.until > today
        ]
    for batch in _batches(undue):
        with database.begin() as session:
            for call in batch:
                why = "hold" if call.is_held else "policy"
                withdraw(session, call.call_id, why=why, by=HOUSE, clock=clock)
    return len(undue)


def withdraw(session: Session, call_id: str, *, why: str, by: Actor, clock: Clock) -> bool:
    """Take a call from the list; False where it is not on it, or its shredding was claimed."""
    row = session.get(CallDeletionRow, call_id, with_for_update=True)
    if row is None or row.state != State.SCHEDULED:
        return False
    row.state = moved(State.SCHEDULED, State.WITHDRAWN)
    record(session, actor=by, action=Action.DELETION_WITHDRAWN, call_id=call_id, detail={"because": why}, clock=clock)
    return True


def scheduled_calls(session: Session, *, most: int = 200) -> list[ScheduledCall]:
    """Give what is on the list or on its way, the first to go first."""
    wanted = (
        select(CallDeletionRow)
        .where(CallDeletionRow.state.in_((State.SCHEDULED, State.SHREDDING, State.EMPTYING)))
        .order_by(CallDeletionRow.shred_from, CallDeletionRow.call_id)
        .limit(most)
    )
    rows = session.scalars(wanted).all()
    ids = [row.call_id for row in rows]
    calls = {call.id: call for call in session.scalars(select(CallRow).where(CallRow.id.in_(ids)))}
    held = held_among(session, ids)
    return [
        ScheduledCall(
            call_id=row.call_id,
            state=State(row.state),
            because=Because(row.because),
            policy=row.policy,
            case_no=row.case_no,
            scheduled_at=row.scheduled_at,
            shred_from=row.shred_from,
            started_at=call.started_at if (call := calls.get(row.call_id)) else None,
            service_name=call.service_name if call else None,
            is_held=row.call_id in held,
        )
        for row in rows
    ]


def erased_at_the_earliest(session: Session, call_id: str) -> datetime | None:
    """Tell from when on a call is erased; None where it is not on the list, or held."""
    row = session.get(CallDeletionRow, call_id)
    if row is None or row.state != State.SCHEDULED or held_among(session, [call_id]):
        return None
    return row.shred_from


def count_by_state(session: Session) -> dict[State, int]:
    """Count the deletions by their state."""
    counted = session.execute(select(CallDeletionRow.state, func.count()).group_by(CallDeletionRow.state))
    return {State(state): int(count) for state, count in counted}


def ask_early_deletion(
    session: Session, *, call_ids: Collection[str], case_no: str, reasons: str, by: Actor, clock: Clock
) -> Approval:
    """Ask a second person to let the calls of a case be deleted before their time (``Deed.DELETE_EARLY``).

    Raises RefusedError without *handle cases*; BadDataError for no calls, unknown ones and held ones.
    """
    require(by, Task.HANDLE_CASES)
    ids = _deletable(session, call_ids)
    return ask(
        session, deed=Deed.DELETE_EARLY, subject=case_no, reason=reasons, by=by, clock=clock, detail={"calls": ids}
    )


def delete_early(
    session: Session,
    *,
    call_ids: Collection[str],
    case_no: str,
    by: Actor,
    clock: Clock,
    not_approved_by: Collection[str] = (),
) -> Approval:
    """Put the approved calls of a case on the list; they go with the next run, a minute or so later.

    Raises RefusedError where a second person, with none of the logins ``not_approved_by``, did not approve exactly
    these; BadDataError as above.
    """
    require(by, Task.HANDLE_CASES)
    lock_holds(session)
    ids = _deletable(session, call_ids)
    detail = {"calls": ids}
    approval = use(
        session,
        deed=Deed.DELETE_EARLY,
        subject=case_no,
        by=by,
        clock=clock,
        detail=detail,
        not_approved_by=not_approved_by,
    )
    now = clock.now()
    for call_id in ids:
        row = session.get(CallDeletionRow, call_id, with_for_update=True)
        if row is None:
            row = CallDeletionRow(call_id=call_id, state=State.SCHEDULED)
            session.add(row)
        elif row.state == State.WITHDRAWN:
            row.state = moved(State.WITHDRAWN, State.SCHEDULED)
        elif row.state != State.SCHEDULED:
            continue
        row.because, row.policy, row.case_no, row.approval_id = Because.CASE, None, case_no, approval.id
        row.scheduled_at, row.scheduled_by, row.shred_from = now, by.login, now
        told = {"because": Because.CASE, "case": case_no}
        record(session, actor=by, action=Action.DELETION_SCHEDULED, call_id=call_id, detail=told, clock=clock)
    session.flush()
    return approval


def reserve(session: Session, call_id: str, *, purpose: str, reason: str, by: Actor, clock: Clock) -> None:
    """Keep a call for a purpose beyond those of its service, for as long as that purpose's period says.

    What a policy had scheduled is taken back at once. Raises RefusedError without the task, BadDataError for an
    unknown purpose, a bad reason, and a call that is not there or on its way out already.
    """
    require(by, Task.MANAGE_RETENTION)
    tidy = stated_reason(reason)
    if session.get(PurposeRow, purpose) is None:
        raise BadDataError(what="no such purpose", where="purpose")
    lock_holds(session)
    (known,) = _known(session, [call_id])
    going = session.get(CallDeletionRow, known, with_for_update=True)
    if going is not None and going.state in {*UNDER_WAY, State.DONE}:
        raise BadDataError(what="the call is erased, or is being erased", where=known)
    if going is not None and going.because == Because.POLICY:
        withdraw(session, known, why="reservation", by=by, clock=clock)
    if session.get(CallPurposeRow, (known, purpose)) is None:
        session.add(
            CallPurposeRow(call_id=known, purpose=purpose, reason=tidy, reserved_by=by.login, reserved_at=clock.now())
        )
    record(session, actor=by, action=Action.CALL_RESERVED, call_id=known, purpose=purpose, clock=clock)


def _schedule(session: Session, call: PlannedCall, *, clock: Clock) -> None:
    now = clock.now()
    row = session.get(CallDeletionRow, call.call_id, with_for_update=True)
    if row is None:
        row = CallDeletionRow(call_id=call.call_id, state=State.SCHEDULED)
        session.add(row)
    elif row.state == State.WITHDRAWN:
        row.state = moved(State.WITHDRAWN, State.SCHEDULED)
    else:
        return
    row.because, row.policy, row.case_no, row.approval_id = Because.POLICY, str(call.keeping.policy), None, None
    row.scheduled_at, row.scheduled_by, row.shred_from = now, HOUSE.login, now + WAIT
    detail = {"because": Because.POLICY, "policy": row.policy, "shred_from": row.shred_from.isoformat()}
    record(session, actor=HOUSE, action=Action.DELETION_SCHEDULED, call_id=call.call_id, detail=detail, clock=clock)


def _deletable(session: Session, call_ids: Collection[str]) -> list[str]:
    ids = _known(session, call_ids)
    if held := held_among(session, ids):
        raise BadDataError(
            what=f"{len(held)} of the calls are held", where=", ".join(sorted(held)), remedy="have the hold released"
        )
    return ids


def _known(session: Session, call_ids: Collection[str]) -> list[str]:
    ids = sorted({parse_call_id(call_id) for call_id in call_ids})
    there = set(session.scalars(select(CallRow.id).where(CallRow.id.in_(ids))))
    if not ids or there != set(ids):
        missing = sorted(set(ids) - there)
        raise BadDataError(what="no such call", where=", ".join(missing) or "calls")
    return list(ids)


def _batches(calls: Iterable[PlannedCall]) -> Iterable[list[PlannedCall]]:
    left = iter(calls)
    while batch := list(islice(left, CALLS_A_TRANSACTION)):
        yield batch
