"""Deleting what the files no longer name: only when asked, and nothing that is still referred to."""

from collections.abc import Iterator

from sqlalchemy import Column, Integer, MetaData, Select, Table, delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from ledger_link.importing.file_reading import ReadFile
from ledger_link.importing.problem import Problem
from ledger_link.importing.stage import ROW_ID, Stage
from ledger_link.tables.persons import PersonRow
from storage.database.base import Base
from storage.database.pages import pages

_BATCH_ROWS = 5_000
_MASKING = ("phone_numbers", "email_addresses", "person_addresses")


class Missing:
    """The rows that a file's table had before the import and that the file does not name."""

    def __init__(self, session: Session, read: ReadFile, stage: Stage, *, last_id: int) -> None:
        self._session = session
        self._read = read
        self._target = stage.schema.table
        self._last_id = last_id
        self._named = Table(
            f"named_{self._target.name}",
            MetaData(),
            Column("id", Integer, primary_key=True, autoincrement=False),
            prefixes=["TEMPORARY"],
        )
        session.execute(CreateTable(self._named))
        ids = read.known.unchanged_ids()
        for page in pages(ids, size=_BATCH_ROWS):
            session.execute(self._named.insert(), [{"id": row_id} for row_id in page])
        matched = select(stage.table.c[ROW_ID]).where(
            stage.table.c[ROW_ID].is_not(None), stage.table.c[ROW_ID].not_in(select(self._named.c.id))
        )
        session.execute(self._named.insert().from_select(["id"], matched.distinct()))

    def row_ids(self) -> Select[int]:
        """Select their ids."""
        target = self._target
        return select(target.c.id).where(target.c.id <= self._last_id, target.c.id.not_in(select(self._named.c.id)))

    def hides_old_calls(self) -> Iterator[Problem]:
        """Find rows of persons with a non-disclosure order by which old calls, and shared homes, are masked."""
        if self._target.name not in _MASKING:
            return
        hidden = select(PersonRow.id).where(PersonRow.non_disclosure)
        query = select(func.count()).where(self._target.c.id.in_(self.row_ids()), self._target.c.person_id.in_(hidden))
        count = self._session.scalar(query) or 0
        if count:
            yield Problem(
                self._read.given.name,
                None,
                None,
                f"no longer names {count} of the rows of persons with a non-disclosure order",
                "those rows, ended by their valid_until: they keep what was shown of old calls hidden",
            )

    def still_referred_to(self) -> Iterator[Problem]:
        """Find what still refers to the rows, by the table that does."""
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if not any(key.column.table.name == self._target.name for key in column.foreign_keys):
                    continue
                query = select(func.count(column.distinct())).where(column.in_(self.row_ids()))
                count = self._session.scalar(query) or 0
                if count:
                    rows = (
                        "a row that it no longer names is"
                        if count == 1
                        else f"{count} rows that it no longer names are"
                    )
                    yield Problem(
                        self._read.given.name,
                        None,
                        None,
                        f"{rows} still referred to by {table.name}.{column.name}",
                        "every row that others refer to",
                    )

    def delete(self) -> int:
        """Delete the rows, and tell how many they were."""
        done = self._session.execute(delete(self._target).where(self._target.c.id.in_(self.row_ids())))
        return int(getattr(done, "rowcount", 0))

    def close(self) -> None:
        """Remove the temporary table."""
        self._session.execute(DropTable(self._named))
