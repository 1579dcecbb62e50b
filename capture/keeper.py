"""The keeper: the threads of a worker that talk to the disk, so that the SIP loop never waits for it."""

import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import structlog

from calls.errors import IntegrityError, UnavailableError
from storage.spool.open_entry import OpenEntry
from storage.spool.wav import measure

FLUSH_INTERVAL_S = 1.0
SETTLE_S = 30.0
SETTLE_AT_STOP_S = 2.0
SETTLE_POLL_S = 0.02

_log = structlog.get_logger("keeper")


@dataclass(slots=True)
class _Ended:
    """An entry whose call is over, and until when pjsip may take its time to close the recordings."""

    entry: OpenEntry
    deadline: float  # monotonic seconds


class Keeper:
    """Flushes every open entry once a second, and commits the ones that ended. Touches no pjsua2 object.

    pjsip closes recordings in its own media thread, a tick or two after the loop let go of them. Committing waits for
    that, each entry for itself: what is hashed before pjsip wrote the last of it would not be what the archive finds.
    """

    def __init__(self, *, settle_s: float = SETTLE_S) -> None:
        self._settle_s = settle_s
        self._entries: set[OpenEntry] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._asked: SimpleQueue[_Ended | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("flush", self._flush_for_ever), ("commit", self._commit_for_ever))
        ]
        for thread in self._threads:
            thread.start()

    def watch(self, entry: OpenEntry) -> None:
        """Flush this entry once a second from now on: a power cut costs at most the last second."""
        with self._lock:
            self._entries.add(entry)

    def commit(self, entry: OpenEntry) -> None:
        """Commit an entry whose recorders were let go, as soon as its files are closed, on the keeper's thread.

        It stays open, for the recovery, where the disk refuses or the keeper is stopped before pjsip closed the files.
        """
        with self._lock:
            self._entries.discard(entry)
        self._asked.put(_Ended(entry, time.monotonic() + self._settle_s))

    def stop(self) -> None:
        """Finish every commit that was asked for, then stop."""
        self._stopping.set()
        self._asked.put(None)
        for thread in self._threads:
            thread.join()

    def _commit_for_ever(self) -> None:
        waiting: list[_Ended] = []
        while waiting or not self._stopping.is_set() or not self._asked.empty():
            try:
                asked = self._asked.get(timeout=SETTLE_POLL_S if waiting else None)
            except Empty:
                asked = None
            if asked is not None:
                waiting.append(asked)
            if self._stopping.is_set():
                latest = time.monotonic() + SETTLE_AT_STOP_S
                for one in waiting:
                    one.deadline = min(one.deadline, latest)
            waiting = [one for one in waiting if not self._is_dealt_with(one)]

    def _is_dealt_with(self, one: _Ended) -> bool:
        """Commit an entry whose recordings are closed, or give it up; tell whether there is nothing left to do."""
        if not _is_settled(one.entry):
            if time.monotonic() < one.deadline:
                return False
            if self._stopping.is_set():
                # this process ends in a moment: then nobody writes to the files, and the pool recovers the entry
                _log.warning("an entry is left to the recovery", call_id=one.entry.folder.name)
                return True
            _log.error("a recording was not closed in time; it is committed as it is", call_id=one.entry.folder.name)
        try:
            one.entry.commit()
        except Exception:  # noqa: BLE001 - whatever the disk did, the call stays in the spool and is recovered at the next start
            _log.exception("an entry could not be committed", call_id=one.entry.folder.name)
        return True

    def _flush_for_ever(self) -> None:
        while not self._stopping.wait(FLUSH_INTERVAL_S):
            with self._lock:
                entries = list(self._entries)
            for entry in entries:
                try:
                    entry.flush()
                except OSError as error:
                    _log.error("an entry could not be flushed", call_id=entry.folder.name, error=error.strerror)


def _is_settled(entry: OpenEntry) -> bool:
    """Tell whether each recording has its final header, or does not exist at all."""
    for path in (entry.customer_wav, entry.agent_wav):
        if not path.exists():
            continue
        try:
            measure(path)
        except (IntegrityError, UnavailableError):
            return False
    return True
