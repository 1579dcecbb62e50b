"""Writing what was planned: inserts and updates in bulk, in the caller's transaction."""

from collections.abc import Callable

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from ledger_link.importing.file_schema import FileSchema, Values
from ledger_link.importing.planning import FilePlan

BATCH_ROWS = 1000
_ROW_ID = "row_id"  # the update's parameter; no table has a column of this name

Ids = dict[str, dict[object, int]]  # by file: natural key (of one column) to the row's id


def write_plan(session: Session, plan: FilePlan, ids: Ids, *, progress: Callable[[int, int], None]) -> None:
    """Add and change the rows of one file; ``ids`` has those of the files before it, and gets this file's.

    Tells ``progress`` (rows written, rows to write).
    """
    schema, table = plan.schema, plan.schema.table
    total = len(plan.added) + len(plan.changed)
    done = 0
    for start in range(0, len(plan.added), BATCH_ROWS):
        batch = plan.added[start : start + BATCH_ROWS]
        session.execute(insert(table), [_stored(schema, values, ids) for values in batch])
        done += len(batch)
        progress(done, total)
    columns = schema.stored().values()
    change = update(table).where(table.c.id == bindparam(_ROW_ID)).values({name: bindparam(name) for name in columns})
    for start in range(0, len(plan.changed), BATCH_ROWS):
        batch_changed = plan.changed[start : start + BATCH_ROWS]
        session.execute(change, [{_ROW_ID: row_id, **_stored(schema, values, ids)} for row_id, values in batch_changed])
        done += len(batch_changed)
        progress(done, total)
    if len(schema.key) == 1:
        rows = session.execute(select(table.c[schema.key[0]], table.c.id))
        ids[schema.file] = {key: row_id for key, row_id in rows}  # noqa: C416 (rows are not pairs to a type checker)


def _stored(schema: FileSchema, values: Values, ids: Ids) -> Values:
    references = schema.references()
    return {
        column: ids[references[name]][values[name]] if name in references else values[name]
        for name, column in schema.stored().items()
    }
