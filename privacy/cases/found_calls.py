"""The calls of a case, found by the links of now.

A call that is linked to the subject alone is in the case until a handler leaves it out; one that may be another's
(several persons, or a link that nobody decided) waits until somebody has said whose it is. An employee's are the calls
that he answered. What no handler has spoken of follows the links: a call whose link was corrected is another's; so
is one that a handler took in, once somebody decided after him that it was another who called.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from ledger_link.linking.link import LinkStatus
from ledger_link.tables.call_links import CallCandidateRow, CallLinkPersonRow, CallLinkRow
from privacy.cases.case import person_of
from privacy.cases.case_calls import CaseCall, FoundBy, is_list_open, told_call
from privacy.cases.case_rows import CaseCallRow, CaseRow
from storage.database.calls import CallRow


def find_calls(session: Session, row: CaseRow) -> int:
    """Make the list what the links, or the answering, put beside the subject now; give how many calls are new.

    What a handler said of a call stands until somebody decides otherwise whose it is.
    """
    found = _found_now(session, row)
    known = _follow(session, row, found)
    new = {call_id: found_by for call_id, found_by in found.items() if call_id not in known}
    if new:  # an employee may have answered tens of thousands
        session.execute(
            insert(CaseCallRow),
            [
                {
                    "case_id": row.id,
                    "call_id": call_id,
                    "found_by": found_by.value,
                    "is_included": True if found_by.is_sure else None,
                    "reason": "",
                }
                for call_id, found_by in new.items()
            ],
        )
    return len(new)


def follow_links(session: Session, row: CaseRow) -> None:
    """Let the list of a case be as the links are now; once it is decided, only what was found to be another's goes."""
    if is_list_open(row):
        find_calls(session, row)
    else:
        drop_strange_calls(session, row)


def drop_strange_calls(session: Session, row: CaseRow) -> None:
    """Take out what was found to be another's since the list was made; for what is done after the decision."""
    _follow(session, row, _found_now(session, row))
    session.flush()


def copied_call(session: Session, row: CaseRow, call_id: str) -> CaseCall | None:
    """Give a call that goes into the copy as the links are now, whatever the list says still; None for any other."""
    kept, call = session.get(CaseCallRow, (row.id, call_id)), session.get(CallRow, call_id)
    if kept is None or call is None or not kept.is_included:
        return None
    is_said = kept.decided_by is not None and call_id not in _overruled(session, row)
    if is_said or (row.person_id is not None and person_of(session, row) is None):
        return told_call(kept, call)
    found_by = _found_now(session, row, only=call_id).get(call_id)
    is_in_copy = found_by is not None and (found_by == kept.found_by or found_by.is_sure)
    return told_call(kept, call) if is_in_copy else None


def _found_now(session: Session, row: CaseRow, *, only: str | None = None) -> dict[str, FoundBy]:
    found: dict[str, FoundBy] = {}
    for found_by, query in _found(session, row):  # the surest first
        (identity,) = query.selected_columns
        for call_id in session.scalars(query if only is None else query.where(identity == only)):
            found.setdefault(call_id, found_by)
    return found


def _follow(session: Session, row: CaseRow, found: Mapping[str, FoundBy]) -> Collection[str]:
    """Let the calls of which no handler's word stands be as the links are now; give all that the list had."""
    known = {call.call_id: call for call in session.scalars(select(CaseCallRow).where(CaseCallRow.case_id == row.id))}
    if row.person_id is not None and person_of(session, row) is None:
        return known.keys()  # he is gone from the register, and the links with him: nothing tells more than the list
    overruled = _overruled(session, row)
    unsaid = {call_id: kept for call_id, kept in known.items() if kept.decided_by is None or call_id in overruled}
    lost = unsaid.keys() - found.keys()
    there = set(session.scalars(select(CallRow.id).where(CallRow.id.in_(lost)))) if lost else set()
    for call_id, kept in unsaid.items():
        found_by = found.get(call_id)
        if found_by is not None and found_by != kept.found_by:
            kept.found_by, kept.is_included = found_by, True if found_by.is_sure else None
        elif found_by is None and call_id in there:  # one that was erased stays, and says so
            session.delete(kept)
    return known.keys()


def _overruled(session: Session, row: CaseRow) -> set[str]:
    """Give the calls that a handler took in before somebody decided who called."""
    decided_since = (
        select(CaseCallRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CaseCallRow.call_id)
        .join(CallLinkPersonRow, CallLinkPersonRow.call_id == CaseCallRow.call_id)
        .where(
            CaseCallRow.case_id == row.id,
            CaseCallRow.is_included.is_(True),
            CallLinkRow.decided_at > CaseCallRow.decided_at,
        )
    )
    return set(session.scalars(decided_since))


def _found(session: Session, row: CaseRow) -> list[tuple[FoundBy, Select[str]]]:
    if row.agent_id is not None:
        return [(FoundBy.ANSWERED, select(CallRow.id).where(CallRow.agent_id == row.agent_id))]
    person_id = person_of(session, row)
    if person_id is None:
        return []
    linked = (
        select(CallLinkPersonRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CallLinkPersonRow.call_id)
        .where(CallLinkPersonRow.person_id == person_id)
    )
    candidates = (
        select(CallCandidateRow.call_id)
        .join(CallLinkRow, CallLinkRow.call_id == CallCandidateRow.call_id)
        .where(CallCandidateRow.person_id == person_id, CallLinkRow.decided_by.is_(None))
    )
    return [
        (FoundBy.LINKED, linked.where(CallLinkRow.status == LinkStatus.ONE)),
        (FoundBy.LINKED, linked.where(CallLinkRow.decided_by.is_not(None))),
        (FoundBy.SEVERAL, linked),
        (FoundBy.SEVERAL, candidates),
    ]
