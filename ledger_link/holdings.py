"""Who has, or had, a number: the register's answer to the linking rules."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.leases import LeasePartyRow, LeaseRow, term_of
from ledger_link.names import folded
from ledger_link.persons import PersonRow, PhoneNumberRow
from ledger_link.rule import Holding, LeaseTerm


def holdings_of(session: Session, numbers: Collection[str]) -> dict[str, list[Holding]]:
    """Give everybody who ever had each of some E.164 numbers (a few hundred at most); unknown numbers are left out."""
    if not numbers:
        return {}
    found = session.execute(
        select(PhoneNumberRow, PersonRow.surname, PersonRow.call_name)
        .join(PersonRow, PersonRow.id == PhoneNumberRow.person_id)
        .where(PhoneNumberRow.e164.in_(sorted(numbers)))
    ).all()
    terms = _terms_of(session, {number.person_id for number, _, _ in found})
    holdings: dict[str, list[Holding]] = defaultdict(list)
    for number, surname, call_name in found:
        holdings[number.e164].append(
            Holding(
                person_id=number.person_id,
                sort_name=folded(f"{surname} {call_name}"),
                valid_from=number.valid_from,
                valid_until=number.valid_until,
                leases=tuple(terms[number.person_id]),
            )
        )
    return dict(holdings)


def _terms_of(session: Session, person_ids: Collection[int]) -> dict[int, list[LeaseTerm]]:
    terms: dict[int, list[LeaseTerm]] = defaultdict(list)
    parties = session.execute(
        select(LeasePartyRow, LeaseRow)
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .where(LeasePartyRow.person_id.in_(sorted(person_ids)))
    )
    for party, lease in parties:
        starts_on, ends_on = term_of(lease, party)
        terms[party.person_id].append(LeaseTerm(lease_id=lease.id, starts_on=starts_on, ends_on=ends_on))
    return terms
