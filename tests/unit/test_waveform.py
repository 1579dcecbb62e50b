"""Peaks for the browser: what storage made, decoded and pooled."""

import struct

import numpy as np
import pytest

from calls.errors import IntegrityError
from storage.audio.peaks import make_peaks
from web.peaks import waveform_of

RATE = 8000


def peaks(*, pixels: int) -> bytes:
    """Customer rises, agent is silent."""
    frames = np.zeros((pixels * 160, 2), dtype=np.int16)
    frames[:, 0] = np.repeat(np.arange(1, pixels + 1) * 256, 160)
    return make_peaks([frames], sample_rate_hz=RATE)


def test_what_storage_made_is_read() -> None:
    waveform = waveform_of(peaks(pixels=3), max_pixels=100)
    assert waveform == {
        "version": 2,
        "channels": 2,
        "sample_rate": RATE,
        "samples_per_pixel": 160,
        "bits": 8,
        "length": 3,
        "data": [1, 1, 0, 0, 2, 2, 0, 0, 3, 3, 0, 0],
    }


@pytest.mark.parametrize(("pixels", "length", "factor"), [(100, 100, 1), (101, 51, 2), (90, 90, 1), (120, 60, 2)])
def test_neighbours_are_pooled_until_they_fit(pixels: int, length: int, factor: int) -> None:
    waveform = waveform_of(peaks(pixels=pixels), max_pixels=100)
    assert waveform["length"] == length
    assert waveform["samples_per_pixel"] == 160 * factor
    assert len(waveform["data"]) == length * 4
    assert waveform["data"][:2] == [1, factor]  # the least minimum and the greatest maximum of the joined
    assert waveform["data"][-3:] == [pixels, 0, 0]


def test_empty_audio_has_an_empty_waveform() -> None:
    assert waveform_of(make_peaks([], sample_rate_hz=RATE), max_pixels=10)["length"] == 0


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"short",
        peaks(pixels=3)[:-1],
        peaks(pixels=3) + b"xx",
        struct.pack("<iIiiIi", 1, 1, RATE, 160, 0, 2),
        struct.pack("<iIiiIi", 2, 1, RATE, 160, 0, 0),
        struct.pack("<iIiiIi", 2, 0, RATE, 160, 0, 2) + b"x",
    ],
)
def test_damaged_peaks_are_an_error_of_ours(damaged: bytes) -> None:
    with pytest.raises(IntegrityError):
        waveform_of(damaged, max_pixels=10)
