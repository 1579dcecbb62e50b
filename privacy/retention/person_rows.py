"""What goes with a person of the register whose period is over (:mod:`privacy.retention.person_periods`).

Invariants
----------
1. With him goes every row that is about him; what is about a home or a lease stays without him.
2. What the audit keeps of him by name cannot be read any more (``rights.audit.subjects.forget_subject``).
"""

from collections.abc import Iterator

from sqlalchemy import Table, delete, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.audit.subjects import forget_subject, subject_of_person
from storage.database.base import Base

_GOING = ("subject_notes",)  # what names a person without a foreign key and goes with him


def delete_person(session: Session, person_id: int, *, clock: Clock) -> int:
    """Delete a person with everything about him; give how many rows went."""
    count = 0
    for table, column in about_persons():
        if table.c[column].nullable:
            session.execute(update(table).where(table.c[column] == person_id).values({column: None}))
        else:
            count += _count(session, table, column, person_id)
    for name in _GOING:
        count += _count(session, Base.metadata.tables[name], "person_id", person_id)
    forget_subject(session, subject_of_person(person_id), clock=clock)
    return count + _count(session, Base.metadata.tables["persons"], "id", person_id)


def about_persons() -> Iterator[tuple[Table, str]]:
    """Give the tables of the register that are about persons, children first, with the column that names them."""
    for table, column, is_register in _references():
        if is_register:
            yield table, column


def needing_persons() -> Iterator[tuple[Table, str]]:
    """Give what else refers to persons, and so needs them: links, decisions, exclusions."""
    for table, column, is_register in _references():
        if not is_register:
            yield table, column


def _references() -> Iterator[tuple[Table, str, bool]]:
    """Give what refers to persons by a foreign key, and whether it is of the imported register: those have a digest."""
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            if any(key.target_fullname == "persons.id" for key in column.foreign_keys):
                yield table, column.name, "source_digest" in table.columns


def _count(session: Session, table: Table, column: str, person_id: int) -> int:
    result = session.execute(delete(table).where(table.c[column] == person_id))
    return int(getattr(result, "rowcount", 0))
