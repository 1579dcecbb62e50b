"""The tables of partners: accounts of others' people, and the calls that were opened to each by name."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import CALL_ID_CHARS, Base


class PartnerRow(Base):
    """That an account is a partner's: it ends by itself, and sees the calls that were opened to it and nothing else."""

    __tablename__ = "partners"
    __table_args__ = (CheckConstraint("organisation <> ''", name="has_organisation"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    organisation: Mapped[str]
    expires_at: Mapped[datetime]
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class PartnerCallRow(Base):
    """A call that was opened to a partner on a basis, until a moment. Rows are history; the call may be erased."""

    __tablename__ = "partner_calls"
    __table_args__ = (
        CheckConstraint("opened_until > opened_at", name="opened"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("ix_partner_calls_account_id_call_id", "account_id", "call_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("partners.account_id"))
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS))
    basis: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    opened_until: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
