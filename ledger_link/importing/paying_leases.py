"""Working out to which lease each payment belongs: by its reference number."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.payments import PaymentRow


def resolve_payments(session: Session) -> int:
    """Give every payment its lease, and tell how many got another than before.

    It is the lease that has the payment's reference number; else the one lease of the charges that have it, if
    it is one.
    """
    by_charge = (
        select(ChargeRow.reference_number, func.min(ChargeRow.lease_id).label("lease_id"))
        .where(ChargeRow.reference_number.is_not(None))
        .group_by(ChargeRow.reference_number)
        .having(func.min(ChargeRow.lease_id) == func.max(ChargeRow.lease_id))
        .subquery()
    )
    worked_out = (
        select(PaymentRow.id, func.coalesce(LeaseRow.id, by_charge.c.lease_id).label("lease_id"))
        .outerjoin(LeaseRow, LeaseRow.reference_number == PaymentRow.reference_number)
        .outerjoin(by_charge, by_charge.c.reference_number == PaymentRow.reference_number)
        .where(PaymentRow.lease_id.is_distinct_from(func.coalesce(LeaseRow.id, by_charge.c.lease_id)))
        .subquery()
    )
    table = PaymentRow.__table__
    changed = session.execute(
        update(table).where(table.c.id == worked_out.c.id).values(lease_id=worked_out.c.lease_id)  # type: ignore[arg-type]
    )
    return int(getattr(changed, "rowcount", 0))
