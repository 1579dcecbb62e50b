"""The stage of a file: a temporary table of the rows that are to be compared with the register and written to it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from ledger_link.importing.file_schema import FileSchema
from ledger_link.importing.row_spool import SpooledRow

LINE, DIGEST, ROW_ID = "import_line", "import_digest", "import_row_id"


class Stage:
    """The staged rows of one file, in the session's transaction.

    Its columns are those of the file's table that the file fills, and three more: the line of the file, the
    fingerprint, and the id of the register's row with the same natural key (NULL while there is none).
    """

    def __init__(self, session: Session, schema: FileSchema) -> None:
        self._session = session
        self.schema = schema
        target = schema.table
        self.table = Table(
            f"stage_{target.name}",
            MetaData(),
            Column(LINE, Integer, primary_key=True, autoincrement=False),
            Column(DIGEST, LargeBinary),
            Column(ROW_ID, Integer),
            *(Column(name, target.c[name].type) for name in schema.stored_columns()),
            prefixes=["TEMPORARY"],
        )
        self.count = 0
        session.execute(CreateTable(self.table))

    def load(self, batches: Iterable[list[SpooledRow]]) -> None:
        """Put rows in, each as line, fingerprint and the values of the table's columns in order."""
        names = [LINE, DIGEST, *self.schema.stored_columns()]
        listed = ", ".join(f'"{name}"' for name in names)
        if self._is_postgresql():
            self._copy(f"COPY {self.table.name} ({listed}) FROM STDIN", batches)
            # nothing else would tell the planner of a temporary table's size
            self._session.execute(text(f"ANALYZE {self.table.name}"))
            return
        insert = f"INSERT INTO {self.table.name} ({listed}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
        connection = self._session.connection()
        for batch in batches:
            if batch:
                connection.exec_driver_sql(insert, batch)
                self.count += len(batch)

    def drop(self) -> None:
        """Remove the table: on SQLite a temporary one outlives its transaction."""
        self._session.execute(DropTable(self.table))

    def _is_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"

    def _copy(self, statement: str, batches: Iterable[list[SpooledRow]]) -> None:
        driver: Any = self._session.connection().connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in batches:
                for row in batch:
                    copy.write_row(row)
                self.count += len(batch)
