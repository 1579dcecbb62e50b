"""Where the frames of a FLAC are: which seconds any of its bytes hold, and which bytes any of its seconds.

Format: https://www.rfc-editor.org/rfc/rfc9639 (sections 8 and 9.1). Only the headers are read; nothing is decoded.
"""

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sys import byteorder

from calls.errors import IntegrityError

_MARK = b"fLaC"
_BLOCK_HEADER_BYTES = 4
_STREAMINFO_BYTES = 34
_SYNC = b"\xff\xf8"  # 15 bits of synchronisation, and the bit of a fixed block size (9.1.1)
_FIXED_BYTES = 4  # of a frame's header, before the coded number
_HEADER_MAX_BYTES = 16
_CRC8_POLYNOMIAL = 0x07
_LOW_SIX = 0x3F
_BLOCK_SIZE_BYTES = {0b0110: 1, 0b0111: 2}  # an uncommon block size stands after the number (9.1.6)
_RATE_BYTES = {0b1100: 1, 0b1101: 2, 0b1110: 2}  # as does an uncommon sample rate (9.1.7)
_NO_RATE = 0b1111


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one FLAC, each ``frame_samples`` long, the last one perhaps shorter.

    ``samples`` are all, of one channel. ``starts`` are the first bytes of the frames, ascending: each lasts to the
    next, the last one to the end of the file.
    """

    starts: tuple[int, ...]
    frame_samples: int
    samples: int
    size_bytes: int

    def samples_in(self, first_byte: int, stop_byte: int) -> tuple[int, int] | None:
        """Give the half-open span of samples of all frames that a half-open range of bytes touches.

        None where it touches none: the metadata before the first frame is no sound.
        """
        last = bisect_left(self.starts, stop_byte) - 1
        if last < 0 or first_byte >= stop_byte:
            return None
        first = max(bisect_right(self.starts, first_byte) - 1, 0)
        return first * self.frame_samples, min((last + 1) * self.frame_samples, self.samples)

    def packed(self) -> bytes:
        """Give the starts for keeping (:func:`unpacked`)."""
        steps = array("I", (start - before for before, start in zip((0, *self.starts), self.starts, strict=False)))
        if byteorder == "big":
            steps.byteswap()
        return zlib.compress(steps.tobytes())


def unpacked(packed: bytes, *, frame_samples: int, samples: int, size_bytes: int) -> Frames:
    """Read what :meth:`Frames.packed` gave."""
    steps = array("I")
    steps.frombytes(zlib.decompress(packed))
    if byteorder == "big":
        steps.byteswap()
    starts, at = [], 0
    for step in steps:
        at += step
        starts.append(at)
    return Frames(tuple(starts), frame_samples=frame_samples, samples=samples, size_bytes=size_bytes)


def evenly(*, samples: int, size_bytes: int, sample_rate_hz: int) -> Frames:
    """Guess where the seconds are, as if each took as many bytes as any other."""
    seconds = max(1, -(-samples // sample_rate_hz))
    starts = tuple(size_bytes * second // seconds for second in range(seconds))
    return Frames(starts, frame_samples=sample_rate_hz, samples=samples, size_bytes=size_bytes)


def frames_of(pieces: Iterable[bytes], *, samples: int) -> Frames:
    """Find the frames of a FLAC of ``samples`` samples, given in pieces of any size.

    Raise IntegrityError where it is none, has frames of several lengths, or not as many frames as it has samples for.
    """
    stream = _Stream(iter(pieces))
    frame_samples = _frame_samples(stream)
    starts: list[int] = []
    while (start := stream.find(_SYNC)) is not None:
        if _is_frame(stream.peek(_HEADER_MAX_BYTES), number=len(starts)):
            starts.append(start)
            stream.skip(_FIXED_BYTES)
        else:
            stream.skip(1)
    if len(starts) != -(-samples // frame_samples):
        raise IntegrityError(what=f"{len(starts)} frames of {frame_samples} samples are not {samples}", where="FLAC")
    return Frames(tuple(starts), frame_samples=frame_samples, samples=samples, size_bytes=stream.position)


class _Stream:
    """Pieces as one stream, of which no more is kept than has to be looked at together."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()
        self.position = 0

    def peek(self, length: int) -> bytes:
        """Give the next bytes and leave them there; fewer at the end."""
        while len(self._held) < length and self._pull():
            pass
        return bytes(self._held[:length])

    def skip(self, length: int) -> None:
        """Go on; at most to the end."""
        while len(self._held) < length:
            length -= len(self._held)
            self.position += len(self._held)
            self._held.clear()
            if not self._pull():
                return
        del self._held[:length]
        self.position += length

    def find(self, mark: bytes) -> int | None:
        """Go on to the next occurrence and give its place; to the end, and None, where there is none."""
        while True:
            at = self._held.find(mark)
            if at >= 0:
                self.skip(at)
                return self.position
            self.skip(max(0, len(self._held) - len(mark) + 1))
            if not self._pull():
                self.skip(len(self._held))
                return None

    def _pull(self) -> bool:
        for piece in self._pieces:
            self._held += piece
            return True
        return False


