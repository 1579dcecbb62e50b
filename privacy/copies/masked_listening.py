"""Listening to a call as a copy will have it, before the copy is made: masked on the fly, through the audited door.

What is heard is a WAV that exists nowhere: each window of it is decoded from the recording, masked and given. The bytes
of the recording that a window needs come through ``rights.listening``, so purpose, permission, session, restriction and
audit are those of any listening. The audit says which frames were read of the recording: those that hold what was
asked for, and no others.
"""

import io
import struct
from collections.abc import Iterator, Sequence

import soundfile

from calls.errors import BadDataError, IntegrityError
from privacy.copies.mask import Mask
from privacy.copies.masking import masked
from rights.listening.listening import AuditedReader
from storage.audio.channels import CHANNELS, Frames

WINDOW_FRAMES = 4  # about two seconds
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")  # RIFF WAVE, PCM
_HEADER_BYTES = _HEADER.size
_FRAME_BYTES = 2 * CHANNELS
_MS = 1000


class MaskedWav:
    """A call as WAV with its masks applied, ``size_bytes`` long."""

    def __init__(self, reader: AuditedReader, masks: Sequence[Mask], *, samples: int, sample_rate_hz: int) -> None:
        self.size_bytes = _HEADER_BYTES + samples * _FRAME_BYTES
        self._reader = reader
        self._masks = tuple(masks)
        self._samples = samples
        self._rate = sample_rate_hz

    def iterate(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes ``start <= position < stop`` window by window; errors as of the reader, at any piece.

        Raise IntegrityError where the recording's frames are not known: it is damaged.
        """
        if not 0 <= start < stop <= self.size_bytes:
            raise BadDataError(what=f"no bytes {start} to {stop} in a WAV of {self.size_bytes}")
        if start < _HEADER_BYTES:
            yield _header(self._samples, self._rate)[start:stop]
        first, last = max(0, start - _HEADER_BYTES), stop - _HEADER_BYTES
        if first >= last:
            return
        if not self._reader.frames_are_known:
            raise IntegrityError(what="no frames of a FLAC", where=self._reader.listening.call_id)
        metadata = b"".join(self._reader.iterate(0, self._reader.frames.starts[0]))
        for begins, ends in self._windows(first // _FRAME_BYTES, -(-last // _FRAME_BYTES)):
            try:
                samples = self._decoded(metadata, begins, ends)
            except soundfile.LibsndfileError as error:
                raise IntegrityError(what=f"not a FLAC: {error}", where=self._reader.listening.call_id) from error
            heard = masked(samples, self._masks, sample_rate_hz=self._rate, from_ms=begins * _MS // self._rate)
            piece: bytes = heard.astype("<i2", copy=False).tobytes()
            yield piece[max(0, first - begins * _FRAME_BYTES) : last - begins * _FRAME_BYTES]

    def _windows(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """Give what is decoded together: spans of samples that begin and end at whole milliseconds."""
        per_ms = self._rate // _MS
        longest = WINDOW_FRAMES * self._reader.frames.frame_samples // per_ms * per_ms
        begins = first // per_ms * per_ms
        while begins < stop:
            ends = min(begins + longest, -(-stop // per_ms) * per_ms, self._samples)
            yield begins, ends
            begins = ends

    def _decoded(self, metadata: bytes, begins: int, ends: int) -> Frames:
        """Decode the frames that hold a span, and no others."""
        frames, size = self._reader.frames, self._reader.frames.frame_samples
        first, stop = begins // size, -(-ends // size)
        stop_byte = frames.starts[stop] if stop < len(frames.starts) else self._reader.size_bytes
        stored = b"".join(self._reader.iterate(frames.starts[first], stop_byte))
        with _Part(io.BytesIO(metadata + stored)) as part:
            samples: Frames = part.read(ends - first * size, dtype="int16", always_2d=True)
        return samples[begins - first * size :]


class _Part(soundfile.SoundFile):  # type: ignore[misc]
    """A FLAC of which frames are missing before and after: there is no seeking in it, only reading on."""

    def seekable(self) -> bool:
        """Keep soundfile from seeking to where it has just read to."""
        return False


def _header(samples: int, rate: int) -> bytes:
    size = samples * _FRAME_BYTES
    return _HEADER.pack(
        b"RIFF",
        _HEADER_BYTES - 8 + size,
        b"WAVE",
        b"fmt ",
        16,
        1,
        CHANNELS,
        rate,
        rate * _FRAME_BYTES,
        _FRAME_BYTES,
        16,
        b"data",
        size,
    )
