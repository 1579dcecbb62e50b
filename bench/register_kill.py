"""The import of a large folder, killed at several points: the register is afterwards as it was, row by row."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table as ShownTable
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from bench.register_command import kill_import, run_import
from ledger_link.importing.schemas import FILES
from ledger_link.linking.due_numbers import NumberToRelinkRow
from ledger_link.search.name_words import NameWordRow, PersonWordRow
from storage.database.engine import Database

_FETCH_ROWS = 20_000
_POINTS = (
    ("reading charges.csv", 0.5),
    ("writing persons.csv", 0.5),
    ("writing charges.csv", 0.5),
    ("writing payments.csv", 0.9),
    ("writing fault_reports.csv", 1.0),
)
"""Steps of the import, and how much of each is done; after the last come the checks and the commit."""


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill: where, after how many seconds, and whether each table was then as before."""

    step: str
    part: float
    after_s: float
    compared_s: float
    is_as_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KillFigures:
    """What the kills showed, and how many rows the import brought when it was left alone at last."""

    database: str
    rows_before: int
    rows: int
    kills: tuple[Killed, ...]
    rows_at_last: int

    @property
    def is_good(self) -> bool:
        """Whether every kill left everything as it was, and the import then succeeded."""
        return all(kill.is_as_before for kill in self.kills) and self.rows_at_last >= self.rows

    def to_json(self) -> dict[str, Any]:
        """Give a plain object."""
        return {**asdict(self), "is_good": self.is_good}


@dataclass(frozen=True, slots=True)
class _Moment:
    step: str
    part: float

    def __call__(self, step: str, part: float) -> bool:
        return step == self.step and part >= self.part


def kill_imports(
    database: Database, kind: str, *, part: Path, large: Path, rows: int, say: Callable[[str], None]
) -> KillFigures:
    """Import a part, then the large folder over it again and again, killed each time; the last time it may end."""
    run_import(part)
    before, rows_before = digest(database)
    kills = []
    for step, done in _POINTS:
        after_s = kill_import(large, _Moment(step, done))
        began = time.monotonic()
        now, _ = digest(database)
        kills.append(Killed(step, done, after_s, time.monotonic() - began, now == before))
        say(f"killed after {after_s:.0f} s, {step} {done:.0%}: {'as it was' if now == before else 'NOT AS IT WAS'}")
    run_import(large)
    return KillFigures(
        database=kind, rows_before=rows_before, rows=rows, kills=tuple(kills), rows_at_last=digest(database)[1]
    )


def digest(database: Database) -> tuple[str, int]:
    """Give a digest of every row of the register, by table and key, and how many the files' tables have."""
    hashed, count = hashlib.blake2b(), 0
    with database.read() as session:
        for schema in FILES:
            count += _digest_table(session, schema.table, hashed)
        for row in (NameWordRow, PersonWordRow, NumberToRelinkRow):
            _digest_table(session, row.metadata.tables[row.__tablename__], hashed)
    return hashed.hexdigest(), count


def _digest_table(session: Session, table: Table, hashed: "hashlib.blake2b") -> int:
    count = 0
    query = select(table).order_by(*table.primary_key.columns)
    for rows in session.execute(query, execution_options={"yield_per": _FETCH_ROWS}).partitions():
        hashed.update("\n".join(map(str, rows)).encode())
        count += len(rows)
    return count


def table_of_kills(figures: KillFigures) -> ShownTable:
    """Show the kills."""
    table = ShownTable(title=f"{figures.rows} rows killed over {figures.rows_before}, {figures.database}")
    for heading in ("killed at", "after", "the register"):
        table.add_column(heading)
    for kill in figures.kills:
        table.add_row(
            f"{kill.step}, {kill.part:.0%}",
            f"{kill.after_s:.0f} s",
            "as it was" if kill.is_as_before else "NOT AS IT WAS",
        )
    return table
