"""Folders that are nearly a sample: with one row in a hundred changed, as after an ordinary night, or a part of it."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

_ONE_IN = 100


def _extended(place: int, text: str) -> Callable[[list[str]], None]:
    def change(cells: list[str]) -> None:
        cells[place] = f"{cells[place]}{text}"

    return change


def _ended(cells: list[str]) -> None:
    cells[3] = cells[3] or "2030-12-31"


def _dearer(cells: list[str]) -> None:
    cells[5] = f"{float(cells[5]) + 1:.2f}"


_CHANGES: dict[str, Callable[[list[str]], None]] = {
    "persons.csv": _extended(3, "i"),
    "phone_numbers.csv": _ended,
    "leases.csv": _ended,
    "charges.csv": _dearer,
    "payments.csv": _extended(-1, "x"),
}
"""What happens to the rows of each file; the sample's cells hold no commas."""


def change_some(folder: Path) -> int:
    """Change one row in a hundred of the large files of a sample, where they lie; give how many."""
    dice, changed = random.Random(3), 0
    for name, change in _CHANGES.items():
        path = folder / name
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for place in range(1, len(lines)):
            if dice.randrange(_ONE_IN) == 0:
                cells = lines[place].rstrip("\n").split(",")
                change(cells)
                lines[place] = ",".join(cells) + "\n"
                changed += 1
        path.write_text("".join(lines), encoding="utf-8")
    return changed


def write_part(sample: Path, folder: Path, *, persons: int) -> None:
    """Write a new folder with the houses of a sample and its first persons, with other surnames than in it."""
    folder.mkdir()
    for name in ("buildings.csv", "apartments.csv"):
        shutil.copyfile(sample / name, folder / name)
    header, *rows = (sample / "persons.csv").read_text(encoding="utf-8").splitlines()
    changed = []
    for row in rows[:persons]:
        cells = row.split(",")
        _CHANGES["persons.csv"](cells)
        changed.append(",".join(cells))
    (folder / "persons.csv").write_text("\n".join([header, *changed]), encoding="utf-8")
