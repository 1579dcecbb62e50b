"""The rows that an export leaves out because of non-disclosure orders (turvakielto).

Of such a person the export tells the name and what says neither where he is nor how to reach him. Numbers, e-mail and
street addresses that he has or had are left out for everybody. So are the leases of his homes, with all that hangs on
them (docs/design/linking.md, invariant 5), and the own addresses of those who are party to them. What people wrote down
about him, about them, or about those homes is left out where it tells any of it
(``ledger_link.undisclosed.concealment``).
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.importing.file_schema import FileSchema
from ledger_link.importing.files.housing import LEASES
from ledger_link.importing.files.persons import PERSON_ADDRESSES
from ledger_link.tables.addresses import PersonAddressRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.concealment import concealment_of
from ledger_link.undisclosed.homes import undisclosed_among_leases, undisclosed_apartments, undisclosed_leases
from ledger_link.undisclosed.numbers import undisclosed_numbers
from storage.database.pages import pages

_BATCH = 500
_NUMBERS = ("e164", "guardian_e164")
_EMAILS = ("address", "guardian_email")


class UndisclosedRows:
    """Tells which rows may not be in an export that was not allowed to disclose them."""

    def __init__(self, session: Session) -> None:
        hidden = select(PersonRow.id).where(PersonRow.non_disclosure)
        self._persons = frozenset(session.scalars(hidden))
        self._leases = _leases(session)
        self._numbers = frozenset(session.scalars(undisclosed_numbers()))
        emails = select(EmailAddressRow.address).where(EmailAddressRow.person_id.in_(hidden))
        self._emails = frozenset(email.casefold() for email in session.scalars(emails))
        streets = select(PersonAddressRow.street_address).where(PersonAddressRow.person_id.in_(hidden))
        self._streets = frozenset(street.casefold() for street in session.scalars(streets))
        parties = session.execute(select(LeasePartyRow.lease_id, LeasePartyRow.person_id))
        self._beside = frozenset(row.person_id for row in parties if row.lease_id in self._leases)
        self._homes = frozenset(session.scalars(undisclosed_apartments()))
        self._concealment = concealment_of(session, self._persons)

    def has(self, schema: FileSchema, row: Mapping[str, object]) -> bool:
        """Tell whether a row of a file's table is to be left out; ``row`` is by the table's columns, and ``id``."""
        if schema is LEASES:
            return row["id"] in self._leases
        if row.get("lease_id") in self._leases:
            return True
        if schema.whereabouts and row.get("person_id") in self._persons:
            return True
        if schema is PERSON_ADDRESSES:
            return row["person_id"] in self._beside or str(row["street_address"]).casefold() in self._streets
        return self._tells_how_to_reach(row) or self._tells_in_words(row)

    def _tells_in_words(self, row: Mapping[str, object]) -> bool:
        person_id = row.get("person_id")
        if not (person_id in self._persons or person_id in self._beside or row.get("apartment_id") in self._homes):
            return False
        texts = [value for value in row.values() if isinstance(value, str)]
        return any(self._concealment.of(text) != text for text in texts)

    def _tells_how_to_reach(self, row: Mapping[str, object]) -> bool:
        numbers = (row.get(name) for name in _NUMBERS)
        emails = (row.get(name) for name in _EMAILS)
        return any(number in self._numbers for number in numbers if number) or any(
            str(email).casefold() in self._emails for email in emails if email
        )


def _leases(session: Session) -> frozenset[int]:
    found = set(session.scalars(undisclosed_leases()))
    homes = list(session.scalars(select(LeaseRow.id).where(LeaseRow.apartment_id.in_(undisclosed_apartments()))))
    for page in pages(homes, size=_BATCH):
        found |= undisclosed_among_leases(session, page)
    return frozenset(found)
