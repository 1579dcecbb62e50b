"""Writes docs/ref/register.md from the tables of fields: ``python docs/ref/make_register.py [--check]``."""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from ledger_link.records.protected_field import ProtectedField
from rights.access.protection import REVEAL_TASKS
from rights.access.tasks import Task
from rights.calls.recording_fields import RECORDING_FIELDS, RecordingField
from rights.register.register_field import RegisterField
from rights.register.register_fields import FIELDS

TARGET = Path(__file__).with_name("register.md")
INTRODUCTION = """\
# The register statement, row by row

Made by `docs/ref/make_register.py`; do not edit. It comes from `rights/register/register_fields.py` and
`rights/calls/recording_fields.py`.

Each row of the company's register statement (rekisteriseloste): where its data is kept, its place on a page, what
permission it needs, and the test that shows it. Where two permissions stand, both are needed. A page shows what is
protected masked, and reveals it for a stated purpose, one field of one person at a time; that is audited before it is
given. Without `view-register` every page of the register answers as if it were not there.
"""
AFTER_CUSTOMERS = f"""\
¹ Of a person with a non-disclosure order (turvakielto) it takes `{REVEAL_TASKS[ProtectedField.UNDISCLOSED]}` too, and
stands on no page otherwise, nor on those of persons who share the address or the number.

Calls stand on a time line only for who may see them, by the scope of `{Task.VIEW_CALLS}`. A person is found by name,
number, address, apartment, lease, reference number or business id with `{Task.VIEW_REGISTER}`; by the identity code
with `{Task.FIND_BY_IDENTITY_CODE}` alone, for a stated purpose.
"""


def reference() -> str:
    """Give the whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            "## The customer register\n",
            *table(("statement", "kept in", "place", "permission", "test"), map(customer_row, FIELDS)),
            "",
            AFTER_CUSTOMERS,
            "## The register of recordings\n",
            *table(("statement", "kept in", "page", "permission (any)", "test"), map(recording_row, RECORDING_FIELDS)),
            "",
        ]
    )


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Give the lines of a table."""
    lines = [columns, *rows]
    written = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines]
    return [written[0], "|---" * len(columns) + "|", *written[1:]]


def customer_row(field: RegisterField) -> tuple[str, ...]:
    """Give a row of the customer register."""
    permission = ", ".join(code(field.tasks)) + (" ¹" if field.is_hidden_by_non_disclosure else "")
    return field.statement, kept_in(field.columns), f"`{field.place}`", permission, f"`{short(field.test)}`"


def recording_row(field: RecordingField) -> tuple[str, ...]:
    """Give a row of the register of recordings."""
    page = f"`{field.page}`" if field.page.startswith("/") else field.page
    return field.statement, kept_in(field.columns), page, ", ".join(code(field.tasks)), f"`{short(field.test)}`"


def kept_in(columns: Iterable[str]) -> str:
    """Write columns by their tables: ``persons``: first_names, surname."""
    tables = groupby(columns, key=lambda column: column.partition(".")[0])
    return "; ".join(f"`{name}`: {', '.join(column.partition('.')[2] for column in own)}" for name, own in tables)


def code(words: Iterable[str]) -> list[str]:
    """Write words as code."""
    return [f"`{word}`" for word in words]


def short(test: str) -> str:
    """Write a test without the folder, which is always the same."""
    return test.removeprefix("tests/contract/")


def main(arguments: list[str]) -> int:
    """Write the page, or only compare it; 1 where it was not current."""
    text = reference()
    if "--check" in arguments:
        current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        if not current:
            sys.stderr.write(f"{TARGET.name} is not current: python docs/ref/make_register.py\n")
        return 0 if current else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
