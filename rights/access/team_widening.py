"""Widening a team: what its leader may hear grows, so a second person approves it.

Invariants
----------
1. Where who leads a team, or is to lead it, may hear or take out the calls of *own team* (or waits for that), nobody
   alone puts an agent into it or names a leader: not the operator either, as with every grant of listening. Ending
   needs none.
2. Neither who asked, nor who leads the team or is to, approves it.
3. What was approved is the agent, since when, for the leaders there were; or the leader, of the agents there were:
   where more came since, it is void. So a second person has seen every agent together with every leader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock, from_iso
from calls.errors import RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask, undecided_of, use_this
from rights.access.deeds import Deed
from rights.access.four_eyes import LISTENING_TASKS
from rights.access.grants import account_of_grant, permit_of_grant
from rights.access.permissions import require
from rights.access.scope import TEAM, Reach
from rights.access.tasks import Task
from rights.access.team_rows import TeamLeaderRow, TeamMemberRow, TeamRow
from rights.tables import PermissionRow

_SUBJECT = "team:"


@dataclass(frozen=True, slots=True)
class Widening:
    """What waits: an agent into a team, since a moment (None: since it is approved), or an account to lead it."""

    team_id: int
    agent_id: int | None
    since: datetime | None
    account_id: int | None


def hearers_of_teams(session: Session, *, clock: Clock) -> frozenset[int]:
    """Give the accounts that may hear or take out the calls of *own team*, now or later, or wait for that."""
    now = clock.now()
    held = session.scalars(
        select(PermissionRow.account_id).where(
            PermissionRow.task.in_(sorted(LISTENING_TASKS)),
            PermissionRow.reach == Reach.TEAM,
            PermissionRow.revoked_at.is_(None),
            or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > now),
        )
    )
    waiting = (
        account_of_grant(asked)
        for asked in undecided_of(session, deed=Deed.GRANT_LISTENING, clock=clock)
        if permit_of_grant(asked).scope == TEAM and permit_of_grant(asked).task in LISTENING_TASKS
    )
    return frozenset(held) | frozenset(waiting)


def leaders_who_hear(session: Session, team_id: int, *, clock: Clock) -> list[int]:
    """Give the accounts that lead a team now and are among those, by id."""
    now = clock.now()
    leaders = session.scalars(
        select(TeamLeaderRow.account_id).where(
            TeamLeaderRow.team_id == team_id,
            or_(TeamLeaderRow.valid_until.is_(None), TeamLeaderRow.valid_until > now),
        )
    )
    return sorted(set(leaders) & hearers_of_teams(session, clock=clock))


def ask_for_member(
    session: Session, team_id: int, *, agent_id: int, since: datetime | None, reason: str, by: Actor, clock: Clock
) -> Approval:
    """Ask a second person to let an agent into a team; BadDataError for a reason that is empty or too long."""
    detail = {
        "agent_id": agent_id,
        "since": since.isoformat() if since else None,
        "leaders": leaders_who_hear(session, team_id, clock=clock),
    }
    return _ask(session, team_id, detail, reason=reason, by=by, clock=clock)


def ask_for_leader(
    session: Session, team_id: int, *, account_id: int, reason: str, by: Actor, clock: Clock
) -> Approval:
    """Ask a second person to let an account lead a team; BadDataError for a reason that is empty or too long."""
    detail = {"account_id": account_id, "members": _member_rows(session, team_id)}
    return _ask(session, team_id, detail, reason=reason, by=by, clock=clock)


def widening_of(approval: Approval) -> Widening:
    """Tell what was asked for."""
    detail = approval.detail
    agent_id, account_id, since = detail.get("agent_id"), detail.get("account_id"), detail.get("since")
    return Widening(
        team_id=int(approval.subject.removeprefix(_SUBJECT)),
        agent_id=int(str(agent_id)) if agent_id is not None else None,
        since=from_iso(str(since)) if since else None,
        account_id=int(str(account_id)) if account_id is not None else None,
    )


def waiting_for_team(session: Session, team_id: int, *, by: Actor, clock: Clock) -> list[Approval]:
    """Give what waits for a second person of a team, oldest first."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    waiting = undecided_of(session, deed=Deed.WIDEN_TEAM, clock=clock)
    return [asked for asked in waiting if asked.subject == f"{_SUBJECT}{team_id}"]


def lock_team_of(session: Session, subject: str) -> None:
    """Lock the team that an asking is about: of two who decide at once the second sees what the first did."""
    session.get(TeamRow, int(subject.removeprefix(_SUBJECT)), with_for_update=True)


def use_widening(session: Session, approval: Approval, *, asker: Actor, approver: Actor, clock: Clock) -> Widening:
    """Use an approval up; raise RefusedError where its team has grown since, or the approver leads it or is to."""
    widening, detail = widening_of(approval), approval.detail
    leaders = leaders_who_hear(session, widening.team_id, clock=clock)
    if approver.account_id is not None and approver.account_id in {*leaders, widening.account_id}:
        raise RefusedError(what="nobody approves what widens his own team", remedy="ask a colleague who may approve")
    now, then = (leaders, detail.get("leaders"))
    if widening.agent_id is None:
        now, then = _member_rows(session, widening.team_id), detail.get("members")
    if not set(now) <= set(then if isinstance(then, list) else ()):
        raise RefusedError(what="the team has changed since", where=approval.subject, remedy="ask for it anew")
    use_this(session, approval, by=asker, clock=clock)
    return widening


def _ask(
    session: Session, team_id: int, detail: Mapping[str, object], *, reason: str, by: Actor, clock: Clock
) -> Approval:
    subject = f"{_SUBJECT}{team_id}"
    return ask(session, deed=Deed.WIDEN_TEAM, subject=subject, reason=reason, by=by, clock=clock, detail=detail)


def _member_rows(session: Session, team_id: int) -> list[int]:
    """Give the numbers of all who are or were in a team: a new leader reaches the calls of both."""
    return list(
        session.scalars(select(TeamMemberRow.id).where(TeamMemberRow.team_id == team_id).order_by(TeamMemberRow.id))
    )
