"""The tables of logging in: log-ins that wait for a second factor, names at a log-in provider, counted attempts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from rights.tables import SHA256_HEX_CHARS
from storage.database.base import Base

_STANDS = text("removed_at IS NULL")
_IS_LINKED = text("removed_at IS NULL AND subject IS NOT NULL")


class PendingLogInRow(Base):
    """Somebody who proved the first factor and not yet the second: nobody's session. Those over are deleted."""

    __tablename__ = "pending_log_ins"
    __table_args__ = (CheckConstraint("method IN ('password', 'provider')", name="method"),)

    token_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    method: Mapped[str]
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ProviderIdentityRow(Base):
    """Who an account is at the log-in provider: as the administrator entered it, and as its owner linked it."""

    __tablename__ = "provider_identities"
    __table_args__ = (
        CheckConstraint("(subject IS NULL) = (linked_at IS NULL)", name="linked"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
        Index(
            "uq_provider_identities_account_id_stands",
            "account_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(
            "uq_provider_identities_email_stands",
            "issuer",
            "email",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(
            "uq_provider_identities_subject_stands",
            "issuer",
            "subject",
            unique=True,
            sqlite_where=_IS_LINKED,
            postgresql_where=_IS_LINKED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    issuer: Mapped[str]
    email: Mapped[str]  # case-folded
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    subject: Mapped[str | None]
    linked_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]


class AttemptCountRow(Base):
    """How often something was tried in a window of time; the key is a keyed hash. Windows that are over are deleted."""

    __tablename__ = "attempt_counts"
    __table_args__ = (CheckConstraint("count >= 0", name="count"), Index("ix_attempt_counts_ends_at", "ends_at"))

    key: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    ends_at: Mapped[datetime]
    count: Mapped[int]
