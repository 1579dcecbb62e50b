"""What a tenant owes: the running balance of a lease, and which charges are open. Pure.

The sign: a positive balance is what the tenant owes, a negative one what the landlord holds for him. So a charge adds
to the balance, a payment takes from it, and a refund adds again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum


class EntryKind(IntEnum):
    """What an entry of the ledger is, in the order in which entries of one day are told."""

    CHARGE = 1
    PAYMENT = 2
    REFUND = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; ``amount_cents`` is what it adds to the balance, so a payment's is negative.

    ``number`` is its key in the source system; ``text`` is a charge's kind or a payer's name.
    """

    on: date
    kind: EntryKind
    amount_cents: int
    number: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """What is owed: ``amount_cents`` (positive) by the end of the day ``due_on``.

    ``kind`` and ``period_starts_on`` say what for; nothing is worked out from them.
    """

    charge_no: str
    due_on: date
    amount_cents: int
    kind: str = ""
    period_starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid on a day; a negative ``amount_cents`` was paid back."""

    payment_no: str
    paid_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Portion:
    """The part of a payment (``amount_cents``, positive) that went to a charge."""

    charge_no: str
    payment_no: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What the charges and payments of a lease come to on a day.

    ``open_charges`` are those not wholly paid with what is open of each, oldest first; ``arrears_cents`` is the sum of
    what was due before the day. ``credit_cents`` is paid and not used yet, ``overdrawn_cents`` was paid back beyond
    all that had been paid. ``balance_cents`` = open - credit + overdrawn.
    """

    open_charges: tuple[tuple[Charge, int], ...]
    portions: tuple[Portion, ...]
    arrears_cents: int
    balance_cents: int
    credit_cents: int
    overdrawn_cents: int


def running(entries: Iterable[Entry]) -> list[tuple[Entry, int]]:
    """Put entries in order (day, kind, number) and give each with the balance in cents after it."""
    balance_cents = 0
    lines = []
    for entry in sorted(entries, key=lambda entry: (entry.on, entry.kind, entry.number)):
        balance_cents += entry.amount_cents
        lines.append((entry, balance_cents))
    return lines


def allocate(charges: Iterable[Charge], payments: Iterable[Payment], *, on: date) -> Allocation:
    """Tell what is open on a day. Invariant: the answer depends on the rows alone, not on the order they came in.

    1. Only charges due and payments made by the day count; a charge becomes arrears on the day after its due day.
    2. What was paid back takes from the newest payments first.
    3. What is left of the payments goes, oldest first, to the oldest open charge (due day, then charge number).
    """
    # 1
    due = sorted((each for each in charges if each.due_on <= on), key=lambda each: (each.due_on, each.charge_no))
    made = sorted((each for each in payments if each.paid_on <= on), key=lambda each: (each.paid_on, each.payment_no))
    # 2
    kept, overdrawn_cents = _after_refunds(made)
    # 3
    portions = _portions(due, kept)
    paid_cents: dict[str, int] = {}
    for portion in portions:
        paid_cents[portion.charge_no] = paid_cents.get(portion.charge_no, 0) + portion.amount_cents
    open_charges = tuple(
        (charge, open_cents)
        for charge in due
        if (open_cents := charge.amount_cents - paid_cents.get(charge.charge_no, 0))
    )
    used_cents = sum(paid_cents.values())
    credit_cents = sum(amount_cents for _, amount_cents in kept) - used_cents
    return Allocation(
        open_charges=open_charges,
        portions=portions,
        arrears_cents=sum(open_cents for charge, open_cents in open_charges if charge.due_on < on),
        balance_cents=sum(open_cents for _, open_cents in open_charges) - credit_cents + overdrawn_cents,
        credit_cents=credit_cents,
        overdrawn_cents=overdrawn_cents,
    )


def _after_refunds(payments: Sequence[Payment]) -> tuple[list[tuple[str, int]], int]:
    """Give what is left of each payment (number, cents; oldest first) and what was paid back beyond all of them."""
    back_cents = -sum(payment.amount_cents for payment in payments if payment.amount_cents < 0)
    kept: list[tuple[str, int]] = []
    for payment in reversed(payments):
        if payment.amount_cents > 0:
            taken_cents = min(back_cents, payment.amount_cents)
            back_cents -= taken_cents
            kept.append((payment.payment_no, payment.amount_cents - taken_cents))
    return kept[::-1], back_cents


def _portions(charges: Sequence[Charge], payments: Iterable[tuple[str, int]]) -> tuple[Portion, ...]:
    portions = []
    waiting = iter(charges)
    charge = next(waiting, None)
    open_cents = charge.amount_cents if charge else 0
    for payment_no, amount_cents in payments:
        left_cents = amount_cents
        while left_cents and charge:
            part_cents = min(left_cents, open_cents)
            portions.append(Portion(charge.charge_no, payment_no, part_cents))
            left_cents -= part_cents
            open_cents -= part_cents
            if not open_cents:
                charge = next(waiting, None)
                open_cents = charge.amount_cents if charge else 0
    return tuple(portions)
