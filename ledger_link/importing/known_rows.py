"""The rows that the register has, by their fingerprints: 28 bytes a row, and a million looked up in a second."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

_FETCH_ROWS = 50_000
_HALVES = 2


class KnownRows:
    """The fingerprints of a table, and which of them a file has had so far.

    Sorted by the first half of the fingerprint; the second half is compared too. Two rows with the same first half
    would at worst be read again, and be found unchanged then.
    """

    def __init__(self, fingerprints: bytes, ids: NDArray[np.int64]) -> None:
        halves = np.frombuffer(fingerprints, dtype="<u8").reshape(-1, _HALVES)
        order = np.argsort(halves[:, 0], kind="stable")
        self._first, self._second = halves[order, 0].copy(), halves[order, 1].copy()
        self.ids = ids[order]
        self.lines = np.zeros(len(ids), dtype=np.int64)  # 0: not in the file

    @classmethod
    def of(cls, session: Session, table: Table) -> "KnownRows":
        """Read the fingerprints of a table."""
        found, ids = bytearray(), []
        for rows in _batches(session, table):
            digests, numbers = zip(*rows, strict=True)
            found += b"".join(digests)
            ids.append(np.array(numbers, dtype=np.int64))
        return cls(bytes(found), np.concatenate(ids) if ids else np.zeros(0, dtype=np.int64))

    @classmethod
    def none(cls) -> "KnownRows":
        """Give no rows: of a table that nobody asked yet."""
        return cls(b"", np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ids)

    def see(self, fingerprints: Sequence[bytes], lines: Sequence[int]) -> tuple[list[bool], list[tuple[int, int]]]:
        """Look up rows of the file; tell of each whether it is known, and the pairs of lines that are the same row.

        A pair is (line, the earlier line).
        """
        if not len(self):
            return [False] * len(fingerprints), []
        asked = np.frombuffer(b"".join(fingerprints), dtype="<u8").reshape(-1, _HALVES)
        places = np.minimum(np.searchsorted(self._first, asked[:, 0]), len(self) - 1)
        known = (self._first[places] == asked[:, 0]) & (self._second[places] == asked[:, 1])
        twice = []
        where = places[known]
        given = np.asarray(lines, dtype=np.int64)[known]
        if self.lines[where].any() or len(np.unique(where)) != len(where):
            twice = self._see_one_by_one(where, given)
        else:
            self.lines[where] = given
        return known.tolist(), twice

    def line_of(self, row_ids: NDArray[np.int64]) -> dict[int, int]:
        """Give the lines of those of some rows of the table that the file has unchanged, by the rows' ids."""
        seen = np.flatnonzero(self.lines)
        both = seen[np.isin(self.ids[seen], row_ids)]
        return dict(zip(self.ids[both].tolist(), self.lines[both].tolist(), strict=True))

    @property
    def unchanged(self) -> int:
        """How many rows the file has as they are."""
        return int(np.count_nonzero(self.lines))

    def unchanged_ids(self) -> list[int]:
        """Give the ids of the rows that the file has as they are."""
        ids: list[int] = self.ids[np.flatnonzero(self.lines)].tolist()
        return ids

    def _see_one_by_one(self, places: NDArray[np.int64], lines: NDArray[np.int64]) -> list[tuple[int, int]]:
        twice = []
        for place, line in zip(places.tolist(), lines.tolist(), strict=True):
            if self.lines[place]:
                twice.append((line, int(self.lines[place])))
            else:
                self.lines[place] = line
        return twice


def _batches(session: Session, table: Table) -> Iterator[Sequence[tuple[bytes, int]]]:
    """Give the fingerprints and ids of a table; on SQLite past SQLAlchemy's rows, which cost as much as the query."""
    query = select(table.c.source_digest, table.c.id).where(table.c.source_digest.is_not(None))
    if session.get_bind().dialect.name == "sqlite":
        with session.connection().exec_driver_sql(str(query)) as result:
            cursor: Any = result.cursor
            while rows := cursor.fetchmany(_FETCH_ROWS):
                yield rows
        return
    for partition in session.execute(query, execution_options={"yield_per": _FETCH_ROWS}).partitions():
        yield [(row[0], row[1]) for row in partition]
