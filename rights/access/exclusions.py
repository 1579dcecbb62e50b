"""Exclusions: agents and persons whose calls nobody but who answered may hear or export.

For an employee whose calls others must not hear (an occupational health matter, a shop steward), and for customers
who are close to somebody in the house. Their calls stand in the lists as before, so that work is not hindered;
``rights.calls.reach`` refuses the audio. A case of a data subject hears them by its own door. An exclusion has no
last day: it ends by the administrator's hand, with a reason.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.tables.persons import PersonRow
from rights.access.actor import Actor
from rights.access.exclusion_rows import ExclusionRow
from rights.access.permissions import require
from rights.access.stated_reason import stated_reason
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from storage.database.calls import AgentRow


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One exclusion. A person is told by the number in the source system alone: who excludes need not know the name."""

    id: int
    agent: str | None
    person_no: str | None
    reason: str
    excluded_at: datetime
    excluded_by: str
    ended_at: datetime | None
    ended_by: str | None
    ended_because: str | None


def all_exclusions(session: Session, *, by: Actor) -> list[Exclusion]:
    """Give every exclusion, those that stand first, then newest first."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    rows = session.execute(
        select(ExclusionRow, AgentRow.name, PersonRow.person_no)
        .outerjoin(AgentRow, AgentRow.id == ExclusionRow.agent_id)
        .outerjoin(PersonRow, PersonRow.id == ExclusionRow.person_id)
        .order_by(ExclusionRow.ended_at.is_not(None), ExclusionRow.id.desc())
    )
    return [
        Exclusion(
            id=row.id,
            agent=agent,
            person_no=person_no,
            reason=row.reason,
            excluded_at=row.excluded_at,
            excluded_by=row.excluded_by,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            ended_because=row.ended_because,
        )
        for row, agent, person_no in rows
    ]


def exclude_agent(session: Session, agent_id: int, *, reason: str, by: Actor, clock: Clock) -> None:
    """Exclude an agent's calls; raise BadDataError for an agent that is not there or is excluded already."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    if session.get(AgentRow, agent_id) is None:
        raise BadDataError(what=f"no agent has the id {agent_id}", where="agent", remedy="choose one of the list")
    _exclude(session, ExclusionRow(agent_id=agent_id), reason=reason, by=by, clock=clock)


def exclude_person(session: Session, person_no: str, *, reason: str, by: Actor, clock: Clock) -> None:
    """Exclude a person's calls, by the number in the source system; raise BadDataError as above."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    person_id = _person_id(session, person_no)
    if person_id is None:
        raise BadDataError(
            what="nobody has this number in the register", where="person", remedy="see the source system"
        )
    _exclude(session, ExclusionRow(person_id=person_id), reason=reason, by=by, clock=clock)


def is_person(session: Session, person_no: str) -> bool:
    """Tell whether the register has somebody of this number."""
    return _person_id(session, person_no) is not None


def end_exclusion(session: Session, exclusion_id: int, *, because: str, by: Actor, clock: Clock) -> None:
    """Let the calls be heard again by who may; raise NotFoundError where no such exclusion stands."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = session.get(ExclusionRow, exclusion_id)
    if row is None or row.ended_at is not None:
        raise NotFoundError(what="no such exclusion")
    row.ended_at, row.ended_by, row.ended_because = clock.now(), by.login, stated_reason(because)
    _audit(session, row, Action.EXCLUSION_ENDED, because, by=by, clock=clock)


def _exclude(session: Session, row: ExclusionRow, *, reason: str, by: Actor, clock: Clock) -> None:
    same = select(ExclusionRow.id).where(
        ExclusionRow.ended_at.is_(None),
        ExclusionRow.agent_id.is_not_distinct_from(row.agent_id),
        ExclusionRow.person_id.is_not_distinct_from(row.person_id),
    )
    if session.scalar(same) is not None:
        raise BadDataError(what="these calls are excluded already", where="reason", remedy="end the exclusion first")
    row.reason, row.excluded_at, row.excluded_by = stated_reason(reason), clock.now(), by.login
    session.add(row)
    session.flush()
    _audit(session, row, Action.EXCLUDED, reason, by=by, clock=clock)


def _person_id(session: Session, person_no: str) -> int | None:
    return session.scalar(select(PersonRow.id).where(PersonRow.person_no == person_no.strip()))


def _audit(session: Session, row: ExclusionRow, action: Action, reason: str, *, by: Actor, clock: Clock) -> None:
    persons = [row.person_id] if row.person_id is not None else None
    detail = {"exclusion": row.id, "agent": row.agent_id, "reason": reason.strip()}
    record(session, actor=by, action=action, persons=persons, detail=detail, clock=clock)
