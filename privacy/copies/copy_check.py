"""What ``tallenne check`` says of copies for data subjects: each that is kept opens, and nothing else is in the store.

1. A copy that is made or released has its object, and a key that opens it; at the deepest level it is read whole.
2. An object below ``copies/`` is of a copy that is not shredded, or announced as garbage.
"""

import hashlib

from sqlalchemy import select

from calls.errors import IntegrityError
from privacy.copies.copy_rows import CopyRow
from privacy.copies.copy_state import KEPT
from privacy.copies.stored_copy import open_object
from privacy.copies.storing import OBJECTS_PREFIX
from storage.check.finding import Invariant, Kind, Level, Report
from storage.database.calls import GarbageRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing


def check_copies(report: Report, *, database: Database, objects: ObjectStore, keys: KeyRing) -> None:
    """Add to a report what is wrong with the copies; raise UnavailableError where a part is away."""
    # an object was announced before it was put: what is listed here has a row below
    stored = [item.key for item in objects.all(OBJECTS_PREFIX)]
    with database.read() as session:
        rows = session.scalars(select(CopyRow).where(CopyRow.object_key.is_not(None)).order_by(CopyRow.id)).all()
        garbage = set(session.scalars(select(GarbageRow.object_key)))
    for row in rows:
        if row.state in KEPT and (problem := _problem(row, report.level, objects=objects, keys=keys)):
            with database.read() as session:
                if session.get_one(CopyRow, row.id).state in KEPT:  # else it ended while it was looked at
                    report.add(Kind.OBJECT, row.object_key or row.id, Invariant.ROW_HAS_OBJECT_AND_KEY, problem)
    owned = {row.object_key for row in rows if row.shredded_at is None}
    shredded = {row.object_key for row in rows if row.shredded_at is not None}
    for key in stored:
        if key in shredded:
            report.add(Kind.OBJECT, key, Invariant.ERASED_IS_GONE, "the object of a copy that is over is here again")
        elif key not in owned and key not in garbage:
            what = "no copy owns this object: its row was deleted, or somebody else put it"
            report.add(Kind.OBJECT, key, Invariant.NOTHING_LEAVES_BEFORE_ITS_ROW, what)


def _problem(row: CopyRow, level: Level, *, objects: ObjectStore, keys: KeyRing) -> str | None:
    found = objects.find(row.object_key or "")
    if found is None:
        return "the object of a copy is missing"
    if level.sizes and found.size_bytes != row.object_size_bytes:
        return f"the object of a copy has {found.size_bytes} bytes, its row says {row.object_size_bytes}"
    try:
        reader = open_object(row, objects=objects, keys=keys)
        if not level.bytes:
            return None
        digest = hashlib.sha256()
        for piece in reader.verify():
            digest.update(piece)
    except IntegrityError as error:
        return error.what
    return None if digest.hexdigest() == row.sha256 else "the package inside is not the one the row says"
