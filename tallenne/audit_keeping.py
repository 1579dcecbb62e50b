"""Keeps the audit: signs it every hour, gives the checkpoints to other places, and verifies the whole every day."""

import threading
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import structlog

from calls.errors import TallenneError
from rights.audit.checkpoints import (
    SecondPlace,
    lock_notes,
    locked_notes,
    make_checkpoint,
    notes,
)
from rights.audit.findings import Verdict
from rights.audit.second_place import FilePlace, SyslogPlace, notes_of_file
from rights.audit.settings import SecondPlaceKind
from rights.audit.signing_key import load_public_keys, load_signing_key
from rights.audit.verifications import last_verification, note_verification
from rights.audit.verifying import verify
from storage.objects.store import LockedStore
from tallenne.house import House

_LONGEST_WAIT_S = 60
_log = structlog.get_logger("audit")


class AuditKeeper:
    """The audit of a house. What fails in one round is tried again in the next."""

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def _keys(self) -> Path:
        return self._house.settings.path(self._house.settings.keys.folder)

    @cached_property
    def _second_place(self) -> SecondPlace | None:
        settings = self._house.settings.audit
        match settings.second_place:
            case SecondPlaceKind.FILE:
                return FilePlace(self._house.settings.path(settings.file))
            case SecondPlaceKind.SYSLOG:
                return SyslogPlace(settings.syslog)
            case SecondPlaceKind.NONE:
                return None

    @cached_property
    def _store(self) -> LockedStore:
        store = self._house.audit_objects
        store.prepare()
        return store

    def run(self, stop: threading.Event, *, ready: threading.Event | None = None) -> None:
        """Do a round every minute, or as often as checkpoints are wanted, until told to stop.

        The first waits for ``ready``, that the object store answers, but for a minute at most: the audit is signed and
        given to the second place while the store is away, too.
        """
        if ready is not None:
            ready.wait(_LONGEST_WAIT_S)
        wait_s = min(self._house.settings.audit.checkpoint_interval_s, _LONGEST_WAIT_S)
        while not stop.is_set():
            try:
                self.round()
            except TallenneError as error:
                _log.warning("the audit could not be kept in this round", reason=str(error))
            stop.wait(wait_s)

    def round(self) -> None:
        """Sign what is new if it is time, see to it that all is kept elsewhere, verify if it is time."""
        settings = self._house.settings.audit
        self.checkpoint(at_least=timedelta(seconds=settings.checkpoint_interval_s))
        with self._house.database.read() as session:
            last = last_verification(session)
        interval = timedelta(seconds=settings.verify_interval_s)
        # one that is of a later moment than now is of a clock that ran ahead, and tells of no day
        if last is None or not timedelta(0) <= self._house.clock.now() - last.at < interval:
            verdict = self.verify()
            for finding in verdict.findings:
                _log.error("the audit was tampered with", kind=finding.tampering.value, what=finding.what)
            known = len(verdict.known)
            _log.info("the audit was verified", rows=verdict.size, findings=len(verdict.findings), known=known)

    def checkpoint(self, *, at_least: timedelta = timedelta(0)) -> int | None:
        """Sign what is new, and keep all checkpoints elsewhere; give the number of the new one."""
        house = self._house
        key = load_signing_key(self._keys)
        number = make_checkpoint(house.database, key, at_least=at_least, clock=house.clock)
        if number is not None:
            _log.info("the audit was signed", checkpoint=number)
        with house.database.read() as session:
            known = notes(session)
        problems = [*self._try_second_place(known), *self._try_store()]
        if problems:
            raise problems[0]
        return number

    def verify(self) -> Verdict:
        """Verify the whole audit with the checkpoints kept elsewhere, and write down what came of it."""
        house = self._house
        verdict = verify(house.database, load_public_keys(self._keys), elsewhere=self.kept_elsewhere())
        note_verification(house.database, verdict, clock=house.clock)
        return verdict

    def kept_elsewhere(self) -> list[tuple[str, str]]:
        """Read the checkpoints of the object store and of the second place, each with where it is."""
        found = locked_notes(self._store)
        settings = self._house.settings.audit
        file = self._house.settings.path(settings.file)
        if settings.second_place is SecondPlaceKind.FILE and file.exists():
            found += notes_of_file(file)
        return found

    def _try_second_place(self, known: list[tuple[int, str]]) -> list[TallenneError]:
        try:
            if self._second_place is not None:
                self._second_place.keep(known)
        except TallenneError as error:
            return [error]
        return []

    def _try_store(self) -> list[TallenneError]:
        house = self._house
        until = house.clock.now() + timedelta(days=house.settings.audit.lock_days)
        try:
            lock_notes(house.database, self._store, until=until)
        except TallenneError as error:
            return [error]
        return []
