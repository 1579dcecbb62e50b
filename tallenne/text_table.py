"""Tables on the terminal whose cells are text and nothing else.

What stands in a cell came from a caller, a register or a settings file: ``[red]`` is no colour there, ``[/x]`` no
error, and an escape sequence moves no cursor.
"""

import sys

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

_PIPED_CHARS = 200  # a pipe has no width of its own
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


class TextTable:
    """A table that is filled with plain strings, or with texts that carry a style of ours."""

    def __init__(self, *headings: str | Column, title: str | None = None, show_header: bool = True) -> None:
        self._table = Table(*headings, title=title, show_header=show_header)

    def add_row(self, *cells: str | Text) -> None:
        """Add a row, as many cells as there are headings."""
        self._table.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in cells))

    def print(self) -> None:
        """Print the table to standard output."""
        Console(width=None if sys.stdout.isatty() else _PIPED_CHARS).print(self._table)


def printable(text: str) -> str:
    """Put a mark in the place of every character that a terminal would obey instead of showing."""
    return "".join(character if character.isprintable() else _UNPRINTABLE for character in text)
