"""The tables of the audit's chain: what each audit row was, in which place, and what was signed of it.

All are append-only by triggers (migrations 0010, 0027), but for two things: the one row of the tail grows, and the key
of a subject is destroyed.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.database.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER PRIMARY KEY alone


class ChainRow(Base):
    """The place of one audit row: positions count from 0 without a gap, in the order of the commits.

    ``leaf_sha256`` is the row's leaf of the Merkle tree (RFC 6962), ``chain_sha256`` binds it to all before it
    (:mod:`rights.audit.leaf`). ``before_chain`` rows were written before there was a chain, and may have been changed
    until then.
    """

    __tablename__ = "audit_chain"

    position: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit.id"), unique=True)
    chained_at: Mapped[datetime]
    before_chain: Mapped[bool]
    leaf_sha256: Mapped[bytes]
    chain_sha256: Mapped[bytes]


class TailRow(Base):
    """The one row that tells where the chain ends; whoever appends locks it, last of all that he locks.

    ``frontier`` is the Merkle tree so far: the roots of its perfect subtrees, the largest first, 32 bytes each.
    """

    __tablename__ = "audit_tail"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_BIG)
    chain_sha256: Mapped[bytes]
    frontier: Mapped[bytes]


class CheckpointRow(Base):
    """A signed statement of what the chain was at a moment: ``note`` is the whole of it, as it is kept elsewhere."""

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_BIG)
    made_at: Mapped[datetime]
    note: Mapped[str]


class VerificationRow(Base):
    """That the whole chain was verified: when, how far, and how much was found.

    ``findings`` counts those that are new, ``known`` those that were acknowledged; ``root`` is that of the tree then.
    Rows of before there were acknowledgements tell neither. ``found_in`` is the verification that wrote down the very
    same findings before; None where they are this one's own.
    """

    __tablename__ = "audit_verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    size: Mapped[int] = mapped_column(_BIG)
    checkpoint: Mapped[int | None]  # the newest that held
    findings: Mapped[int]
    known: Mapped[int | None]
    root: Mapped[bytes | None]
    found_in: Mapped[int | None]


class FindingRow(Base):
    """What a verification found: the first few hundred of it.

    ``marks`` is JSON of what tells it from every other (:mod:`rights.audit.findings`), empty where it cannot be
    acknowledged; ``acknowledged_in`` is the row of the audit by which it is known.
    """

    __tablename__ = "audit_findings"
    __table_args__ = (Index("ix_audit_findings_verification_id", "verification_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    verification_id: Mapped[int] = mapped_column(ForeignKey("audit_verifications.id"))
    tampering: Mapped[str]
    what: Mapped[str]
    first_id: Mapped[int | None] = mapped_column(_BIG)
    last_id: Mapped[int | None] = mapped_column(_BIG)
    marks: Mapped[str]
    acknowledged_in: Mapped[int | None] = mapped_column(_BIG)


class SubjectRow(Base):
    """Whose personal detail of a calendar year is sealed with this key.

    It is destroyed when the person is forgotten, or the year has been over for long enough. ``subject`` is
    ``login:<login>``, ``person:<id>`` or, of strangers, ``unknown:<day>``; ``year`` is Finland's.
    """

    __tablename__ = "audit_subjects"
    __table_args__ = (
        CheckConstraint("(secret IS NULL) = (forgotten_at IS NOT NULL)", name="forgotten"),
        Index("ix_audit_subjects_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    year: Mapped[int] = mapped_column(server_default=text("0"))
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]


class SealedRow(Base):
    """The personal part of an audit row, sealed with its subject's key: the chain covers the sealed bytes."""

    __tablename__ = "audit_sealed"

    audit_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit.id"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("audit_subjects.id"), primary_key=True)
    sealed: Mapped[bytes]
    subject: Mapped[SubjectRow] = relationship(lazy="joined")
