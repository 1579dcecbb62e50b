"""Teams: which agents' calls are a team's, and who leads it. What *own team* reaches is said by their days.

A call is a team's if its agent was in the team when it began; a leader reaches the calls of the teams that he leads
now, of the time before he led them too. Rows end and do not vanish; every change is audited, and a change of who
leads ends the sessions of the account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.access.team_rows import TeamLeaderRow, TeamMemberRow, TeamRow
from rights.audit.trail import Action, record
from rights.identity.sessions import SessionEnd, end_sessions_of
from rights.tables import AccountRow
from storage.database.calls import AgentRow

NAME_MAX_CHARS = 100


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """An agent's or a leader's place in a team; ``who_id`` is an agent's or an account's."""

    id: int
    who_id: int
    name: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Team:
    """A team with who is or was in it, newest first."""

    id: int
    name: str
    ended_at: datetime | None
    members: tuple[TeamPlace, ...]
    leaders: tuple[TeamPlace, ...]


def all_teams(session: Session, *, by: Actor) -> list[Team]:
    """Give every team by name, those that stand first."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    rows = session.scalars(select(TeamRow).order_by(TeamRow.ended_at.is_not(None), TeamRow.name, TeamRow.id)).all()
    return [_told(session, row) for row in rows]


def get_team(session: Session, team_id: int, *, by: Actor) -> Team:
    """Give one team; raise NotFoundError where there is none of this id."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    return _told(session, _row(session, team_id))


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
    session: Session, team_id: int, *, agent_id: int, since: datetime | None = None, by: Actor, clock: Clock
) -> None:
    """Put an agent into a team, from now on or from an earlier moment; who is in it already stays as he is.

    Raises RefusedError for who leads the team: he would grant himself the agent's calls.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = _standing(session, team_id)
    if any(leader.account_id == by.account_id for leader in _leaders(session, row, now=clock.now())):
        raise RefusedError(what="nobody widens a team that he leads", remedy="ask another administrator")
    if session.get(AgentRow, agent_id) is None:
        raise BadDataError(what=f"no agent has the id {agent_id}", remedy="choose one of the list")
    now = clock.now()
    if any(member.agent_id == agent_id for member in _members(session, row, now=now)):
        return
    begins = min(since or now, now)
    session.add(TeamMemberRow(team_id=row.id, agent_id=agent_id, valid_from=begins, added_by=by.login))
    _audit(session, row, {"agent": agent_id, "since": begins.isoformat()}, by=by, clock=clock)


def end_member(session: Session, team_id: int, *, member_id: int, by: Actor, clock: Clock) -> None:
    """Take an agent out of a team from now on: his calls until now stay the team's."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row, place = _row(session, team_id), session.get(TeamMemberRow, member_id)
    if place is None or place.team_id != row.id:
        raise NotFoundError(what="no such member")
    if place.valid_until is None:
        place.valid_until, place.ended_by = clock.now(), by.login
        _audit(session, row, {"agent": place.agent_id, "ended": True}, by=by, clock=clock)


def add_leader(session: Session, team_id: int, *, account_id: int, by: Actor, clock: Clock) -> None:
    """Let an account lead a team from now on; raise RefusedError where it is the administrator's own."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row, account = _standing(session, team_id), session.get(AccountRow, account_id)
    if account is None:
        raise BadDataError(what=f"no account has the id {account_id}", remedy="choose one of the list")
    if account.id == by.account_id:
        raise RefusedError(what="nobody makes himself a leader", remedy="ask another administrator")
    now = clock.now()
    if any(leader.account_id == account_id for leader in _leaders(session, row, now=now)):
        return
    session.add(TeamLeaderRow(team_id=row.id, account_id=account_id, valid_from=now, added_by=by.login))
    _audit(session, row, {"leader": account.login}, by=by, clock=clock)
    end_sessions_of(session, account_id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)


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
    row = _row(session, team_id)
    if row.ended_at is not None:
        raise BadDataError(what="the team was dissolved", where=row.name, remedy="make a new one")
    return row


def _told(session: Session, row: TeamRow) -> Team:
    members = session.execute(
        select(TeamMemberRow, AgentRow.name)
        .join(AgentRow, AgentRow.id == TeamMemberRow.agent_id)
        .where(TeamMemberRow.team_id == row.id)
        .order_by(TeamMemberRow.valid_until.is_not(None), AgentRow.name, TeamMemberRow.id.desc())
    )
    leaders = session.execute(
        select(TeamLeaderRow, AccountRow.name)
        .join(AccountRow, AccountRow.id == TeamLeaderRow.account_id)
        .where(TeamLeaderRow.team_id == row.id)
        .order_by(TeamLeaderRow.valid_until.is_not(None), AccountRow.name, TeamLeaderRow.id.desc())
    )
    return Team(
        id=row.id,
        name=row.name,
        ended_at=row.ended_at,
        members=tuple(TeamPlace(one.id, one.agent_id, name, one.valid_from, one.valid_until) for one, name in members),
        leaders=tuple(
            TeamPlace(one.id, one.account_id, name, one.valid_from, one.valid_until) for one, name in leaders
        ),
    )


def _audit(session: Session, row: TeamRow, detail: dict[str, object], *, by: Actor, clock: Clock) -> None:
    told = {"team": row.id, **detail}
    record(session, actor=by, action=Action.TEAM_CHANGED, detail=told, clock=clock)
