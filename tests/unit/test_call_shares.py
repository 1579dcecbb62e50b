"""The shares of calls' keys: erased where they stand, in every copy, and never made again."""

import os
import random
import sqlite3
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from calls.errors import BadConfigurationError, IntegrityError, UnavailableError
from storage.vault import call_shares
from storage.vault.call_shares import FILE, CallShares, ErasedError
from storage.vault.key_ring import KeyRing
from storage.vault.share_file import opened

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
CALL = "0199a1b2-0000-7000-8000-000000000001"


def name(number: int) -> str:
    return f"0199a1b2-0000-7000-8000-{number:012}"


def test_a_share_is_made_once_and_given_again(tmp_path: Path) -> None:
    shares = CallShares(tmp_path / "shares")
    made = shares.make(CALL)
    assert len(made) == 32
    assert shares.make(CALL) == shares.give(CALL) == CallShares(tmp_path / "shares").give(CALL) == made
    assert shares.make(name(2)) != made
    assert (tmp_path / "shares" / FILE).stat().st_mode & 0o777 == 0o600


def test_an_erased_share_never_comes_back(tmp_path: Path) -> None:
    shares = CallShares(tmp_path)
    shares.make(CALL)
    shares.make(name(2))
    shares.erase(CALL, at=NOON)
    shares.erase(CALL, at=NOON.replace(hour=13))
    shares.erase(name(3), at=NOON)  # of a call that never had one
    for call_id in (CALL, name(3)):
        assert shares.is_erased(call_id)
        for attempt in (shares.give, shares.make):
            with pytest.raises(ErasedError, match=call_id):
                attempt(call_id)
    assert list(shares.erased()) == [(CALL, NOON), (name(3), NOON)]
    assert not shares.is_erased(name(2))
    assert shares.give(name(2))


def test_no_byte_of_an_erased_share_stays_in_any_file(tmp_path: Path) -> None:
    """Neither in free space of a page, nor in a journal, nor in the copy."""
    shares = CallShares(tmp_path / "a", copies=[tmp_path / "b"])
    draw = random.Random(20261102)  # noqa: S311 (which calls are erased, not what with)
    made = {name(number): shares.make(name(number)) for number in range(120)}
    doomed = draw.sample(sorted(made), 80)
    for call_id in doomed:
        shares.erase(call_id, at=NOON)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for call_id, share in made.items():
        assert kept.count(share) == (0 if call_id in doomed else 2), call_id


def test_a_lost_file_is_made_good_from_its_copy(tmp_path: Path) -> None:
    shares = CallShares(tmp_path / "a", copies=[tmp_path / "b"])
    made = shares.make(CALL)
    (tmp_path / "a" / FILE).unlink()
    with pytest.raises(IntegrityError, match="missing"):
        shares.give(CALL)
    assert CallShares(tmp_path / "b").give(CALL) == made
    assert shares.make(CALL) == shares.give(CALL) == made  # not another one, with which nothing would open


def test_a_lost_file_is_no_way_to_a_new_share_of_an_erased_call(tmp_path: Path) -> None:
    shares = CallShares(tmp_path / "a", copies=[tmp_path / "b"])
    shares.make(CALL)
    shares.erase(CALL, at=NOON)
    (tmp_path / "a" / FILE).unlink()
    with pytest.raises(ErasedError):
        shares.make(CALL)
    with pytest.raises(IntegrityError, match="missing"):
        shares.give(CALL)


def test_a_copy_that_cannot_be_written_stops_the_making(tmp_path: Path) -> None:
    blocked = tmp_path / "b"
    blocked.write_text("a file where the folder should be")
    shares = CallShares(tmp_path / "a", copies=[blocked])
    with pytest.raises(UnavailableError):
        shares.make(CALL)
    with pytest.raises(UnavailableError):
        shares.erase(CALL, at=NOON)


