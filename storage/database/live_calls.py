"""The tables of calls that ring or are being talked now. They follow the spool, and outlive no call's archiving."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.database.base import CALL_ID_CHARS, Base


class LiveCallRow(Base):
    """A call that has rung at somebody's phone and is not archived yet.

    ``revision`` grows with every change, so that whoever watches can tell by one number. ``picked_by`` is the login of
    who said during the call whose it is; the persons are beside it (``ledger_link.linking.live_picks``).
    """

    __tablename__ = "live_calls"
    __table_args__ = (
        CheckConstraint("NOT (caller_withheld AND caller_e164 IS NOT NULL)", name="withheld_has_no_number"),
        CheckConstraint("(picked_by IS NULL) = (picked_at IS NULL)", name="picked_by_whom_and_when"),
        CheckConstraint("revision > 0", name="revision"),
        Index("ix_live_calls_arrived_at", "arrived_at"),
    )

    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), primary_key=True)
    service_number: Mapped[str]
    service_name: Mapped[str]
    caller_e164: Mapped[str | None]
    caller_withheld: Mapped[bool]
    arrived_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    picked_by: Mapped[str | None]
    picked_at: Mapped[datetime | None]
    revision: Mapped[int]
    agents: Mapped[list["LiveCallAgentRow"]] = relationship(
        order_by="LiveCallAgentRow.agent_id", lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )


class LiveCallAgentRow(Base):
    """What a live call is to an agent: it rings at his phone, it rang there, or he answered it."""

    __tablename__ = "live_call_agents"
    __table_args__ = (
        CheckConstraint("state IN ('ringing', 'rang', 'answered')", name="state"),
        Index("ix_live_call_agents_agent_id", "agent_id"),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("live_calls.call_id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    state: Mapped[str]
