"""The rent ledger of leases, as of a day: read from charges and payments, worked out by ``ledger_balance``."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.ledger.balance import Allocation, Charge, Entry, EntryKind, Payment, allocate, running
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.leases import LeasePartyRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.undisclosed.concealment import concealment_of


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a lease on a day: its lines, oldest first, each with the balance in cents after it.

    A positive balance is what the tenant owes.
    """

    lease_id: int
    on: date
    lines: tuple[tuple[Entry, int], ...]
    allocation: Allocation

    @property
    def balance_cents(self) -> int:
        """What the tenant owes on the day; negative where he has paid more than was due."""
        return self.allocation.balance_cents

    @property
    def arrears_cents(self) -> int:
        """What was due before the day and is not paid."""
        return self.allocation.arrears_cents


def ledger_of(session: Session, lease_id: int, *, on: date | None) -> Ledger:
    """Give the ledger of a lease as of a day, or with all its rows, those to come too, as of the last one's day."""
    return ledgers_of(session, [lease_id], on=on)[lease_id]


def ledgers_of(session: Session, lease_ids: Collection[int], *, on: date | None) -> dict[int, Ledger]:
    """Give the ledger of each lease, in a fixed number of queries; one without rows is empty.

    A payer's name is what a bank passed on, so it is concealed where it tells how to find a party with a turvakielto.
    """
    concealment = concealment_of(session, _parties(session, lease_ids))
    charges: dict[int, list[Charge]] = defaultdict(list)
    payments: dict[int, list[Payment]] = defaultdict(list)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for lease_id, charge in _charges(session, lease_ids, on=on):
        charges[lease_id].append(charge)
        entries[lease_id].append(
            Entry(charge.due_on, EntryKind.CHARGE, charge.amount_cents, charge.charge_no, charge.kind)
        )
    for lease_id, payment, payer in _payments(session, lease_ids, on=on):
        payments[lease_id].append(payment)
        kind_of = EntryKind.PAYMENT if payment.amount_cents > 0 else EntryKind.REFUND
        entries[lease_id].append(
            Entry(payment.paid_on, kind_of, -payment.amount_cents, payment.payment_no, concealment.of(payer))
        )
    ledgers = {}
    for lease_id in lease_ids:
        day = on or max((entry.on for entry in entries[lease_id]), default=date.min)
        ledgers[lease_id] = Ledger(
            lease_id=lease_id,
            on=day,
            lines=tuple(running(entries[lease_id])),
            allocation=allocate(charges[lease_id], payments[lease_id], on=day),
        )
    return ledgers


def _parties(session: Session, lease_ids: Collection[int]) -> Collection[int]:
    return session.scalars(select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id.in_(sorted(lease_ids)))).all()


def _charges(session: Session, lease_ids: Collection[int], *, on: date | None) -> list[tuple[int, Charge]]:
    query = select(
        ChargeRow.lease_id,
        ChargeRow.charge_no,
        ChargeRow.due_on,
        ChargeRow.amount_cents,
        ChargeRow.kind,
        ChargeRow.period_starts_on,
    ).where(ChargeRow.lease_id.in_(sorted(lease_ids)), *(() if on is None else (ChargeRow.due_on <= on,)))
    return [
        (lease_id, Charge(charge_no, due_on, amount_cents, kind, period_starts_on))
        for lease_id, charge_no, due_on, amount_cents, kind, period_starts_on in session.execute(query)
    ]


def _payments(session: Session, lease_ids: Collection[int], *, on: date | None) -> list[tuple[int, Payment, str]]:
    query = select(
        PaymentRow.lease_id, PaymentRow.payment_no, PaymentRow.paid_on, PaymentRow.amount_cents, PaymentRow.payer_name
    ).where(PaymentRow.lease_id.in_(sorted(lease_ids)), *(() if on is None else (PaymentRow.paid_on <= on,)))
    return [
        (lease_id, Payment(payment_no, paid_on, amount_cents), payer)
        for lease_id, payment_no, paid_on, amount_cents, payer in session.execute(query)
        if lease_id is not None
    ]
