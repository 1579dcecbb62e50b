"""The ledger's arithmetic: examples of what a tenant owes, and what holds whatever was charged and paid."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ledger_link.ledger.balance import Charge, Entry, EntryKind, Payment, allocate, running

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
CENTS = st.integers(1, 200_000)
CHARGES = st.lists(st.tuples(DAYS, CENTS), max_size=12).map(
    lambda drawn: [Charge(f"C-{number}", due_on, cents) for number, (due_on, cents) in enumerate(drawn)]
)
PAYMENTS = st.lists(st.tuples(DAYS, st.one_of(CENTS, CENTS.map(lambda cents: -cents))), max_size=12).map(
    lambda drawn: [Payment(f"P-{number}", paid_on, cents) for number, (paid_on, cents) in enumerate(drawn)]
)


def rent(number: int, due_on: date, cents: int = 60_000) -> Charge:
    return Charge(f"C-{number}", due_on, cents)


def test_a_payment_goes_to_the_oldest_open_charge() -> None:
    charges = [rent(2, date(2026, 2, 2)), rent(1, date(2026, 1, 2))]
    found = allocate(charges, [Payment("P-1", date(2026, 2, 3), 70_000)], on=date(2026, 2, 3))
    assert found.open_charges == ((charges[0], 50_000),)
    assert [(each.charge_no, each.amount_cents) for each in found.portions] == [("C-1", 60_000), ("C-2", 10_000)]
    assert (found.balance_cents, found.arrears_cents, found.credit_cents) == (50_000, 50_000, 0)


def test_a_charge_is_in_arrears_on_the_day_after_it_was_due() -> None:
    charges = [rent(1, date(2026, 1, 2))]
    arrears = [allocate(charges, [], on=date(2026, 1, day)).arrears_cents for day in (1, 2, 3)]
    balances = [allocate(charges, [], on=date(2026, 1, day)).balance_cents for day in (1, 2, 3)]
    assert (arrears, balances) == ([0, 0, 60_000], [0, 60_000, 60_000])


def test_what_is_paid_early_is_credit_until_the_charge_is_due() -> None:
    charges, payments = [rent(1, date(2026, 1, 2))], [Payment("P-1", date(2025, 12, 30), 60_000)]
    before, after = (allocate(charges, payments, on=day) for day in (date(2025, 12, 31), date(2026, 1, 2)))
    assert (before.balance_cents, before.credit_cents) == (-60_000, 60_000)
    assert (after.balance_cents, after.credit_cents, after.open_charges) == (0, 0, ())


def test_charges_of_one_day_are_paid_in_the_order_of_their_numbers() -> None:
    charges = [rent(2, FIRST), rent(1, FIRST)]
    assert allocate(charges, [Payment("P-1", FIRST, 60_000)], on=FIRST).open_charges == ((charges[0], 60_000),)


def test_a_refund_opens_what_the_newest_payment_had_paid() -> None:
    charges = [rent(1, date(2026, 1, 2)), rent(2, date(2026, 2, 2))]
    payments = [
        Payment("P-1", date(2026, 1, 2), 60_000),
        Payment("P-2", date(2026, 2, 2), 60_000),
        Payment("P-3", date(2026, 2, 20), -15_000),
    ]
    found = allocate(charges, payments, on=date(2026, 3, 1))
    assert found.open_charges == ((charges[1], 15_000),)
    assert [each.payment_no for each in found.portions] == ["P-1", "P-2"]
    assert (found.balance_cents, found.arrears_cents) == (15_000, 15_000)


def test_what_is_paid_back_beyond_all_payments_is_owed_and_of_no_charge() -> None:
    found = allocate([], [Payment("P-1", FIRST, 100), Payment("P-2", FIRST, -300)], on=FIRST)
    assert (found.balance_cents, found.overdrawn_cents, found.arrears_cents) == (200, 200, 0)
    assert (found.open_charges, found.portions) == ((), ())


def test_the_running_balance_tells_a_charge_before_the_payment_of_its_day() -> None:
    entries = [
        Entry(FIRST, EntryKind.PAYMENT, -60_000, "P-1", "Aino Virtanen"),
        Entry(FIRST, EntryKind.CHARGE, 60_000, "C-1", "rent"),
        Entry(FIRST, EntryKind.REFUND, 100, "P-2"),
    ]
    lines = running(entries)
    assert [(entry.number, balance_cents) for entry, balance_cents in lines] == [
        ("C-1", 60_000),
        ("P-1", 0),
        ("P-2", 100),
    ]


@given(charges=CHARGES, payments=PAYMENTS, on=DAYS)
def test_the_balance_is_what_was_charged_less_what_was_paid(
    charges: list[Charge], payments: list[Payment], on: date
) -> None:
    found = allocate(charges, payments, on=on)
    charged = sum(charge.amount_cents for charge in charges if charge.due_on <= on)
    paid = sum(payment.amount_cents for payment in payments if payment.paid_on <= on)
    assert found.balance_cents == charged - paid
    open_cents = sum(cents for _, cents in found.open_charges)
    assert found.balance_cents == open_cents - found.credit_cents + found.overdrawn_cents
    entries = [Entry(each.due_on, EntryKind.CHARGE, each.amount_cents, each.charge_no) for each in charges]
    entries += [Entry(each.paid_on, EntryKind.PAYMENT, -each.amount_cents, each.payment_no) for each in payments]
    lines = running(entry for entry in entries if entry.on <= on)
    assert (lines[-1][1] if lines else 0) == found.balance_cents


@given(charges=CHARGES, payments=PAYMENTS, on=DAYS)
def test_an_allocation_never_exceeds_its_charge_or_its_payment(
    charges: list[Charge], payments: list[Payment], on: date
) -> None:
    found = allocate(charges, payments, on=on)
    for charge in charges:
        used = sum(each.amount_cents for each in found.portions if each.charge_no == charge.charge_no)
        still_open = sum(cents for each, cents in found.open_charges if each == charge)
        assert used + still_open == (charge.amount_cents if charge.due_on <= on else 0)
    for payment in payments:
        given_out = sum(each.amount_cents for each in found.portions if each.payment_no == payment.payment_no)
        assert 0 <= given_out <= max(0, payment.amount_cents)
    assert all(each.amount_cents > 0 for each in found.portions)
    assert min(found.arrears_cents, found.credit_cents, found.overdrawn_cents) >= 0


@given(charges=CHARGES, payments=PAYMENTS, on=DAYS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(
    charges: list[Charge], payments: list[Payment], on: date, random: Random
) -> None:
    found = allocate(charges, payments, on=on)
    random.shuffle(charges)
    random.shuffle(payments)
    assert allocate(charges, payments, on=on) == found


@given(charges=CHARGES, payments=PAYMENTS, on=DAYS)
def test_nothing_is_paid_of_a_charge_before_all_older_ones_are_paid(
    charges: list[Charge], payments: list[Payment], on: date
) -> None:
    found = allocate(charges, payments, on=on)
    due = sorted((each for each in charges if each.due_on <= on), key=lambda each: (each.due_on, each.charge_no))
    assert [charge for charge, _ in found.open_charges] == due[len(due) - len(found.open_charges) :]
    assert all(cents == charge.amount_cents for charge, cents in found.open_charges[1:])
    assert not (found.credit_cents and found.open_charges)


@given(charges=CHARGES, payments=PAYMENTS, on=DAYS, cents=CENTS)
def test_a_payment_and_its_refund_leave_what_is_open_as_it_was(
    charges: list[Charge], payments: list[Payment], on: date, cents: int
) -> None:
    """By amount: which payment settled a charge may change, what is open does not."""
    undone = [*payments, Payment("P-x", on, cents), Payment("P-y", on, -cents)]
    before, after = allocate(charges, payments, on=on), allocate(charges, undone, on=on)
    assert (after.open_charges, after.balance_cents) == (before.open_charges, before.balance_cents)
    assert (after.credit_cents, after.overdrawn_cents) == (before.credit_cents, before.overdrawn_cents)
