"""A copy in the store: what is downloaded of it, and its end.

Whoever ends a copy takes its key out of the row at once; erasing the key's share and the object is the house's, because
a page must not wait for the store. Both may be done again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import IntegrityError, NotFoundError, RefusedError
from privacy.copies.copies import Copy, audit_copy, copy_of, end_copy, handled_copy
from privacy.copies.copy_rows import CopyRow
from privacy.copies.copy_state import KEPT, CopyEvent, CopyState
from privacy.copies.release_checks import require_own_calls
from rights.access.actor import Actor
from rights.audit.trail import Action
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from storage.vault.sealing import Kind, Label, SealedReader


@dataclass(frozen=True, slots=True)
class Download:
    """A released copy, opened for reading."""

    copy: Copy
    reader: SealedReader

    def pieces(self) -> Iterator[bytes]:
        """Give the age file; raise IntegrityError where the stored bytes are not what was put."""
        return self.reader.verify()


def download(
    database: Database, copy_id: str, *, objects: ObjectStore, keys: KeyRing, by: Actor, clock: Clock
) -> Download:
    """Open a released copy; that it was downloaded is in the audit before its first byte.

    Raises NotFoundError where it is not his to handle, RefusedError before its release or after its end, BadDataError
    for one with a call that was found to be another's since it was released.
    """
    with database.begin() as session:
        row = handled_copy(session, copy_id, by=by)
        if row.state != CopyState.RELEASED or row.expires_at is None or row.expires_at <= clock.now():
            raise RefusedError(what=f"this copy is {row.state}", where=row.case_no, remedy="release it first")
        require_own_calls(session, row, by=by)
        opened = open_object(row, objects=objects, keys=keys)
        audit_copy(session, row, Action.COPY_DOWNLOADED, by=by, clock=clock)
        return Download(copy_of(session, row), opened)


def open_object(row: CopyRow, *, objects: ObjectStore, keys: KeyRing) -> SealedReader:
    """Open what the store keeps of a copy; raise IntegrityError where row, key or object is not what was put."""
    key_name, sealed_size = row.object_key, row.object_size_bytes
    if key_name is None or sealed_size is None or row.wrapped_key is None or row.key_version is None:
        raise IntegrityError(what="the copy's row has no object", where=row.id)

    def fetch(start: int, length: int) -> bytes:
        try:
            return objects.read(key_name, start, length)
        except NotFoundError as error:
            raise IntegrityError(what="the stored copy is missing", where=key_name) from error

    key = keys.unwrap(row.wrapped_key, row.key_version, row.id)
    return SealedReader(fetch, sealed_size=sealed_size, key=key, label=Label(row.id, Kind.COPY))


def expire_copies(database: Database, *, clock: Clock) -> int:
    """End every copy that nobody handed over in its thirty days; give their number."""
    with database.begin() as session:
        rows = _old(session, clock=clock)
        for row in rows:
            end_copy(session, row, CopyEvent.EXPIRE, Action.COPY_EXPIRED, by=None, clock=clock)
        return len(rows)


def _old(session: Session, *, clock: Clock) -> list[CopyRow]:
    due = select(CopyRow).where(CopyRow.state.in_(KEPT), CopyRow.expires_at <= clock.now()).with_for_update()
    return list(session.scalars(due))


def shred_copies(database: Database, *, objects: ObjectStore, keys: KeyRing, clock: Clock) -> int:
    """Erase what is left of copies that ended: key first, then the object; give their number.

    A copy that was withdrawn while it was made has no object of its own: the sweep of announced objects has it.
    """
    with database.read() as session:
        ended = select(CopyRow.id, CopyRow.object_key).where(
            CopyRow.ended_at.is_not(None), CopyRow.shredded_at.is_(None)
        )
        left = session.execute(ended.order_by(CopyRow.id)).all()
    for copy_id, object_key in left:
        keys.shares.erase(copy_id, at=clock.now())
        if object_key is not None:
            objects.delete(object_key)
        with database.begin() as session:
            session.get_one(CopyRow, copy_id).shredded_at = clock.now()
    return len(left)
