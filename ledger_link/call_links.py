"""The tables of whose call it was, and of what people decided about it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import CALL_ID_CHARS, Base


class CallLinkRow(Base):
    """Whose call it was, as it stands now: worked out by a rule, or decided by a person, who wins for ever.

    Rows without ``decided_by`` are derived data: they may be recomputed from the register at any time.
    """

    __tablename__ = "call_links"
    __table_args__ = (
        CheckConstraint("status IN ('one', 'several', 'none', 'withheld')", name="status"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_whom_and_when"),
        CheckConstraint("(rule = 'decided') = (decided_by IS NOT NULL)", name="decided_has_its_rule"),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    status: Mapped[str]
    rule: Mapped[str]
    linked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class CallLinkPersonRow(Base):
    """A person whose call it was or may have been, in the order of the link's ``position``."""

    __tablename__ = "call_link_persons"
    __table_args__ = (Index("ix_call_link_persons_person_id", "person_id"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("call_links.call_id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    position: Mapped[int]


class LinkDecisionRow(Base):
    """One decision of a person about a call; rows are only ever added, and the newest one stands.

    A decision with persons (``link_decision_persons``) links, one without unlinks.
    """

    __tablename__ = "link_decisions"
    __table_args__ = (
        CheckConstraint("decided_by <> ''", name="decided_by"),
        Index("ix_link_decisions_call_id", "call_id"),
        {"sqlite_autoincrement": True},  # ids are the order of decisions and are never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), ForeignKey("calls.id"))
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]


class LinkDecisionPersonRow(Base):
    """A person named by a decision."""

    __tablename__ = "link_decision_persons"

    decision_id: Mapped[int] = mapped_column(ForeignKey("link_decisions.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    position: Mapped[int]
