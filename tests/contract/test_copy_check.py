"""``tallenne check`` knows the copies that are in the store: whole, damaged, missing, and nobody's."""

from pathlib import Path

import pytest
from fixtures_copies import CopyDesk

from privacy.copies.copies import withdraw
from privacy.copies.copy_check import check_copies
from privacy.copies.copy_rows import CopyRow
from privacy.copies.stored_copy import shred_copies
from storage.check.finding import Invariant, Level, Report


class Checked:
    """A desk with one copy that is released, and what the check finds of it."""

    def __init__(self, copy_desk: CopyDesk) -> None:
        self.desk, self.database = copy_desk, copy_desk.desk.office.database
        copy_desk.call()
        self.copy = copy_desk.released(copy_desk.made(copy_desk.case()))
        with self.database.read() as session:
            self.key = session.get_one(CopyRow, self.copy.id).object_key or ""
        self.file: Path = copy_desk.folder / "objects" / self.key

    def found(self, level: Level = Level.HASH) -> list[tuple[str, Invariant]]:
        report = Report(level=level)
        check_copies(report, database=self.database, objects=self.desk.objects, keys=self.desk.keys)
        return [(finding.name, finding.invariant) for finding in report.findings]

    def end(self) -> None:
        office = self.desk.desk.office
        with self.database.begin() as session:
            withdraw(session, self.copy.id, by=self.desk.desk.officer, clock=office.clock)
        shred_copies(self.database, objects=self.desk.objects, keys=self.desk.keys, clock=office.clock)


@pytest.fixture
def checked(copy_desk: CopyDesk) -> Checked:
    return Checked(copy_desk)


def test_a_whole_copy_and_one_that_is_over_are_no_finding(checked: Checked) -> None:
    assert [checked.found(level) for level in Level] == [[], [], []]
    checked.end()
    assert checked.found() == []


def test_what_is_wrong_with_a_copy_is_named(checked: Checked) -> None:
    whole, wrong = checked.file.read_bytes(), [(checked.key, Invariant.ROW_HAS_OBJECT_AND_KEY)]
    checked.file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert (checked.found(Level.SIZE), checked.found(Level.HASH)) == ([], wrong)
    checked.file.write_bytes(whole[:-1])
    assert (checked.found(Level.PRESENCE), checked.found(Level.SIZE)) == ([], wrong)
    checked.file.unlink()
    assert checked.found(Level.PRESENCE) == wrong
    checked.end()
    checked.file.parent.mkdir(parents=True, exist_ok=True)
    checked.file.write_bytes(whole)
    stray = checked.file.with_name("0000.age.sealed")
    stray.write_bytes(b"x")
    assert sorted(checked.found()) == sorted(
        [
            (checked.key, Invariant.ERASED_IS_GONE),
            (checked.key.replace(checked.file.name, stray.name), Invariant.NOTHING_LEAVES_BEFORE_ITS_ROW),
        ]
    )
