"""The linker: keeps whose call it was by the rules, and answers for lists of calls.

Invariant: a call about which a decision stands (``ledger_link.linking.link_decisions``) keeps it; no rule, import or
relink ever changes it.
Whoever writes a link holds the lock of its call row first, so that a rule and a person cannot write past each other.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import UnavailableError
from calls.outcome import Direction
from ledger_link.linking.customer_number import number_of_customer
from ledger_link.linking.kept_links import KeptLink, kept_links, read_links, replace_links
from ledger_link.linking.link import Link, LinkRule, LinkStatus
from ledger_link.linking.linking_lock import hold_linking
from ledger_link.linking.rule import UNKNOWN, Match, NumberRecord, match
from ledger_link.register.customer_register import CustomerRegister, OpenRegister
from ledger_link.register.sql_register import SqlRegister
from ledger_link.tables.among import among
from ledger_link.tables.call_links import CallLinkPersonRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.subjects import without_undisclosed
from ledger_link.values.day import day_of
from ledger_link.values.names import folded
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
                withheld=call.caller_withheld and call.direction != Direction.OUTBOUND,
                on=day_of(call.started_at),
                record=(records or {}).get(number or "", UNKNOWN),
            )
        if _differs(kept.get(call.id), found):
            differing[call.id] = found
    # 5
    replace_links(session, differing, old=kept.keys() & differing.keys(), linked_at=clock.now())
    return len(differing)


def link_of(session: Session, call_id: str) -> Link:
    """Tell whose call it was."""
    return links_of(session, [call_id])[call_id]


def links_of(session: Session, call_ids: Iterable[str]) -> dict[str, Link]:
    """Tell whose calls they were (a page of calls at a time); every id asked for has an answer."""
    wanted = list(call_ids)
    return {**dict.fromkeys(wanted, _NOT_LINKED_YET), **without_undisclosed(session, read_links(session, wanted))}


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
