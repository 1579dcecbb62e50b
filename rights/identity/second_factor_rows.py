"""The tables of second factors: authenticator secrets, recovery codes, passkeys and the ceremonies that prove these.

Rows are history: what was taken away stays as a row that says when, without its secret.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from rights.tables import SHA256_HEX_CHARS
from storage.database.base import Base

_STANDS = text("removed_at IS NULL")


class TotpRow(Base):
    """An authenticator application's secret (RFC 6238), sealed; ``last_step`` is the newest time step ever accepted."""

    __tablename__ = "totp_secrets"
    __table_args__ = (
        CheckConstraint("(sealed_secret IS NULL) = (removed_at IS NOT NULL)", name="removed_is_forgotten"),
        Index(
            "uq_totp_secrets_account_id_stands",
            "account_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    kek_version: Mapped[int]
    last_step: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """A code that stands for a lost second factor, once. It has 120 random bits, so that a plain hash keeps it."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_account_id", "account_id"),)

    code_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]


class PasskeyRow(Base):
    """A WebAuthn credential. ``credential_id`` and ``user_handle`` are base64url, ``public_key`` is a COSE key."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    credential_id: Mapped[str] = mapped_column(unique=True)
    user_handle: Mapped[str]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str]  # names of WebAuthn, with blanks between
    name: Mapped[str]
    is_synced: Mapped[bool]  # its maker keeps copies on other devices of the person
    added_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class PasskeyCeremonyRow(Base):
    """A challenge that one browser answers once (WebAuthn section 13.4.3). Those that are over are deleted."""

    __tablename__ = "passkey_ceremonies"
    __table_args__ = (CheckConstraint("kind IN ('add', 'log-in', 'confirm')", name="kind"),)

    challenge_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # None: whose passkey it will turn out
    kind: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
