"""A stored recording, opened for reading: only what is asked for is fetched and decrypted."""

from collections.abc import Callable, Iterator

from calls.errors import IntegrityError, NotFoundError
from storage.database.calls import RecordingRow
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from storage.vault.sealing import Kind, Label, SealedReader


class Recording:
    """The plain FLAC of a call. Read only after the audit says who and why: ``rights.listening.listening``."""

    def __init__(self, reader: SealedReader, *, call_id: str) -> None:
        self.call_id = call_id
        self._reader = reader

    @property
    def size_bytes(self) -> int:
        """The size of the whole FLAC."""
        return self._reader.size_bytes

    def read(self, start: int, length: int) -> bytes:
        """Give ``length`` bytes from ``start``, or fewer at the end.

        Raise IntegrityError where the stored bytes were altered or are gone, UnavailableError without the store.
        """
        return self._reader.read(start, length)

    def iterate(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes ``start <= position < stop`` in pieces of 64 KiB at most; errors as :meth:`read`."""
        return self._reader.iterate(start, stop)


def open_recording(recording: RecordingRow, *, objects: ObjectStore, keys: KeyRing) -> Recording:
    """Open a call's audio; nothing is fetched yet. Raise IntegrityError where row and key do not fit."""
    reader = _reader(
        recording,
        kind=Kind.AUDIO,
        object_key=recording.object_key,
        sealed_size=recording.object_size_bytes,
        objects=objects,
        keys=keys,
    )
    if reader.size_bytes != recording.size_bytes:
        raise IntegrityError(
            what=f"the row says {recording.size_bytes} bytes, its object holds {reader.size_bytes}",
            where=recording.call_id,
            remedy="the row was changed: restore it from a backup",
        )
    return Recording(reader, call_id=recording.call_id)


def peaks_of(recording: RecordingRow, *, objects: ObjectStore, keys: KeyRing) -> bytes:
    """Give a call's peaks: audiowaveform's data format, version 2, 8 bits, both channels (:mod:`storage.audio.peaks`).

    Raise as :func:`open_recording` and :meth:`Recording.read`.
    """
    reader = _reader(
        recording,
        kind=Kind.PEAKS,
        object_key=recording.peaks_key,
        sealed_size=recording.peaks_size_bytes,
        objects=objects,
        keys=keys,
    )
    return reader.read(0, reader.size_bytes)


def _reader(
    recording: RecordingRow, *, kind: Kind, object_key: str, sealed_size: int, objects: ObjectStore, keys: KeyRing
) -> SealedReader:
    return SealedReader(
        _fetch_from(objects, object_key),
        sealed_size=sealed_size,
        key=keys.unwrap(recording.wrapped_key, recording.key_version, recording.call_id),
        label=Label(call_id=recording.call_id, kind=kind),
    )


def _fetch_from(objects: ObjectStore, object_key: str) -> Callable[[int, int], bytes]:
    def fetch(start: int, length: int) -> bytes:
        try:
            return objects.read(object_key, start, length)
        except NotFoundError as error:  # a row without its object is damage, not an unknown call
            raise IntegrityError(
                what="the stored object is missing", where=object_key, remedy="restore it from a backup"
            ) from error

    return fetch
