"""An e-mail or street address that is somebody's with a turvakielto is hidden for others in capitals too."""

from collections.abc import Callable
from datetime import date

import pytest
from fixtures_statement import DAY, EMAIL, OWN_ADDRESS, StatementMaker

from ledger_link.records.person_record import person_record
from ledger_link.tables.addresses import AddressKind, PersonAddressRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.guardianships import GuardianshipRow


@pytest.mark.parametrize("written", [str.upper, str.lower, str.capitalize])
@pytest.mark.parametrize("non_disclosure", [False, True])
def test_what_is_shared_is_hidden_in_any_case(
    make_statement: StatementMaker, written: Callable[[str], str], *, non_disclosure: bool
) -> None:
    made = make_statement(non_disclosure=non_disclosure)
    other = made.office.add_person("Veli", "Toinen")
    with made.office.database.begin() as session:
        session.add(EmailAddressRow(person_id=other, address=written(EMAIL)))
        session.add(
            PersonAddressRow(
                person_id=other,
                kind=AddressKind.HOME,
                street_address=written(OWN_ADDRESS),
                postal_code="00974",
                city="Muuala",
                country="FI",
            )
        )
        guardian = {"guardian_name": "Kaarina", "guardian_email": written(EMAIL), "scope": "talous"}
        session.add(GuardianshipRow(person_id=other, valid_from=date(2020, 1, 1), **guardian))
    with made.office.database.read() as session:
        record = person_record(session, other, on=DAY)
    (guardianship,) = record.guardianships or ()
    if non_disclosure:
        assert (record.emails, record.addresses, guardianship.guardian_email) == ((), (), "***")
    else:
        assert [part.address for part in record.emails or ()] == [written(EMAIL)]
        assert [part.street_address for part in record.addresses or ()] == [written(OWN_ADDRESS)]
        assert guardianship.guardian_email == written(EMAIL)
