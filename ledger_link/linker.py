"""The linker: keeps whose call it was, lets people decide, and answers for lists of calls.

Invariant: a call that a person decided about keeps that decision; no rule, import or relink ever changes it.
Whoever writes a link holds the lock of its call row first, so that a rule and a person cannot write past each other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, UnavailableError
from ledger_link.among import among
from ledger_link.buildings import ApartmentRow
from ledger_link.call_links import CallLinkPersonRow, LinkDecisionPersonRow, LinkDecisionRow
from ledger_link.customer_number import number_of_customer
from ledger_link.day import day_of
from ledger_link.fault_reports import FaultReportRow
from ledger_link.kept_links import (
    PERSON_COLUMNS,
    KeptLink,
    keep_decision,
    kept_links,
    named_person,
    read_links,
    replace_links,
)
from ledger_link.leases import LeaseRow
from ledger_link.link import Link, LinkDecision, LinkedPerson, LinkRule, LinkStatus
from ledger_link.linking_lock import hold_linking
from ledger_link.names import folded
from ledger_link.persons import PersonRow
from ledger_link.register import CustomerRegister, OpenRegister
from ledger_link.register_sql import SqlRegister
from ledger_link.rule import UNKNOWN, Match, NumberRecord, match
from ledger_link.undisclosed_subjects import without_undisclosed
from storage.database.calls import CallRow

_NOT_LINKED_YET = Link(status=LinkStatus.NONE, rule=LinkRule.NOT_LINKED_YET)
_UNAVAILABLE = Match(LinkStatus.NONE, LinkRule.REGISTER_UNAVAILABLE)


def link_call(session: Session, call: CallRow, *, register: OpenRegister = SqlRegister, clock: Clock) -> None:
    """Work out and keep whose call it was; safe to repeat, and never changes a person's decision."""
    session.flush()
    link_calls(session, [call.id], register=register, clock=clock)


def link_calls(
    session: Session, call_ids: Collection[str], *, register: OpenRegister = SqlRegister, clock: Clock
) -> int:
    """Link some calls (a thousand at most) by the rules; give how many links are new or other than before.

    1. Lock the calls, and let relinks wait. 2. Leave those that a person decided. 3. Ask the register who had the
    numbers; where it does not answer, links that are kept stay, and other calls are nobody's until a relink.
    4. Apply the rules. 5. Write the links that differ from what is kept.
    """
    # 1
    hold_linking(session)
    calls = session.execute(
        select(
            CallRow.id,
            CallRow.started_at,
            CallRow.direction,
            CallRow.caller_e164,
            CallRow.dialled_e164,
            CallRow.caller_withheld,
        )
        .where(among(session, CallRow.id, call_ids))
        .order_by(CallRow.id)
        .with_for_update()
    ).all()
    # 2
    kept = kept_links(session, [call.id for call in calls])
    open_calls = [call for call in calls if call.id not in kept or not kept[call.id].is_decided]
    # 3
    numbers = {
        call.id: number_of_customer(call.direction, caller=call.caller_e164, dialled=call.dialled_e164)
        for call in open_calls
    }
    records = _records(register(session), {number for number in numbers.values() if number is not None})
    differing: dict[str, Match] = {}
    for call in open_calls:
        # 4
        number = numbers[call.id]
        if records is None and number is not None:
            if call.id in kept:
                continue
            found = _UNAVAILABLE
        else:
            found = match(
                number=number,
                withheld=call.caller_withheld and number is None,
                on=day_of(call.started_at),
                record=(records or {}).get(number or "", UNKNOWN),
            )
        if _differs(kept.get(call.id), found):
            differing[call.id] = found
    # 5
    replace_links(session, differing, old=kept.keys() & differing.keys(), linked_at=clock.now())
    return len(differing)


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
    if not decided_by.strip():
        raise BadDataError(what="a decision without the one who decides", where=f"call {call_id}")
    wanted = tuple(dict.fromkeys(person_ids))
    if session.execute(select(CallRow.id).where(CallRow.id == call_id).with_for_update()).one_or_none() is None:
        raise NotFoundError(what="no such call", where=call_id)
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


def link_of(session: Session, call_id: str) -> Link:
    """Tell whose call it was."""
    return links_of(session, [call_id])[call_id]


def links_of(session: Session, call_ids: Iterable[str]) -> dict[str, Link]:
    """Tell whose calls they were (a page of calls at a time); every id asked for has an answer."""
    wanted = list(call_ids)
    return {**dict.fromkeys(wanted, _NOT_LINKED_YET), **without_undisclosed(session, read_links(session, wanted))}


def decisions_of(session: Session, call_id: str) -> tuple[LinkDecision, ...]:
    """Give what people decided about a call, oldest first."""
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
    return tuple(
        LinkDecision(
            persons=tuple(persons[row.id]),
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            lease_id=row.lease_id,
            apartment_id=row.apartment_id,
            fault_report_id=row.fault_report_id,
        )
        for row in decisions
    )


def calls_of_customer(text: str) -> Select[str]:
    """Select the ids of calls linked to somebody in whose name every word of ``text`` occurs, whatever its case."""
    words = [PersonRow.search_name.contains(word, autoescape=True) for word in folded(text).split()]
    return (
        select(CallLinkPersonRow.call_id)
        .join(PersonRow, PersonRow.id == CallLinkPersonRow.person_id)
        .where(*words)
        .distinct()
    )


def _records(register: CustomerRegister, numbers: Collection[str]) -> Mapping[str, NumberRecord] | None:
    """Ask the register; None where it does not answer: a call is archived all the same, and linked by a relink."""
    if not numbers:
        return {}
    try:
        return register.holdings_of(numbers)
    except UnavailableError:
        return None


def _differs(kept: KeptLink | None, found: Match) -> bool:
    return kept is None or (kept.status, kept.rule, kept.person_ids, kept.candidates) != (
        found.status,
        found.rule,
        found.person_ids,
        found.candidates,
    )
