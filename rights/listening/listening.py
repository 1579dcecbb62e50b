"""Listening: the one door through which audio leaves storage.

Invariant 5: no audio byte is served without an audit row that names who, why, and the range. The way of a range, piece
by piece:

1. In one transaction see that the actor still is who he was (account enabled, permitted now, and the session that asks
   still stands), that the call may be heard by him, that the purpose was stated by him for this call not longer ago
   than eight hours, and that no restriction blocks it;
2. add the audit row of exactly this piece, with the moments of the call that it holds, and commit;
3. only then decrypt and give the bytes.

A failure in 1 or 2 gives no byte. A failure in 3, or a listener who goes away, leaves a row that says at most this one
piece more than was heard, never less.
"""

from collections.abc import Generator

from calls.clock import Clock
from calls.errors import BadDataError
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.audit.trail import Action, AuditedRange, record
from rights.listening.frame_index import frames_or_guess, keep_frames
from rights.listening.hearer import LISTENING, HearingDoor, current_actor, recorded_row
from rights.listening.restrictions import RestrictedError, require_unblocked, standing_on_call
from rights.listening.stating import Listening, listening_identity, no_listening, require_listening
from storage.audio.frames import Frames
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.recordings import Recording, open_recording, peaks_of
from storage.vault.key_ring import KeyRing

HEARD_MS = "ms"  # in the detail of a row: from which moment of the recording to which; empty for no sound
ESTIMATED = "estimated"  # in the detail of a row: the moments are a guess, for the frames could not be found
MS_A_SECOND = 1000
STEP_BYTES = 1 << 16  # a few seconds of speech: the audit says little more than was heard


