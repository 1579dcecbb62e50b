"""Makes checkpoints of the audit, and sees to it that each is also kept where who changes the database does not reach.

1. Lock the tail, sign what it says, add the note to ``audit_checkpoints``: one transaction, so numbers have no gap.
2. Put every note that the store has not yet under object lock.
3. Append every note that the second place has not yet.

A store or a place that is away is tried again at the next round; what was missed is made good then.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.audit.chain_rows import CheckpointRow
from rights.audit.chaining import locked_tail
from rights.audit.checkpoint import Checkpoint, sign
from rights.audit.merkle import Frontier
from storage.database.engine import Database
from storage.objects.store import LockedStore, ObjectStore

PREFIX = "audit/checkpoints/"
_HASH_CHARS = 16


class SecondPlace(Protocol):
    """Somewhere else: a file on another machine's disk, or its log."""

    def keep(self, notes: Sequence[tuple[int, str]]) -> None:
        """Take notes with their numbers; those that it has it takes no second time. Raise UnavailableError."""
        ...


def make_checkpoint(
    database: Database, key: Ed25519PrivateKey, *, at_least: timedelta = timedelta(0), clock: Clock
) -> int | None:
    """Sign what the audit is now; give the checkpoint's number.

    None where nothing was written since the last one, or that one is younger than ``at_least``. One that is of a later
    moment than now was signed by a clock that ran ahead, and has no age: else nothing was signed until that moment.
    """
    with database.begin() as session:
        tail = locked_tail(session)
        last = session.scalars(select(CheckpointRow).order_by(CheckpointRow.number.desc()).limit(1)).first()
        now = clock.now()
        if last is not None and (last.size == tail.size or timedelta(0) <= now - last.made_at < at_least):
            return None
        if last is None and tail.size == 0:
            return None
        made = Checkpoint(
            number=1 if last is None else last.number + 1,
            size=tail.size,
            root=Frontier.of_bytes(tail.size, tail.frontier).root(),
            chain=tail.chain_sha256,
            made_at=now,
        )
        session.add(CheckpointRow(number=made.number, size=made.size, made_at=now, note=sign(made, key)))
        return made.number


def notes(session: Session) -> list[tuple[int, str]]:
    """Give all checkpoints' notes with their numbers, the oldest first."""
    rows = session.execute(select(CheckpointRow.number, CheckpointRow.note).order_by(CheckpointRow.number))
    return [(row.number, row.note) for row in rows]


def lock_notes(database: Database, objects: LockedStore, *, until: datetime) -> int:
    """Put the notes that the store lacks into it, locked ``until`` a moment where it can; tell how many."""
    with database.read() as session:
        known = notes(session)
    there = {stored.key for stored in objects.all(PREFIX)}
    missing = [(key, note) for number, note in known if (key := object_key(number, note)) not in there]
    with tempfile.TemporaryDirectory(prefix="tallenne-") as folder:
        for key, note in missing:
            file = Path(folder) / "note"
            file.write_bytes(note.encode())
            objects.put_locked(key, file, sha256=hashlib.sha256(note.encode()).hexdigest(), until=until)
    return len(missing)


def locked_notes(objects: ObjectStore) -> list[tuple[str, str]]:
    """Read the notes that the store keeps, with their keys."""
    return [
        (stored.key, objects.read(stored.key, 0, stored.size_bytes).decode(errors="replace"))
        for stored in objects.all(PREFIX)
    ]


def object_key(number: int, note: str) -> str:
    """Name a checkpoint's object, so that they stand in their order.

    Its hash is in the name: a database that was restored gives a number again, and neither note may keep the other out.
    """
    return f"{PREFIX}{number:010d}-{hashlib.sha256(note.encode()).hexdigest()[:_HASH_CHARS]}.txt"


def last_checkpoint(session: Session) -> CheckpointRow | None:
    """Give the newest checkpoint; None before the first."""
    return session.scalars(select(CheckpointRow).order_by(CheckpointRow.number.desc()).limit(1)).first()
