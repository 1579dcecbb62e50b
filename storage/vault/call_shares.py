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
from datetime import UTC, datetime
from pathlib import Path

from calls.errors import IntegrityError, UnavailableError
from storage.vault.share_file import opened, writing

SHARE_BYTES = 32
FILE = "call-shares.sqlite"
_NOTHING = bytes(SHARE_BYTES)
_NEVER = bytes(8)
_ERASED = "SELECT call_id, erased_at_ms FROM shares WHERE erased_at_ms <> ? ORDER BY number"
_LIVE = "SELECT call_id FROM shares WHERE erased_at_ms = ? AND call_id IN (SELECT value FROM json_each(?))"


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
        with opened(self._files[0]) as connection:
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
            with opened(path, create=True) as connection, writing(connection):
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
            with opened(path, create=True) as connection, writing(connection):
                connection.execute(
                    "INSERT INTO shares (call_id, share, erased_at_ms) VALUES (?, ?, ?) ON CONFLICT (call_id) DO UPDATE"
                    " SET share = excluded.share, erased_at_ms = excluded.erased_at_ms WHERE erased_at_ms = ?",
                    (call_id, _NOTHING, moment, _NEVER),
                )

    def erase_everywhere(self) -> int:
        """Erase in every file what any of them knows as erased, for one was put back from before; give how many were.

        Raise UnavailableError as :meth:`make`.
        """
        if len(self._files) == 1:
            return 0
        erased: dict[str, bytes] = {}
        for path in self._files:
            with opened(path) as connection:
                erased |= dict(connection.execute(_ERASED, (_NEVER,)).fetchall())
        live: set[str] = set()
        for path in self._files:
            with opened(path) as connection:
                live.update(call_id for (call_id,) in connection.execute(_LIVE, (_NEVER, json.dumps([*erased]))))
        for call_id in sorted(live):
            self.erase(call_id, at=_moment(erased[call_id]))
        return len(live)

    def is_erased(self, call_id: str) -> bool:
        """Tell whether a call's share was erased."""
        with opened(self._files[0]) as connection:
            found = _find(connection, call_id)
        return found is not None and found[1] != _NEVER

    def erased(self) -> Iterator[tuple[str, datetime]]:
        """Give the calls whose shares were erased, and when, in the order of their making."""
        with opened(self._files[0]) as connection:
            rows = connection.execute(_ERASED, (_NEVER,)).fetchall()
        for call_id, moment in rows:
            yield call_id, _moment(moment)

    @property
    def places(self) -> tuple[str, ...]:
        """The files, the one that is read first."""
        return tuple(map(str, self._files))

    def lacking(self, call_ids: Sequence[str]) -> dict[str, int]:
        """Tell of each file how many of some calls have no share in it; one that was erased is none."""
        counts = {}
        for path in self._files:
            with opened(path) as connection:
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
                with opened(path, create=True):
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
            with opened(path) as connection:
                found = _find(connection, call_id)
            if found is not None:
                return _live(found, call_id)
        return None


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


def _moment(erased_at_ms: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(erased_at_ms, "big") / 1000, UTC)
