"""The lines of a ledger as its page tells them: what is open of each charge, and what each payment went to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ledger_link.ledger.balance import Entry, EntryKind, Portion
from ledger_link.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry with the balance after it. ``open_cents`` is what is not paid of a charge, ``portions`` are a payment's.

    ``is_late`` tells a charge that was due before the day of the ledger and is not paid.
    """

    entry: Entry
    balance_cents: int
    open_cents: int = 0
    is_late: bool = False
    portions: tuple[Portion, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerYear:
    """The lines of one year. ``charged_cents`` holds what was paid back too; ``balance_cents`` is that of its end."""

    year: int
    lines: tuple[LedgerLine, ...]

    @property
    def charged_cents(self) -> int:
        """What the year added to the balance."""
        return sum(line.entry.amount_cents for line in self.lines if line.entry.amount_cents > 0)

    @property
    def paid_cents(self) -> int:
        """What the year took from the balance."""
        return -sum(line.entry.amount_cents for line in self.lines if line.entry.amount_cents < 0)

    @property
    def balance_cents(self) -> int:
        """The balance at the end of the year's last entry."""
        return self.lines[0].balance_cents


def years_of(lines: Sequence[LedgerLine]) -> list[LedgerYear]:
    """Group lines, the newest first, by their years."""
    return [LedgerYear(year, tuple(group)) for year, group in groupby(lines, key=lambda line: line.entry.on.year)]


def lines_of(ledger: Ledger) -> list[LedgerLine]:
    """Give the lines of a ledger, the newest first."""
    open_cents = {charge.charge_no: cents for charge, cents in ledger.allocation.open_charges}
    portions: dict[str, list[Portion]] = defaultdict(list)
    for portion in ledger.allocation.portions:
        portions[portion.payment_no].append(portion)
    lines = [
        LedgerLine(
            entry,
            balance_cents,
            open_cents=open_cents.get(entry.number, 0),
            is_late=entry.number in open_cents and entry.on < ledger.on,
        )
        if entry.kind is EntryKind.CHARGE
        else LedgerLine(entry, balance_cents, portions=tuple(portions[entry.number]))
        for entry, balance_cents in ledger.lines
    ]
    return lines[::-1]
