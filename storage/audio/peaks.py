"""Peaks for the eye, in audiowaveform's binary data format, version 2.

Source: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md. Little-endian header: version (2),
flags (bit 0: 8-bit values), sample rate, samples a pixel, number of pixels, channels; then for every pixel and,
in it, every channel: minimum, maximum. A pixel is 20 ms, so a minute of a call takes 12,000 bytes.
"""

import struct
from collections.abc import Iterable

import numpy as np

from storage.audio.channels import CHANNELS, Frames

PIXELS_A_SECOND = 50  # 20 ms: one RTP frame, and fine enough for a screen of any width
_VERSION = 2
_EIGHT_BIT = 1
_HEADER = struct.Struct("<iIiiIi")


def make_peaks(blocks: Iterable[Frames], *, sample_rate_hz: int) -> bytes:
    """Give the peaks of stereo audio; the last pixel may stand for less than 20 ms."""
    per_pixel = sample_rate_hz // PIXELS_A_SECOND
    pieces: list[bytes] = []
    held = np.empty((0, CHANNELS), dtype=np.int16)
    for block in blocks:
        held = np.concatenate((held, block))
        whole = len(held) // per_pixel * per_pixel
        pieces.append(_pixels(held[:whole].reshape(-1, per_pixel, CHANNELS)))
        held = held[whole:]
    if len(held):
        pieces.append(_pixels(held.reshape(1, -1, CHANNELS)))
    values = b"".join(pieces)
    length = len(values) // (2 * CHANNELS)
    return _HEADER.pack(_VERSION, _EIGHT_BIT, sample_rate_hz, per_pixel, length, CHANNELS) + values


def _pixels(samples: np.ndarray) -> bytes:
    """Turn samples of shape (pixels, samples a pixel, channels) to 8-bit minima and maxima."""
    if not len(samples):
        return b""
    extremes = np.stack((samples.min(axis=1), samples.max(axis=1)), axis=2)
    # towards zero, as audiowaveform does: the noise of a silent line stays a flat line
    return np.trunc(extremes / 256).astype(np.int8).tobytes()
