"""How a customer stood on a day: the leases of then, and what was owed for each. For the page of a call of that day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from ledger_link.ledger.ledger import ledgers_of
from ledger_link.records.card import LeaseState, leases_of
from ledger_link.tables.leases import PartyRole
from ledger_link.tables.rents import rents_on


@dataclass(frozen=True, slots=True)
class LeaseStanding:
    """A lease on the day; a positive balance is what the tenant owes, ``arrears_cents`` what of it was overdue.

    ``address`` is None where a turvakielto protects it. ``rent_cents_per_month`` is all that is paid a month.
    """

    lease_id: int
    lease_no: str
    address: str | None
    role: PartyRole
    state: LeaseState
    rent_cents_per_month: int
    balance_cents: int
    arrears_cents: int


def standing_on(session: Session, person_id: int, *, on: date) -> tuple[LeaseStanding, ...]:
    """Give the leases that were current on the day, and ended ones for which something was still owed either way.

    The current ones come first. The number of queries is the same however many leases there are.
    """
    leases = [
        lease for lease in leases_of(session, [person_id], on=on)[person_id] if lease.state is not LeaseState.COMING
    ]
    lease_ids = {lease.lease_id for lease in leases if lease.lease_id is not None}
    ledgers, rents = ledgers_of(session, lease_ids, on=on), rents_on(session, lease_ids, on=on)
    return tuple(
        LeaseStanding(
            lease_id=lease.lease_id,
            lease_no=lease.lease_no,
            address=lease.address,
            role=lease.role,
            state=lease.state,
            rent_cents_per_month=rents[lease.lease_id],
            balance_cents=ledgers[lease.lease_id].balance_cents,
            arrears_cents=ledgers[lease.lease_id].arrears_cents,
        )
        for lease in leases
        if lease.lease_id is not None
        and (lease.state is LeaseState.CURRENT or ledgers[lease.lease_id].balance_cents != 0)
    )
