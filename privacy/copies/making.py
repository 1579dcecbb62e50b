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
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import IntegrityError, NotFoundError
from privacy.cases.case import row_of
from privacy.cases.case_calls import calls_of_case
from privacy.cases.gathered import Gathered
from privacy.cases.gathering import gather
from privacy.cases.handlers import handled_row
from privacy.copies.age_file import encrypted
from privacy.copies.blackouts import blackouts_of
from privacy.copies.claims import Claim, ClaimLostError, claim_next, claimed_row, fail, renew
from privacy.copies.copies import COPY_LIFETIME, audit_copy, opened_passphrase
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.copy_state import CopyEvent, CopyState, moved
from privacy.copies.copy_texts import Blackout, blacked_out
from privacy.copies.mask import Mask
from privacy.copies.masks import masks_of
from privacy.copies.package import Package, Speech, pack
from privacy.copies.speech import speech_of
from privacy.copies.statements import Statement, statements_for
from privacy.copies.storing import StoredPackage, put_package, seal_package
from privacy.documents.ombudsman import OMBUDSMAN, OmbudsmanSettings
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.identity.accounts import actor_of
from storage.archive.garbage import withdraw
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing

PURPOSE = "request"
VOICES_AT_ONCE = 2
MAX_BYTES = 2 * 1024**3  # of audio in one package: it is put together in memory
_log = structlog.get_logger("copies")


class Fault(StrEnum):
    """Why a copy could not be made."""

    NOT_PERMITTED = "not-permitted"  # who ordered it may not handle the case any more
    DAMAGED = "damaged"  # something that is kept is not what it was
    TOO_LARGE = "too-large"
    TEXTS_CHANGED = "texts-changed"  # since words in them were blacked out


class Step(StrEnum):
    """The steps, for tests that kill a process after each."""

    CLAIMED = "claimed"
    GATHERED = "gathered"
    VOICED = "voiced"
    PACKED = "packed"
    PUT = "put"
    COMMITTED = "committed"


class _FaultError(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Plan:
    """What step 2 read."""

    gathered: Gathered
    statements: Sequence[Statement]
    masks: Mapping[str, tuple[Mask, ...]]
    recordings: Sequence[RecordingRow]
    recipient: str | None
    passphrase: str | None
    blackouts: int


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
        except _FaultError as error:
            self._fail(claim, error.fault)
        except (IntegrityError, NotFoundError) as error:
            _log.error("a copy cannot be made", copy=claim.copy_id, reason=str(error))
            self._fail(claim, Fault.DAMAGED)
        return claim.copy_id

    def _make(self, claim: Claim) -> None:
        plan = self._gather(claim)
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

    def _gather(self, claim: Claim) -> _Plan:
        """Step 2."""
        with self.database.begin() as session:
            row = claimed_row(session, claim)
            actor = self._orderer(session, row)
            record(session, actor=actor, action=Action.CASE_GATHERED, detail=_named(row), clock=self.clock)
            case_id = row_of(session, row.case_no).id
            _name_calls(session, row, {one.call_id: 0 for one in calls_of_case(session, case_id, included_only=True)})
        with self.database.read() as session:
            blackouts = [one.blackout for one in blackouts_of(session, row.case_no)]
            gathered = _blacked_out(gather(session, self.keys, row.case_no, clock=self.clock), blackouts)
            statements = statements_for(session, gathered.subject_kind, gathered.language)
            marked = masks_of(session, row.case_no)
            places = {call.call_id: place for place, call in enumerate(gathered.calls) if call.audio is not None}
            found = session.scalars(select(RecordingRow).where(RecordingRow.call_id.in_(places)))
            recordings = sorted(found, key=lambda recording: places[recording.call_id])
            masks = {kept.call_id: tuple(one.mask for one in marked.get(kept.call_id, ())) for kept in recordings}
        with self.database.begin() as session:
            row = claimed_row(session, claim)
            _name_calls(session, row, {call.call_id: len(masks.get(call.call_id, ())) for call in gathered.calls})
            for call_id in masks:
                record(
                    session,
                    actor=actor,
                    action=Action.CALL_COPIED,
                    call_id=call_id,
                    purpose=PURPOSE,
                    detail=_named(row),
                    clock=self.clock,
                )
            row.all_calls = len(recordings)
            passphrase = None if row.recipient else opened_passphrase(row, self.keys)
            return _Plan(gathered, statements, masks, recordings, row.recipient, passphrase, len(blackouts))

    def _orderer(self, session: Session, row: CopyRow) -> Actor:
        """Give who ordered the copy, if he still handles its case."""
        actor = actor_of(session, row.ordered_by_account, self.clock) if row.ordered_by_account else None
        if actor is None:
            raise _FaultError(Fault.NOT_PERMITTED)
        try:
            handled_row(session, actor, row.case_no)
        except NotFoundError as error:
            raise _FaultError(Fault.NOT_PERMITTED) from error
        return actor

    def _voices(self, claim: Claim, plan: _Plan) -> dict[str, Speech]:
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

    def _put(self, claim: Claim, plan: _Plan, package: Package) -> StoredPackage:
        """Encrypt and seal, which ends step 4, and do step 5."""
        age_file = encrypted(package.zipped, recipient=plan.recipient, passphrase=plan.passphrase)
        sealed = seal_package(claim.copy_id, age_file, folder=self.folder, keys=self.keys)
        self.after(Step.PACKED)
        return put_package(sealed, database=self.database, objects=self.objects, clock=self.clock)

    def _commit(self, claim: Claim, plan: _Plan, package: Package, stored: StoredPackage) -> None:
        """Step 6."""
        with self.database.begin() as session:
            row = claimed_row(session, claim)
            withdraw(session, [stored.object_key])
            actor, now = self._orderer(session, row), self.clock.now()
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


def _name_calls(session: Session, row: CopyRow, masks: Mapping[str, int]) -> None:
    """Say which calls a copy is made of, and how many ranges of each are masked."""
    session.execute(delete(CopyCallRow).where(CopyCallRow.copy_id == row.id))
    session.add_all(CopyCallRow(copy_id=row.id, call_id=call_id, masks=count) for call_id, count in masks.items())


def _blacked_out(gathered: Gathered, blackouts: Sequence[Blackout]) -> Gathered:
    try:
        return blacked_out(gathered, blackouts)
    except KeyError as error:
        raise _FaultError(Fault.TEXTS_CHANGED) from error


def _require_room(speech: Mapping[str, Speech]) -> None:
    if sum(len(one.mp3) for one in speech.values()) > MAX_BYTES:
        raise _FaultError(Fault.TOO_LARGE)


def _named(row: CopyRow) -> dict[str, object]:
    return {"case": row.case_no, "copy": row.id}
