"""What people decide about whose call it was: kept for ever with who and when; the newest stands until it is withdrawn.

Whoever decides or withdraws holds the lock of the call's row first, so that no rule and no other person writes past
him (``ledger_link.linking.linker``).
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.linking.kept_links import PERSON_COLUMNS, keep_decision, named_person
from ledger_link.linking.link import LinkDecision, LinkedPerson, LinkStatus
from ledger_link.linking.linker import link_calls
from ledger_link.linking.linking_lock import hold_linking
from ledger_link.register.customer_register import OpenRegister
from ledger_link.register.sql_register import SqlRegister
from ledger_link.tables.buildings import ApartmentRow
from ledger_link.tables.call_links import CallLinkRow, LinkDecisionPersonRow, LinkDecisionRow
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.subjects import decisions_without_undisclosed
from storage.database.calls import CallRow


class Withdrawal(StrEnum):
    """What came of withdrawing a decision."""

    DONE = "done"
    NOTHING = "nothing"  # nobody has decided, or the decision was withdrawn before
    SUPERSEDED = "superseded"  # another decision stands by now, and goes on standing


def decide(
    session: Session,
    call_id: str,
    person_ids: Sequence[int],
    *,
    decided_by: str,
    lease_id: int | None = None,
    apartment_id: int | None = None,
    fault_report_id: int | None = None,
    clock: Clock,
) -> None:
    """Link a call to the persons that somebody says, or to nobody where there are none; it stands for ever.

    The call may also be about a lease, an apartment and a fault report. Raises NotFoundError for an unknown call,
    person, lease, apartment or fault report, BadDataError without the name of who decides.
    """
    wanted = tuple(dict.fromkeys(person_ids))
    _lock_to_decide(session, call_id, decided_by=decided_by)
    known = set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(wanted))))
    if missing := [person_id for person_id in wanted if person_id not in known]:
        raise NotFoundError(what="no such person", where=", ".join(str(person_id) for person_id in missing))
    for what, column, row_id in (
        ("lease", LeaseRow.id, lease_id),
        ("apartment", ApartmentRow.id, apartment_id),
        ("fault report", FaultReportRow.id, fault_report_id),
    ):
        if row_id is not None and session.scalar(select(column).where(column == row_id)) is None:
            raise NotFoundError(what=f"no such {what}", where=str(row_id))
    decision = LinkDecisionRow(
        call_id=call_id,
        decided_by=decided_by,
        decided_at=clock.now(),
        lease_id=lease_id,
        apartment_id=apartment_id,
        fault_report_id=fault_report_id,
    )
    session.add(decision)
    session.flush()
    for position, person_id in enumerate(wanted):
        session.add(LinkDecisionPersonRow(decision_id=decision.id, person_id=person_id, position=position))
    session.flush()
    status = (LinkStatus.NONE, LinkStatus.ONE, LinkStatus.SEVERAL)[min(len(wanted), 2)]
    keep_decision(session, decision, wanted, status=status)


def withdraw(
    session: Session,
    call_id: str,
    decision_id: int,
    *,
    decided_by: str,
    register: OpenRegister = SqlRegister,
    clock: Clock,
) -> Withdrawal:
    """Take a decision back, so that the call is linked by the rules as if nobody had decided.

    1. Lock the call. 2. Only the decision that stands can be withdrawn: whoever saw an older one is told so. 3. Add
    the entry that withdraws it. 4. Link the call by the rules; while the register does not answer it is nobody's, and
    the next relink asks again. Raises as :func:`decide`.
    """
    # 1
    hold_linking(session)
    _lock_to_decide(session, call_id, decided_by=decided_by)
    # 2
    of_call = select(LinkDecisionRow).where(LinkDecisionRow.call_id == call_id)
    newest = session.scalar(of_call.order_by(LinkDecisionRow.id.desc()).limit(1))
    if newest is None or newest.withdraws:
        return Withdrawal.NOTHING
    if newest.id != decision_id:
        return Withdrawal.SUPERSEDED
    # 3
    session.add(LinkDecisionRow(call_id=call_id, decided_by=decided_by, decided_at=clock.now(), withdraws=True))
    session.flush()
    # 4
    session.execute(delete(CallLinkRow).where(CallLinkRow.call_id == call_id))
    link_calls(session, [call_id], register=register, clock=clock)
    return Withdrawal.DONE


def decisions_of(session: Session, call_id: str) -> tuple[LinkDecision, ...]:
    """Give what people decided about a call, oldest first; homes that a turvakielto hides are left out."""
    decisions = session.scalars(
        select(LinkDecisionRow).where(LinkDecisionRow.call_id == call_id).order_by(LinkDecisionRow.id)
    ).all()
    rows = session.execute(
        select(LinkDecisionPersonRow.decision_id, *PERSON_COLUMNS)
        .join(PersonRow, PersonRow.id == LinkDecisionPersonRow.person_id)
        .where(LinkDecisionPersonRow.decision_id.in_([decision.id for decision in decisions]))
        .order_by(LinkDecisionPersonRow.decision_id, LinkDecisionPersonRow.position)
    ).all()
    persons: dict[int, list[LinkedPerson]] = defaultdict(list)
    for decision_id, *person in rows:
        persons[decision_id].append(named_person(person))
    return decisions_without_undisclosed(
        session,
        tuple(
            LinkDecision(
                id=row.id,
                persons=tuple(persons[row.id]),
                decided_by=row.decided_by,
                decided_at=row.decided_at,
                lease_id=row.lease_id,
                apartment_id=row.apartment_id,
                fault_report_id=row.fault_report_id,
                withdraws=row.withdraws,
            )
            for row in decisions
        ),
    )


def _lock_to_decide(session: Session, call_id: str, *, decided_by: str) -> None:
    if not decided_by.strip():
        raise BadDataError(what="a decision without the one who decides", where=f"call {call_id}")
    if session.execute(select(CallRow.id).where(CallRow.id == call_id).with_for_update()).one_or_none() is None:
        raise NotFoundError(what="no such call", where=call_id)
