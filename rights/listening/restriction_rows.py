"""The table of restrictions: what may not be listened to, or not for a purpose, because a person asked so."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import CALL_ID_CHARS, Base

_STANDS = text("lifted_at IS NULL")


def _index_of_standing(column: str) -> Index:
    return Index(f"ix_processing_restrictions_{column}", column, sqlite_where=_STANDS, postgresql_where=_STANDS)


class RestrictionRow(Base):
    """One restriction of one call, one person of the register or one agent. It is lifted, never deleted.

    Calls, persons and agents are named without foreign keys: what was decided outlives them. ``purpose`` None is
    every purpose but those that stand in spite of a restriction.
    """

    __tablename__ = "processing_restrictions"
    __table_args__ = (
        CheckConstraint("kind IN ('restriction', 'objection')", name="kind"),
        CheckConstraint(
            "(call_id IS NOT NULL AND person_id IS NULL AND agent_id IS NULL)"
            " OR (call_id IS NULL AND person_id IS NOT NULL AND agent_id IS NULL)"
            " OR (call_id IS NULL AND person_id IS NULL AND agent_id IS NOT NULL)",
            name="one_subject",
        ),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL)", name="lifted"
        ),
        CheckConstraint("lifted_at IS NULL OR lifted_at >= imposed_at", name="lifted_later"),
        *(_index_of_standing(column) for column in ("call_id", "person_id", "agent_id")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    call_id: Mapped[str | None] = mapped_column(String(CALL_ID_CHARS))
    person_id: Mapped[int | None]
    agent_id: Mapped[int | None]
    purpose: Mapped[str | None] = mapped_column(ForeignKey("purposes.code"))
    case_number: Mapped[str]
    reason: Mapped[str]
    imposed_at: Mapped[datetime]
    imposed_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_reason: Mapped[str | None]
