"""Hold music, composed and synthesised here: eight bars in F major that loop without a seam.

Every note is written into a ring: a tail that rings past the end sounds on at the beginning, so the last sample is
followed by the first as if nothing happened.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

BEAT_S = 0.75
BEATS_PER_BAR = 4
# Chords as MIDI notes, bass first: F, Dm7, Bb, C7, F/A, Gm7, C7sus, C7 leads back to F.
BARS: tuple[tuple[int, ...], ...] = (
    (41, 60, 65, 69, 72),
    (38, 60, 65, 69, 74),
    (34, 58, 65, 70, 74),
    (36, 58, 64, 67, 72),
    (45, 60, 65, 69, 77),
    (43, 58, 65, 70, 74),
    (36, 58, 65, 67, 72),
    (36, 58, 64, 67, 70),
)
# Which note of the chord each half beat plucks.
PATTERN = (1, 2, 3, 4, 3, 2, 3, 2)
# The melody: (beat from the start, MIDI note). The last note is held over the seam.
MELODY: tuple[tuple[float, int], ...] = (
    (0, 81), (1.5, 79), (2, 77), (4, 77), (5, 79), (6, 81), (8, 82), (9.5, 81), (10, 79), (12, 79), (14, 76),
    (16, 77), (17, 79), (18, 81), (20, 82), (21.5, 81), (22, 79), (24, 77), (26, 79), (28, 76), (30, 79), (32, 81),
)  # fmt: skip
PLUCK_S, BASS_S = 1.6, 2.6


def hold_music(rate_hz: int) -> Samples:
    """Synthesise the loop: float samples, full scale 1.0, 24 s at any rate of 8000 Hz or more."""
    ring = np.zeros(round(len(BARS) * BEATS_PER_BAR * BEAT_S * rate_hz))
    for bar, chord in enumerate(BARS):
        start = bar * BEATS_PER_BAR
        _add(ring, _tone(chord[0], BASS_S, rate_hz, brightness=0.5), start, rate_hz, gain=0.55)
        for step, index in enumerate(PATTERN):
            _add(ring, _tone(chord[index], PLUCK_S, rate_hz, brightness=0.35), start + step / 2, rate_hz, gain=0.35)
    for (beat, note), (until, _) in pairwise(MELODY):
        length_s = (until - beat) * BEAT_S + 0.5
        _add(ring, _tone(note, length_s, rate_hz, brightness=0.2), beat, rate_hz, gain=0.5)
    return np.asarray(ring / np.max(np.abs(ring)), dtype=np.float64)


def _tone(note: int, length_s: float, rate_hz: int, *, brightness: float) -> Samples:
    """Pluck one note: harmonics that fall off and die the sooner the higher they are, all below 3.4 kHz."""
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    pitch_hz = 440.0 * 2.0 ** ((note - 69) / 12)
    wave = np.zeros_like(time_s)
    for harmonic in range(1, 9):
        if harmonic * pitch_hz < 3400:  # noqa: PLR2004 (the upper edge of the telephone band)
            decay = np.exp(-time_s * (1.2 + 0.9 * harmonic))
            wave += brightness ** (harmonic - 1) * decay * np.sin(2 * np.pi * harmonic * pitch_hz * time_s)
    attack = np.minimum(time_s / 0.012, 1.0)
    release = np.minimum((time_s[-1] - time_s) / 0.05, 1.0)
    return np.asarray(wave * attack * release, dtype=np.float64)


def _add(ring: Samples, tone: Samples, beat: float, rate_hz: int, *, gain: float) -> None:
    where = (round(beat * BEAT_S * rate_hz) + np.arange(len(tone))) % len(ring)
    ring[where] += gain * tone
