"""Uniqueness where a column may be NULL, alike on SQLite and on every PostgreSQL."""

from sqlalchemy import Index, text


def unique_where_null(name: str, *columns: str, null: str) -> Index:
    """Make ``columns`` unique among the rows whose ``null`` column is NULL.

    A unique constraint takes each NULL for different from every other, so that a natural key with an optional part
    needs this index beside it.
    """
    where = f"{null} IS NULL"
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))
