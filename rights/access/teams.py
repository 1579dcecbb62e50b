"""Teams: which agents' calls are a team's, and who leads it. What *own team* reaches is said by their days.

A call is a team's if its agent was in the team when it began; a leader reaches the calls of the teams that he leads
now, of the time before he led them too. Rows end and do not vanish; every change is audited, and a change of who
leads ends the sessions of the account.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.access.team import Team, told_team
from rights.access.team_rows import TeamLeaderRow, TeamMemberRow, TeamRow
from rights.access.team_widening import (
    ask_for_leader,
    ask_for_member,
    hearers_of_teams,
    leaders_who_hear,
    use_widening,
    widening_of,
)
from rights.audit.trail import Action, record
from rights.identity.sessions import SessionEnd, end_sessions_of
from rights.tables import AccountRow
from storage.database.calls import AgentRow

NAME_MAX_CHARS = 100


def all_teams(session: Session, *, by: Actor) -> list[Team]:
    """Give every team by name, those that stand first."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    rows = session.scalars(select(TeamRow).order_by(TeamRow.ended_at.is_not(None), TeamRow.name, TeamRow.id)).all()
    return [told_team(session, row) for row in rows]


def get_team(session: Session, team_id: int, *, by: Actor) -> Team:
    """Give one team; raise NotFoundError where there is none of this id."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    return told_team(session, _row(session, team_id))


def add_team(session: Session, *, name: str, by: Actor, clock: Clock) -> int:
    """Make a team and give its id; raise BadDataError for a name that is empty or taken by a team that stands."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > NAME_MAX_CHARS or not tidy.isprintable():
        raise BadDataError(what=f"a name has 1 to {NAME_MAX_CHARS} characters that can be read", where="name")
    if session.scalar(select(TeamRow.id).where(TeamRow.name == tidy, TeamRow.ended_at.is_(None))) is not None:
        raise BadDataError(what="there is a team of this name", where="name", remedy="choose another name")
    row = TeamRow(name=tidy, created_at=clock.now(), created_by=by.login)
    session.add(row)
    session.flush()
    _audit(session, row, {"made": True}, by=by, clock=clock)
    return row.id


def add_member(
    session: Session,
    team_id: int,
    *,
    agent_id: int,
    since: datetime | None = None,
    reason: str = "",
    by: Actor,
    clock: Clock,
) -> Approval | None:
    """Put an agent into a team, from now on or from an earlier moment; who is in it already stays as he is.

    Where a leader may hear the team's calls it is asked of a second person (``rights.access.team_widening``), who
    reads the reason: what now waits is given. Raises RefusedError for who leads the team: he would grant himself the
    agent's calls.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _standing(session, team_id)
    if any(leader.account_id == by.account_id for leader in _leaders(session, row, now=clock.now())):
        raise RefusedError(what="nobody widens a team that he leads", remedy="ask another administrator")
    if session.get(AgentRow, agent_id) is None:
        raise BadDataError(what=f"no agent has the id {agent_id}", remedy="choose one of the list")
    if any(member.agent_id == agent_id for member in _members(session, row, now=clock.now())):
        return None
    if leaders_who_hear(session, team_id, clock=clock):
        return ask_for_member(session, team_id, agent_id=agent_id, since=since, reason=reason, by=by, clock=clock)
    _put_member(session, row, agent_id, since=since, by=by, clock=clock)
    return None


def end_member(session: Session, team_id: int, *, member_id: int, by: Actor, clock: Clock) -> None:
    """Take an agent out of a team from now on: his calls until now stay the team's."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row, place = _row(session, team_id), session.get(TeamMemberRow, member_id)
    if place is None or place.team_id != row.id:
        raise NotFoundError(what="no such member")
    if place.valid_until is None:
        place.valid_until, place.ended_by = clock.now(), by.login
        _audit(session, row, {"agent": place.agent_id, "ended": True}, by=by, clock=clock)


