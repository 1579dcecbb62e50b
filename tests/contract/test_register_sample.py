"""Invented registers: the same for the same seed, of the size that was asked for, importable, with codes of nobody."""

import csv
from pathlib import Path

import pytest
from fixtures_register import import_into, no_progress
from stdnum.fi import hetu

from calls.errors import BadDataError
from ledger_link.sampling.sample import SampleSize, write_sample
from storage.database.engine import Database


def sample(folder: Path, *, persons: int = 200, seed: int = 1) -> dict[str, int]:
    size = SampleSize.of(persons, None, None)
    return write_sample(folder, size, seed=seed, progress=lambda done, total: no_progress("", done, total))


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_sample_is_imported_whole(database: Database, tmp_path: Path) -> None:
    counts = sample(tmp_path / "sample")
    assert (counts["persons"], counts["leases"], counts["charges"] + counts["payments"]) == (200, 120, 3960)
    report = import_into(database, tmp_path / "sample")
    assert {file.removesuffix(".csv"): one.added for file, one in report.files.items()} == counts


def test_the_same_seed_gives_the_same_sample(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        sample(tmp_path / name, persons=50, seed=seed)
    assert texts(tmp_path / "one") == texts(tmp_path / "two")
    assert texts(tmp_path / "one") != texts(tmp_path / "three")


def test_identity_codes_are_valid_temporary_ones_and_differ(tmp_path: Path) -> None:
    sample(tmp_path / "sample", persons=2000)
    with (tmp_path / "sample/persons.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["identity_code"] for row in csv.DictReader(file) if row["identity_code"]]
    assert len(codes) > 1500
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert hetu.is_valid(code, allow_temporary=True), code
        assert 900 <= int(code[7:10]) <= 999


def test_sizes_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    for persons, leases, rows in ((0, None, None), (10, 11, None), (10, 5, -1)):
        with pytest.raises(BadDataError, match="no such sample"):
            SampleSize.of(persons, leases, rows)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    with pytest.raises(BadDataError, match="not empty"):
        sample(tmp_path / "full")
