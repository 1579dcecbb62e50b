"""How a person, or his guardian, is reached, and where he works: nothing that tells of somebody with a turvakielto."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ledger_link.records.person_part_tables import REACHED, SHARED
from ledger_link.records.person_parts import GuardianshipPart
from ledger_link.tables.addresses import PersonAddressRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.concealment import CONCEALED, Concealment
from ledger_link.undisclosed.numbers import undisclosed_among, undisclosed_texts_among


def reached(
    session: Session, person: PersonRow, *, on: date, is_past: bool, is_told: bool, concealment: Concealment
) -> dict[str, Any]:
    """Give numbers, e-mail and addresses, without those that somebody with a turvakielto has too, and employments."""
    if person.non_disclosure and not is_told:
        return dict.fromkeys(REACHED)
    parts: dict[str, Any] = {}
    for name, table in REACHED.items():
        kept = None if is_told else SHARED.get(name)
        parts[name] = table.read(
            session, person_id=person.id, on=on, is_past=is_past, concealment=concealment, undisclosed=kept
        )
    if not is_told:
        for name, column in (("emails", EmailAddressRow.address), ("addresses", PersonAddressRow.street_address)):
            texts = {getattr(part, column.key) for part in parts[name]}
            hidden = undisclosed_texts_among(session, column, texts)
            parts[name] = tuple(part for part in parts[name] if getattr(part, column.key) not in hidden)
    # the home of a co-tenant is where he lives with somebody who may not be found
    parts["addresses"] = tuple(
        address for address in parts["addresses"] if concealment.of(address.street_address) == address.street_address
    )
    return parts


def without_undisclosed(session: Session, guardianships: tuple[GuardianshipPart, ...]) -> tuple[GuardianshipPart, ...]:
    """Leave out a guardian's number or e-mail that somebody with a turvakielto has too."""
    numbers = undisclosed_among(session, {each.guardian_e164 for each in guardianships if each.guardian_e164})
    written = {each.guardian_email for each in guardianships if each.guardian_email}
    emails = undisclosed_texts_among(session, EmailAddressRow.address, written)
    return tuple(
        replace(
            each,
            guardian_e164=CONCEALED if each.guardian_e164 in numbers else each.guardian_e164,
            guardian_email=CONCEALED if each.guardian_email in emails else each.guardian_email,
        )
        for each in guardianships
    )
