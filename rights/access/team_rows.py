"""The tables of teams: whose calls a team's are, and who leads it. Rows are history: they end, they do not vanish."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import Base


class TeamRow(Base):
    """A team of agents. ``ended_at`` is when it was dissolved; its members and leaders ended then too."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]  # login
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class TeamMemberRow(Base):
    """An agent in a team from one moment to another; ``valid_until`` None is still."""

    __tablename__ = "team_members"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        Index("ix_team_members_agent_id_team_id", "agent_id", "team_id"),
        Index("ix_team_members_team_id", "team_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    added_by: Mapped[str]
    ended_by: Mapped[str | None]


class TeamLeaderRow(Base):
    """An account that leads a team from one moment to another: *own team* is the teams that it leads now."""

    __tablename__ = "team_leaders"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        Index("ix_team_leaders_account_id", "account_id"),
        Index("ix_team_leaders_team_id", "team_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    added_by: Mapped[str]
    ended_by: Mapped[str | None]
