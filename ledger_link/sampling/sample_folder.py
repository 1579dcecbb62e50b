"""The files of a sample, all open at once: a lease is written with everything that hangs on it."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from calls.errors import BadDataError
from ledger_link.importing.schemas import FILES


class SampleFolder:
    """CSV files in the register's own form. Rows are given as keyword arguments; what is left out is empty."""

    def __init__(self, folder: Path) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise BadDataError(what="the folder is not empty", where=str(folder), remedy="name a new one")
        folder.mkdir(parents=True, exist_ok=True)
        self._columns = {schema.name: [column.name for column in schema.columns] for schema in FILES}
        self._files = {name: (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") for name in self._columns}
        self._writers: dict[str, Any] = {
            name: csv.writer(file, lineterminator="\n") for name, file in self._files.items()
        }
        self.counts = dict.fromkeys(self._columns, 0)
        for name, columns in self._columns.items():
            self._writers[name].writerow(columns)

    def add(self, name: str, /, **cells: object) -> None:
        """Write a row of a file; raise KeyError for a column that it has not."""
        row = [cells.pop(column, "") for column in self._columns[name]]
        if cells:
            raise KeyError(f"{name}: {', '.join(cells)}")
        self._writers[name].writerow(row)
        self.counts[name] += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
