"""Merging a stage into its table, with statements about all rows at once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from ledger_link.importing.file_schema import SEALED, FileSchema, Unique
from ledger_link.importing.stage import DIGEST, LINE, ROW_ID, Stage
from storage.database.pages import pages

SOURCE_DIGEST = "source_digest"
_MOST_SAMPLED = 20
_BATCH_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class SampledChange:
    """A row that an import changes: its line, and which of the table's columns differ. No content."""

    line: int
    columns: tuple[str, ...]


class Merge:
    """One stage, its table, and what becomes of it. Each step is to be called once, in the order of the methods."""

    def __init__(self, session: Session, stage: Stage, *, named: frozenset[str]) -> None:
        self._session = session
        self._stage = stage.table
        self._schema: FileSchema = stage.schema
        self._table: Table = stage.schema.table
        self._named = named
        self._last_id = session.scalar(select(func.max(self._table.c.id))) or 0
        self._before_id = self._last_id
        self.added = self.changed = self.matched = 0

    @property
    def last_id(self) -> int:
        """The highest id of the table before the import."""
        return self._before_id

    def match(self) -> None:
        """Find the register's rows with the staged natural keys."""
        if not self._last_id:
            return
        unmatched, found = self._stage.c[ROW_ID].is_(None), {ROW_ID: self._table.c.id}
        self._session.execute(update(self._stage).where(unmatched, *self._same_key()).values(found))
        if self._schema.caseless:
            # after those that are written alike, which may stand beside one another from before
            matched = self._stage.alias()
            taken = select(matched.c[ROW_ID]).where(matched.c[ROW_ID].is_not(None))
            is_free = self._table.c.id.not_in(taken)
            self._session.execute(
                update(self._stage).where(unmatched, is_free, *self._same_key(self._schema.caseless)).values(found)
            )

    def fill_left_out(self) -> None:
        """Give matched rows what the register has in the columns that the file leaves out."""
        left_out = [column for column in self._schema.columns if column.name not in self._named]
        names = [name for column in left_out for name in column.stored()]
        if not names or not self._last_id:
            return
        kept = {name: self._table.c[name] for name in names}
        self._session.execute(update(self._stage).where(self._is_match()).values(kept))
        if self._schema.derive is not None:
            self._derive_again()

    def count(self) -> None:
        """Count the rows that are to be added and changed."""
        rows = self._stage.c[ROW_ID]
        self.added = self._session.scalar(select(func.count()).select_from(self._stage).where(rows.is_(None))) or 0
        self.matched = self._session.scalar(select(func.count(rows))) or 0
        if self.matched:
            changed = select(func.count()).where(self._is_match(), self._differs())
            self.changed = self._session.scalar(changed) or 0

    def sample(self) -> list[SampledChange]:
        """Tell some of the rows that change, and in which columns."""
        if not self.changed:
            return []
        names = self._compared()
        flags = [self._is_other(name).label(name) for name in names]
        query = select(self._stage.c[LINE], *flags).where(self._is_match(), self._differs())
        rows = self._session.execute(query.order_by(self._stage.c[LINE]).limit(_MOST_SAMPLED))
        return [
            SampledChange(row[0], tuple(name for name, other in zip(names, row[1:], strict=True) if other))
            for row in rows
        ]

    def sample_added(self) -> list[int]:
        """Give some of the lines whose rows are added."""
        query = select(self._stage.c[LINE]).where(self._stage.c[ROW_ID].is_(None)).order_by(self._stage.c[LINE])
        return list(self._session.scalars(query.limit(_MOST_SAMPLED)))

    def park(self, unique: Unique) -> None:
        """Take rows that change unique columns out of the others' way, so that two may swap."""
        if not self.changed:
            return
        changes = or_(*(self._is_other(name) for name in unique.columns))
        aside = {
            name: literal("#").concat(cast(self._table.c.id, String)) if value == "#id" else value
            for name, value in unique.parked.items()
        }
        self._session.execute(update(self._table).where(self._is_match(), changes).values(aside))

    def write(self) -> None:
        """Change the matched rows and add the others."""
        names = self._schema.stored_columns()
        staged = {name: self._stage.c[name] for name in names}
        if self.matched:
            written: dict[str, ColumnElement[object]] = {
                name: self._kept_seal(name) if self._is_seal(name) else column for name, column in staged.items()
            }
            written[SOURCE_DIGEST] = self._stage.c[DIGEST]
            self._session.execute(update(self._table).where(self._is_match()).values(written))
        if self.added:
            new = select(*staged.values(), self._stage.c[DIGEST]).where(self._stage.c[ROW_ID].is_(None))
            self._session.execute(
                insert(self._table).from_select([*names, SOURCE_DIGEST], new.order_by(self._stage.c[LINE]))
            )

    def row_ids(self) -> Select[int]:
        """Select the ids of the register's rows that are to be written, as far as they are there."""
        rows = self._stage.c[ROW_ID]
        return select(rows).where(rows.is_not(None))

    def written_ids(self) -> Select[int]:
        """Select the ids of the rows that were changed or added."""
        ids = self._table.c.id
        return select(ids).where(or_(ids > self._before_id, ids.in_(self.row_ids())))

    def match_added(self) -> None:
        """Find the rows that were added, too: what checks the register afterwards tells lines by them."""
        if self.added:
            self._last_id = max(self._last_id, 1)
            self.match()

    def _same_key(self, caseless: Collection[str] = ()) -> Iterator[ColumnElement[bool]]:
        for name in self._schema.stored_key():
            kept, staged = self._table.c[name], self._stage.c[name]
            if name in caseless:
                yield func.lower(kept) == func.lower(staged)
            else:
                yield kept.is_not_distinct_from(staged) if kept.nullable else kept == staged

    def _is_match(self) -> ColumnElement[bool]:
        return self._table.c.id == self._stage.c[ROW_ID]

    def _is_other(self, name: str) -> ColumnElement[bool]:
        table, stage = self._table.c[name], self._stage.c[name]
        return table.is_distinct_from(stage) if self._table.c[name].nullable else table != stage

    def _differs(self) -> ColumnElement[bool]:
        return or_(*(self._is_other(name) for name in self._compared()))

    def _compared(self) -> list[str]:
        """Leave out seals, which are never the same twice: the index beside one tells whether its text is another."""
        return [name for name in self._schema.stored_columns() if not self._is_seal(name)]

    def _is_seal(self, name: str) -> bool:
        sealed = [column.name for column in self._schema.columns if column.sealed_as]
        return any(name in (f"{column}_{SEALED[0]}", f"{column}_{SEALED[2]}") for column in sealed)

    def _kept_seal(self, name: str) -> ColumnElement[object]:
        index = f"{name.removesuffix(f'_{SEALED[0]}').removesuffix(f'_{SEALED[2]}')}_{SEALED[1]}"
        # a row that was parked has lost its seal, and its index with it
        return case((self._table.c[index] == self._stage.c[index], self._table.c[name]), else_=self._stage.c[name])

    def _derive_again(self) -> None:
        """Derive what depends on a column that the file leaves out, from what the register has in it."""
        derive = self._schema.derive
        if derive is None:
            return
        inputs = [column.name for column in self._schema.columns if not column.sealed_as and not column.refers_to]
        derived = [name for name in self._schema.stored_columns() if name in (*inputs, *self._schema.derived)]
        query = select(self._stage.c[LINE], *(self._stage.c[name] for name in inputs))
        rows = self._session.execute(query.where(self._stage.c[ROW_ID].is_not(None))).all()
        change = update(self._stage).where(self._stage.c[LINE] == bindparam("at_line"))
        for page in pages(rows, size=_BATCH_ROWS):
            parameters = []
            for row in page:
                values = derive(dict(zip(inputs, row[1:], strict=True)))
                parameters.append({"at_line": row[0], **{name: values[name] for name in derived}})
            self._session.execute(change, parameters)
