"""The tables of copies: what is masked in them, each copy with its way, and the calls that are in it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import CALL_ID_CHARS, Base

COPY_ID_CHARS = 36
SHA256_HEX_CHARS = 64


class CopyMaskRow(Base):
    """A range of a call that no copy of one case lets hear; half-open, in milliseconds of the recording.

    Rows are history: one that was taken away stays, with who took it.
    """

    __tablename__ = "copy_masks"
    __table_args__ = (
        CheckConstraint("lane IN ('customer', 'agent', 'both')", name="lane"),
        CheckConstraint("way IN ('silence', 'tone')", name="way"),
        CheckConstraint("reason IN ('third-person', 'identity-code', 'card-number', 'other')", name="reason"),
        CheckConstraint("0 <= from_ms AND from_ms < to_ms", name="range_is_forward"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
        Index("ix_copy_masks_case_no_call_id", "case_no", "call_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(ForeignKey("cases.case_no"))
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS))  # outlives the call, so no foreign key
    lane: Mapped[str]
    from_ms: Mapped[int]
    to_ms: Mapped[int]
    way: Mapped[str]
    reason: Mapped[str]
    marked_by: Mapped[str]
    marked_at: Mapped[datetime]
    removed_by: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class CopyRow(Base):
    """One package for one case; ``id`` is a UUIDv7. The package itself is a sealed object in the store.

    ``sha256`` and ``size_bytes`` are of the age file that is downloaded, ``object_*`` of the sealed object.
    ``recipient`` is an age public key; without one the age file opens with the passphrase that is sealed here.
    """

    __tablename__ = "copies"
    __table_args__ = (
        CheckConstraint(
            "state IN ('ordered', 'making', 'made', 'released', 'delivered', 'withdrawn', 'expired', 'failed')",
            name="state",
        ),
        CheckConstraint("(state = 'making') = (claim IS NOT NULL)", name="claimed"),
        CheckConstraint("(claim IS NULL) = (claimed_until IS NULL)", name="claim_ends"),
        CheckConstraint("(state IN ('made', 'released')) = (wrapped_key IS NOT NULL)", name="key_while_kept"),
        CheckConstraint("(wrapped_key IS NULL) = (key_version IS NULL)", name="key_has_version"),
        CheckConstraint(
            "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (object_key IS NULL)"
            " AND (made_at IS NULL) = (expires_at IS NULL)",
            name="made",
        ),
        CheckConstraint(
            "state NOT IN ('made', 'released', 'delivered', 'expired') OR made_at IS NOT NULL", name="is_made"
        ),
        CheckConstraint("state NOT IN ('released', 'delivered') OR released_at IS NOT NULL", name="is_released"),
        CheckConstraint("(state = 'failed') = (fault IS NOT NULL)", name="fault"),
        CheckConstraint(
            "(state IN ('delivered', 'withdrawn', 'expired', 'failed')) = (ended_at IS NOT NULL)", name="ended"
        ),
        Index("ix_copies_case_no", "case_no"),
        Index("ix_copies_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(COPY_ID_CHARS), primary_key=True)
    case_no: Mapped[str] = mapped_column(ForeignKey("cases.case_no"))
    state: Mapped[str]
    recipient: Mapped[str | None]
    sealed_passphrase: Mapped[bytes | None]
    passphrase_key_version: Mapped[int | None]
    ordered_by_account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ordered_by: Mapped[str]
    ordered_at: Mapped[datetime]
    claim: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int]
    done_calls: Mapped[int]
    all_calls: Mapped[int]
    fault: Mapped[str | None]
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(SHA256_HEX_CHARS))
    manifest_sha256: Mapped[str | None] = mapped_column(String(SHA256_HEX_CHARS))
    object_key: Mapped[str | None]
    object_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    wrapped_key: Mapped[bytes | None]
    key_version: Mapped[int | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    shredded_at: Mapped[datetime | None]


class CopyCallRow(Base):
    """A call that is in a copy, with its audio or without, and how many ranges of it are masked there."""

    __tablename__ = "copy_calls"
    __table_args__ = (Index("ix_copy_calls_call_id", "call_id"),)

    copy_id: Mapped[str] = mapped_column(ForeignKey("copies.id"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), primary_key=True)
    masks: Mapped[int]
