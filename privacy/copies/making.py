"""Makes copies, in numbered steps; a process that dies leaves nothing that is not made again or swept.

1. *claim*   The copy that was ordered first is ours for three minutes, and as long as it is renewed.
2. *gather*  Who ordered it still may, and the audit says so; its calls are named, so that one that is erased
             from now on ends the copy; what the case gathers is read, with its masks, on one snapshot; that its
             calls are copied is in the audit before any of them is read.
3. *voices*  Each call's audio, masked, as MP3: on threads, in memory.
4. *pack*    PDF, JSON, audio, manifest and verifier become a ZIP; the ZIP becomes an age file, which is sealed under a
             new data key into a file: nothing plain is on a disk.
5. *put*     The object is announced (``storage.archive.garbage``), put, and read back.
6. *commit*  The row gets its key and hashes, the announcement goes; *made*. Only while the claim still stands.
"""

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog

from calls.clock import Clock
from calls.errors import IntegrityError, NotFoundError
from privacy.copies.age_file import encrypted
from privacy.copies.claims import Claim, ClaimLostError, claim_next, claimed_row, fail, renew
from privacy.copies.copies import COPY_LIFETIME, audit_copy
from privacy.copies.copy_fault import Fault, FaultError
from privacy.copies.copy_plan import CopyPlan, orderer_of, plan_copy
from privacy.copies.copy_state import CopyEvent, CopyState, moved
from privacy.copies.package import Package, Speech, pack
from privacy.copies.speech import speech_of
from privacy.copies.storing import StoredPackage, put_package, seal_package
from privacy.documents.ombudsman import OMBUDSMAN, OmbudsmanSettings
from rights.audit.trail import Action
from storage.archive.garbage import withdraw
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing

VOICES_AT_ONCE = 2
MAX_BYTES = 2 * 1024**3  # of audio in one package: it is put together in memory
_log = structlog.get_logger("copies")


class Step(StrEnum):
    """The steps, for tests that kill a process after each."""

    CLAIMED = "claimed"
    GATHERED = "gathered"
    VOICED = "voiced"
    PACKED = "packed"
    PUT = "put"
    COMMITTED = "committed"


@dataclass(frozen=True, kw_only=True)
class CopyMaker:
    """Makes the copies of a house. ``folder`` is for sealed files on their way; ``after`` is told of every step."""

    database: Database
    objects: ObjectStore
    keys: KeyRing
    clock: Clock
    folder: Path
    ombudsman: OmbudsmanSettings = OMBUDSMAN
    after: Callable[[Step], None] = lambda _step: None

    def make_next(self) -> str | None:
        """Make the copy that was ordered first; give its id, None where none is due.

        Raise UnavailableError while store or database is away: the claim lapses, and the copy is made again.
        """
        claim = claim_next(self.database, clock=self.clock)  # 1
        if claim is None:
            return None
        self.after(Step.CLAIMED)
        try:
            self._make(claim)
        except ClaimLostError:
            _log.info("a copy was withdrawn while it was made", copy=claim.copy_id)
        except FaultError as error:
            self._fail(claim, error.fault)
        except (IntegrityError, NotFoundError) as error:
            _log.error("a copy cannot be made", copy=claim.copy_id, reason=str(error))
            self._fail(claim, Fault.DAMAGED)
        return claim.copy_id

    def _make(self, claim: Claim) -> None:
        plan = plan_copy(self.database, claim, keys=self.keys, clock=self.clock)  # 2
        self.after(Step.GATHERED)
        speech = self._voices(claim, plan)
        self.after(Step.VOICED)
        package = pack(  # 4
            plan.gathered, speech, plan.statements, blackouts=plan.blackouts, ombudsman=self.ombudsman
        )
        del speech
        renew(self.database, claim, done=len(plan.recordings), clock=self.clock)
        shutil.rmtree(self.folder, ignore_errors=True)  # what a killed process left
        self.folder.mkdir(mode=0o700, parents=True)
        try:
            stored = self._put(claim, plan, package)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.after(Step.PUT)
        self._commit(claim, plan, package, stored)
        self.after(Step.COMMITTED)

    def _voices(self, claim: Claim, plan: CopyPlan) -> dict[str, Speech]:
        """Step 3."""
        speech: dict[str, Speech] = {}

        def voice(recording: RecordingRow) -> Speech:
            masks = plan.masks[recording.call_id]
            return Speech(speech_of(recording, masks, objects=self.objects, keys=self.keys), masks)

        with ThreadPoolExecutor(VOICES_AT_ONCE) as pool:
            try:
                voiced = zip(plan.recordings, pool.map(voice, plan.recordings), strict=True)
                for done, (recording, one) in enumerate(voiced, start=1):
                    speech[recording.call_id] = one
                    _require_room(speech)
                    renew(self.database, claim, done=done, clock=self.clock)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return speech

    def _put(self, claim: Claim, plan: CopyPlan, package: Package) -> StoredPackage:
        """Encrypt and seal, which ends step 4, and do step 5."""
        age_file = encrypted(package.zipped, recipient=plan.recipient, passphrase=plan.passphrase)
        sealed = seal_package(claim.copy_id, age_file, folder=self.folder, keys=self.keys)
        self.after(Step.PACKED)
        return put_package(sealed, database=self.database, objects=self.objects, clock=self.clock)

    def _commit(self, claim: Claim, plan: CopyPlan, package: Package, stored: StoredPackage) -> None:
        """Step 6."""
        with self.database.begin() as session:
            row = claimed_row(session, claim)
            withdraw(session, [stored.object_key])
            actor, now = orderer_of(session, row, clock=self.clock), self.clock.now()
            row.state = moved(CopyState(row.state), CopyEvent.FINISH)
            row.claim = row.claimed_until = None
            row.made_at, row.expires_at = now, now + COPY_LIFETIME
            row.size_bytes, row.sha256, row.manifest_sha256 = stored.size_bytes, stored.sha256, package.manifest_sha256
            row.object_key, row.object_size_bytes = stored.object_key, stored.object_size_bytes
            row.wrapped_key, row.key_version = stored.wrapped_key, stored.key_version
            row.done_calls = len(plan.recordings)
            audit_copy(session, row, Action.COPY_MADE, by=actor, clock=self.clock)

    def _fail(self, claim: Claim, fault: Fault) -> None:
        try:
            with self.database.begin() as session:
                fail(session, claimed_row(session, claim), fault, clock=self.clock)
        except ClaimLostError:
            _log.info("a copy was withdrawn before it failed", copy=claim.copy_id)


def _require_room(speech: Mapping[str, Speech]) -> None:
    if sum(len(one.mp3) for one in speech.values()) > MAX_BYTES:
        raise FaultError(Fault.TOO_LARGE)