def add_leader(
    session: Session, team_id: int, *, account_id: int, reason: str = "", by: Actor, clock: Clock
) -> Approval | None:
    """Let an account lead a team from now on; raise RefusedError where it is the administrator's own.

    Where the account may hear the calls of its own team it is asked of a second person, as :func:`add_member` does.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row, account = _standing(session, team_id), session.get(AccountRow, account_id)
    if account is None:
        raise BadDataError(what=f"no account has the id {account_id}", remedy="choose one of the list")
    if account.id == by.account_id:
        raise RefusedError(what="nobody makes himself a leader", remedy="ask another administrator")
    if any(leader.account_id == account_id for leader in _leaders(session, row, now=clock.now())):
        return None
    if account_id in hearers_of_teams(session, clock=clock):
        return ask_for_leader(session, team_id, account_id=account_id, reason=reason, by=by, clock=clock)
    _put_leader(session, row, account, by=by, clock=clock)
    return None


def widen_approved(session: Session, approval: Approval, *, asker: Actor, approver: Actor, clock: Clock) -> None:
    """Put into a team whom a second person approved, as the asker, in the transaction of the approval.

    Raises RefusedError where the asker may no longer do it, or the team is not as it was, BadDataError where it was
    dissolved.
    """
    require(asker, Task.ADMINISTER_ACCOUNTS)
    row, now = _standing(session, widening_of(approval).team_id), clock.now()
    widening = use_widening(session, approval, asker=asker, approver=approver, clock=clock)
    if any(leader.account_id == asker.account_id for leader in _leaders(session, row, now=now)):
        raise RefusedError(what="nobody widens a team that he leads", remedy="ask another administrator")
    second = approval.decided_by
    if widening.agent_id is not None:
        if all(member.agent_id != widening.agent_id for member in _members(session, row, now=now)):
            _put_member(
                session, row, widening.agent_id, since=widening.since, by=asker, clock=clock, approved_by=second
            )
        return
    account = session.get_one(AccountRow, widening.account_id)
    if all(leader.account_id != account.id for leader in _leaders(session, row, now=now)):
        _put_leader(session, row, account, by=asker, clock=clock, approved_by=second)


def end_leader(session: Session, team_id: int, *, leader_id: int, by: Actor, clock: Clock) -> None:
    """Let an account no longer lead a team."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row, place = _row(session, team_id), session.get(TeamLeaderRow, leader_id)
    if place is None or place.team_id != row.id:
        raise NotFoundError(what="no such leader")
    if place.valid_until is None:
        _end_leader(session, row, place, by=by, clock=clock)


def end_team(session: Session, team_id: int, *, by: Actor, clock: Clock) -> None:
    """Dissolve a team: nobody leads it, and nobody is in it, from now on."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row, now = _row(session, team_id), clock.now()
    if row.ended_at is not None:
        return
    for leader in _leaders(session, row, now=now):
        _end_leader(session, row, leader, by=by, clock=clock)
    for member in _members(session, row, now=now):
        member.valid_until, member.ended_by = now, by.login
    row.ended_at, row.ended_by = now, by.login
    _audit(session, row, {"ended": True}, by=by, clock=clock)


def _put_member(
    session: Session,
    row: TeamRow,
    agent_id: int,
    *,
    since: datetime | None,
    by: Actor,
    clock: Clock,
    approved_by: str | None = None,
) -> None:
    now = clock.now()
    begins = min(since or now, now)
    session.add(TeamMemberRow(team_id=row.id, agent_id=agent_id, valid_from=begins, added_by=by.login))
    detail = {"agent": agent_id, "since": begins.isoformat(), **_approved(approved_by)}
    _audit(session, row, detail, by=by, clock=clock)


def _put_leader(
    session: Session, row: TeamRow, account: AccountRow, *, by: Actor, clock: Clock, approved_by: str | None = None
) -> None:
    session.add(TeamLeaderRow(team_id=row.id, account_id=account.id, valid_from=clock.now(), added_by=by.login))
    _audit(session, row, {"leader": account.login, **_approved(approved_by)}, by=by, clock=clock)
    end_sessions_of(session, account.id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)


def _approved(approved_by: str | None) -> dict[str, object]:
    return {"approved_by": approved_by} if approved_by else {}


def _end_leader(session: Session, row: TeamRow, place: TeamLeaderRow, *, by: Actor, clock: Clock) -> None:
    place.valid_until, place.ended_by = clock.now(), by.login
    login = session.get_one(AccountRow, place.account_id).login
    _audit(session, row, {"leader": login, "ended": True}, by=by, clock=clock)
    end_sessions_of(session, place.account_id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)


def _members(session: Session, row: TeamRow, *, now: datetime) -> Sequence[TeamMemberRow]:
    still = or_(TeamMemberRow.valid_until.is_(None), TeamMemberRow.valid_until > now)
    return session.scalars(select(TeamMemberRow).where(TeamMemberRow.team_id == row.id, still)).all()


def _leaders(session: Session, row: TeamRow, *, now: datetime) -> Sequence[TeamLeaderRow]:
    still = or_(TeamLeaderRow.valid_until.is_(None), TeamLeaderRow.valid_until > now)
    return session.scalars(select(TeamLeaderRow).where(TeamLeaderRow.team_id == row.id, still)).all()


def _row(session: Session, team_id: int) -> TeamRow:
    row = session.get(TeamRow, team_id)
    if row is None:
        raise NotFoundError(what="no such team")
    return row


def _standing(session: Session, team_id: int) -> TeamRow:
    """Find a team that stands, locked: of two who widen it at once the second sees what the first did."""
    row = session.get(TeamRow, team_id, with_for_update=True)
    if row is None:
        raise NotFoundError(what="no such team")
    if row.ended_at is not None:
        raise BadDataError(what="the team was dissolved", where=row.name, remedy="make a new one")
    return row


def _audit(session: Session, row: TeamRow, detail: dict[str, object], *, by: Actor, clock: Clock) -> None:
    told = {"team": row.id, **detail}
    record(session, actor=by, action=Action.TEAM_CHANGED, detail=told, clock=clock)
