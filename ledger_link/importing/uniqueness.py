"""Finding staged rows that are alike where no two may be; they leave the stage, so that the others can be written."""

from collections.abc import Collection, Iterator

import numpy as np
from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from ledger_link.importing.file_reading import ReadFile, same_key
from ledger_link.importing.file_schema import Unique
from ledger_link.importing.problem import Problem, Problems
from ledger_link.importing.stage import LINE, ROW_ID, Stage
from storage.database.pages import pages

_BATCH_ROWS = 500


def refuse_same_keys(session: Session, stage: Stage, read: ReadFile, problems: Problems) -> None:
    """Refuse rows whose natural key another row of the file has, an unchanged one included; stage is matched."""
    twice = list(_alike(session, stage.table, stage.schema.stored_key(), caseless=stage.schema.caseless))
    if len(read.known):
        table = stage.table
        rows = session.execute(select(table.c[LINE], table.c[ROW_ID]).where(table.c[ROW_ID].is_not(None))).all()
        seen = read.known.line_of(np.array([row[1] for row in rows], dtype=np.int64)) if rows else {}
        twice += [(row[0], seen[row[1]]) for row in rows if row[1] in seen]
    for line, other in twice:
        problems.add(same_key(read, max(line, other), min(line, other)))
    _take_out(session, stage, {line for line, _ in twice})


def refuse_alike(session: Session, stage: Stage, read: ReadFile, unique: Unique, problems: Problems) -> None:
    """Refuse rows that are alike in unique columns, with each other or with a row that stays as it is."""
    told = read.headings.get(unique.column, unique.column)
    out = set()
    for line, other in _alike(session, stage.table, unique.columns):
        out.add(line)
        place = f"line {other}"
        problems.add(Problem(read.given.name, line, told, f"the same {unique.called} as {place}", unique.expected))
    taken = [(line, row_id) for line, row_id in _taken(session, stage, unique) if line not in out]
    lines = read.known.line_of(np.array([row_id for _, row_id in taken], dtype=np.int64)) if taken else {}
    for line, row_id in taken:
        out.add(line)
        place = f"line {lines[row_id]}" if row_id in lines else "a row of the register"
        problems.add(Problem(read.given.name, line, told, f"the same {unique.called} as {place}", unique.expected))
    _take_out(session, stage, out)


def _alike(
    session: Session, table: Table, columns: tuple[str, ...], *, caseless: Collection[str] = ()
) -> Iterator[tuple[int, int]]:
    """Give the lines of staged rows that are alike in some columns, each with the first such line."""
    alike = [func.lower(table.c[name]) if name in caseless else table.c[name] for name in columns]
    some = or_(*(column.is_not(None) for column in alike))
    if session.execute(select(1).where(some).group_by(*alike).having(func.count() > 1).limit(1)).first() is None:
        return
    first = func.min(table.c[LINE]).over(partition_by=alike).label("first_line")
    lines = select(table.c[LINE], first).where(some).subquery()
    query = select(lines).where(lines.c[LINE] != lines.c.first_line).order_by(lines.c[LINE])
    for row in session.execute(query).all():
        yield row[0], row[1]


def _taken(session: Session, stage: Stage, unique: Unique) -> list[tuple[int, int]]:
    """Give the lines that have what a row of the register has that is not staged, with that row's id."""
    table, target = stage.table, stage.schema.table
    same = [_same(target, table, name) for name in unique.columns]
    some = or_(*(table.c[name].is_not(None) for name in unique.columns))
    staged_ids = select(table.c[ROW_ID]).where(table.c[ROW_ID].is_not(None))
    query = select(table.c[LINE], target.c.id).where(and_(some, *same), target.c.id.not_in(staged_ids))
    return [(row[0], row[1]) for row in session.execute(query.order_by(table.c[LINE]))]


def _same(target: Table, table: Table, name: str) -> ColumnElement[bool]:
    column = target.c[name]
    return column.is_not_distinct_from(table.c[name]) if column.nullable else column == table.c[name]


def _take_out(session: Session, stage: Stage, lines: set[int]) -> None:
    for batch in pages(sorted(lines), size=_BATCH_ROWS):
        session.execute(delete(stage.table).where(stage.table.c[LINE].in_(batch)))
