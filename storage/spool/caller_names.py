"""What the agents' phones show of a caller: a small derived SQLite file, E.164 number to display name.

Whoever has the database writes it whole; a capture worker looks one number up when the agents' phones are to ring.
It holds a name only for a number that is surely one person's today, and none for anybody under a non-disclosure order
(``ledger_link.linking.caller_names`` decides). It may be lost, stale or broken at any time: then a phone shows the
number.

The file never changes in place: a new one is written beside it and renamed over it. So a reader needs no lock
(``immutable``), and nothing that a writer does can make a call wait.
"""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import structlog

from storage.spool.durable import fsync_file, fsync_folder

MAX_NAME_CHARS = 80
_LEFT_BEHIND_S = 3600

_SCHEMA = "CREATE TABLE caller (e164 TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID"
_log = structlog.get_logger("caller-names")


def publish_caller_names(path: Path, names: Iterable[tuple[str, str]]) -> int:
    """Replace the file by one with these (number, name) pairs, each number once; give how many there are.

    Readable by the owner alone, and owned by the owner of the folder: whoever imports as root must not shut the
    workers out. Raises OSError where the disk refuses; the file of before then stays.
    """
    _clear_away(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.touch(mode=0o600)
    try:
        count = _write(beside, names)
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.chown(beside, owner.st_uid, owner.st_gid)
        fsync_file(beside)
        beside.rename(path)
    except sqlite3.Error as error:
        raise OSError(f"the callers' names cannot be written: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
    fsync_folder(path.parent)
    return count


def _clear_away(path: Path) -> None:
    """Remove what a writer left who was killed; one that is at work now is never so old."""
    for leftover in path.parent.glob(f".{path.name}.*"):
        with suppress(FileNotFoundError):
            if time.time() - leftover.stat().st_mtime > _LEFT_BEHIND_S:
                leftover.unlink()


def _write(path: Path, names: Iterable[tuple[str, str]]) -> int:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # nobody reads it before it is renamed, and after a crash it is not looked at
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.execute(_SCHEMA)
        connection.executemany("INSERT INTO caller VALUES (?, ?)", names)
        connection.execute("COMMIT")
        (count,) = connection.execute("SELECT count(*) FROM caller").fetchone()
    return int(count)


class CallerNames:
    """Looks callers up in the file. Whatever is wrong with it, the answer is None and the call goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def name_of(self, e164: str) -> str | None:
        """Give what the phones show for a number; None for an unknown one, and where the file does not tell."""
        if not self._path.exists():
            return None
        address = f"file:{quote(str(self._path))}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
                row = connection.execute("SELECT name FROM caller WHERE e164 = ?", (e164,)).fetchone()
        except sqlite3.Error as error:
            _log.warning("the callers' names cannot be read", error=type(error).__name__)
            return None
        return str(row[0])[:MAX_NAME_CHARS] if row else None
