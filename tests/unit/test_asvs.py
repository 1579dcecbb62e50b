"""docs/asvs.md: every requirement of levels 1 and 2 once, open ones with their reason, and tests that are there."""

import re
from collections.abc import Iterator
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "asvs.md").read_text(encoding="utf-8")
TESTS = Path(__file__).parents[1]
STATES = {"met", "part", "open"}

# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; those of level 3 follow them
_COUNTED = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2
    4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2
    7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3
    11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3
    15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""
SECTIONS = {section: int(count) for section, count in (pair.split(":") for pair in _COUNTED.split())}


def rows() -> Iterator[list[str]]:
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\d+\.\d+\.\d+", cells[0]):
            yield cells


def not_applicable() -> Iterator[str]:
    """Give the numbers after "Does not apply", ranges written out."""
    for listed in re.findall(r"^Does not apply: ([^(]+)\(", TEXT, re.MULTILINE):
        for part in listed.split(","):
            first, _, last = part.strip().partition(" to ")
            if first == "all":
                continue
            section, number = first.rsplit(".", 1)
            stop = int(last.rsplit(".", 1)[1]) if last else int(number)
            yield from (f"{section}.{count}" for count in range(int(number), stop + 1))


def test_every_requirement_is_told_once() -> None:
    told = [cells[0] for cells in rows()] + list(not_applicable())
    wanted = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
    assert sorted(told) == sorted(wanted)


def test_each_line_has_a_state_and_a_test_that_is_there_or_a_reason() -> None:
    for number, level, state, how, *tests in rows():
        assert level in {"1", "2"}, number
        assert state in STATES, number
        assert len(how) > 2, number
        if state == "open":
            assert len(how) > 30, number
        for name in re.findall(r"`([^`]+)`", tests[0]):
            assert (TESTS / name).is_file(), (number, name)
        assert tests[0] or state == "open", number


def test_every_file_of_the_inventory_is_there() -> None:
    inventory = TEXT[TEXT.index("## Cryptographic inventory") :]
    places = [line.strip("|").split("|")[-1].strip() for line in inventory.splitlines() if line.startswith("| ")][1:]
    assert places
    for place in places:
        first = place.split(",")[0]
        assert (TESTS.parent / first).exists(), first
