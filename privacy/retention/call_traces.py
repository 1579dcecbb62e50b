"""Everything that the database says of one call: what goes with it, and what stays and why.

``tests/contract/test_erasure.py`` holds every table that names a call to these lists, so that none is forgotten.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from storage.database.base import Base
from storage.database.calls import CallRow

STAYING: Mapping[str, str] = MappingProxyType(
    {
        "audit": "append-only: who did what with the call; the call is named by its id alone",
        "listenings": "who stated which purpose: staff's doings, named by the audit",
        "call_deletions": "how the deletion goes",
        "holds": "why the call was held",
        "processing_restrictions": "what a case decided",
        "case_calls": "what a case was about",
        "copy_calls": "what was in a copy that was handed over",
        "copy_reviews": "who said that the call tells no more than the copy may: it goes with its case",
        "handover_calls": "what was handed over: the law asks for that record",
        "partner_calls": "what a partner was let hear: that record too",
    }
)
"""Tables that go on naming the call by its id."""

GOING = ("live_calls", "subject_notes", "copy_masks")
"""Tables that name a call without a foreign key and go with it."""


def delete_rows(session: Session, call_id: str) -> int:
    """Delete a call's rows; give how many, not counting those that the database takes along by ON DELETE CASCADE."""
    count = 0
    for table, column in (*_without_key(), *_children()):
        count += _count(session, table, column, call_id)
    return count + _count(session, _table(CallRow.__tablename__), "id", call_id)


def naming_tables() -> dict[str, str]:
    """Tell every table that names a call by ``call_id``, and whether it goes, is taken along or stays."""
    found: dict[str, str] = {}
    for name, table in Base.metadata.tables.items():
        if "call_id" not in table.columns:
            continue
        keys = list(table.columns["call_id"].foreign_keys)
        found[name] = "foreign key" if keys else "going" if name in GOING else "staying" if name in STAYING else "?"
    return found


def _without_key() -> list[tuple[Table, str]]:
    return [(_table(name), "call_id") for name in GOING]


def _children() -> list[tuple[Table, str]]:
    """Give the tables whose foreign key to the call the database does not follow by itself, children first."""
    return [
        (table, column.name)
        for table in reversed(Base.metadata.sorted_tables)
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "calls.id" and key.ondelete is None
    ]


def _count(session: Session, table: Table, column: str, call_id: str) -> int:
    result = session.execute(delete(table).where(table.c[column] == call_id))
    return int(getattr(result, "rowcount", 0))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
