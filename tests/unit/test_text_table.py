"""Cells of tables are text and nothing else, whatever a caller sent."""

import pytest
from rich.text import Text

from tallenne.text_table import TextTable, printable


@pytest.mark.parametrize(
    "cell", ["[/x]", "[red]", "[bold]a[/bold]", "[link=http://evil.example]b[/link]", ":smile:", "\\[x]", "[", "Äö €"]
)
def test_cell_is_printed_as_it_is(capsys: pytest.CaptureFixture[str], cell: str) -> None:
    table = TextTable("what", "value")
    table.add_row(cell, Text("styled", style="bold"))
    table.print()
    assert cell in capsys.readouterr().out


def test_terminal_obeys_no_cell(capsys: pytest.CaptureFixture[str]) -> None:
    table = TextTable("what", show_header=False)
    table.add_row("a\x1b[2Jb\x9bc\u202ed\ne\x00\ud800")
    table.print()
    out = capsys.readouterr().out
    assert "a\ufffd[2Jb\ufffdc\ufffdd\ufffde\ufffd\ufffd" in out
    assert "\x1b" not in out


def test_what_can_be_read_stays() -> None:
    assert printable("Aino Åkesson-Öhman, 040 1") == "Aino Åkesson-Öhman, 040 1"
