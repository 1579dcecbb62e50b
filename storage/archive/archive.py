"""The archive's loop: takes committed entries through the numbered steps of :mod:`storage.archive`."""

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from calls.clock import Clock
from calls.errors import BadConfigurationError, BadDataError, IntegrityError, TallenneError, UnavailableError
from calls.manifest import Manifest
from storage.archive.attempt import Attempt, attempt_for, forget_attempt, sizes_of
from storage.archive.garbage import announce, sweep
from storage.archive.patience import Patience
from storage.archive.rows import Link, write_rows
from storage.archive.step import Step
from storage.archive.verifying import verified_manifest
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.spool.committed import CommittedEntry
from storage.spool.spool import Spool
from storage.vault.key_ring import KeyRing

LOCK_FILE = "archive.lock"
POLL_S = 0.2
RETRY_MAX_S = 60
SWEEP_EVERY_S = 600
_log = structlog.get_logger("archive")


class _EntryError(UnavailableError):
    """What keeps one call alone, whatever answers: a fault of ours, or rows that database or register refuse."""


class Archive:
    """Empties one spool. Two archives never work on one spool at once: the second is told so.

    ``link`` is called in the transaction of a new call's rows, and ``prepare`` is told of the call before it begins,
    for a register to which the way is long. ``after`` is told of every finished step.
    """

    def __init__(
        self,
        *,
        spool: Spool,
        database: Database,
        objects: ObjectStore,
        keys: KeyRing,
        clock: Clock,
        link: Link,
        prepare: Callable[[Manifest], object] | None = None,
        poll_s: float = POLL_S,
        retry_max_s: float = RETRY_MAX_S,
        after: Callable[[Step, CommittedEntry], None] | None = None,
    ) -> None:
        self._spool = spool
        self._database = database
        self._objects = objects
        self._keys = keys
        self._clock = clock
        self._link = link
        self._prepare = prepare or (lambda _manifest: None)
        self._poll_s = poll_s
        self._patience = Patience(clock=clock, max_s=retry_max_s)
        self._is_away = False  # nothing that was tried last could be archived, because something does not answer
        self._after = after or (lambda _step, _entry: None)
        self._swept_at: float | None = None

    def run_once(self) -> int:
        """Archive what is committed now; give the number of calls whose entries left the spool.

        Raise UnavailableError where database or object store is away, BadConfigurationError where one refuses: the
        entry stays as it is and goes on from there the next time.
        """
        with self._alone():
            self._patience.end_all_waits()
            archived, failures = self._pass(threading.Event())
            if failures:
                raise failures[0]
            self._sweep_now_and_then()
            return archived

    def run(self, stop: threading.Event) -> None:
        """Archive until ``stop``, looking every ``poll_s``; an entry that fails is tried again, ever more slowly."""
        with self._alone():
            while not stop.is_set():
                self._pass(stop)
                try:
                    self._sweep_now_and_then()
                except (UnavailableError, BadConfigurationError) as error:
                    _log.warning("objects without an owner stay for now", reason=str(error))
                stop.wait(self._poll_s)

    def _pass(self, stop: threading.Event) -> tuple[int, list[TallenneError]]:
        """Try every entry that is due once; give the number of calls archived, and what kept the others.

        A pause is always of one entry. A pause of all would let a call that nothing can archive delay every new one:
        alone in the spool, it cannot be told from a store that is away. So while all fails each new call is tried
        when it comes, and the first success shows that what was away is back: then nobody waits any longer.
        """
        archived, failures = 0, list[TallenneError]()
        entries = list(self._spool.committed_entries())
        self._patience.keep_only({entry.call_id for entry in entries})
        for entry in entries:
            if stop.is_set():
                break
            if not self._patience.is_due(entry.call_id):
                continue
            try:
                archived += self._archived(entry)
            except (UnavailableError, BadConfigurationError) as error:
                failures.append(error)
                wait_s = self._patience.failed(entry.call_id)
                _log.warning("an entry waits", call_id=entry.call_id, reason=str(error), try_again_in_s=wait_s)
            except Exception as error:  # noqa: BLE001 (a fault of ours in one call must not cost the others)
                failures.append(_EntryError(what=f"a fault: {type(error).__name__}", where=entry.call_id))
                wait_s = self._patience.failed(entry.call_id)
                _log.exception("a fault in the archive; the entry stays", call_id=entry.call_id, try_again_in_s=wait_s)
        if archived and self._is_away:
            self._patience.end_all_waits()
        if archived or failures:
            away = all(isinstance(error, UnavailableError) and not isinstance(error, _EntryError) for error in failures)
            self._is_away = not archived and away
        return archived, failures

    def _archived(self, entry: CommittedEntry) -> bool:
        """Take one entry through the steps; False where it went into quarantine."""
        try:
            manifest = verified_manifest(entry)  # step 1
            self._after(Step.VERIFIED, entry)
            if self._keys.shares.is_erased(manifest.call_id):  # a spool from before its erasure was put back
                _log.warning("the call was erased, so its entry goes too", call_id=entry.call_id)
                self._discard(entry)
                return True
            if self._is_archived(manifest):
                self._discard(entry)
                return True
            attempt = self._made(entry, manifest)  # step 2
        except (BadDataError, IntegrityError) as error:
            forget_attempt(entry.folder)
            entry.quarantine(self._spool.quarantine, reason=str(error))
            _log.error("an entry cannot be archived and is in quarantine", call_id=entry.call_id, reason=str(error))
            return False
        if attempt is not None:
            self._store(entry, attempt)  # steps 3 to 5
        self._commit(entry, manifest, attempt)  # step 6
        self._discard(entry)  # step 7
        _log.info("archived", call_id=entry.call_id, state=manifest.state.value, reason=manifest.reason.value)
        return True

    def _is_archived(self, manifest: Manifest) -> bool:
        """Tell whether an earlier run got as far as step 6; raise IntegrityError where its objects are gone since."""
        with self._database.read() as session:
            call = session.get(CallRow, manifest.call_id)
            recording = call.recording if call else None
        sizes = {} if recording is None else sizes_of(recording)
        for key, size_bytes in sizes.items():
            found = self._objects.find(key)
            if found is None or found.size_bytes != size_bytes:
                raise IntegrityError(what="the call is archived, but its object is not there", where=key)
        return call is not None

    def _made(self, entry: CommittedEntry, manifest: Manifest) -> Attempt | None:
        if manifest.audio is None:
            return None
        attempt = attempt_for(entry.folder, manifest, manifest.audio, keys=self._keys)
        self._after(Step.MADE, entry)
        return attempt

    def _store(self, entry: CommittedEntry, attempt: Attempt) -> None:
        with self._database.begin() as session:
            announced = announce(session, [item.object_key for item in attempt.objects], now=self._clock.now())
        if not announced:
            forget_attempt(entry.folder)
            raise UnavailableError(what="the attempt was swept while it waited", where=entry.call_id)
        self._after(Step.ANNOUNCED, entry)
        for item in attempt.objects:
            self._objects.put(item.object_key, entry.folder / item.file, sha256=item.sha256)
        self._after(Step.PUT, entry)
        for item in attempt.objects:
            found = self._objects.digest(item.object_key)
            if (found.size_bytes, found.sha256) != (item.size_bytes, item.sha256):
                raise UnavailableError(what="the object store gives back other bytes", where=item.object_key)
        self._after(Step.READ_BACK, entry)

    def _commit(self, entry: CommittedEntry, manifest: Manifest, attempt: Attempt | None) -> None:
        try:
            self._prepare(manifest)
            with self._database.begin() as session:
                write_rows(session, manifest, attempt, now=self._clock.now(), keys=self._keys, link=self._link)
        except (SQLAlchemyError, BadDataError, IntegrityError) as error:
            # Not the entry's fault, so no quarantine: database or register can be mended. A foreign error's text may
            # hold what was to be written, so its name is all that is told
            what = str(error) if isinstance(error, TallenneError) else type(error).__name__
            raise _EntryError(what=f"the rows cannot be written: {what}", where=entry.call_id) from error
        self._after(Step.COMMITTED, entry)

    def _discard(self, entry: CommittedEntry) -> None:
        entry.discard()
        self._after(Step.DISCARDED, entry)

    def _sweep_now_and_then(self) -> None:
        now = self._clock.monotonic()
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY_S:
            return
        self._swept_at = now  # first, so that a sweep that fails is not tried again at every pass
        sweep(self._database, self._objects, now=self._clock.now())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the spool's lock, and finish the discards that a crash cut off."""
        path = self._spool.folder / LOCK_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UnavailableError(
                    what="another archive works on this spool", where=str(self._spool.folder), remedy="stop one of them"
                ) from error
            for leftover in self._spool.committed.glob(".*"):
                shutil.rmtree(leftover, ignore_errors=True)
            yield
        finally:
            os.close(descriptor)
