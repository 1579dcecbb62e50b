"""Inserting many rows at once: ``COPY`` on PostgreSQL, one prepared statement on SQLite.

psycopg sends a statement for each row of an ``executemany``, which takes five times as long.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.orm import Session

_Row = Sequence[object]


def insert_rows(session: Session, table: Table, names: Sequence[str], rows: Iterable[_Row]) -> None:
    """Insert rows with the values of the named columns in order; what others have not set stays the database's own.

    Everything that the session still holds back must be flushed before: the rows go past it.
    """
    connection = session.connection()
    bound = _bound(table, names, connection.dialect, rows)
    listed = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy:
            for row in bound:
                copy.write_row(row)
        return
    held = list(bound)
    if held:
        places = ", ".join("?" * len(names))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({listed}) VALUES ({places})', held)  # noqa: S608 (names)


def _bound(table: Table, names: Sequence[str], dialect: Dialect, rows: Iterable[_Row]) -> Iterable[tuple[object, ...]]:
    """Turn values into what the driver takes, as SQLAlchemy does for each column's type."""
    processors: list[Callable[[Any], Any] | None] = [
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]
    if not any(processors):
        return (tuple(row) for row in rows)
    return (
        tuple(
            value if processor is None or value is None else processor(value)
            for processor, value in zip(processors, row, strict=True)
        )
        for row in rows
    )
