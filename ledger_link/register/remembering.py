"""Persons and organisations of another register, remembered so that links, decisions and the audit can name them.

What is kept of a person is his key there, his names and whether he has a turvakielto; of somebody with a turvakielto
also the numbers that the register said were his, so that they are masked wherever they turn up. ADR 0009.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ledger_link.register.messages import HolderMessage, PersonMessage, SwitchboardMessage
from ledger_link.tables.organisations import OrganisationRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.values.names import folded, normal_text, search_name


def remember_persons(session: Session, persons: Iterable[PersonMessage]) -> dict[str, int]:
    """See that each person has a row with his names of now; give our ids by the other register's keys."""
    wanted = {person.person_no: _columns(person) for person in persons}
    if not wanted:
        return {}
    kept = _kept(session, wanted)
    _insert_missing(
        session, PersonRow, [columns for key, columns in wanted.items() if key not in kept], key="person_no"
    )
    for key, (row_id, *values) in kept.items():
        columns = wanted[key]
        if values != [columns[name] for name in _NAMES]:
            session.execute(update(PersonRow).where(PersonRow.id == row_id).values(columns))
    return {key: row_id for key, (row_id, *_) in _kept(session, wanted).items()}


def remember_undisclosed(session: Session, number: str, holders: Iterable[HolderMessage], ids: dict[str, int]) -> None:
    """Keep a number that somebody with a turvakielto has or had, so that nobody is told it."""
    hidden = {ids[holder.person.person_no]: holder for holder in holders if holder.person.non_disclosure}
    if not hidden:
        return
    known = set(
        session.scalars(
            select(PhoneNumberRow.person_id).where(
                PhoneNumberRow.e164 == number, PhoneNumberRow.person_id.in_(sorted(hidden))
            )
        )
    )
    rows = [
        {
            "person_id": person_id,
            "e164": number,
            "raw": number,
            "valid_from": holder.valid_from,
            "valid_until": holder.valid_until,
        }
        for person_id, holder in hidden.items()
        if person_id not in known
    ]
    if rows:
        session.execute(insert(PhoneNumberRow), rows)


def remember_organisations(session: Session, boards: Iterable[SwitchboardMessage]) -> dict[str, int]:
    """See that each organisation has a row with its name; give our ids by the other register's keys."""
    wanted = {board.organisation_no: board for board in boards}
    if not wanted:
        return {}
    rows = [
        {
            "organisation_no": board.organisation_no,
            "name": normal_text(board.name),
            "business_id": None,
            "business_id_valid": False,
            "search_name": folded(board.name),
        }
        for board in wanted.values()
    ]
    _insert_missing(session, OrganisationRow, rows, key="organisation_no")
    found = session.execute(
        select(OrganisationRow.organisation_no, OrganisationRow.id).where(
            OrganisationRow.organisation_no.in_(sorted(wanted))
        )
    )
    return {key: row_id for key, row_id in found}  # noqa: C416 (rows, not pairs)


_NAMES = ("first_names", "call_name", "surname", "non_disclosure")


def _columns(person: PersonMessage) -> dict[str, Any]:
    first_names, call_name, surname = map(normal_text, (person.first_names, person.call_name, person.surname))
    return {
        "person_no": person.person_no,
        "first_names": first_names,
        "call_name": call_name,
        "surname": surname,
        "non_disclosure": person.non_disclosure,
        "search_name": search_name(first_names=first_names, call_name=call_name, surname=surname),
    }


def _kept(session: Session, keys: Collection[str]) -> dict[str, Sequence[Any]]:
    rows = session.execute(
        select(
            PersonRow.person_no,
            PersonRow.id,
            PersonRow.first_names,
            PersonRow.call_name,
            PersonRow.surname,
            PersonRow.non_disclosure,
        ).where(PersonRow.person_no.in_(sorted(keys)))
    )
    return {key: list(values) for key, *values in rows}


def _insert_missing(
    session: Session, table: type[PersonRow | OrganisationRow], rows: list[dict[str, Any]], *, key: str
) -> None:
    """Insert rows unless another transaction did at the same moment."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing(index_elements=[key]), rows)
