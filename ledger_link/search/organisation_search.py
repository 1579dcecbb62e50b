"""Finding organisations by business id, name, or the number of their switchboard."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from calls.phone import to_e164
from ledger_link.linking.link import LinkedPerson
from ledger_link.tables.among import among
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.numbers import undisclosed_numbers
from ledger_link.values.business_id import parse_business_id
from ledger_link.values.names import folded, normal_text

MOST_PERSONS = 25  # of a large employer: who it is about is found by his name


@dataclass(frozen=True, slots=True)
class OrganisationHit:
    """An organisation found, with persons of the register who work or worked there (25 at most).

    Nobody with a turvakielto is among them.

    ``business_id`` is as its source wrote it; where ``business_id_valid`` is False it fails its own check.
    """

    id: int
    name: str
    business_id: str | None
    business_id_valid: bool
    persons: tuple[LinkedPerson, ...]


def find_organisations(session: Session, text: str, *, limit: int) -> tuple[OrganisationHit, ...]:
    """Find organisations by business id (``FI`` and hyphen may be there or not), by words of the name, or by number.

    A flagged business id is found as it is written. A number that somebody with a turvakielto has
    or had finds nothing, for it would confirm it.
    """
    written = normal_text(text)
    if not written:
        return ()
    rows = session.scalars(
        select(OrganisationRow)
        .where(or_(*_conditions(written)))
        .order_by(OrganisationRow.name, OrganisationRow.id)
        .limit(limit)
    ).all()
    employees = _employees(session, [row.id for row in rows])
    return tuple(_hit(row, employees.get(row.id, ())) for row in rows)


def _conditions(written: str) -> list[ColumnElement[bool]]:
    conditions = [OrganisationRow.business_id.in_(_spellings(written))]
    if (number := to_e164(written)) is not None:
        conditions.append(OrganisationRow.id.in_(_having(number)))
    words = [OrganisationRow.search_name.contains(word, autoescape=True) for word in folded(written).split()]
    return [*conditions, and_(*words)]


def _spellings(written: str) -> set[str]:
    """Give the ways in which a source may have written a business id; a flagged one is asked for as it stands."""
    try:
        business_id = parse_business_id(written)
    except ValueError:
        return {written}
    digits = business_id.replace("-", "")
    return {written, business_id, digits, f"FI{digits}"}


def _having(number: str) -> Select[int]:
    return select(OrganisationNumberRow.organisation_id).where(
        OrganisationNumberRow.e164 == number, OrganisationNumberRow.e164.not_in(undisclosed_numbers())
    )


def _hit(row: OrganisationRow, persons: tuple[LinkedPerson, ...]) -> OrganisationHit:
    return OrganisationHit(
        id=row.id,
        name=row.name,
        business_id=row.business_id,
        business_id_valid=row.business_id_valid,
        persons=persons,
    )


def _employees(session: Session, organisation_ids: Collection[int]) -> dict[int, tuple[LinkedPerson, ...]]:
    """Give whom each of some organisations employs or employed, the first by name; one query.

    Nobody with a turvakielto: where somebody works tells where to find him.
    """
    order = (PersonRow.surname, PersonRow.call_name, PersonRow.id)
    if not organisation_ids:
        return {}
    employed = (
        select(EmploymentRow.organisation_id, EmploymentRow.person_id)
        .where(among(session, EmploymentRow.organisation_id, organisation_ids))
        .distinct()
        .subquery()
    )
    place = func.row_number().over(partition_by=employed.c.organisation_id, order_by=order).label("place")
    placed = (
        select(employed.c.organisation_id, PersonRow.id, place)
        .join(PersonRow, PersonRow.id == employed.c.person_id)
        .where(PersonRow.non_disclosure.is_(False))
        .subquery()
    )
    asked = (
        select(placed.c.organisation_id, PersonRow)
        .join(PersonRow, PersonRow.id == placed.c.id)
        .where(placed.c.place <= MOST_PERSONS)
        .order_by(placed.c.organisation_id, placed.c.place)
    )
    return {
        organisation_id: tuple(LinkedPerson(id=row.id, name=row.name, non_disclosure=False) for _, row in rows)
        for organisation_id, rows in groupby(session.execute(asked), key=lambda found: found[0])
    }