def test_nothing_is_made_or_erased_beside_a_copy_whose_disk_is_away(tmp_path: Path) -> None:
    """Else the disk would come back with the share of a call that is proved to be erased."""
    disk, mounted_at = tmp_path / "disk", tmp_path / "mounted"
    mounted_at.mkdir()
    shares = CallShares(tmp_path / "a", copies=[mounted_at / "shares"])
    made = shares.make(CALL)
    mounted_at.rename(disk)
    mounted_at.mkdir()
    with pytest.raises(UnavailableError, match="mounted"):
        shares.erase(CALL, at=NOON)
    with pytest.raises(UnavailableError, match="mounted"):
        shares.make(name(2))
    assert shares.give(CALL) == made  # what is there is heard all the same
    assert list(mounted_at.iterdir()) == []
    mounted_at.rmdir()
    disk.rename(mounted_at)
    shares.erase(CALL, at=NOON)
    assert CallShares(mounted_at / "shares").is_erased(CALL)


@pytest.mark.parametrize("older", ["a", "b"])
def test_a_file_of_before_learns_what_was_erased_since(tmp_path: Path, older: str) -> None:
    shares = CallShares(tmp_path / "a", copies=[tmp_path / "b"])
    for number in (1, 2):
        shares.make(name(number))
    yesterday = (tmp_path / older / FILE).read_bytes()
    shares.erase(name(1), at=NOON)
    assert shares.erase_everywhere() == 0
    (tmp_path / older / FILE).write_bytes(yesterday)
    assert not CallShares(tmp_path / older).is_erased(name(1))
    assert shares.erase_everywhere() == 1
    for folder in "ab":
        assert list(CallShares(tmp_path / folder).erased()) == [(name(1), NOON)]
    assert shares.give(name(2))
    assert shares.erase_everywhere() == 0


def test_a_copy_begins_before_the_file_that_vouches_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = CallShares(tmp_path / "a", copies=[tmp_path / "b"])
    begun: list[str] = []

    def open_one(path: Path, *, create: bool = False) -> AbstractContextManager[sqlite3.Connection]:
        begun.append(path.parent.name)
        return opened(path, create=create)

    monkeypatch.setattr(call_shares, "opened", open_one)
    shares.make(CALL)
    assert begun[:2] == ["b", "a"]


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    shares = CallShares(tmp_path)
    shares.make(CALL)
    (tmp_path / FILE).chmod(0o640)
    with pytest.raises(BadConfigurationError, match="chmod 600"):
        shares.give(CALL)


def test_a_damaged_file_is_no_erasure(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but as long as one" * 99)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(UnavailableError):
        CallShares(tmp_path).is_erased(CALL)


def test_a_row_keeps_its_size(tmp_path: Path) -> None:
    CallShares(tmp_path).make(CALL)
    with sqlite3.connect(tmp_path / FILE) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE shares SET share = x''")
    connection.close()


def test_the_key_encryption_key_alone_opens_nothing(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "keys")
    key, wrapped, version = ring.new_key(CALL)
    assert ring.unwrap(wrapped, version, CALL) == key
    kek = bytes.fromhex((tmp_path / "keys" / "kek-1").read_text())
    for context in (b"tallenne-wrapped-key-v1|1|" + CALL.encode(), b"tallenne-wrapped-key-v2|1|" + CALL.encode()):
        with pytest.raises(InvalidTag):
            AESGCM(kek).decrypt(wrapped[1:13], wrapped[13:], context)
    ring.shares.erase(CALL, at=NOON)
    with pytest.raises(ErasedError):
        ring.unwrap(wrapped, version, CALL)
    with pytest.raises(ErasedError):
        ring.new_key(CALL)


def test_a_writer_that_was_killed_stops_nobody(tmp_path: Path) -> None:
    """It leaves a journal, which whoever comes next has to play back: a reader as well."""
    shares = CallShares(tmp_path)
    made = shares.make(CALL)
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the commit
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE shares SET share = zeroblob(32)")
        connection.executemany(
            "INSERT INTO shares (call_id, share, erased_at_ms) VALUES (?, zeroblob(32), zeroblob(8))",
            [(name(number),) for number in range(10, 2010)],
        )
        os._exit(0)
    os.waitpid(child, 0)
    assert (tmp_path / f"{FILE}-journal").stat().st_size > 0
    assert not shares.is_erased(CALL)
    assert shares.give(CALL) == made
    assert shares.make(name(3)) != bytes(32)