def _frame_samples(stream: _Stream) -> int:
    """Read the metadata (section 8) up to the first frame; give the one size of blocks."""
    if stream.peek(len(_MARK)) != _MARK:
        raise IntegrityError(what="no FLAC begins like this", where="FLAC")
    stream.skip(len(_MARK))
    smallest = largest = 0
    is_last = False
    while not is_last:
        header = stream.peek(_BLOCK_HEADER_BYTES)
        if len(header) < _BLOCK_HEADER_BYTES:
            raise IntegrityError(what="the metadata has no end", where="FLAC")
        is_last, kind = bool(header[0] & 0x80), header[0] & 0x7F
        stream.skip(_BLOCK_HEADER_BYTES)
        if kind == 0:
            content = stream.peek(_STREAMINFO_BYTES)
            smallest, largest = int.from_bytes(content[:2]), int.from_bytes(content[2:4])
        stream.skip(int.from_bytes(header[1:]))
    if not 0 < smallest == largest:
        raise IntegrityError(what=f"blocks of {smallest} to {largest} samples", where="FLAC")
    return smallest


def _is_frame(header: bytes, *, number: int) -> bool:
    """Tell whether these bytes begin the frame of this number: sync, number, and the header's own CRC-8 (9.1)."""
    if len(header) < _FIXED_BYTES + 2:
        return False
    block_bits, rate_bits = header[2] >> 4, header[2] & 0x0F
    coded = _coded(number)
    end = _FIXED_BYTES + len(coded) + _BLOCK_SIZE_BYTES.get(block_bits, 0) + _RATE_BYTES.get(rate_bits, 0)
    return (
        block_bits != 0
        and rate_bits != _NO_RATE
        and header[_FIXED_BYTES : _FIXED_BYTES + len(coded)] == coded
        and len(header) > end
        and _crc8(header[:end]) == header[end]
    )


def _coded(number: int) -> bytes:
    """Code a number as UTF-8 does, up to 36 bits (9.1.5)."""
    if number < 0x80:  # noqa: PLR2004 (one byte holds seven bits)
        return bytes([number])
    rest = bytearray()
    room = _LOW_SIX
    while number > room:
        rest.insert(0, 0x80 | number & _LOW_SIX)
        number >>= 6
        room >>= 1
    return bytes([0xFF & ~(2 * room + 1) | number, *rest])


def _crc8(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc = _CRC8[crc ^ byte]
    return crc


def _crc8_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ (_CRC8_POLYNOMIAL if byte & 0x80 else 0)
    return byte & 0xFF


_CRC8 = tuple(_crc8_of(byte) for byte in range(256))
