"""The links that are kept: read as values for others, as plain keys for the linker, and replaced whole."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from ledger_link.linking.bulk_insert import insert_rows
from ledger_link.linking.link import Candidate, CandidateRule, Link, LinkedPerson, LinkRule, LinkStatus
from ledger_link.linking.rule import Evidence, Match
from ledger_link.tables.among import among
from ledger_link.tables.call_links import CallCandidateRow, CallLinkPersonRow, CallLinkRow, LinkDecisionRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.organisations import OrganisationRow
from ledger_link.tables.persons import PersonRow
from ledger_link.values.names import display_name
from storage.database.base import Base

PERSON_COLUMNS = (PersonRow.id, PersonRow.call_name, PersonRow.surname, PersonRow.non_disclosure)
_ABOUT_COLUMNS = (CallLinkRow.lease_id, CallLinkRow.apartment_id, CallLinkRow.fault_report_id)
_EVIDENCE_COLUMNS = (
    CallCandidateRow.person_id,
    CallCandidateRow.number_since,
    CallCandidateRow.number_until,
    CallCandidateRow.since,
    CallCandidateRow.until,
    CallCandidateRow.lease_id,
)
_EVIDENCE = (
    "person_id",
    "rule",
    "number_since",
    "number_until",
    "since",
    "until",
    "lease_id",
    "organisation_id",
)


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link as it is kept, in keys alone: what the linker compares its findings with."""

    status: str
    rule: str
    is_decided: bool
    person_ids: tuple[int, ...]
    candidates: tuple[Evidence, ...]


_CANDIDATE_RULES = {rule.value: rule for rule in CandidateRule}  # quicker than the enumeration's own look-up


def kept_links(session: Session, call_ids: Collection[str]) -> dict[str, KeptLink]:
    """Read links to compare with; columns, not entities, so that nothing stale is taken from the session."""
    links = session.execute(
        select(CallLinkRow.call_id, CallLinkRow.status, CallLinkRow.rule, CallLinkRow.decided_by).where(
            among(session, CallLinkRow.call_id, call_ids)
        )
    ).all()
    if not links:
        return {}
    persons: dict[str, list[int]] = defaultdict(list)
    for call_id, person_id in session.execute(
        select(CallLinkPersonRow.call_id, CallLinkPersonRow.person_id)
        .where(among(session, CallLinkPersonRow.call_id, call_ids))
        .order_by(CallLinkPersonRow.call_id, CallLinkPersonRow.position)
    ):
        persons[call_id].append(person_id)
    candidates: dict[str, list[Evidence]] = defaultdict(list)
    for call_id, rule, *columns in session.execute(
        select(CallCandidateRow.call_id, CallCandidateRow.rule, *_EVIDENCE_COLUMNS, CallCandidateRow.organisation_id)
        .where(among(session, CallCandidateRow.call_id, call_ids))
        .order_by(CallCandidateRow.call_id, CallCandidateRow.position)
    ):
        candidates[call_id].append(_evidence(_CANDIDATE_RULES[rule], columns))
    return {
        call_id: KeptLink(status, rule, decided_by is not None, tuple(persons[call_id]), tuple(candidates[call_id]))
        for call_id, status, rule, decided_by in links
    }


def read_links(session: Session, call_ids: Collection[str]) -> dict[str, Link]:
    """Read links to tell others (a page of calls at a time); calls without a link are left out."""
    rows = session.execute(
        select(
            CallLinkRow.call_id,
            CallLinkRow.status,
            CallLinkRow.rule,
            CallLinkRow.decided_by,
            CallLinkRow.decided_at,
            *_ABOUT_COLUMNS,
        ).where(CallLinkRow.call_id.in_(call_ids))
    ).all()
    persons: dict[str, list[LinkedPerson]] = defaultdict(list)
    for call_id, *person in session.execute(
        select(CallLinkPersonRow.call_id, *PERSON_COLUMNS)
        .join(PersonRow, PersonRow.id == CallLinkPersonRow.person_id)
        .where(CallLinkPersonRow.call_id.in_(call_ids))
        .order_by(CallLinkPersonRow.call_id, CallLinkPersonRow.position)
    ):
        persons[call_id].append(named_person(person))
    candidates = _candidates(session, call_ids)
    return {
        call_id: Link(
            LinkStatus(status),
            rule,
            tuple(persons[call_id]),
            decided_by,
            decided_at,
            candidates.get(call_id, ()),
            *about,
        )
        for call_id, status, rule, decided_by, decided_at, *about in rows
    }


