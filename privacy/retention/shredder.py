"""Erases calls that are due, key first, through all copies; each numbered step may be repeated.

1. *claim*    In one transaction, with holds and links standing still: the call is due, nobody holds it; what its
              objects are, and their hashes, is noted; the deletion is *shredding*. From here nothing holds it.
2. *key*      The call's share is erased in the key store, which is in no backup. From here nobody hears the call:
              not from the store, not from a restored backup of database, objects and key-encryption keys.
3. *rows*     Copies of it that were not handed over are withdrawn; the call's rows go, its objects become garbage;
              *emptying*. No page, search or interface knows it.
4. *objects*  The withdrawn copies go, key first, then each object with all its versions, and what a spool has of the
              call.
5. *space*    Some seconds later the store gives the deleted bytes' place back, once for all calls of the run; SQLite
              takes what was deleted out of its write-ahead log.
6. *proof*    What was erased, when, under which policy or case and by whose approval becomes a row that nobody can
              change; *done*.

A process that dies goes on from the state that is committed. Step 2 comes again without harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.identity import CallId
from privacy.copies.copies import withdraw_copies_with
from privacy.copies.stored_copy import shred_copies
from privacy.retention.call_traces import delete_rows
from privacy.retention.deletion_state import UNDER_WAY, Because, State, moved
from privacy.retention.evidence import Evidence
from privacy.retention.holds import is_held
from privacy.retention.house_actor import HOUSE
from privacy.retention.proofs import prove_call
from privacy.retention.retention_lock import lock_for_claim
from privacy.retention.retention_rows import CallDeletionRow
from privacy.retention.step import Step
from rights.audit.trail import Action, record
from storage.archive.garbage import ERASED
from storage.database.calls import CallRow, GarbageRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

SPACE_AFTER = timedelta(seconds=30)  # the store hands deletions on to its volumes within seconds
CALLS_A_CLAIM = 50
_VACUUMED = ("calls", "recordings", "disclosures_played", "call_links", "call_link_persons", "call_candidates")


@dataclass(frozen=True, kw_only=True)
class Shredder:
    """Does the steps. ``give_back_space`` frees the place of deleted objects; ``after`` is told of every step done."""

    database: Database
    objects: ObjectStore
    keys: KeyRing
    spool: Spool
    clock: Clock
    give_back_space: Callable[[], None]
    after: Callable[[Step, str], None] = lambda _step, _call_id: None

    def run(self, *, most: int | None = None, policies: bool = True) -> int:
        """Take what is due, and what was begun, as far as it goes now; give how many calls are gone for good.

        Without ``policies`` nothing new goes but what two people decided (:mod:`privacy.retention.guard`).
        Raise UnavailableError where the database, the store or the shares are away: what was done stays done.
        """
        while claimed := self.claim(most=CALLS_A_CLAIM if most is None else most, policies=policies):
            if most is not None or len(claimed) < CALLS_A_CLAIM:
                break
        for call_id in self._in_state(State.SHREDDING):
            self.erase_key(call_id)
            self.delete_rows(call_id)
        emptying = self._in_state(State.EMPTYING, objects_deleted=False)
        if emptying:  # not left to the process of copies: yesterday's backup opens one whose share is there
            shred_copies(self.database, objects=self.objects, keys=self.keys, clock=self.clock)
        for call_id in emptying:
            self.delete_objects(call_id)
        return self.prove()

    def claim(self, *, most: int = CALLS_A_CLAIM, policies: bool = True) -> list[str]:
        """Step 1: claim what is due and not held, the longest due first; give the calls' ids."""
        claimed = []
        with self.database.begin() as session:
            lock_for_claim(session)
            now = self.clock.now()
            because = tuple(Because) if policies else (Because.CASE, Because.RESTORED)
            due = session.scalars(
                select(CallDeletionRow)
                .where(CallDeletionRow.because.in_(because))
                .where(CallDeletionRow.state == State.SCHEDULED, CallDeletionRow.shred_from <= now)
                .where(CallDeletionRow.call_id.not_in(select(CallRow.id).where(is_held())))
                .order_by(CallDeletionRow.shred_from, CallDeletionRow.call_id)
                .limit(most)
                .with_for_update(skip_locked=True)
            ).all()
            for row in due:
                begin_shredding(session, row)
                claimed.append(row.call_id)
        for call_id in claimed:
            self.after(Step.CLAIMED, call_id)
        return claimed

    def erase_key(self, call_id: str) -> None:
        """Step 2."""
        self.keys.shares.erase(call_id, at=self.clock.now())
        self.after(Step.KEY_ERASED, call_id)

    def delete_rows(self, call_id: str) -> None:
        """Step 3."""
        now = self.clock.now()
        with self.database.begin() as session:
            row = session.get_one(CallDeletionRow, call_id, with_for_update=True)
            if row.state != State.SHREDDING:
                return
            withdraw_copies_with(session, [call_id], by=HOUSE, clock=self.clock)
            delete_rows(session, call_id)
            for key in Evidence.read(row.evidence or "").objects:
                if session.get(GarbageRow, key) is None:
                    session.add(GarbageRow(object_key=key, since_at=now, reason=ERASED))
            row.state = moved(State.SHREDDING, State.EMPTYING)
            row.key_erased_at = row.key_erased_at or now
        self.after(Step.ROWS_DELETED, call_id)

    def delete_objects(self, call_id: str) -> None:
        """Step 4."""
        with self.database.read() as session:
            evidence = Evidence.read(session.get_one(CallDeletionRow, call_id).evidence or "")
        for key in evidence.objects:
            self.objects.delete(key)
        self.spool.forget(CallId(call_id))
        with self.database.begin() as session:
            session.execute(delete(GarbageRow).where(GarbageRow.object_key.in_(evidence.objects)))
            session.get_one(CallDeletionRow, call_id).objects_deleted_at = self.clock.now()
        self.after(Step.OBJECTS_DELETED, call_id)

    def prove(self) -> int:
        """Do steps 5 and 6 for every call whose objects have been deleted for a while; give how many."""
        before = self.clock.now() - SPACE_AFTER
        emptied = self._in_state(State.EMPTYING, objects_deleted=True, before=before)
        if not emptied:
            return 0
        self.give_back_space()
        empty_log(self.database)
        self.after(Step.SPACE_GIVEN_BACK, "")
        for call_id in emptied:
            with self.database.begin() as session:
                row = session.get_one(CallDeletionRow, call_id, with_for_update=True)
                if row.state != State.EMPTYING:
                    continue
                prove_call(session, row, clock=self.clock)
                row.state = moved(State.EMPTYING, State.DONE)
                detail = {"because": row.because, "case": row.case_no, "policy": row.policy}
                record(
                    session, actor=HOUSE, action=Action.CALL_ERASED, call_id=call_id, detail=detail, clock=self.clock
                )
            self.after(Step.PROVED, call_id)
        return len(emptied)

    def _in_state(
        self, state: State, *, objects_deleted: bool | None = None, before: datetime | None = None
    ) -> list[str]:
        wanted = select(CallDeletionRow.call_id).where(CallDeletionRow.state == state)
        if objects_deleted is not None:
            deleted_at = CallDeletionRow.objects_deleted_at
            wanted = wanted.where(deleted_at.is_not(None) if objects_deleted else deleted_at.is_(None))
        if before is not None:
            wanted = wanted.where(CallDeletionRow.objects_deleted_at <= before)
        with self.database.read() as session:
            return list(session.scalars(wanted.order_by(CallDeletionRow.call_id)))


