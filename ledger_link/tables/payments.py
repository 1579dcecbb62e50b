"""The table of payments, and of what was paid back."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Cents, Imported
from ledger_link.tables.leases import LeaseRow
from storage.database.base import Base


class PaymentRow(Imported, Base):
    """A payment, or a refund where ``amount_cents`` is negative; ``payment_no`` is its key in the source system.

    ``lease_id`` is worked out from the reference number (national form) when the payment is imported; None where no
    lease and no charge has it. To which charges a payment goes is worked out and never stored (``ledger_balance``).
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount_cents"),
        Index("ix_payments_lease_id_paid_on", "lease_id", "paid_on"),
        Index("ix_payments_reference_number", "reference_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_no: Mapped[str] = mapped_column(unique=True)
    lease_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseRow.id))
    reference_number: Mapped[str | None]
    paid_on: Mapped[date]
    amount_cents: Mapped[Cents]
    payer_name: Mapped[str]
