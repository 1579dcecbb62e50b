"""Who has, or had, a number: our own register's answer to the linking rules.

Columns, not entities, are read: a relink asks this of hundreds of thousands of numbers.
"""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.linking.rule import Employee, Holding, LeaseTerm, NumberRecord, Switchboard
from ledger_link.tables.among import among
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, common_term
from ledger_link.tables.organisations import OrganisationNumberRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow


def holdings_of(session: Session, numbers: Collection[str]) -> dict[str, NumberRecord]:
    """Give all that is known of some E.164 numbers (a thousand at most); numbers that nobody ever had are left out."""
    if not numbers:
        return {}
    holdings, switchboards = _holdings(session, numbers), _switchboards(session, numbers)
    return {
        number: NumberRecord(tuple(holdings.get(number, ())), tuple(switchboards.get(number, ())))
        for number in holdings.keys() | switchboards.keys()
    }


def _holdings(session: Session, numbers: Collection[str]) -> dict[str, list[Holding]]:
    found = session.execute(
        select(
            PhoneNumberRow.e164,
            PhoneNumberRow.person_id,
            PhoneNumberRow.valid_from,
            PhoneNumberRow.valid_until,
            PersonRow.surname,
            PersonRow.call_name,
        )
        .join(PersonRow, PersonRow.id == PhoneNumberRow.person_id)
        .where(among(session, PhoneNumberRow.e164, numbers))
    ).all()
    terms = _terms_of(session, {row.person_id for row in found})
    holdings: dict[str, list[Holding]] = defaultdict(list)
    for e164, person_id, valid_from, valid_until, surname, call_name in found:
        holdings[e164].append(
            Holding(
                person_id=person_id,
                name=f"{surname} {call_name}",
                valid_from=valid_from,
                valid_until=valid_until,
                leases=tuple(terms.get(person_id, ())),
            )
        )
    return holdings


def _terms_of(session: Session, person_ids: Collection[int]) -> dict[int, list[LeaseTerm]]:
    terms: dict[int, list[LeaseTerm]] = defaultdict(list)
    parties = session.execute(
        select(
            LeasePartyRow.person_id,
            LeaseRow.id,
            LeaseRow.starts_on,
            LeaseRow.ends_on,
            LeasePartyRow.starts_on,
            LeasePartyRow.ends_on,
        )
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .where(among(session, LeasePartyRow.person_id, person_ids))
    )
    for person_id, lease_id, lease_starts_on, lease_ends_on, party_starts_on, party_ends_on in parties:
        starts_on, ends_on = common_term(lease_starts_on, lease_ends_on, party_starts_on, party_ends_on)
        terms[person_id].append(LeaseTerm(lease_id=lease_id, starts_on=starts_on, ends_on=ends_on))
    return terms


def _switchboards(session: Session, numbers: Collection[str]) -> dict[str, list[Switchboard]]:
    """Give the organisations that have or had a number, with whoever was ever employed there.

    Nobody with a turvakielto is among them: where he works tells where to find him.
    """
    found = session.execute(
        select(
            OrganisationNumberRow.e164,
            OrganisationNumberRow.organisation_id,
            OrganisationNumberRow.valid_from,
            OrganisationNumberRow.valid_until,
        ).where(among(session, OrganisationNumberRow.e164, numbers))
    ).all()
    employees = _employees_of(session, {row.organisation_id for row in found})
    switchboards: dict[str, list[Switchboard]] = defaultdict(list)
    for e164, organisation_id, valid_from, valid_until in found:
        switchboards[e164].append(
            Switchboard(
                organisation_id=organisation_id,
                valid_from=valid_from,
                valid_until=valid_until,
                employees=tuple(employees.get(organisation_id, ())),
            )
        )
    return switchboards


def _employees_of(session: Session, organisation_ids: Collection[int]) -> dict[int, list[Employee]]:
    if not organisation_ids:
        return {}
    employees: dict[int, list[Employee]] = defaultdict(list)
    rows = session.execute(
        select(
            EmploymentRow.organisation_id,
            EmploymentRow.person_id,
            EmploymentRow.starts_on,
            EmploymentRow.ends_on,
            PersonRow.surname,
            PersonRow.call_name,
        )
        .join(PersonRow, PersonRow.id == EmploymentRow.person_id)
        .where(EmploymentRow.organisation_id.in_(sorted(organisation_ids)), PersonRow.non_disclosure.is_(False))
    )
    for organisation_id, person_id, starts_on, ends_on, surname, call_name in rows:
        employees[organisation_id or 0].append(
            Employee(
                person_id=person_id,
                name=f"{surname} {call_name}",
                starts_on=starts_on,
                ends_on=ends_on,
            )
        )
    return employees