def begin_shredding(session: Session, row: CallDeletionRow) -> None:
    """Note what goes, and let the row be *shredding*; the caller holds the lock and has seen that nobody holds it."""
    noted = Evidence.of(session.get(CallRow, row.call_id))
    row.evidence = str(noted.with_earlier(Evidence.read(row.evidence)) if row.evidence else noted)
    row.state = moved(State(row.state), State.SHREDDING)
    row.objects_deleted_at = None


def reclaim_restored(session: Session, call_ids: list[str], *, clock: Clock) -> int:
    """Let erased calls that came back with a restored backup go again; give how many.

    No hold keeps them: nobody hears them any more, and what was decided of them stands.
    """
    there = session.scalars(select(CallRow.id).where(CallRow.id.in_(call_ids))).all()
    now, count = clock.now(), 0
    for call_id in there:
        row = session.get(CallDeletionRow, call_id)
        if row is not None and State(row.state) in UNDER_WAY:
            continue
        if row is None:
            row = CallDeletionRow(
                call_id=call_id,
                state=State.SCHEDULED,
                because=Because.RESTORED,
                scheduled_at=now,
                scheduled_by=HOUSE.login,
                shred_from=now,
            )
            session.add(row)
        elif row.state == State.WITHDRAWN:
            row.state = moved(State.WITHDRAWN, State.SCHEDULED)
        begin_shredding(session, row)
        count += 1
    return count


def empty_log(database: Database) -> None:
    """Take what was deleted out of the database's log (SQLite), or its place out of use (PostgreSQL)."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(_VACUUMED)}")
        return
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if raw is not None:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
