"""Persons of the register go when their last lease has been over for long enough, and nothing needs them any more.

Invariants
----------
1. A person stays while he is held, or has a call, a decision about a call, a ledger row, a case that is open, or while
   a rule that hides something hangs on him: a turvakielto hides his numbers in calls of before.
2. With him goes every row that is about him; what is about a home or a lease stays without him.
3. What the audit keeps of him by name cannot be read any more (``rights.audit.subjects.forget_subject``).
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.deposits import DepositRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from privacy.cases.case_rows import CaseRow
from privacy.retention.holds import held_persons
from rights.audit.subjects import forget_subject, subject_of_person
from storage.database.base import Base

_GOING = ("subject_notes",)  # what names a person without a foreign key and goes with him


def free_persons(session: Session, *, until: date) -> list[int]:
    """Give the persons whose last lease ended on ``until`` or before and whom nothing needs, by id."""
    last = func.max(func.coalesce(LeasePartyRow.ends_on, LeaseRow.ends_on, date.max))
    over = (
        select(LeasePartyRow.person_id)
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .group_by(LeasePartyRow.person_id)
        .having(last <= until)
    )
    found = session.scalars(
        select(PersonRow.id)
        .where(PersonRow.id.in_(over), PersonRow.non_disclosure.is_(False), ~_has_ledger())
        .order_by(PersonRow.id)
    )
    held = held_persons(session)
    return [person_id for person_id in found if person_id not in held and not _is_needed(session, person_id)]


def delete_person(session: Session, person_id: int, *, clock: Clock) -> int:
    """Delete a person with everything about him; give how many rows went."""
    count = 0
    for table, column in _about():
        if table.c[column].nullable:
            session.execute(update(table).where(table.c[column] == person_id).values({column: None}))
        else:
            count += _count(session, table, column, person_id)
    for name in _GOING:
        if name in Base.metadata.tables:
            count += _count(session, Base.metadata.tables[name], "person_id", person_id)
    forget_subject(session, subject_of_person(person_id), clock=clock)
    return count + _count(session, Base.metadata.tables["persons"], "id", person_id)


def _is_needed(session: Session, person_id: int) -> bool:
    """Tell whether anything but his own records refers to him: a call, a decision, a case that is open."""
    open_case = exists().where(CaseRow.person_id == person_id, CaseRow.closed_at.is_(None))
    if session.scalar(select(open_case)):
        return True
    return any(
        session.scalar(select(exists().where(table.c[column] == person_id, _stands(table))))
        for table, column in _needing()
    )


def _stands(table: Table) -> ColumnElement[bool]:
    """Say in SQL of a row that it is not over: an exclusion that was ended keeps nobody, and goes with him."""
    return table.c["ended_at"].is_(None) if "ended_at" in table.columns else true()


def _needing() -> Iterator[tuple[Table, str]]:
    for table, column, is_register in _references():
        if not is_register:
            yield table, column


def _about() -> Iterator[tuple[Table, str]]:
    for table, column, is_register in _references():
        if is_register:
            yield table, column


def _references() -> Iterator[tuple[Table, str, bool]]:
    """Give what refers to persons by a foreign key, and whether it is of the imported register: those have a digest."""
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            if any(key.target_fullname == "persons.id" for key in column.foreign_keys):
                yield table, column.name, "source_digest" in table.columns


def _has_ledger() -> ColumnElement[bool]:
    """Say in SQL of a person whether any lease of his has vouchers still."""
    party = LeasePartyRow.person_id == PersonRow.id
    return or_(
        *(
            exists().where(and_(party, row.lease_id == LeasePartyRow.lease_id))
            for row in (ChargeRow, PaymentRow, DepositRow)
        )
    )


def _count(session: Session, table: Table, column: str, person_id: int) -> int:
    result = session.execute(delete(table).where(table.c[column] == person_id))
    return int(getattr(result, "rowcount", 0))
