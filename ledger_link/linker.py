"""The linker: keeps whose call it was, lets people decide, and answers for lists of calls.

Invariant: a call that a person decided about keeps that decision; no rule, import or relink ever changes it.
Whoever writes a link holds the lock of its call row first, so that a rule and a person cannot write past each other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.call_links import CallLinkPersonRow, CallLinkRow, LinkDecisionPersonRow, LinkDecisionRow
from ledger_link.day import day_of
from ledger_link.holdings import holdings_of
from ledger_link.link import Link, LinkDecision, LinkedPerson, LinkRule, LinkStatus
from ledger_link.linking_lock import hold_linking
from ledger_link.names import display_name, folded
from ledger_link.persons import PersonRow
from ledger_link.rule import Match, match
from storage.database.calls import CallRow

_NOT_LINKED_YET = Link(status=LinkStatus.NONE, rule=LinkRule.NOT_LINKED_YET)


def link_call(session: Session, call: CallRow, *, clock: Clock) -> None:
    """Work out and keep whose call it was; safe to repeat, and never changes a person's decision."""
    session.flush()
    link_calls(session, [call.id], clock=clock)


def link_calls(session: Session, call_ids: Collection[str], *, clock: Clock) -> int:
    """Link some calls (a few hundred at most) by the rules; give how many links are new or other than before.

    1. Lock the calls, and let relinks wait. 2. Leave those that a person decided. 3. Ask the register who had the
    numbers. 4. Apply the rules. 5. Write the links that differ from what is kept.
    """
    # 1
    hold_linking(session)
    calls = session.execute(
        select(CallRow.id, CallRow.started_at, CallRow.caller_e164, CallRow.caller_withheld)
        .where(CallRow.id.in_(sorted(call_ids)))
        .order_by(CallRow.id)
        .with_for_update()
    ).all()
    # 2
    kept = _links(session, [call.id for call in calls])
    open_calls = [call for call in calls if call.id not in kept or kept[call.id].decided_by is None]
    # 3
    holdings = holdings_of(session, {call.caller_e164 for call in open_calls if call.caller_e164 is not None})
    differing: dict[str, Match] = {}
    for call in open_calls:
        # 4
        found = match(
            number=call.caller_e164,
            withheld=call.caller_withheld,
            on=day_of(call.started_at),
            holdings=holdings.get(call.caller_e164 or "", []),
        )
        if call.id not in kept or _differs(kept[call.id], found):
            differing[call.id] = found
    # 5
    now = clock.now()
    links: list[dict[str, object]] = [
        {
            "call_id": call_id,
            "status": found.status,
            "rule": found.rule,
            "linked_at": now,
            "decided_by": None,
            "decided_at": None,
        }
        for call_id, found in differing.items()
    ]
    _replace(session, links, {call_id: found.person_ids for call_id, found in differing.items()})
    return len(differing)


def decide(session: Session, call_id: str, person_ids: Sequence[int], *, decided_by: str, clock: Clock) -> None:
    """Link a call to the persons that somebody says, or to nobody where there are none; it stands for ever.

    Raises NotFoundError for an unknown call or person, BadDataError without the name of who decides.
    """
    if not decided_by.strip():
        raise BadDataError(what="a decision without the one who decides", where=f"call {call_id}")
    wanted = tuple(dict.fromkeys(person_ids))
    if session.execute(select(CallRow.id).where(CallRow.id == call_id).with_for_update()).one_or_none() is None:
        raise NotFoundError(what="no such call", where=call_id)
    known = set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(wanted))))
    if missing := [person_id for person_id in wanted if person_id not in known]:
        raise NotFoundError(what="no such person", where=", ".join(str(person_id) for person_id in missing))
    now = clock.now()
    decision = LinkDecisionRow(call_id=call_id, decided_by=decided_by, decided_at=now)
    session.add(decision)
    session.flush()
    for position, person_id in enumerate(wanted):
        session.add(LinkDecisionPersonRow(decision_id=decision.id, person_id=person_id, position=position))
    status = (LinkStatus.NONE, LinkStatus.ONE, LinkStatus.SEVERAL)[min(len(wanted), 2)]
    link: dict[str, object] = {
        "call_id": call_id,
        "status": status,
        "rule": LinkRule.DECIDED,
        "linked_at": now,
        "decided_by": decided_by,
        "decided_at": now,
    }
    _replace(session, [link], {call_id: wanted})


