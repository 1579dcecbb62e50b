"""The one place where it is decided which calls a task of an actor reaches, in SQL for lists and for one call alike.

Invariants
----------
1. Deny by default: a task that is not permitted, or on a scope with nothing in it (own calls of who is no agent, the
   team of who leads none), reaches no call.
2. To hear a call one must be permitted to see it *and* to listen to it; to export it, to see it and to export it.
3. Nobody but who answered hears or exports the call of somebody excluded (``rights.access.exclusions``), whatever his
   scope; and he only where it is his own calls that he is permitted: a second person approved that for the agent that
   he is, while a wider scope says nothing of whose calls are his. It is seen all the same: without it, the list and the
   linking of calls would not be whole.
"""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

from ledger_link.tables.call_links import CallLinkPersonRow, LinkDecisionPersonRow, LinkDecisionRow
from ledger_link.tables.persons import PhoneNumberRow
from rights.access.actor import Actor
from rights.access.exclusion_rows import ExclusionRow
from rights.access.scope import ALL, OWN, TEAM
from rights.access.tasks import Task
from rights.access.team_rows import TeamMemberRow
from storage.database.calls import CallRow


def permitted(actor: Actor) -> ColumnElement[bool]:
    """Say in SQL which calls an actor may know of."""
    return reached(actor, Task.VIEW_CALLS)


def hearable(actor: Actor, task: Task = Task.LISTEN) -> ColumnElement[bool]:
    """Say in SQL which calls an actor may hear (or, for ``EXPORT_AUDIO``, export)."""
    answered = _is_own(actor) if OWN in actor.scopes(task) else false()
    return and_(permitted(actor), reached(actor, task), or_(answered, ~is_excluded()))


def may_hear(session: Session, actor: Actor, call: CallRow, task: Task = Task.LISTEN) -> bool:
    """Tell of one call whether :func:`hearable` has it."""
    return session.scalar(select(CallRow.id).where(CallRow.id == call.id, hearable(actor, task))) is not None


def reached(actor: Actor, task: Task) -> ColumnElement[bool]:
    """Say in SQL which calls a task reaches for an actor; for a partner, of his permits, the calls opened by name."""
    scopes = actor.scopes(task)
    if actor.named_calls is not None:
        return CallRow.id.in_(sorted(actor.named_calls)) if scopes else false()
    if ALL in scopes:
        return true()
    ways: list[ColumnElement[bool]] = []
    if OWN in scopes:
        ways.append(_is_own(actor))
    if TEAM in scopes and actor.teams:
        ways.append(_was_of_teams(actor.teams))
    if services := sorted(scope.service for scope in scopes if scope.service is not None):
        ways.append(CallRow.service_number.in_(services))
    return or_(false(), *ways)


def is_excluded() -> ColumnElement[bool]:
    """Say in SQL of which calls an excluded agent or person is a party.

    A person is who the call is linked to, whom any decision about it ever named (to unlink a call opens it to nobody),
    and whose number it came from or went to.
    """
    of_agent = exists().where(ExclusionRow.agent_id == CallRow.agent_id, ExclusionRow.ended_at.is_(None))
    linked = exists().where(
        CallLinkPersonRow.call_id == CallRow.id,
        CallLinkPersonRow.person_id == ExclusionRow.person_id,
        ExclusionRow.ended_at.is_(None),
    )
    decided = exists().where(
        LinkDecisionRow.call_id == CallRow.id,
        LinkDecisionPersonRow.decision_id == LinkDecisionRow.id,
        LinkDecisionPersonRow.person_id == ExclusionRow.person_id,
        ExclusionRow.ended_at.is_(None),
    )
    by_number = exists().where(
        or_(PhoneNumberRow.e164 == CallRow.caller_e164, PhoneNumberRow.e164 == CallRow.dialled_e164),
        PhoneNumberRow.person_id == ExclusionRow.person_id,
        ExclusionRow.ended_at.is_(None),
    )
    return or_(of_agent, linked, decided, by_number)


def _is_own(actor: Actor) -> ColumnElement[bool]:
    return CallRow.agent_id == actor.agent_id if actor.agent_id is not None else false()


def _was_of_teams(teams: frozenset[int]) -> ColumnElement[bool]:
    """Take the calls that somebody answered while he was in the team: what he did before or after is not its."""
    return exists().where(
        TeamMemberRow.team_id.in_(sorted(teams)),
        TeamMemberRow.agent_id == CallRow.agent_id,
        TeamMemberRow.valid_from <= CallRow.started_at,
        or_(TeamMemberRow.valid_until.is_(None), TeamMemberRow.valid_until > CallRow.started_at),
    )
