"""One file of the shares of calls' keys (:mod:`storage.vault.call_shares`): opened for one short transaction."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from calls.errors import BadConfigurationError, UnavailableError

BUSY_TIMEOUT_S = 30
_SCHEMA = """
CREATE TABLE IF NOT EXISTS shares (
    number INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    share BLOB NOT NULL CHECK (length(share) = 32),
    erased_at_ms BLOB NOT NULL CHECK (length(erased_at_ms) = 8)
)
"""


@contextmanager
def opened(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open one file for one short transaction; a reader finds an empty one where none was made yet."""
    try:
        if create and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        elif not path.exists():
            connection = sqlite3.connect(":memory:", isolation_level=None)
            connection.execute(_SCHEMA)
            try:
                yield connection
            finally:
                connection.close()
            return
        _require_private(path)
        # a reader too undoes what a writer that was killed left half-done, so it opens for writing where it may
        may_write = create or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={'rw' if may_write else 'ro'}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_TIMEOUT_S,
        )
        try:
            if create:
                # a write-ahead log would keep a share for as long as nobody truncates it
                connection.execute("PRAGMA journal_mode = TRUNCATE")
                connection.execute("PRAGMA synchronous = EXTRA")
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute(_SCHEMA)
            yield connection
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise UnavailableError(
            what=f"the shares of the calls' keys cannot be used: {error}",
            where=str(path),
            remedy="see that the folder is there and that this user may use it",
        ) from error


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Write in one transaction, which an exception takes back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _require_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise BadConfigurationError(
            what="the shares of the calls' keys are open to others", where=str(path), remedy=f"chmod 600 {path}"
        )
