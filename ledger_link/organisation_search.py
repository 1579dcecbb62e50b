"""Finding organisations by business id, name, or the number of their switchboard."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from calls.phone import to_e164
from ledger_link.business_id import parse_business_id
from ledger_link.employments import EmploymentRow
from ledger_link.link import LinkedPerson
from ledger_link.names import folded, normal_text
from ledger_link.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.persons import PersonRow
from ledger_link.undisclosed import undisclosed_numbers

MOST_PERSONS = 25  # of a large employer: who it is about is found by his name


@dataclass(frozen=True, slots=True)
class OrganisationHit:
    """An organisation found, with persons of the register who work or worked there (25 at most).

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
    return tuple(_hit(session, row) for row in rows)


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


def _hit(session: Session, row: OrganisationRow) -> OrganisationHit:
    persons = session.scalars(
        select(PersonRow)
        .where(PersonRow.id.in_(select(EmploymentRow.person_id).where(EmploymentRow.organisation_id == row.id)))
        .order_by(PersonRow.surname, PersonRow.call_name, PersonRow.id)
        .limit(MOST_PERSONS)
    )
    return OrganisationHit(
        id=row.id,
        name=row.name,
        business_id=row.business_id,
        business_id_valid=row.business_id_valid,
        persons=tuple(
            LinkedPerson(id=person.id, name=person.name, non_disclosure=person.non_disclosure) for person in persons
        ),
    )