def named_person(columns: Sequence[Any]) -> LinkedPerson:
    """Name a person from the values of ``PERSON_COLUMNS``."""
    person_id, call_name, surname, non_disclosure = columns
    name = display_name(call_name=call_name, surname=surname)
    return LinkedPerson(id=person_id, name=name, non_disclosure=non_disclosure)


def _candidates(session: Session, call_ids: Collection[str]) -> Mapping[str, tuple[Candidate, ...]]:
    """Read whom the rules offered; who has got a turvakielto since then is not told to work somewhere."""
    rows = session.execute(
        select(
            CallCandidateRow.call_id,
            CallCandidateRow.rule,
            *_EVIDENCE_COLUMNS,
            LeaseRow.lease_no,
            OrganisationRow.name,
            *PERSON_COLUMNS[1:],
        )
        .join(PersonRow, PersonRow.id == CallCandidateRow.person_id)
        .outerjoin(LeaseRow, LeaseRow.id == CallCandidateRow.lease_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == CallCandidateRow.organisation_id)
        .where(
            CallCandidateRow.call_id.in_(call_ids),
            or_(CallCandidateRow.rule != CandidateRule.EMPLOYEE.value, PersonRow.non_disclosure.is_(False)),
        )
        .order_by(CallCandidateRow.call_id, CallCandidateRow.position)
    )
    candidates: dict[str, tuple[Candidate, ...]] = {}
    for call_id, rule, person_id, number_since, number_until, since, until, lease_id, lease_no, employer, *name in rows:
        candidate = Candidate(
            person=named_person((person_id, *name)),
            rule=CandidateRule(rule),
            number_since=number_since,
            number_until=number_until,
            since=since,
            until=until,
            lease_id=lease_id,
            lease_no=lease_no,
            employer=employer,
        )
        candidates[call_id] = (*candidates.get(call_id, ()), candidate)
    return candidates


def replace_links(session: Session, found: Mapping[str, Match], *, old: Collection[str], linked_at: datetime) -> None:
    """Put what the rules found in the place of ``old`` links, in a few statements however many there are."""
    if not found:
        return
    if old:  # and their persons and candidates with them
        session.execute(delete(CallLinkRow).where(among(session, CallLinkRow.call_id, old)))
    links = ((call_id, match.status, match.rule, linked_at) for call_id, match in found.items())
    persons = (
        (call_id, person_id, position)
        for call_id, match in found.items()
        for position, person_id in enumerate(match.person_ids)
    )
    candidates = (
        (call_id, position, *_values(evidence))
        for call_id, match in found.items()
        for position, evidence in enumerate(match.candidates)
    )
    insert_rows(session, _table(CallLinkRow), ("call_id", "status", "rule", "linked_at"), links)
    insert_rows(session, _table(CallLinkPersonRow), ("call_id", "person_id", "position"), persons)
    insert_rows(session, _table(CallCandidateRow), ("call_id", "position", *_EVIDENCE), candidates)


def keep_decision(
    session: Session, decision: LinkDecisionRow, person_ids: Sequence[int], *, status: LinkStatus
) -> None:
    """Make the link of a call what a decision says; the candidates stay, so that the choice can be made anew."""
    link = {
        "status": status,
        "rule": LinkRule.DECIDED,
        "linked_at": decision.decided_at,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
        "lease_id": decision.lease_id,
        "apartment_id": decision.apartment_id,
        "fault_report_id": decision.fault_report_id,
    }
    call_id = decision.call_id
    session.execute(delete(CallLinkPersonRow).where(CallLinkPersonRow.call_id == call_id))
    changed = session.execute(update(CallLinkRow).where(CallLinkRow.call_id == call_id).values(link))
    if not cast("CursorResult[Any]", changed).rowcount:
        session.execute(insert(CallLinkRow).values(call_id=call_id, **link))
    for position, person_id in enumerate(person_ids):
        session.execute(insert(CallLinkPersonRow).values(call_id=call_id, person_id=person_id, position=position))


def _evidence(rule: CandidateRule, columns: Sequence[Any]) -> Evidence:
    person_id, number_since, number_until, since, until, lease_id, organisation_id = columns
    return Evidence(person_id, rule, number_since, number_until, since, until, lease_id, organisation_id)


def _values(evidence: Evidence) -> tuple[object, ...]:
    """Give what ``_EVIDENCE`` names, in its order."""
    return (
        evidence.person_id,
        evidence.rule,
        evidence.number_since,
        evidence.number_until,
        evidence.since,
        evidence.until,
        evidence.lease_id,
        evidence.organisation_id,
    )


def _table(row: type[Base]) -> Table:
    return cast("Table", row.__table__)
