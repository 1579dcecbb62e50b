"""The tables of calls, what was disclosed, and what was recorded."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.database.base import CALL_ID_CHARS, Base


class AgentRow(Base):
    """An employee with a softphone. ``ha1`` is MD5(user:realm:password) for digest authentication (RFC 2617)."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    aor: Mapped[str] = mapped_column(unique=True)  # sip:user@domain
    sip_user: Mapped[str] = mapped_column(unique=True)
    ha1: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    groups: Mapped[list["AgentGroupRow"]] = relationship(order_by="AgentGroupRow.position", lazy="selectin")


class AgentGroupRow(Base):
    """An agent's membership of a group; ``position`` is the place in a group that is rung in order."""

    __tablename__ = "agent_groups"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    group_name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


class CallRow(Base):
    """A call that is over. Its recording, if there is one, is in ``recordings``."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("state IN ('recorded', 'not_recorded')", name="state"),
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
        CheckConstraint("(answered_at IS NULL) = (duration_ms IS NULL)", name="answered_has_duration"),
        CheckConstraint("state = 'not_recorded' OR answered_at IS NOT NULL", name="recorded_was_answered"),
        CheckConstraint("NOT (caller_withheld AND caller_e164 IS NOT NULL)", name="withheld_has_no_number"),
        CheckConstraint("duration_ms >= 0", name="duration_not_negative"),
        CheckConstraint("ended_at >= started_at", name="ended_after_start"),
        CheckConstraint("dialled_e164 IS NULL OR direction = 'outbound'", name="dialled_is_outbound"),
        Index("ix_calls_started_at_id", "started_at", "id"),
        Index("ix_calls_agent_id_started_at", "agent_id", "started_at"),
        Index("ix_calls_caller_e164_started_at", "caller_e164", "started_at"),
        Index("ix_calls_dialled_e164_started_at", "dialled_e164", "started_at"),
    )

    id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), primary_key=True)
    sip_call_id: Mapped[str]
    direction: Mapped[str]
    service_number: Mapped[str]
    service_name: Mapped[str]
    caller_e164: Mapped[str | None]
    caller_raw: Mapped[str]
    caller_display_name: Mapped[str]
    caller_withheld: Mapped[bool]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    agent_name: Mapped[str | None]  # as it was when the call was archived
    agent_aor: Mapped[str | None]
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime]
    duration_ms: Mapped[int | None]
    state: Mapped[str]
    reason: Mapped[str]
    worker: Mapped[str]
    archived_at: Mapped[datetime]
    facts_mac: Mapped[bytes | None]  # HMAC-SHA256 of all the facts above and of the recording: storage.archive.facts
    facts_key_version: Mapped[int | None]
    dialled_e164: Mapped[str | None]  # whom an outbound call went to; in facts_mac by storage.archive.facts
    disclosures: Mapped[list["DisclosureRow"]] = relationship(order_by="DisclosureRow.position", lazy="selectin")
    recording: Mapped["RecordingRow | None"] = relationship(lazy="selectin")


class DisclosureRow(Base):
    """A disclosure as it was played to the caller: the evidence that he was told."""

    __tablename__ = "disclosures_played"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    complete: Mapped[bool]


class RecordingRow(Base):
    """The stored audio of a call: where it is, what it must hash to, and its wrapped key.

    ``size_bytes`` and ``sha256`` are of the plain FLAC; ``object_*`` and ``peaks_*`` of the encrypted objects.
    """

    __tablename__ = "recordings"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    codec: Mapped[str]
    channels: Mapped[int]
    sample_rate_hz: Mapped[int]
    samples: Mapped[int]
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    object_key: Mapped[str] = mapped_column(unique=True)
    object_size_bytes: Mapped[int]
    object_sha256: Mapped[str] = mapped_column(String(64))
    peaks_key: Mapped[str] = mapped_column(unique=True)
    peaks_size_bytes: Mapped[int]
    peaks_sha256: Mapped[str] = mapped_column(String(64))
    wrapped_key: Mapped[bytes]
    key_version: Mapped[int]


class GarbageRow(Base):
    """An object that no recording owns any more (or never did); written before the object may be deleted."""

    __tablename__ = "garbage"

    object_key: Mapped[str] = mapped_column(primary_key=True)
    since_at: Mapped[datetime]
    reason: Mapped[str]
