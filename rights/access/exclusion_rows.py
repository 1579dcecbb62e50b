"""The table of exclusions: whose calls nobody else listens to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import Base


class ExclusionRow(Base):
    """An agent, or a person of the register, whose calls are heard by nobody but who answered. Rows are history."""

    __tablename__ = "exclusions"
    __table_args__ = (
        CheckConstraint("(agent_id IS NULL) <> (person_id IS NULL)", name="one_is_excluded"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_because"),
        Index("ix_exclusions_agent_id", "agent_id"),
        Index("ix_exclusions_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    reason: Mapped[str]
    excluded_at: Mapped[datetime]
    excluded_by: Mapped[str]  # login
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_because: Mapped[str | None]
