"""Deciding what an import changes: rows to add, rows to change, and how the register will stand. Pure."""

from dataclasses import dataclass, field

from ledger_link.importing.file_schema import FileSchema, Key, Values
from ledger_link.importing.kept import Kept
from ledger_link.importing.problem import Problem
from ledger_link.importing.reading import Row


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What becomes of a file's table.

    ``after`` is the table as it will be, by natural key, and ``lines`` the lines of the file that its rows come from;
    a row that the file does not name stays as it is.
    """

    schema: FileSchema
    added: list[Values] = field(default_factory=list)
    changed: list[tuple[int, Values]] = field(default_factory=list)
    unchanged: int = 0
    after: dict[Key, Values] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)


def plan_file(schema: FileSchema, rows: list[Row], kept: Kept) -> tuple[FilePlan, list[Problem]]:
    """Compare a file with what is kept; a natural key that occurs twice in the file is a problem."""
    problems: list[Problem] = []
    added: list[Values] = []
    changed: list[tuple[int, Values]] = []
    unchanged = 0
    after = {key: values for key, (_, values) in kept.items()}
    lines: dict[Key, int] = {}
    for row in rows:
        if not row.is_whole:
            continue
        key = schema.key_of(row.values)
        if key in lines:
            problems.append(_twice(schema, row, first_line=lines[key]))
            continue
        lines[key] = row.line
        row_id, old = kept.get(key, (None, None))
        values = schema.derive({**(schema.empty_values() if old is None else old), **row.values})
        after[key] = values
        if row_id is None:
            added.append(values)
        elif values != old:
            changed.append((row_id, values))
        else:
            unchanged += 1
    plan = FilePlan(schema=schema, added=added, changed=changed, unchanged=unchanged, after=after, lines=lines)
    return plan, problems


def _twice(schema: FileSchema, row: Row, *, first_line: int) -> Problem:
    return Problem(
        file=schema.file,
        line=row.line,
        column=schema.key[0],
        what=f"the same {' + '.join(schema.key)} as on line {first_line}",
        expected="each key once",
    )
