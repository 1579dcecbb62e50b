"""The apartments of a sample, one after the other, with their leases, parties, rents and ledgers."""

import random
from collections import deque
from dataclasses import dataclass
from datetime import date, timedelta

from ledger_link.sampling.houses import Houses
from ledger_link.sampling.invention import Invention, chance, reference_of
from ledger_link.sampling.livelihood import LAST_DAY
from ledger_link.sampling.people import People, Person
from ledger_link.sampling.sample_folder import SampleFolder

_MOVED = 50  # ended tenants who may turn up again
_LAST_MONTH = (LAST_DAY.year, LAST_DAY.month)
_SUBJECTS = ("Vuokrasopimus", "Avainten luovutus", "Muuttotarkastus", "Autopaikka", "Maksusuunnitelma")


@dataclass(frozen=True, slots=True)
class _Lease:
    lease_no: str
    reference: str
    rent: int
    starts_on: date
    ends_on: date | None
    payer: str


class Tenancies:
    """Writes leases until there are as many as were asked for; persons and ledger rows are spread over them."""

    def __init__(
        self, files: SampleFolder, invention: Invention, people: People, *, seed: int, leases: int, ledger_rows: int
    ) -> None:
        self._files = files
        self._people = people
        self._dice = random.Random(f"tenancies/{seed}")  # noqa: S311 (a sample)
        self._houses = Houses(files, invention, self._dice)
        self._leases = leases
        self._ledger_rows = ledger_rows
        self._months = ledger_rows // max(2 * leases, 1) + 2
        self._written = self._ledger_written = 0
        self._moved: deque[tuple[date, Person]] = deque(maxlen=_MOVED)  # with the last day of the lease

    @property
    def written(self) -> int:
        """How many leases there are by now."""
        return self._written

    def apartment(self, *, persons_left: int) -> None:
        """Write an apartment and its leases: often an ended one, then the running one."""
        dice = self._dice
        apartment_no, area_m2 = self._houses.apartment()
        rent = round(area_m2 * dice.uniform(13, 21)) + 120
        starts = _month(_LAST_MONTH, -dice.randrange(self._months + 1, self._months + 96))
        if chance(dice, 0.4) and self._leases - self._written > 1:
            began = _month((starts.year, starts.month), -self._months - dice.randrange(12, 60))
            left = starts - timedelta(days=dice.randrange(1, 45))
            self._lease(apartment_no, began, left, rent=round(rent * 0.9), persons_left=persons_left)
        tenant = self._lease(apartment_no, starts, None, rent=rent, persons_left=persons_left - 3)
        if chance(dice, 0.1):
            self._houses.fault(apartment_no, tenant, starts)

    def _lease(
        self, apartment_no: str, starts_on: date, ends_on: date | None, *, rent: int, persons_left: int
    ) -> Person:
        dice, files = self._dice, self._files
        number = self._written
        self._written += 1
        lease_no, reference = f"V{number:07}", reference_of(number)
        moved = self._who_moved(starts_on) if persons_left < 1 or chance(dice, 0.1) else None
        tenant = moved or self._people.add(starts_on)
        files.add(
            "leases",
            lease_no=lease_no,
            apartment_no=apartment_no,
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat() if ends_on else "",
            reference_number=reference,
        )
        files.add("lease_parties", lease_no=lease_no, person_no=tenant.person_no, role="tenant")
        if persons_left > 1 and chance(dice, 0.35):
            self._second_party(lease_no, tenant, starts_on, is_known=moved is not None)
        elif moved is None:
            self._people.single(tenant, starts_on)
        lease = _Lease(lease_no, reference, rent, starts_on, ends_on, tenant.name)
        self._rents(lease)
        self._ledger(lease)
        if ends_on is not None and len(self._moved) < _MOVED:
            self._moved.append((ends_on, tenant))
        if chance(dice, 0.2):
            files.add(
                "contacts",
                contact_no=f"Y{number:07}",
                person_no=tenant.person_no,
                lease_no=lease_no,
                at=f"{starts_on.isoformat()}T09:30:00Z",
                kind=dice.choice(("visit", "letter", "email", "sms", "call")),
                direction=dice.choice(("in", "out")),
                subject=dice.choice(_SUBJECTS),
                handled_by="Asiakaspalvelu",
            )
        return tenant

    def _who_moved(self, starts_on: date) -> Person | None:
        """Give somebody whose lease had ended before this one begins: nobody has two at a time."""
        for place, (left, person) in enumerate(self._moved):
            if left < starts_on:
                del self._moved[place]
                return person
        return None

    def _second_party(self, lease_no: str, tenant: Person, starts_on: date, *, is_known: bool) -> None:
        """Write who moves in with a tenant: most are couples, of about one age and often of one name."""
        dice, people = self._dice, self._people
        is_couple = not is_known and chance(dice, 0.7)
        shares = tenant if chance(dice, 0.25) else None
        other = people.add(starts_on, shares=shares, beside=tenant if is_couple else None)
        if is_couple:
            people.couple(tenant, other, starts_on)
        elif not is_known:
            people.single(tenant, starts_on)
        roles = ("co_tenant", "co_tenant", "co_tenant", "other_occupant")
        role = dice.choice(roles if is_couple else (*roles, "joint_payer"))
        self._files.add("lease_parties", lease_no=lease_no, person_no=other.person_no, role=role)

    def _rents(self, lease: _Lease) -> None:
        files, dice = self._files, self._dice
        until = lease.ends_on.isoformat() if lease.ends_on else ""
        first = lease.starts_on.isoformat()
        files.add(
            "rents",
            lease_no=lease.lease_no,
            kind="rent",
            amount_per_month=f"{lease.rent}.00",
            valid_from=first,
            valid_until=until,
        )
        if chance(dice, 0.5):
            files.add(
                "rents",
                lease_no=lease.lease_no,
                kind="water",
                amount_per_month="23.50",
                valid_from=first,
                valid_until=until,
            )
        files.add(
            "deposits",
            deposit_no=f"D{lease.lease_no}",
            lease_no=lease.lease_no,
            kind=dice.choice(("cash", "cash", "bank_guarantee", "social_guarantee")),
            amount=f"{2 * lease.rent}.00",
            received_on=first,
            returned_on=until,
            returned=f"{2 * lease.rent}.00" if until else "",
        )

    def _ledger(self, lease: _Lease) -> None:
        """Write charges and payments of months of the lease, as many rows as are its share."""
        files, dice = self._files, self._dice
        wanted = self._ledger_rows * self._written // self._leases
        last = lease.ends_on or date(*_LAST_MONTH, 1)
        month, owed, amount = -self._months, 0, f"{lease.rent}.00"
        while self._ledger_written < wanted:
            first = _month((last.year, last.month), month)
            month += 1
            self._ledger_written += 1
            due = first.replace(day=5)
            charge_no = f"C{self._ledger_written:09}"
            files.add(
                "charges",
                charge_no=charge_no,
                lease_no=lease.lease_no,
                kind="rent",
                period_starts_on=first.isoformat(),
                due_on=due.isoformat(),
                amount=amount,
            )
            if chance(dice, 0.03) or self._ledger_written >= wanted:
                owed += 1
                continue
            self._ledger_written += 1
            files.add(
                "payments",
                payment_no=f"M{self._ledger_written:09}",
                reference_number=lease.reference,
                paid_on=due.replace(day=dice.randrange(1, 9)).isoformat(),
                amount=amount,
                payer_name=lease.payer,
            )
        if owed > 1:
            sent = last.replace(day=15)
            files.add(
                "reminders",
                reminder_no=f"K{lease.lease_no}",
                lease_no=lease.lease_no,
                level=1,
                sent_on=sent.isoformat(),
                due_on=(sent + timedelta(days=14)).isoformat(),
                amount=f"{owed * lease.rent}.00",
                fee="5.00",
            )


def _month(from_month: tuple[int, int], months: int) -> date:
    """Give the first day of the month so many months after another (before it, where negative)."""
    year, month = divmod(from_month[0] * 12 + from_month[1] - 1 + months, 12)
    return date(year, month + 1, 1)