def link_of(session: Session, call_id: str) -> Link:
    """Tell whose call it was."""
    return links_of(session, [call_id])[call_id]


def links_of(session: Session, call_ids: Iterable[str]) -> dict[str, Link]:
    """Tell whose calls they were (a page of calls at a time); every id asked for has an answer."""
    wanted = list(call_ids)
    return {**dict.fromkeys(wanted, _NOT_LINKED_YET), **_links(session, wanted)}


def decisions_of(session: Session, call_id: str) -> tuple[LinkDecision, ...]:
    """Give what people decided about a call, oldest first."""
    decisions = session.scalars(
        select(LinkDecisionRow).where(LinkDecisionRow.call_id == call_id).order_by(LinkDecisionRow.id)
    ).all()
    rows = session.execute(
        select(LinkDecisionPersonRow.decision_id, *_PERSON_COLUMNS)
        .join(PersonRow, PersonRow.id == LinkDecisionPersonRow.person_id)
        .where(LinkDecisionPersonRow.decision_id.in_([decision.id for decision in decisions]))
        .order_by(LinkDecisionPersonRow.decision_id, LinkDecisionPersonRow.position)
    ).all()
    persons: dict[int, list[LinkedPerson]] = defaultdict(list)
    for decision_id, person_id, call_name, surname, non_disclosure in rows:
        name = display_name(call_name=call_name, surname=surname)
        persons[decision_id].append(LinkedPerson(id=person_id, name=name, non_disclosure=non_disclosure))
    return tuple(
        LinkDecision(persons=tuple(persons[row.id]), decided_by=row.decided_by, decided_at=row.decided_at)
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


_PERSON_COLUMNS = (PersonRow.id, PersonRow.call_name, PersonRow.surname, PersonRow.non_disclosure)


def _links(session: Session, call_ids: Collection[str]) -> dict[str, Link]:
    """Read the links that are kept; columns, not entities, so that nothing stale is taken from the session."""
    links = session.execute(
        select(
            CallLinkRow.call_id, CallLinkRow.status, CallLinkRow.rule, CallLinkRow.decided_by, CallLinkRow.decided_at
        ).where(CallLinkRow.call_id.in_(call_ids))
    ).all()
    rows = session.execute(
        select(CallLinkPersonRow.call_id, *_PERSON_COLUMNS)
        .join(PersonRow, PersonRow.id == CallLinkPersonRow.person_id)
        .where(CallLinkPersonRow.call_id.in_(call_ids))
        .order_by(CallLinkPersonRow.call_id, CallLinkPersonRow.position)
    ).all()
    persons: dict[str, list[LinkedPerson]] = defaultdict(list)
    for call_id, person_id, call_name, surname, non_disclosure in rows:
        name = display_name(call_name=call_name, surname=surname)
        persons[call_id].append(LinkedPerson(id=person_id, name=name, non_disclosure=non_disclosure))
    return {
        row.call_id: Link(
            status=LinkStatus(row.status),
            rule=row.rule,
            persons=tuple(persons[row.call_id]),
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in links
    }


def _differs(link: Link, found: Match) -> bool:
    person_ids = tuple(person.id for person in link.persons)
    return (link.status, link.rule, person_ids) != (found.status, found.rule, found.person_ids)


def _replace(session: Session, links: list[dict[str, object]], person_ids: dict[str, tuple[int, ...]]) -> None:
    """Put new links in the place of old ones, if there are any, in four statements however many there are."""
    if not links:
        return
    session.execute(delete(CallLinkPersonRow).where(CallLinkPersonRow.call_id.in_(person_ids)))
    session.execute(delete(CallLinkRow).where(CallLinkRow.call_id.in_(person_ids)))
    session.execute(insert(CallLinkRow), links)
    persons = [
        {"call_id": call_id, "person_id": person_id, "position": position}
        for call_id, ids in person_ids.items()
        for position, person_id in enumerate(ids)
    ]
    if persons:
        session.execute(insert(CallLinkPersonRow), persons)
