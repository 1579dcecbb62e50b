"""A team as it is told: with who is or was in it, and who leads or led it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rights.access.team_rows import TeamLeaderRow, TeamMemberRow, TeamRow
from rights.tables import AccountRow
from storage.database.calls import AgentRow


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


def told_team(session: Session, row: TeamRow) -> Team:
    """Tell a team by its row."""
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
