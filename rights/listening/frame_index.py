"""Where each recording's seconds are in its bytes: found when it is first to be heard, and kept.

It says which seconds a served range held (``rights.listening.listening``). No byte leaves by this way.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import IntegrityError
from rights.listening.frame_index_rows import RecordingFramesRow
from storage.audio.frames import Frames, evenly, frames_of, unpacked
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.recordings import open_recording
from storage.vault.key_ring import KeyRing


def keep_frames(database: Database, call_id: str, *, objects: ObjectStore, keys: KeyRing) -> bool:
    """Find and keep the frames of a call's recording, once. Tell whether they are kept.

    A recording that is damaged, or gone since, has none: whoever hears it is told of that by the audio itself.
    Raises UnavailableError without the store. It reads the whole recording, and holds no transaction while it does.
    """
    with database.read() as session:
        recording = session.get(RecordingRow, call_id)
        if recording is None:
            return False
        if session.get(RecordingFramesRow, call_id) is not None:
            return True
        session.expunge(recording)
    try:
        opened = open_recording(recording, objects=objects, keys=keys)
        frames = frames_of(opened.iterate(0, opened.size_bytes), samples=recording.samples)
    except IntegrityError:
        return False
    with database.begin() as session:
        of_call = select(RecordingRow.call_id).where(RecordingRow.call_id == call_id).with_for_update()
        if session.scalar(of_call) is None:
            return False
        if session.get(RecordingFramesRow, call_id) is None:  # another may have been quicker
            kept = RecordingFramesRow(call_id=call_id, frame_samples=frames.frame_samples, starts=frames.packed())
            session.add(kept)
    return True


def kept_frames(session: Session, recording: RecordingRow) -> Frames | None:
    """Give the frames of a recording where they are kept."""
    row = session.get(RecordingFramesRow, recording.call_id)
    if row is None:
        return None
    return unpacked(
        row.starts,
        frame_samples=row.frame_samples,
        samples=recording.samples,
        size_bytes=recording.size_bytes,
    )


def frames_or_guess(session: Session, recording: RecordingRow) -> tuple[Frames, bool]:
    """Give the frames of a recording, and whether they are known; else as if each second took as many bytes."""
    known = kept_frames(session, recording)
    if known is not None:
        return known, True
    guess = evenly(samples=recording.samples, size_bytes=recording.size_bytes, sample_rate_hz=recording.sample_rate_hz)
    return guess, False
