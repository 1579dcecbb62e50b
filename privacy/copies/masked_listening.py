"""Listening to a call as a copy will have it, before the copy is made: masked on the fly, through the audited door.

What is heard is a WAV that exists nowhere: each window of it is decoded from the recording, masked and given. The bytes
of the recording that a window needs come through ``rights.listening``, so purpose, permission, session, restriction and
audit are those of any listening. The audit says what was read of the recording, which is never less than was heard.
"""

import io
import struct
from collections.abc import Iterator, Sequence

import soundfile

from calls.errors import BadDataError, IntegrityError
from privacy.copies.mask import Mask
from privacy.copies.masking import masked
from rights.listening.listening import STEP_BYTES, AuditedReader
from storage.audio.channels import CHANNELS

WINDOW_MS = 2000
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
        """Give the bytes ``start <= position < stop`` window by window; errors as of the reader, at any piece."""
        if not 0 <= start < stop <= self.size_bytes:
            raise BadDataError(what=f"no bytes {start} to {stop} in a WAV of {self.size_bytes}")
        if start < _HEADER_BYTES:
            yield _header(self._samples, self._rate)[start:stop]
        first, last = max(0, start - _HEADER_BYTES), stop - _HEADER_BYTES
        if first >= last:
            return
        window_bytes = WINDOW_MS * self._rate // _MS * _FRAME_BYTES
        try:
            with soundfile.SoundFile(io.BufferedReader(_Audited(self._reader), STEP_BYTES)) as flac:
                for window in range(first // window_bytes, -(-last // window_bytes)):
                    begins = window * window_bytes
                    piece = self._window(flac, begins // _FRAME_BYTES, window_bytes // _FRAME_BYTES)
                    yield piece[max(0, first - begins) : last - begins]
        except soundfile.LibsndfileError as error:
            raise IntegrityError(what=f"not a FLAC: {error}", where=self._reader.listening.call_id) from error

    def _window(self, flac: soundfile.SoundFile, sample: int, count: int) -> bytes:
        if flac.tell() != sample:
            flac.seek(sample)
        frames = flac.read(min(count, self._samples - sample), dtype="int16", always_2d=True)
        heard = masked(frames, self._masks, sample_rate_hz=self._rate, from_ms=sample * _MS // self._rate)
        written: bytes = heard.astype("<i2", copy=False).tobytes()
        return written


class _Audited(io.RawIOBase):
    """The recording as a file: whatever is read of it is audited first, in the pieces of any listening."""

    def __init__(self, reader: AuditedReader) -> None:
        self._reader = reader
        self._at = 0
        self._piece_at = -1
        self._piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.size_bytes}[whence] + offset
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001 (a writable buffer)
        if self._at >= self._reader.size_bytes:
            return 0
        piece_at = self._at // STEP_BYTES * STEP_BYTES
        if piece_at != self._piece_at:
            self._piece, self._piece_at = self._reader.read(piece_at, STEP_BYTES), piece_at
        offset = self._at - piece_at
        given = self._piece[offset : offset + len(buffer)]
        buffer[: len(given)] = given
        self._at += len(given)
        return len(given)


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
