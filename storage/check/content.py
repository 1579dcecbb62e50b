"""Reads the objects of one recording to the last byte: are they what the row says, inside and outside."""

import hashlib
import struct
from collections.abc import Callable

from calls.errors import IntegrityError, NotFoundError
from storage.database.calls import RecordingRow
from storage.objects.store import ObjectStore
from storage.vault.key_ring import DataKey
from storage.vault.sealing import Kind, Label, SealedReader

_STREAMINFO_BYTES = 42  # "fLaC", a block header of 4 bytes, STREAMINFO of 34 (RFC 9639 section 8.2)
_PEAKS_HEADER = struct.Struct("<iIiiIi")


def audio_problem(recording: RecordingRow, *, key: DataKey, objects: ObjectStore) -> str | None:
    """Tell what is wrong with a recording's audio object; None where all of it is right."""
    plain = hashlib.sha256()
    head = b""
    size = 0

    def take(piece: bytes) -> None:
        nonlocal head, size
        plain.update(piece)
        head = (head + piece)[:_STREAMINFO_BYTES] if len(head) < _STREAMINFO_BYTES else head
        size += len(piece)

    problem = _read_through(
        take,
        object_key=recording.object_key,
        sealed_size=recording.object_size_bytes,
        sealed_sha256=recording.object_sha256,
        key=key,
        label=Label(recording.call_id, Kind.AUDIO),
        objects=objects,
    )
    if problem:
        return problem
    if (size, plain.hexdigest()) != (recording.size_bytes, recording.sha256):
        return "the FLAC inside is not the one the row says"
    expected = (recording.sample_rate_hz, recording.channels, recording.samples)
    return None if stream_info(head) == expected else f"the FLAC says {stream_info(head)}, the row {expected}"


def peaks_problem(recording: RecordingRow, *, key: DataKey, objects: ObjectStore) -> str | None:
    """Tell what is wrong with a recording's peaks object; None where all of it is right."""
    pieces: list[bytes] = []
    problem = _read_through(
        pieces.append,
        object_key=recording.peaks_key,
        sealed_size=recording.peaks_size_bytes,
        sealed_sha256=recording.peaks_sha256,
        key=key,
        label=Label(recording.call_id, Kind.PEAKS),
        objects=objects,
    )
    if problem:
        return problem
    peaks = b"".join(pieces)
    if len(peaks) < _PEAKS_HEADER.size:
        return "the peaks inside are cut off"
    samples_a_pixel, pixels = _PEAKS_HEADER.unpack_from(peaks)[3:5]
    expected = -(-recording.samples // samples_a_pixel)
    return None if pixels == expected else f"{pixels} peaks for {recording.samples} samples, expected {expected}"


def stream_info(head: bytes) -> tuple[int, int, int] | None:
    """Read sample rate, channels and samples from a FLAC's first 42 bytes; None where it is none."""
    if len(head) < _STREAMINFO_BYTES or head[:4] != b"fLaC":
        return None
    packed = int.from_bytes(head[18:26], "big")  # 20 bits rate, 3 channels - 1, 5 bits a sample - 1, 36 samples
    return packed >> 44, (packed >> 41 & 0x7) + 1, packed & (1 << 36) - 1


def _read_through(
    take: Callable[[bytes], None],
    *,
    object_key: str,
    sealed_size: int,
    sealed_sha256: str,
    key: DataKey,
    label: Label,
    objects: ObjectStore,
) -> str | None:
    sealed = hashlib.sha256()

    def fetch(start: int, length: int) -> bytes:  # the reader fetches every byte once and in order
        piece = objects.read(object_key, start, length)
        sealed.update(piece)
        return piece

    try:
        for piece in SealedReader(fetch, sealed_size=sealed_size, key=key, label=label).verify():
            take(piece)
    except (IntegrityError, NotFoundError) as error:
        return error.what
    return None if sealed.hexdigest() == sealed_sha256 else "the object opens, but has not the hash of its row"
