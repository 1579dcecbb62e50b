"""The keeper: one thread of a worker that talks to the disk, so that the SIP loop never waits for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from calls.errors import IntegrityError
from calls.manifest import Manifest
from storage.spool.open_entry import OpenEntry
from storage.spool.wav import measure

FLUSH_INTERVAL_S = 1.0
SETTLE_S = 2.0
SETTLE_POLL_S = 0.02
EMPTY_SETTLE_S = 0.2

_log = structlog.get_logger("keeper")


class Keeper:
    """Flushes every open entry once a second, and commits the ones that ended. Touches no pjsua2 object."""

    def __init__(self) -> None:
        self._entries: set[OpenEntry] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._commits = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")
        self._flusher = threading.Thread(target=self._flush_for_ever, name="flush", daemon=True)
        self._flusher.start()

    def watch(self, entry: OpenEntry) -> None:
        """Flush this entry once a second from now on: a power cut costs at most the last second."""
        with self._lock:
            self._entries.add(entry)

    def commit(self, entry: OpenEntry, *, done: Callable[[Manifest | None], None]) -> None:
        """Commit an entry whose recorders were let go; ``done`` is called on the keeper's thread.

        ``done(None)`` says that the disk refused: the entry stays open, and the next start recovers it.
        """
        with self._lock:
            self._entries.discard(entry)
        self._commits.submit(self._commit, entry, done)

    def stop(self) -> None:
        """Finish every commit that was asked for, then stop."""
        self._commits.shutdown(wait=True)
        self._stopping.set()
        self._flusher.join()

    def _commit(self, entry: OpenEntry, done: Callable[[Manifest | None], None]) -> None:
        try:
            self._settle(entry)
            manifest = entry.commit()
        except Exception:  # noqa: BLE001 - whatever the disk did, the call stays in the spool and is recovered at the next start
            _log.exception("an entry could not be committed", call_id=entry.folder.name)
            done(None)
        else:
            done(manifest)

    def _settle(self, entry: OpenEntry) -> None:
        """Wait until pjsip has closed the files: it does so in its own media thread, a tick or two after the loop.

        A file that is not closed in time is made whole by the commit like one that was cut off.
        """
        for path in (entry.customer_wav, entry.agent_wav):
            waited_s = 0.0
            while waited_s < SETTLE_S and not _is_closed(path, waited_s=waited_s):
                waited_s += SETTLE_POLL_S
                self._stopping.wait(SETTLE_POLL_S)

    def _flush_for_ever(self) -> None:
        while not self._stopping.wait(FLUSH_INTERVAL_S):
            with self._lock:
                entries = list(self._entries)
            for entry in entries:
                try:
                    entry.flush()
                except OSError as error:
                    _log.error("an entry could not be flushed", call_id=entry.folder.name, error=error.strerror)


def _is_closed(path: Path, *, waited_s: float) -> bool:
    """Tell whether a recording has its final header, or does not exist at all.

    A header of no samples over a file of no samples may still have its first 4,096 bytes in pjsip's hand.
    """
    if not path.exists():
        return True
    try:
        return measure(path).samples > 0 or waited_s >= EMPTY_SETTLE_S
    except IntegrityError:
        return False
