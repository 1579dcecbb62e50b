"""Which numbers an import concerns: those of which the linking rules read another register afterwards.

The rules read who had a number (``ledger_link.linking.holdings``): numbers of persons and organisations with their
days, names, the terms of leases and of their parties, and who works where. A row that any of these has changed leads to
its numbers, as they were before and as they are afterwards.
"""

from collections.abc import Callable

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from ledger_link.importing.file_schema import FileSchema
from ledger_link.linking.due_numbers import note_due
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.organisations import OrganisationNumberRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow

RowIds = Select[int]


def _of_persons(ids: RowIds) -> Select[str]:
    own = select(PhoneNumberRow.e164).where(PhoneNumberRow.person_id.in_(ids))
    work = (
        select(OrganisationNumberRow.e164)
        .join(EmploymentRow, EmploymentRow.organisation_id == OrganisationNumberRow.organisation_id)
        .where(EmploymentRow.person_id.in_(ids))
    )
    return select(union(own, work).subquery().c.e164)


def _of_leases(ids: RowIds) -> Select[str]:
    parties = select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id.in_(ids))
    return select(PhoneNumberRow.e164).where(PhoneNumberRow.person_id.in_(parties))


def _of_parties(ids: RowIds) -> Select[str]:
    persons = select(LeasePartyRow.person_id).where(LeasePartyRow.id.in_(ids))
    return select(PhoneNumberRow.e164).where(PhoneNumberRow.person_id.in_(persons))


def _of_employments(ids: RowIds) -> Select[str]:
    employers = select(EmploymentRow.organisation_id).where(EmploymentRow.id.in_(ids))
    return select(OrganisationNumberRow.e164).where(OrganisationNumberRow.organisation_id.in_(employers))


_NUMBERS: dict[str, Callable[[RowIds], Select[str]]] = {
    PersonRow.__tablename__: _of_persons,
    PhoneNumberRow.__tablename__: lambda ids: select(PhoneNumberRow.e164).where(PhoneNumberRow.id.in_(ids)),
    OrganisationNumberRow.__tablename__: lambda ids: select(OrganisationNumberRow.e164).where(
        OrganisationNumberRow.id.in_(ids)
    ),
    EmploymentRow.__tablename__: _of_employments,
    LeaseRow.__tablename__: _of_leases,
    LeasePartyRow.__tablename__: _of_parties,
}


def note_numbers(session: Session, schema: FileSchema, row_ids: RowIds, *, before: int) -> None:
    """Note the numbers to which rows of a kind lead by what the register says now; of other kinds none.

    ``before`` is as for :func:`note_due`.
    """
    if schema.name in _NUMBERS:
        note_due(session, _NUMBERS[schema.name](row_ids), before=before)
