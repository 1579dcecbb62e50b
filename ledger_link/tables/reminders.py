"""The table of payment reminders."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Cents, Imported
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.schema_checks import in_order, not_negative
from storage.database.base import Base


class ReminderRow(Imported, Base):
    """A reminder of what a lease owed; ``reminder_no`` is its key in the source system.

    ``level`` counts from the first reminder (1) towards collection. ``fee_cents`` is what the reminder itself cost; it
    enters the ledger by a charge of kind ``fee``, not by this row.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 9", name="level"),
        not_negative("amount_cents"),
        not_negative("fee_cents"),
        in_order("sent_on", "due_on", name="term"),
        Index("ix_reminders_lease_id", "lease_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reminder_no: Mapped[str] = mapped_column(unique=True)
    lease_id: Mapped[int] = mapped_column(ForeignKey(LeaseRow.id))
    level: Mapped[int]
    sent_on: Mapped[date]
    due_on: Mapped[date]
    amount_cents: Mapped[Cents]
    fee_cents: Mapped[Cents]
