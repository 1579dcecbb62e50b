"""The apartments of a sample, one after the other, with their leases, parties, rents and ledgers."""

import random
from collections import deque
from dataclasses import dataclass
from datetime import date, timedelta

from ledger_link.sampling.invention import Invention, chance, reference_of
from ledger_link.sampling.people import People, Person
from ledger_link.sampling.sample_folder import SampleFolder

_APARTMENTS_A_BUILDING = 24
_APARTMENTS_AN_ENTRANCE = 8
_MOVED = 50  # ended tenants who may turn up again
_LAST_MONTH = (2026, 10)


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
        self._invention = invention
        self._people = people
        self._dice = random.Random(f"tenancies/{seed}")  # noqa: S311 (a sample)
        self._leases = leases
        self._ledger_rows = ledger_rows
        self._months = ledger_rows // max(2 * leases, 1) + 2
        self._apartments = self._written = self._ledger_written = 0
        self._moved: deque[Person] = deque(maxlen=_MOVED)

    @property
    def written(self) -> int:
        """How many leases there are by now."""
        return self._written

    def apartment(self, *, persons_left: int) -> None:
        """Write an apartment and its leases: often an ended one, then the running one."""
        dice = self._dice
        apartment_no = self._apartment()
        starts = _month(_LAST_MONTH, -dice.randrange(self._months + 1, self._months + 96))
        if chance(dice, 0.4) and self._leases - self._written > 1:
            began = _month((starts.year, starts.month), -self._months - dice.randrange(12, 60))
            left = starts - timedelta(days=dice.randrange(1, 45))
            self._lease(apartment_no, began, left, persons_left=persons_left)
        self._lease(apartment_no, starts, None, persons_left=persons_left - 3)

    def _apartment(self) -> str:
        building, place = divmod(self._apartments, _APARTMENTS_A_BUILDING)
        self._apartments += 1
        dice, building_no = self._dice, f"T{building:05}"
        if place == 0:
            street = self._invention.streets[building % len(self._invention.streets)]
            number = building // len(self._invention.streets) + 1
            self._files.add(
                "buildings",
                building_no=building_no,
                name=f"Talo {building}",
                street_address=f"{street} {number}",
                postal_code=f"{dice.randrange(100, 99999):05}",
                city=dice.choice(self._invention.cities),
                built_year=dice.randrange(1920, 2025),
            )
        apartment_no = f"{building_no}-{place + 1:02}"
        self._files.add(
            "apartments",
            apartment_no=apartment_no,
            building_no=building_no,
            entrance="ABCDEFGH"[place // _APARTMENTS_AN_ENTRANCE],
            door_number=place + 1,
            rooms=dice.randrange(1, 5),
            area_m2=f"{dice.randrange(200, 1200) / 10}",
        )
        if chance(dice, 0.1):
            day = _month(_LAST_MONTH, -dice.randrange(24)).isoformat()
            no = f"F{self._apartments:07}"
            self._files.add(
                "fault_reports",
                fault_no=no,
                apartment_no=apartment_no,
                reported_on=day,
                subject="Hana vuotaa",
                state="open",
            )
        return apartment_no

    def _lease(self, apartment_no: str, starts_on: date, ends_on: date | None, *, persons_left: int) -> None:
        dice, files = self._dice, self._files
        number = self._written
        self._written += 1
        lease_no, reference = f"V{number:07}", reference_of(number)
        moves = self._moved and (persons_left < 1 or chance(dice, 0.1))
        tenant = self._moved.popleft() if moves else self._people.add(starts_on)
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
            shares = tenant if chance(dice, 0.25) else None
            other = self._people.add(starts_on, shares=shares)
            role = dice.choice(("co_tenant", "co_tenant", "co_tenant", "joint_payer", "other_occupant"))
            files.add("lease_parties", lease_no=lease_no, person_no=other.person_no, role=role)
        lease = _Lease(lease_no, reference, dice.randrange(380, 1900), starts_on, ends_on, tenant.name)
        self._rents(lease)
        self._ledger(lease)
        if ends_on is not None and len(self._moved) < _MOVED and all(one != tenant for one in self._moved):
            self._moved.append(tenant)
        if chance(dice, 0.2):
            files.add(
                "contacts",
                contact_no=f"Y{number:07}",
                person_no=tenant.person_no,
                lease_no=lease_no,
                at=f"{starts_on.isoformat()}T09:30:00Z",
                kind=dice.choice(("visit", "letter", "email", "sms", "call")),
                direction=dice.choice(("in", "out")),
                subject="Vuokrasopimus",
                handled_by="Asiakaspalvelu",
            )

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
