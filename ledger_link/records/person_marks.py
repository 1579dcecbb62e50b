"""What tells two persons of one name apart on a day: when born, which number in the register, and what home as what."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.tables.among import among
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole, term_of
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.homes import undisclosed_among_leases
from ledger_link.values.day import is_valid_on


@dataclass(frozen=True, slots=True)
class HomeMark:
    """A lease in force on the day, and the person's part in it; ``address`` is None where a turvakielto hides it."""

    lease_no: str
    role: PartyRole
    address: str | None


@dataclass(frozen=True, slots=True)
class PersonHome:
    """A home of a person and from when to when (both included) it was his."""

    since: date
    until: date | None
    mark: HomeMark


@dataclass(frozen=True, slots=True)
class PersonMarks:
    """A person's marks. ``birth_date`` is None where it is not known or not permitted, ``birth_year`` where unknown.

    Another register's persons have a number alone: nothing else of them is kept here.
    """

    person_no: str
    birth_year: int | None
    birth_date: date | None
    homes: tuple[HomeMark, ...]


def marks_of(session: Session, wanted: Collection[tuple[int, date]]) -> dict[tuple[int, date], PersonMarks]:
    """Give the marks of some persons, each as of a day; three queries however many. Unknown persons are left out."""
    ids = sorted({person_id for person_id, _ in wanted})
    if not ids:
        return {}
    persons = {
        person_id: (person_no, birth_date)
        for person_id, person_no, birth_date in session.execute(
            select(PersonRow.id, PersonRow.person_no, PersonRow.birth_date).where(among(session, PersonRow.id, ids))
        )
    }
    homes = homes_of(session, ids)
    return {
        (person_id, on): marks_on(on, *persons[person_id], homes=homes[person_id])
        for person_id, on in wanted
        if person_id in persons
    }


def homes_of(session: Session, person_ids: Collection[int]) -> dict[int, list[PersonHome]]:
    """Give every home that some persons ever had, of the newest lease first; two queries however many."""
    rows = session.execute(
        select(LeasePartyRow, LeaseRow, ApartmentRow, BuildingRow)
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .join(ApartmentRow, ApartmentRow.id == LeaseRow.apartment_id)
        .join(BuildingRow, BuildingRow.id == ApartmentRow.building_id)
        .where(among(session, LeasePartyRow.person_id, person_ids))
        .order_by(LeaseRow.starts_on.desc(), LeaseRow.lease_no)
    ).all()
    hidden = undisclosed_among_leases(session, {lease.id for _, lease, _, _ in rows})
    homes: dict[int, list[PersonHome]] = defaultdict(list)
    for party, lease, apartment, building in rows:
        address = None if lease.id in hidden else str(address_of(building, apartment))
        homes[party.person_id].append(
            PersonHome(*term_of(lease, party), HomeMark(lease.lease_no, PartyRole(party.role), address))
        )
    return homes


def marks_on(on: date, person_no: str, birth_date: date | None, *, homes: Iterable[PersonHome]) -> PersonMarks:
    """Put the marks of one person together, as of a day."""
    return PersonMarks(
        person_no=person_no,
        birth_year=None if birth_date is None else birth_date.year,
        birth_date=birth_date,
        homes=tuple(home.mark for home in homes if is_valid_on(on, home.since, home.until)),
    )
