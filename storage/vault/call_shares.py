"""The shares of calls' keys: 32 random bytes a call, without which no key-encryption key opens its recording.

A call is erased by erasing its share. Database, objects and key-encryption keys may all be in a backup; the shares
must not be in any that is kept longer than its newest (docs/design/retention.md), so a restored backup gives rows and
sealed bytes, and nothing that opens them.

Invariants
----------
1. A share is made once and committed to every folder before the key that it wraps is used.
2. A row never changes its size: erasing writes zeros over the share where it stands, so no page of the file keeps a
   copy in its free space.
3. Where the first file is, every copy is: one that is not there is on a disk that is not, and nothing is made or erased
   until it is back. Else a share would be erased beside the copy that keeps it.
4. An erased call stays in the file as such. It never gets another share, and a restored call is known by it.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from calls.errors import BadConfigurationError, IntegrityError, UnavailableError

SHARE_BYTES = 32
FILE = "call-shares.sqlite"
BUSY_TIMEOUT_S = 30
_NOTHING = bytes(SHARE_BYTES)
_NEVER = bytes(8)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS shares (
    number INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL UNIQUE,
    share BLOB NOT NULL CHECK (length(share) = 32),
    erased_at_ms BLOB NOT NULL CHECK (length(erased_at_ms) = 8)
)
"""


class ErasedError(IntegrityError):
    """The call's key was erased on purpose: nobody hears it any more, here or from a backup."""


class CallShares:
    """One file, which is read, and copies of it in other folders that are written with it."""

    def __init__(self, folder: Path, *, copies: Sequence[Path] = ()) -> None:
        self._files = tuple(place / FILE for place in (folder, *copies))

    @property
    def where(self) -> str:
        """The first file."""
        return str(self._files[0])

    def give(self, call_id: str) -> bytes:
        """Give a call's share; raise ErasedError where it was erased, IntegrityError where there never was one."""
        with self._open(self._files[0]) as connection:
            found = _find(connection, call_id)
        if found is None:
            raise IntegrityError(
                what="the share of the call's key is missing",
                where=call_id,
                remedy=f"restore {self.where} from its copy",
            )
        return _live(found, call_id)

    def make(self, call_id: str) -> bytes:
        """Give a call's share, made now where there is none; raise ErasedError where it was erased.

        Every file has it when this returns; raise UnavailableError where one cannot be written.
        """
        self._require_copies()
        fresh = self._known(call_id) or os.urandom(SHARE_BYTES)
        for path in self._files:
            with self._open(path, create=True) as connection, _writing(connection):
                found = _find(connection, call_id)
                if found is None:
                    connection.execute(
                        "INSERT INTO shares (call_id, share, erased_at_ms) VALUES (?, ?, ?)", (call_id, fresh, _NEVER)
                    )
                else:
                    fresh = _live(found, call_id)
        return fresh

    def erase(self, call_id: str, *, at: datetime) -> None:
        """Erase a call's share in every file, for ever; again is no error. Raise UnavailableError as :meth:`make`.

        A call without a share is marked too, so that none is ever made for it.
        """
        self._require_copies()
        moment = int(at.timestamp() * 1000).to_bytes(8, "big")
        for path in self._files:
            with self._open(path, create=True) as connection, _writing(connection):
                connection.execute(
                    "INSERT INTO shares (call_id, share, erased_at_ms) VALUES (?, ?, ?) ON CONFLICT (call_id) DO UPDATE"
                    " SET share = excluded.share, erased_at_ms = excluded.erased_at_ms WHERE erased_at_ms = ?",
                    (call_id, _NOTHING, moment, _NEVER),
                )

    def is_erased(self, call_id: str) -> bool:
        """Tell whether a call's share was erased."""
        with self._open(self._files[0]) as connection:
            found = _find(connection, call_id)
        return found is not None and found[1] != _NEVER

    def erased(self) -> Iterator[tuple[str, datetime]]:
        """Give the calls whose shares were erased, and when, in the order of their making."""
        with self._open(self._files[0]) as connection:
            rows = connection.execute(
                "SELECT call_id, erased_at_ms FROM shares WHERE erased_at_ms <> ? ORDER BY number", (_NEVER,)
            ).fetchall()
        for call_id, moment in rows:
            yield call_id, datetime.fromtimestamp(int.from_bytes(moment, "big") / 1000, UTC)

    @property
    def places(self) -> tuple[str, ...]:
        """The files, the one that is read first."""
        return tuple(map(str, self._files))

    def lacking(self, call_ids: Sequence[str]) -> dict[str, int]:
        """Tell of each file how many of some calls have no share in it; one that was erased is none."""
        counts = {}
        for path in self._files:
            with self._open(path) as connection:
                (counts[str(path)],) = connection.execute(
                    "SELECT count(*) FROM json_each(?) AS wanted WHERE NOT EXISTS"
                    " (SELECT 1 FROM shares WHERE shares.call_id = wanted.value AND erased_at_ms = ?)",
                    (json.dumps(list(call_ids)), _NEVER),
                ).fetchone()
        return counts

    def _require_copies(self) -> None:
        """See that every copy is there, or begin all files, the first one last: who is killed half-way begins again."""
        first, *copies = self._files
        if not os.access(first, os.F_OK):
            for path in (*copies, first):
                with self._open(path, create=True):
                    pass
        for path in copies:
            if not os.access(path, os.F_OK):
                raise UnavailableError(
                    what="a copy of the shares of the calls' keys is not there",
                    where=str(path),
                    remedy=f"see that its disk is mounted; to begin a new copy, put {first} there while nothing runs",
                )

    def _known(self, call_id: str) -> bytes | None:
        """Give the share that any file has: where the first was lost, its call keeps that of the copies."""
        for path in self._files:
            with self._open(path) as connection:
                found = _find(connection, call_id)
            if found is not None:
                return _live(found, call_id)
        return None

    @contextmanager
    def _open(self, path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
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
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _find(connection: sqlite3.Connection, call_id: str) -> tuple[bytes, bytes] | None:
    found: tuple[bytes, bytes] | None = connection.execute(
        "SELECT share, erased_at_ms FROM shares WHERE call_id = ?", (call_id,)
    ).fetchone()
    return found


def _live(found: tuple[bytes, bytes], call_id: str) -> bytes:
    share, erased_at_ms = found
    if erased_at_ms != _NEVER:
        raise ErasedError(what="the call's key was erased", where=call_id)
    return share


def _require_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise BadConfigurationError(
            what="the shares of the calls' keys are open to others", where=str(path), remedy=f"chmod 600 {path}"
        )
