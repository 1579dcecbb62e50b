"""Mono 16-bit PCM WAV as pjsip writes it (a 44-byte header, then samples), whole or cut off by a crash."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from calls.errors import IntegrityError, UnavailableError

HEADER_BYTES = 44
SAMPLE_BYTES = 2
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM = 1


@dataclass(frozen=True, slots=True)
class WavLength:
    """What a file holds: its rate, and how many samples there really are after the header."""

    sample_rate_hz: int
    samples: int


def measure(path: Path) -> WavLength:
    """Tell the length of a closed recording.

    Raise IntegrityError where the header and the file disagree or the header was never finished, UnavailableError
    where the disk does not give what is on it.
    """
    rate, riff_bytes, said_bytes, real_bytes = _read(path)
    if said_bytes != real_bytes:
        raise IntegrityError(what=f"the WAV header says {said_bytes} bytes, the file has {real_bytes}", where=path.name)
    if riff_bytes != HEADER_BYTES - 8 + said_bytes:  # all that tells an empty recording from one not closed yet
        raise IntegrityError(what=f"the WAV header says {riff_bytes} bytes in all", where=path.name)
    return WavLength(sample_rate_hz=rate, samples=real_bytes // SAMPLE_BYTES)


def repair(path: Path, *, sample_rate_hz: int) -> WavLength:
    """Give a recording that was cut off a header that tells its real length, and fsync it.

    After a kill both length fields are zero and the file has grown in steps of 4,096 bytes; an odd last byte is
    dropped. A file too short for a header (killed before the first step) becomes a whole, empty recording.
    """
    size = path.stat().st_size if path.exists() else 0
    data_bytes = max(0, size - HEADER_BYTES) // SAMPLE_BYTES * SAMPLE_BYTES
    _write_header(path, sample_rate_hz=sample_rate_hz, data_bytes=data_bytes)
    return WavLength(sample_rate_hz=sample_rate_hz, samples=data_bytes // SAMPLE_BYTES)


def pad(path: Path, *, sample_rate_hz: int, to_samples: int) -> None:
    """Lengthen a repaired recording with silence, so that both channels of a call cover the same time."""
    _write_header(path, sample_rate_hz=sample_rate_hz, data_bytes=to_samples * SAMPLE_BYTES)


def _write_header(path: Path, *, sample_rate_hz: int, data_bytes: int) -> None:
    header = _HEADER.pack(
        b"RIFF",
        HEADER_BYTES - 8 + data_bytes,
        b"WAVE",
        b"fmt ",
        16,
        _PCM,
        1,
        sample_rate_hz,
        sample_rate_hz * SAMPLE_BYTES,
        SAMPLE_BYTES,
        8 * SAMPLE_BYTES,
        b"data",
        data_bytes,
    )
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        os.pwrite(descriptor, header, 0)
        os.ftruncate(descriptor, HEADER_BYTES + data_bytes)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> tuple[int, int, int, int]:
    try:
        with path.open("rb") as file:
            fields = _HEADER.unpack(file.read(HEADER_BYTES))
            size = os.fstat(file.fileno()).st_size
    except (FileNotFoundError, struct.error) as error:
        raise IntegrityError(what=f"not a recording: {error}", where=path.name) from error
    except OSError as error:
        raise UnavailableError(what=f"the recording cannot be read: {error.strerror}", where=path.name) from error
    riff, riff_bytes, wave, fmt, _, coding, channels, rate, _, _, bits, data, data_bytes = fields
    if (riff, wave, fmt, coding, channels, bits, data) != (b"RIFF", b"WAVE", b"fmt ", _PCM, 1, 16, b"data"):
        raise IntegrityError(what="not a mono 16-bit PCM WAV", where=path.name)
    return rate, riff_bytes, data_bytes, size - HEADER_BYTES
