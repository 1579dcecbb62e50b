"""Rows whose column is one of many values: one array on PostgreSQL, a list of parameters on SQLite.

A list of a thousand parameters costs psycopg and PostgreSQL more to read than the rows cost to find.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, literal
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Say in SQL that a column is one of some values; the order of the values is nobody's concern."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(sorted(values), ARRAY(column.type)))
    return column.in_(sorted(values))