class AuditedReader:
    """A recording's plain FLAC, ``size_bytes`` long, of which no byte comes before its audit row is committed.

    ``frames`` say where its seconds are; with ``frames_are_known`` False that is a guess. Every range is permitted and
    audited anew, so that a right taken in the middle ends the listening there.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        listening: Listening,
        sha256: str,
        frames: Frames,
        frames_are_known: bool,
        sample_rate_hz: int,
        database: Database,
        actor: Actor,
        action: Action,
        door: HearingDoor,
        session_id: str | None,
        clock: Clock,
    ) -> None:
        self.size_bytes = recording.size_bytes
        self.sha256 = sha256
        self.listening = listening
        self.frames = frames
        self.frames_are_known = frames_are_known
        self.sample_rate_hz = sample_rate_hz
        self._recording = recording
        self._database = database
        self._actor = actor
        self._action = action
        self._door = door
        self._session_id = session_id
        self._clock = clock

    def read(self, start: int, length: int) -> bytes:
        """Give up to ``length`` bytes from ``start``; raise BadDataError for a range outside the recording."""
        stop = min(start + length, self.size_bytes)
        if not 0 <= start < stop:
            raise BadDataError(what=f"no bytes {start} to {stop} in a recording of {self.size_bytes}")
        self._audit(start, stop)
        return self._recording.read(start, stop - start)

    def iterate(self, start: int = 0, stop: int | None = None) -> Generator[bytes]:
        """Give the bytes from ``start`` up to ``stop`` (or the end) in pieces of at most 64 KiB.

        The range and the right to its first piece are checked, and that piece audited, before this returns, so that
        a refusal is an error here and not in the middle of a response.
        """
        end = self.size_bytes if stop is None else min(stop, self.size_bytes)
        if not 0 <= start < end:
            raise BadDataError(what=f"no bytes {start} to {end} in a recording of {self.size_bytes}")
        self._audit(start, min(start + STEP_BYTES, end))
        return self._pieces(start, end)

    def _pieces(self, start: int, end: int) -> Generator[bytes]:
        for first in range(start, end, STEP_BYTES):
            last = min(first + STEP_BYTES, end)
            if first != start:
                self._audit(first, last)
            yield self._recording.read(first, last - first)

    def _audit(self, first_byte: int, stop_byte: int) -> None:
        span = self.frames.samples_in(first_byte, stop_byte)
        detail: dict[str, object] = {HEARD_MS: [sample * MS_A_SECOND // self.sample_rate_hz for sample in span or ()]}
        if not self.frames_are_known:
            detail[ESTIMATED] = True
        with self._database.begin() as session:
            actor = current_actor(session, self._actor, session_id=self._session_id, clock=self._clock)  # 1
            recorded_row(session, actor, self.listening.call_id, door=self._door)
            require_listening(session, actor, self.listening.id, clock=self._clock)
            require_unblocked(session, self.listening.call_id, self.listening.purpose)
            record(  # 2
                session,
                actor=actor,
                action=self._action,
                call_id=self.listening.call_id,
                purpose=self.listening.purpose,
                detail=detail,
                audited_range=AuditedRange(self.listening.id, first_byte, stop_byte),
                clock=self._clock,
            )


def audited_reader(
    database: Database,
    actor: Actor,
    listening_id: str,
    *,
    objects: ObjectStore,
    keys: KeyRing,
    clock: Clock,
    action: Action = Action.LISTENED,
    door: HearingDoor = LISTENING,
    call_id: str | None = None,
    session_id: str | None = None,
) -> AuditedReader:
    """Open the audio of a begun listening. Nothing is served yet; each range is audited when it is asked for.

    ``session_id`` is the session of the viewer that asks: nothing is served after its end.

    Raises NotFoundError where the listening is unknown, over, another's, of another call than ``call_id`` (where
    that is given) or of another request than the door's, or its call not permitted (any more), RestrictedError where
    its purpose is blocked now, and audits these attempts; IntegrityError or UnavailableError where the stored object
    fails.
    """
    tried = {"listening": listening_identity(listening_id)}  # what is none of ours does not get into the audit
    refusals = audited_refusals(database, actor, wanted="hear", call_id=call_id, detail=tried, clock=clock)
    with refusals, database.read() as session:
        current = current_actor(session, actor, session_id=session_id, clock=clock)
        listening = require_listening(session, current, listening_id, clock=clock)
        if call_id not in {None, listening.call_id} or door.case_no not in {None, listening.case_number}:
            raise no_listening()
        _, recording_row = recorded_row(session, current, listening.call_id, door=door)
        require_unblocked(session, listening.call_id, listening.purpose)
        session.expunge(recording_row)
    keep_frames(database, listening.call_id, objects=objects, keys=keys)
    with database.read() as session:
        frames, are_known = frames_or_guess(session, recording_row)
    return AuditedReader(
        open_recording(recording_row, objects=objects, keys=keys),
        listening=listening,
        sha256=recording_row.sha256,
        frames=frames,
        frames_are_known=are_known,
        sample_rate_hz=recording_row.sample_rate_hz,
        database=database,
        actor=actor,
        action=action,
        door=door,
        session_id=session_id,
        clock=clock,
    )


def audio_peaks(
    database: Database,
    actor: Actor,
    call_id: str,
    *,
    objects: ObjectStore,
    keys: KeyRing,
    clock: Clock,
    listening_id: str | None = None,
    door: HearingDoor = LISTENING,
) -> bytes:
    """Give the peaks of a permitted call (audiowaveform v2, binary): a picture, not audio, so no purpose is asked.

    But a picture of a call is processing too (GDPR 4(2)): while anything of it is restricted, only under a listening
    whose purpose nothing blocks.

    Raises NotFoundError as ``begin_listening``, RestrictedError where a restriction stands and no such listening was
    named, and audits these attempts likewise.
    """
    with audited_refusals(database, actor, wanted="peaks", call_id=call_id, clock=clock), database.read() as session:
        current = current_actor(session, actor, clock=clock)
        _, recording_row = recorded_row(session, current, call_id, door=door)
        if restrictions := standing_on_call(session, call_id):
            if listening_id is None:
                raise RestrictedError(restrictions[0])
            listening = require_listening(session, current, listening_id, clock=clock)
            if listening.call_id != call_id:
                raise no_listening()
            require_unblocked(session, call_id, listening.purpose)
        session.expunge(recording_row)
    return peaks_of(recording_row, objects=objects, keys=keys)
