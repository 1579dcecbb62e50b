"""Numbers that may not be told: every number that somebody with a turvakielto has, or ever had.

The whole history and not one day of it, for the periods in the register are its weakest part. A number that two
persons share is hidden for both: beside the name of the one it would tell how to reach the other.
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import ColumnElement, FromClause, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.values.names import folded


def undisclosed_numbers() -> Select[str]:
    """Select the E.164 numbers that may not be told."""
    return (
        select(PhoneNumberRow.e164)
        .join(PersonRow, PersonRow.id == PhoneNumberRow.person_id)
        .where(PersonRow.non_disclosure)
    )


@cache
def is_undisclosed(table: FromClause, column: str) -> ColumnElement[bool]:
    """Tell of a row in a query (number, e-mail, address) whether somebody with a turvakielto has or had the same.

    For the rows of one person it is much quicker than to look whether they are in :func:`undisclosed_numbers`.
    """
    other, holder = table.alias(), aliased(PersonRow)  # aliases, so that no persons of the query around are meant
    return exists().where(other.c[column] == table.c[column], other.c.person_id == holder.id, holder.non_disclosure)


def undisclosed_texts_among(
    session: Session, column: InstrumentedAttribute[str], texts: Collection[str]
) -> frozenset[str]:
    """Tell which of some e-mail or street addresses may not be told: somebody with a turvakielto has or had the same.

    Compared without case, by Python: SQLite folds ASCII alone. Those with a turvakielto are few, and found by index.
    """
    if not texts:
        return frozenset()
    table = column.class_.__table__
    asked = select(column).join(PersonRow, PersonRow.id == table.c.person_id).where(PersonRow.non_disclosure)
    hidden = {folded(text) for text in session.scalars(asked)}
    return frozenset(text for text in texts if folded(text) in hidden)


def undisclosed_among(session: Session, numbers: Collection[str]) -> frozenset[str]:
    """Tell which of some numbers (those of a page of calls) may not be told."""
    asked = undisclosed_numbers().where(PhoneNumberRow.e164.in_(sorted(numbers)))
    return frozenset(session.scalars(asked))
