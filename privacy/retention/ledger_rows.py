"""Ledger data follows its own period: what is settled and older than the law asks for goes, lease by lease.

Invariants
----------
1. No balance of any later day changes: of a lease goes what stands up to a day on which its balance was nil. All
   charges until then were paid by payments until then (a payment goes to the oldest open charge), so no allocation of
   what stays changes either. What is owed stays, however old it is: somebody claims it.
2. Nothing of a held person's leases goes.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, null, select
from sqlalchemy.orm import Session

from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.deposits import DepositRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.reminders import ReminderRow
from privacy.retention.holds import held_persons
from storage.database.base import Base


@dataclass(frozen=True, slots=True)
class Gone:
    """How many rows of a table went, or would go, and SHA-256 over their keys, sorted, one a line."""

    table: str
    rows: int
    keys_sha256: str


def free_leases(session: Session, *, until: date) -> dict[int, date]:
    """Tell which leases have settled rows up to ``until``, and up to which day each; held persons' are left out."""
    settled = {lease_id: _last_nil_day(days) for lease_id, days in _entries(session, until=until).items()}
    kept = _held_leases(session)
    return {lease_id: day for lease_id, day in settled.items() if day is not None and lease_id not in kept}


def still_settled(session: Session, through: Mapping[int, date]) -> set[int]:
    """Tell of leases, each with a day, whose balance of that day is nil as yet, and that no held person has."""
    if not through:
        return set()
    entries = _entries(session, until=max(through.values()), among=through)
    kept = _held_leases(session)
    return {
        lease_id
        for lease_id, day in through.items()
        if lease_id in entries and lease_id not in kept and _balance(entries[lease_id], day) == 0
    }


def delete_ledger_rows(session: Session, lease_ids: Collection[int], *, settled_on: date) -> list[Gone]:
    """Delete what of some leases' ledgers stands up to a day on which the balance of each was nil."""
    leases = list(lease_ids)
    ended = select(LeaseRow.id).where(LeaseRow.id.in_(leases), LeaseRow.ends_on <= settled_on)
    wanted: tuple[tuple[type[Base], str, ColumnElement[bool]], ...] = (
        (ReminderRow, "reminder_no", and_(ReminderRow.lease_id.in_(leases), ReminderRow.sent_on <= settled_on)),
        (ChargeRow, "charge_no", and_(ChargeRow.lease_id.in_(leases), ChargeRow.due_on <= settled_on)),
        (PaymentRow, "payment_no", and_(PaymentRow.lease_id.in_(leases), PaymentRow.paid_on <= settled_on)),
        (DepositRow, "deposit_no", and_(DepositRow.lease_id.in_(ended), DepositRow.returned_on <= settled_on)),
    )
    return [gone for row, key, condition in wanted if (gone := _delete(session, row, key, condition)).rows]


def count_ledger_rows(
    session: Session, free: Mapping[int, date], *, among: Collection[int] | None = None
) -> dict[int, Counter[str]]:
    """Count by lease and table what :func:`delete_ledger_rows` would delete; ``free`` is of :func:`free_leases`.

    It asks of those leases alone where they are given ``among`` too: the fewer they are, the faster.
    """
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    if not free:
        return counts
    last = max(free.values())
    wanted: tuple[tuple[type[Base], Select[*tuple[Any, ...]]], ...] = (
        (ReminderRow, select(ReminderRow.lease_id, ReminderRow.sent_on, null()).where(ReminderRow.sent_on <= last)),
        (ChargeRow, select(ChargeRow.lease_id, ChargeRow.due_on, null()).where(ChargeRow.due_on <= last)),
        (PaymentRow, select(PaymentRow.lease_id, PaymentRow.paid_on, null()).where(PaymentRow.paid_on <= last)),
        (
            DepositRow,
            select(DepositRow.lease_id, DepositRow.returned_on, LeaseRow.ends_on)
            .join(LeaseRow, LeaseRow.id == DepositRow.lease_id)
            .where(DepositRow.returned_on <= last, LeaseRow.ends_on <= last),
        ),
    )
    for row, question in wanted:
        table = row.__table__
        asked = question if among is None else question.where(table.c.lease_id.in_(list(among)))
        for lease_id, on, ended in session.execute(asked):
            if lease_id in free and on <= free[lease_id] and (ended is None or ended <= free[lease_id]):
                counts[lease_id][row.__tablename__] += 1
    return counts


def delete_unmatched_payments(session: Session, *, until: date, is_dry: bool = False) -> Gone:
    """Delete payments that belong to no lease and are older than the law asks for; ``is_dry``: only tell."""
    condition = and_(PaymentRow.lease_id.is_(None), PaymentRow.paid_on <= until)
    return _delete(session, PaymentRow, "payment_no", condition, is_dry=is_dry)


def together(gone: Iterable[Gone]) -> list[Gone]:
    """Add up what went of each table; the hash is over the hashes."""
    by_table: dict[str, list[Gone]] = defaultdict(list)
    for one in gone:
        by_table[one.table].append(one)
    return [
        Gone(table, sum(one.rows for one in found), _digest(one.keys_sha256 for one in found))
        for table, found in by_table.items()
    ]


def _entries(session: Session, *, until: date, among: Collection[int] | None = None) -> dict[int, dict[date, int]]:
    """Give what each lease was charged less what it paid, in cents, by day up to ``until``."""
    entries: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    charges = select(ChargeRow.lease_id, ChargeRow.due_on, ChargeRow.amount_cents).where(ChargeRow.due_on <= until)
    payments = select(PaymentRow.lease_id, PaymentRow.paid_on, PaymentRow.amount_cents).where(
        PaymentRow.lease_id.is_not(None), PaymentRow.paid_on <= until
    )
    if among is not None:
        charges = charges.where(ChargeRow.lease_id.in_(list(among)))
        payments = payments.where(PaymentRow.lease_id.in_(list(among)))
    for lease_id, on, cents in session.execute(charges):
        entries[lease_id][on] += cents
    for paid_lease, on, cents in session.execute(payments):
        if paid_lease is not None:
            entries[paid_lease][on] -= cents
    return entries


def _held_leases(session: Session) -> set[int]:
    held = held_persons(session)
    return set(session.scalars(select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id.in_(held))))


def _balance(days: Mapping[date, int], last: date) -> int:
    return sum(cents for day, cents in days.items() if day <= last)


def _last_nil_day(days: dict[date, int]) -> date | None:
    """Tell the last day at whose end nothing was owed and nothing held; None where there was none."""
    balance, nil = 0, None
    for day in sorted(days):
        balance += days[day]
        if balance == 0:
            nil = day
    return nil


def _delete(
    session: Session, row: type[Base], key: str, condition: ColumnElement[bool], *, is_dry: bool = False
) -> Gone:
    table = row.__table__
    assert isinstance(table, Table)  # noqa: S101 (of a mapped class it is one, which its type does not say)
    keys = sorted(session.scalars(select(table.c[key]).where(condition)))
    if not is_dry:
        session.execute(delete(table).where(condition))
    return Gone(table.name, len(keys), _digest(keys))


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()
