"""The tables of retention: how long, what must stay, what goes when, and the proof that it went."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.base import CALL_ID_CHARS, Base

_BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER PRIMARY KEY alone
_STANDING = text("released_at IS NULL")
_NOT_ENDED = text("ended_at IS NULL")


class RetentionPolicyRow(Base):
    """How long calls to a service (None: to any) are kept for a purpose. A retired policy stays: proofs name it."""

    __tablename__ = "retention_policies"
    __table_args__ = (
        CheckConstraint("keep_count > 0", name="keep_count"),
        CheckConstraint("keep_unit IN ('days', 'months', 'years')", name="keep_unit"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_number: Mapped[str | None]
    purpose: Mapped[str] = mapped_column(ForeignKey("purposes.code"))
    keep_count: Mapped[int]
    keep_unit: Mapped[str]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    retired_by: Mapped[str | None]
    retired_at: Mapped[datetime | None]


class CallPurposeRow(Base):
    """A purpose that a call was reserved for by a person, beyond those of its service; it goes with the call."""

    __tablename__ = "call_purposes"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purposes.code"), primary_key=True)
    reason: Mapped[str]
    reserved_by: Mapped[str]
    reserved_at: Mapped[datetime]


class HoldRow(Base):
    """A legal hold on a call, or on a person with all his calls. Until it is released nothing of it goes.

    It outlives what it held, so there is no foreign key. ``review_on`` is a day in Finland on which somebody has to
    see whether it is needed still; the hold stands after it too.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("(call_id IS NULL) <> (person_id IS NULL)", name="call_or_person"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        CheckConstraint("(released_at IS NULL) = (approval_id IS NULL)", name="released_by_four_eyes"),
        Index("ix_holds_call_id", "call_id", sqlite_where=_STANDING, postgresql_where=_STANDING),
        Index("ix_holds_person_id", "person_id", sqlite_where=_STANDING, postgresql_where=_STANDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str | None] = mapped_column(String(CALL_ID_CHARS))
    person_id: Mapped[int | None]
    reason: Mapped[str]
    review_on: Mapped[date]
    put_by: Mapped[str]
    put_at: Mapped[datetime]
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))


class CallDeletionRow(Base):
    """A call on its way out (``privacy.retention.deletion_state`` has the states). It outlives the call.

    ``evidence`` is JSON: the object keys, and the hashes that go into the proof; it is written when the shredding
    begins. ``policy`` says in words which rule it was, for a policy may be retired before.
    """

    __tablename__ = "call_deletions"
    __table_args__ = (
        CheckConstraint("state IN ('scheduled', 'withdrawn', 'shredding', 'emptying', 'done')", name="state"),
        CheckConstraint("because IN ('policy', 'case', 'restored')", name="because"),
        CheckConstraint("(because = 'case') = (case_no IS NOT NULL)", name="case"),
        CheckConstraint("(because = 'case') = (approval_id IS NOT NULL)", name="case_is_approved"),
        CheckConstraint("(state IN ('shredding', 'emptying', 'done')) = (evidence IS NOT NULL)", name="evidence"),
        Index("ix_call_deletions_state_shred_from", "state", "shred_from"),
    )

    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), primary_key=True)
    state: Mapped[str]
    because: Mapped[str]
    policy: Mapped[str | None]
    case_no: Mapped[str | None]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    scheduled_at: Mapped[datetime]
    scheduled_by: Mapped[str]
    shred_from: Mapped[datetime]
    evidence: Mapped[str | None]
    key_erased_at: Mapped[datetime | None]
    objects_deleted_at: Mapped[datetime | None]


class RowDeletionRow(Base):
    """Something besides a call on its way out: a person, a request, a hand-over, a lease's vouchers through a day.

    ``kind`` and ``subject`` are those of ``privacy.retention.row_kind``; it outlives what it names. ``rows`` is how
    many vouchers there were when it was listed, or 1. On ``goes_on``, a day in Finland, it goes at the earliest.
    ``policy`` says in words which period it was, for the settings may change.
    """

    __tablename__ = "row_deletions"
    __table_args__ = (
        CheckConstraint("kind IN ('tenants', 'applicants', 'cases', 'handovers', 'leases', 'payments')", name="kind"),
        CheckConstraint("state IN ('scheduled', 'withdrawn', 'done')", name="state"),
        CheckConstraint("(kind IN ('leases', 'payments')) = (through IS NOT NULL)", name="through"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index("ix_row_deletions_state_goes_on", "state", "goes_on"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    policy: Mapped[str]
    through: Mapped[date | None]
    rows: Mapped[int]
    scheduled_at: Mapped[datetime]
    goes_on: Mapped[date]
    done_at: Mapped[datetime | None]


class DeletionProofRow(Base):
    """What was deleted, when, why, by whose approval. Append-only: triggers refuse every change.

    There is no personal data of a customer in it. ``subject`` is a call's id, or the name of a table of the register;
    ``hashes`` is JSON of SHA-256 values, ``rows`` how many rows went.
    """

    __tablename__ = "deletion_proofs"
    __table_args__ = (
        CheckConstraint("kind IN ('call', 'register')", name="kind"),
        Index("ix_deletion_proofs_subject", "subject"),
        {"sqlite_autoincrement": True},  # a number is never given twice
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    deleted_at: Mapped[datetime]
    because: Mapped[str]
    policy: Mapped[str | None]
    case_no: Mapped[str | None]
    scheduled_at: Mapped[datetime]
    scheduled_by: Mapped[str]
    approved_by: Mapped[str | None]
    key_erased_at: Mapped[datetime | None]
    rows: Mapped[int]
    hashes: Mapped[str]


class RetentionRunRow(Base):
    """One run of the retention, for the page that tells whether it runs at all."""

    __tablename__ = "retention_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    scheduled: Mapped[int]
    withdrawn: Mapped[int]
    erased: Mapped[int]
    register_rows: Mapped[int]


class RetentionHaltRow(Base):
    """That nothing, or nothing of a kind, goes by a period until this has ended: clock or number was doubted.

    ``reason`` is somebody's word that it is as it should be; None where what was doubted became well again.
    ``run_before`` is the run that was the newest at the end, ``calls`` how many of the kind would have gone that day.
    """

    __tablename__ = "retention_halts"
    __table_args__ = (
        CheckConstraint("because IN ('clock', 'amount', 'persons', 'cases', 'handovers', 'vouchers')", name="because"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("reason IS NULL OR ended_at IS NOT NULL", name="reason"),
        Index(
            "uq_retention_halts_standing",
            "because",
            unique=True,
            sqlite_where=_NOT_ENDED,
            postgresql_where=_NOT_ENDED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    because: Mapped[str]
    found_at: Mapped[datetime]
    what: Mapped[str]
    calls: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    reason: Mapped[str | None]
    run_before: Mapped[int | None]
