"""The table of approvals: what was asked for, and what a second person said."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import Base


class ApprovalRow(Base):
    """One deed of one person on one subject. ``detail`` is JSON of exactly what is asked for. Rows are history.

    ``asked_by`` and ``decided_by`` are logins; the operator at the command line has no account.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (is_approved IS NULL)", name="verdict"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="four_eyes"),
        CheckConstraint("used_at IS NULL OR is_approved", name="used_was_approved"),
        CheckConstraint("expires_at > asked_at", name="expires_later"),
        Index("ix_approvals_deed_subject", "deed", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deed: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    reason: Mapped[str]
    asked_by_account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by_account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]
    note: Mapped[str | None]
    used_at: Mapped[datetime | None]
