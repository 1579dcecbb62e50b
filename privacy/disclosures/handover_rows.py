"""The tables of disclosures. One that was recorded by mistake is voided, with the reason: rows do not vanish."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ledger_link.tables.schema_checks import is_one_of
from privacy.disclosures.kinds import LegalBasis, RecipientKind, Way
from storage.database.base import CALL_ID_CHARS, Base


class HandoverCallRow(Base):
    """A call of which something was handed over. It outlives the call, so there is no foreign key to it."""

    __tablename__ = "handover_calls"
    __table_args__ = (Index("ix_handover_calls_call_id", "call_id"),)

    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), primary_key=True)


class HandoverPersonRow(Base):
    """A person of the register whose data was handed over; outlives the person as the audit does."""

    __tablename__ = "handover_persons"
    __table_args__ = (Index("ix_handover_persons_person_id", "person_id"),)

    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)


class HandoverRow(Base):
    """One hand-over to somebody outside. ``contents`` are codes of ``Content``, separated by blanks.

    In the database it is a *handover*: ``disclosures`` is there the announcement that a caller hears (0001).
    """

    __tablename__ = "handovers"
    __table_args__ = (
        is_one_of("recipient_kind", RecipientKind),
        is_one_of("basis", LegalBasis),
        is_one_of("way", Way),
        CheckConstraint("contents <> ''", name="has_contents"),
        CheckConstraint("expires_at IS NULL OR expires_at > handed_at", name="expires_later"),
        CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)", name="voided"
        ),
        Index("ix_handovers_handed_at", "handed_at"),
        {"sqlite_autoincrement": True},  # the audit names a deleted hand-over by its number: it is never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_kind: Mapped[str]
    recipient: Mapped[str]
    basis: Mapped[str]
    basis_detail: Mapped[str]
    contents: Mapped[str]
    description: Mapped[str]
    way: Mapped[str]
    case_no: Mapped[str | None]
    partner_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    handed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    recorded_by: Mapped[str]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str | None]
    void_reason: Mapped[str | None]
    calls: Mapped[list[HandoverCallRow]] = relationship(lazy="selectin", order_by=HandoverCallRow.call_id)
    persons: Mapped[list[HandoverPersonRow]] = relationship(lazy="selectin", order_by=HandoverPersonRow.person_id)
