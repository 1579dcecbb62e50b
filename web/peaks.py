"""Peaks for the eye: audiowaveform's binary data format (v2, .dat) to its JSON form, pooled for a screen.

Source: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md. Header of six little-endian fields:
version, flags (bit 0: 8-bit), sample rate, samples per pixel, length in pixels, channels; then for every pixel
and channel its minimum and maximum.
"""

import struct
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from calls.errors import IntegrityError

_HEADER = struct.Struct("<iIiiIi")
_VERSION = 2
MAX_PIXELS = 2000  # of what is sent to a page
_EIGHT_BIT = 1

Pixels = NDArray[np.signedinteger]  # shape (pixels, channels, 2): minimum and maximum


class Waveform(TypedDict):
    """audiowaveform's JSON form; ``data`` is min, max for each channel of each pixel."""

    version: int
    channels: int
    sample_rate: int
    samples_per_pixel: int
    bits: int
    length: int
    data: list[int]


def waveform_of(dat: bytes, *, max_pixels: int) -> Waveform:
    """Decode a .dat and pool neighbouring pixels until at most ``max_pixels`` are left.

    Raise IntegrityError where the bytes are not a whole v2 file.
    """
    if len(dat) < _HEADER.size:
        raise IntegrityError(what=f"{len(dat)} bytes are no peaks", where="peaks")
    version, flags, rate, per_pixel, length, channels = _HEADER.unpack_from(dat)
    value_bytes = 1 if flags & _EIGHT_BIT else 2
    expected = length * channels * 2 * value_bytes
    if version != _VERSION or channels < 1 or len(dat) - _HEADER.size != expected:
        raise IntegrityError(what=f"peaks v{version}: {len(dat) - _HEADER.size} bytes, not {expected}", where="peaks")
    values = np.frombuffer(dat, dtype=f"<i{value_bytes}", offset=_HEADER.size)
    factor = max(1, -(-length // max_pixels))
    pooled = _pool(values.reshape(length, channels, 2), factor=factor)
    return Waveform(
        version=_VERSION,
        channels=channels,
        sample_rate=rate,
        samples_per_pixel=per_pixel * factor,
        bits=8 * value_bytes,
        length=len(pooled),
        data=pooled.ravel().tolist(),
    )


def _pool(pixels: Pixels, *, factor: int) -> Pixels:
    """Join ``factor`` neighbours: the least of their minima, the greatest of their maxima."""
    if factor == 1 or not len(pixels):
        return pixels
    starts = np.arange(0, len(pixels), factor)
    low = np.minimum.reduceat(pixels[:, :, 0], starts, axis=0)
    high = np.maximum.reduceat(pixels[:, :, 1], starts, axis=0)
    return np.stack((low, high), axis=2)
