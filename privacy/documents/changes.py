"""What changed between two versions of a document, line by line as a person reads it."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser

_LINES = frozenset({"h2", "h3", "p", "li", "dt", "dd"})
CONTEXT_LINES = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison: ``mark`` is ``+`` for new, ``-`` for gone, a blank for what stands beside them."""

    mark: str
    text: str


def lines_of(html: str) -> list[str]:
    """Give a document's text without markup, a line for each heading, paragraph and item."""
    reader = _LineReader()
    reader.feed(html)
    reader.close()
    return [line for line in reader.lines if line]


def changes(old: str, new: str) -> list[Line]:
    """Compare two texts: what is gone and what is new, with a line before and after; nothing where they are alike."""
    before, after = lines_of(old), lines_of(new)
    told: list[Line] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT_LINES):
        for tag, first, stop, new_first, new_stop in group:
            if tag == "equal":
                told += [Line(" ", text) for text in before[first:stop]]
                continue
            told += [Line("-", text) for text in before[first:stop]]
            told += [Line("+", text) for text in after[new_first:new_stop]]
    return told


class _LineReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _LINES:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] = " ".join((self.lines[-1] + data).split())
