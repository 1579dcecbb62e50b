"""Objects without an owner: announced before they are put, swept when the attempt that announced them is over.

States of a garbage row of the archive: *unfinished* (an attempt is going on, or died), then *abandoned* (claimed by
the sweep; no attempt may use the object any more), then the object goes, then the row (invariant 4 of the design).
"""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from calls.errors import UnavailableError
from storage.database.calls import GarbageRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore

UNFINISHED = "unfinished"
ABANDONED = "abandoned"
ERASED = "erased"  # of a call that was erased; who erases it deletes its objects (privacy.retention)
GRACE = timedelta(hours=1)  # longer than any put can still be on its way


def announce(session: Session, object_keys: list[str], *, now: datetime) -> bool:
    """Step 3: say that these objects may come to be; False where the sweep has claimed them already."""
    wanted = select(GarbageRow).where(GarbageRow.object_key.in_(object_keys))
    rows = {row.object_key: row for row in session.scalars(wanted.with_for_update())}
    for key in object_keys:
        row = rows.get(key)
        if row is None:
            session.add(GarbageRow(object_key=key, since_at=now, reason=UNFINISHED))
        elif row.reason == UNFINISHED:
            row.since_at = now
        else:
            return False
    return True


def withdraw(session: Session, object_keys: list[str]) -> None:
    """Give announced objects to the row that is being written; raise UnavailableError where the sweep was faster."""
    result = session.execute(
        delete(GarbageRow).where(GarbageRow.object_key.in_(object_keys), GarbageRow.reason == UNFINISHED)
    )
    if not isinstance(result, CursorResult) or result.rowcount != len(object_keys):
        raise UnavailableError(
            what="the attempt was swept while it waited", where=object_keys[0], remedy="it is repeated"
        )


def sweep(database: Database, objects: ObjectStore, *, now: datetime, grace: timedelta = GRACE) -> int:
    """Delete the objects of attempts that died; give their number.

    1. Claim the rows older than the grace (committed). 2. Delete each claimed object. 3. Delete its row.
    """
    with database.begin() as session:
        session.execute(
            update(GarbageRow)
            .where(GarbageRow.reason == UNFINISHED, GarbageRow.since_at <= now - grace)
            .values(reason=ABANDONED)
        )
    with database.read() as session:
        doomed = session.scalars(select(GarbageRow.object_key).where(GarbageRow.reason == ABANDONED)).all()
    for key in doomed:
        objects.delete(key)
        with database.begin() as session:
            session.execute(delete(GarbageRow).where(GarbageRow.object_key == key, GarbageRow.reason == ABANDONED))
    return len(doomed)
