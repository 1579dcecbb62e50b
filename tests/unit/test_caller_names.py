"""The file of callers' names: replaced whole, read without a lock, and never the reason that a call fails."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.spool.caller_names import MAX_NAME_CHARS, CallerNames, publish_caller_names

AINO = ("+358401000001", "Aino Virtanen, Tallennekatu 4 B 34")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "100% spool?" / "callers.sqlite"


@pytest.fixture(autouse=True)
def _folder(path: Path) -> None:
    path.parent.mkdir()


def test_what_is_published_is_found(path: Path) -> None:
    assert publish_caller_names(path, iter([AINO, ("+358401000002", 'Öhman "Öö" \\')])) == 2
    names = CallerNames(path)
    assert names.name_of(AINO[0]) == AINO[1]
    assert names.name_of("+358401000002") == 'Öhman "Öö" \\'
    assert names.name_of("+358409999999") is None
    assert names.name_of("' OR 1=1 --") is None


def test_a_new_file_replaces_the_old_one_whole(path: Path) -> None:
    publish_caller_names(path, [AINO])
    publish_caller_names(path, [("+358401000002", "Eero")])
    assert CallerNames(path).name_of(AINO[0]) is None
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_of_the_old_file_is_not_disturbed(path: Path) -> None:
    publish_caller_names(path, [AINO])
    with sqlite3.connect(
        f"file:{path.parent.as_posix().replace('%', '%25').replace('?', '%3f')}/{path.name}", uri=True
    ) as held:
        held.execute("BEGIN")
        assert held.execute("SELECT count(*) FROM caller").fetchone() == (1,)
        publish_caller_names(path, [])
        assert held.execute("SELECT count(*) FROM caller").fetchone() == (1,)
    assert CallerNames(path).name_of(AINO[0]) is None


def test_one_number_twice_is_refused_and_the_old_file_stays(path: Path) -> None:
    publish_caller_names(path, [AINO])
    with pytest.raises(OSError, match="cannot be written"):
        publish_caller_names(path, [AINO, AINO])
    assert CallerNames(path).name_of(AINO[0]) == AINO[1]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_register_that_fails_half_way_leaves_the_old_file(path: Path) -> None:
    def failing() -> Iterator[tuple[str, str]]:
        yield ("+358401000002", "Eero")
        raise RuntimeError("the database went away")

    publish_caller_names(path, [AINO])
    with pytest.raises(RuntimeError):
        publish_caller_names(path, failing())
    assert CallerNames(path).name_of(AINO[0]) == AINO[1]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_a_killed_writer_left_is_cleared_away(path: Path) -> None:
    left, at_work = path.with_name(f".{path.name}.dead"), path.with_name(f".{path.name}.busy")
    left.touch()
    at_work.touch()
    os.utime(left, (0, 0))
    publish_caller_names(path, [AINO])
    assert {file.name for file in path.parent.iterdir()} == {path.name, at_work.name}


@pytest.mark.parametrize(
    "content", [None, b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000], ids=["none", "empty", "text", "torn"]
)
def test_a_file_that_is_missing_or_broken_gives_no_name(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    assert CallerNames(path).name_of(AINO[0]) is None


def test_a_file_that_was_cut_off_gives_no_name(path: Path) -> None:
    publish_caller_names(path, [(f"+3584010{number:05}", "x" * 60) for number in range(2000)])
    os.truncate(path, path.stat().st_size // 2)
    names = CallerNames(path)
    assert {names.name_of(f"+3584010{number:05}") for number in range(0, 2000, 50)} <= {None, "x" * 60}


def test_a_folder_in_its_place_gives_no_name(path: Path) -> None:
    path.mkdir()
    assert CallerNames(path).name_of(AINO[0]) is None


def test_a_name_is_never_longer_than_a_phone_is_sent(path: Path) -> None:
    publish_caller_names(path, [(AINO[0], "x" * 1000)])
    assert CallerNames(path).name_of(AINO[0]) == "x" * MAX_NAME_CHARS
