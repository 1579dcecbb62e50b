"""Writes the tables of docs/ref/register-import.md from the files' schemas: ``python ... [--check]``."""

import sys
from pathlib import Path

from ledger_link.importing.file_schema import Column, FileSchema
from ledger_link.importing.schemas import FILES

TARGET = Path(__file__).with_name("register-import.md")
BEGIN = "<!-- made by docs/ref/make_register_import.py from the schemas: do not edit from here -->"
END = "<!-- to here -->"


def tables() -> str:
    """Give the description of every file."""
    return "\n".join(section(schema) for schema in FILES)


def section(schema: FileSchema) -> str:
    """Describe one file."""
    about = f"{schema.about}\n\n" if schema.about else ""
    rows = "\n".join(row(column, schema) for column in schema.columns)
    return f"### `{schema.file}`\n\n{about}| column | | holds |\n|---|---|---|\n{rows}\n"


def row(column: Column, schema: FileSchema) -> str:
    """Describe one column."""
    needed = "key" if column.name in schema.key else "required" if column.required else ""
    holds = [f"→ `{column.refers_to}`" if column.refers_to else column.kind.expected]
    if column.means:
        holds.append(column.means)
    return f"| `{column.name}` | {needed} | {'; '.join(holds)} |".replace("|'", "\\|'")


def page(text: str) -> str:
    """Put the tables into the page."""
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the page, or only compare it; 1 where it was not current."""
    text = TARGET.read_text(encoding="utf-8")
    current = page(text)
    if "--check" in arguments:
        if current != text:
            sys.stderr.write(f"{TARGET.name} is not current: python docs/ref/make_register_import.py\n")
        return 0 if current == text else 1
    TARGET.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
