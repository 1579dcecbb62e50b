"""Listening: the one door through which audio leaves storage.

Invariant 5: no audio byte is served without an audit row that names who, why, and the range. The way of a range:

1. In one transaction see that the actor still is who he was (account enabled, tasks valid now), that the call is
   permitted to him, and that the purpose was stated by him for this call;
2. add the audit row of exactly this range, and commit;
3. only then decrypt and give the bytes.

A failure in 1 or 2 gives no byte. A failure in 3 leaves a row that says more than was heard, never less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, AuditedRange, record
from rights.calls.catalogue import hearable_row
from rights.identity.accounts import actor_of
from rights.listening.purposes import require_purpose
from rights.tables import ListeningRow
from storage.database.calls import CallRow, RecordingRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.recordings import Recording, open_recording, peaks_of
from storage.vault.key_ring import KeyRing

LISTENING_LIFETIME = timedelta(hours=10)  # as long as a working day's session: a paused player may go on
STEP_BYTES = 1 << 20  # a long range is audited piece by piece, so that the audit says little more than was heard


@dataclass(frozen=True, slots=True)
class Listening:
    """A purpose that an actor has stated for a call, and until when bytes are served under it."""

    id: str
    call_id: str
    purpose: str
    begun_at: datetime
    expires_at: datetime


class AuditedReader:
    """A recording's plain FLAC, ``size_bytes`` long, of which no byte comes before its audit row is committed.

    Every range is permitted and audited anew, so that a right taken in the middle ends the listening there.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        listening: Listening,
        sha256: str,
        database: Database,
        actor: Actor,
        action: Action,
        task: Task,
        clock: Clock,
    ) -> None:
        self.size_bytes = recording.size_bytes
        self.sha256 = sha256
        self.listening = listening
        self._recording = recording
        self._database = database
        self._actor = actor
        self._action = action
        self._task = task
        self._clock = clock

    def read(self, start: int, length: int) -> bytes:
        """Give up to ``length`` bytes from ``start``; raise BadDataError for a range outside the recording."""
        stop = min(start + length, self.size_bytes)
        if not 0 <= start < stop:
            raise BadDataError(what=f"no bytes {start} to {stop} in a recording of {self.size_bytes}")
        self._audit(start, stop)
        return self._recording.read(start, stop - start)

    def iterate(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes from ``start`` up to ``stop`` (or the end) in pieces of at most 1 MiB.

        The range and the right to its first piece are checked, and that piece audited, before this returns, so that
        a refusal is an error here and not in the middle of a response.
        """
        end = self.size_bytes if stop is None else min(stop, self.size_bytes)
        if not 0 <= start < end:
            raise BadDataError(what=f"no bytes {start} to {end} in a recording of {self.size_bytes}")
        self._audit(start, min(start + STEP_BYTES, end))
        return self._pieces(start, end)

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        for first in range(start, end, STEP_BYTES):
            last = min(first + STEP_BYTES, end)
            if first != start:
                self._audit(first, last)
            yield self._recording.read(first, last - first)

    def _audit(self, first_byte: int, stop_byte: int) -> None:
        with self._database.begin() as session:
            actor = _current(session, self._actor, clock=self._clock)  # 1
            _recorded(session, actor, self.listening.call_id, task=self._task)
            _require_listening(session, actor, self.listening.id, clock=self._clock)
            record(  # 2
                session,
                actor=actor,
                action=self._action,
                call_id=self.listening.call_id,
                purpose=self.listening.purpose,
                audited_range=AuditedRange(self.listening.id, first_byte, stop_byte),
                clock=self._clock,
            )


def begin_listening(
    database: Database, actor: Actor, call_id: str, *, purpose: str, clock: Clock, task: Task = Task.LISTEN
) -> Listening:
    """State a purpose for a call, before anything of it is heard; the listening's id then opens the audio.

    Raises NotFoundError alike for a call that is unknown, not permitted or without audio, RefusedError for the purpose
    *own call* of another's call (both attempts are audited), and BadDataError for a purpose that is none.
    """
    with audited_refusals(database, actor, wanted="listen", call_id=call_id, clock=clock), database.begin() as session:
        current = _current(session, actor, clock=clock)
        row, _ = _recorded(session, current, call_id, task=task)
        is_own = current.agent_id is not None and row.agent_id == current.agent_id
        stated = require_purpose(session, purpose, is_own=is_own)
        now = clock.now()
        listening = Listening(
            id=str(uuid_utils.uuid7()),
            call_id=row.id,
            purpose=stated.code,
            begun_at=now,
            expires_at=now + LISTENING_LIFETIME,
        )
        session.add(
            ListeningRow(
                id=listening.id,
                account_id=current.account_id,
                login=current.login,
                call_id=listening.call_id,
                purpose=listening.purpose,
                begun_at=listening.begun_at,
                expires_at=listening.expires_at,
            )
        )
        record(
            session,
            actor=current,
            action=Action.LISTENING_BEGUN,
            call_id=row.id,
            purpose=stated.code,
            detail={"listening": listening.id},
            clock=clock,
        )
        return listening


def audited_reader(
    database: Database,
    actor: Actor,
    listening_id: str,
    *,
    objects: ObjectStore,
    keys: KeyRing,
    clock: Clock,
    action: Action = Action.LISTENED,
    task: Task = Task.LISTEN,
    call_id: str | None = None,
) -> AuditedReader:
    """Open the audio of a begun listening. Nothing is served yet; each range is audited when it is asked for.

    Raises NotFoundError where the listening is unknown, over, another's or of another call than ``call_id`` (where
    that is given), or its call not permitted (any more), and audits the attempt; IntegrityError or UnavailableError
    where the stored object fails.
    """
    tried = {"listening": _identity(listening_id)}  # what is none of ours does not get into the audit
    refusals = audited_refusals(database, actor, wanted="hear", call_id=call_id, detail=tried, clock=clock)
    with refusals, database.read() as session:
        current = _current(session, actor, clock=clock)
        listening = _require_listening(session, current, listening_id, clock=clock)
        if call_id not in {None, listening.call_id}:
            raise _no_listening()
        _, recording_row = _recorded(session, current, listening.call_id, task=task)
        session.expunge(recording_row)
    return AuditedReader(
        open_recording(recording_row, objects=objects, keys=keys),
        listening=listening,
        sha256=recording_row.sha256,
        database=database,
        actor=actor,
        action=action,
        task=task,
        clock=clock,
    )


def audio_peaks(
    database: Database, actor: Actor, call_id: str, *, objects: ObjectStore, keys: KeyRing, clock: Clock
) -> bytes:
    """Give the peaks of a permitted call (audiowaveform v2, binary): a picture, not audio, so no purpose is asked.

    Raises NotFoundError as :func:`begin_listening`, and audits that attempt likewise.
    """
    with audited_refusals(database, actor, wanted="peaks", call_id=call_id, clock=clock), database.read() as session:
        _, recording_row = _recorded(session, _current(session, actor, clock=clock), call_id, task=Task.LISTEN)
        session.expunge(recording_row)
    return peaks_of(recording_row, objects=objects, keys=keys)


def _current(session: Session, actor: Actor, *, clock: Clock) -> Actor:
    """Evaluate an actor again: a right that was taken a moment ago ends now. The operator has no account to ask."""
    if actor.account_id is None:
        return actor
    current = actor_of(session, actor.account_id, clock)
    if current is None:
        raise NotFoundError(what="no such call")
    return current


def _recorded(session: Session, actor: Actor, call_id: str, *, task: Task) -> tuple[CallRow, RecordingRow]:
    row = hearable_row(session, actor, call_id, task)
    if row.recording is None:
        raise NotFoundError(what="the call has no audio", where=row.id, remedy=f"it was not recorded: {row.reason}")
    return row, row.recording


def _require_listening(session: Session, actor: Actor, listening_id: str, *, clock: Clock) -> Listening:
    """Find a listening of this very actor that is not over; a login is one person's for ever."""
    row = session.scalar(
        select(ListeningRow).where(
            ListeningRow.id == _identity(listening_id),
            ListeningRow.login == actor.login,
            ListeningRow.expires_at > clock.now(),
        )
    )
    if row is None:
        raise _no_listening()
    return Listening(
        id=row.id, call_id=row.call_id, purpose=row.purpose, begun_at=row.begun_at, expires_at=row.expires_at
    )


def _no_listening() -> NotFoundError:
    return NotFoundError(what="no such listening", remedy="state the purpose again")


def _identity(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
