"""A pattern that names each 20 ms frame of a call: who sent it, in which call, and as which frame.

A frame holds two tones whose frequencies are multiples of 50 Hz, so that each fits the frame in whole periods and the
two never disturb one another (160 samples at 8,000 Hz):

- the *counter* tone, one of 20 for each way, says the number of the frame modulo 20; customer and agent use different
  tables, so a frame of the wrong party is seen;
- the *call* tone, one of 26, says the number of the call modulo 26, so a frame of another call is seen.

G.711 leaves both 30 dB above its noise. :mod:`softphones.frame_check` reads a recorded channel by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from softphones import g711
from softphones.sound import FRAME_SAMPLES, Samples

COUNTERS = 20
CALLS = 26

_FIRST_COUNTER_BIN = 4  # 200 Hz
_FIRST_CALL_BIN = _FIRST_COUNTER_BIN + 2 * COUNTERS  # 2,200 Hz
_LAST_BIN = _FIRST_CALL_BIN + CALLS  # 3,450 Hz
_AMPLITUDE = 8000.0
_CLEAR = 0.8
_QUIET_ENERGY = FRAME_SAMPLES * 50.0**2


class Party(IntEnum):
    """Who sends a frame."""

    CUSTOMER = 0
    AGENT = 1


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a frame says of itself. ``counter`` and ``call`` are modulo :data:`COUNTERS` and :data:`CALLS`."""

    party: Party
    call: int
    counter: int


class FrameKind(IntEnum):
    """What a frame of a recording is."""

    SILENT = 0
    CLEAR = 1
    GARBLED = 2


@dataclass(frozen=True, slots=True)
class ReadFrames:
    """What each frame of a channel is; ``party``, ``call`` and ``counter`` mean something where ``kind`` is CLEAR.

    ``clearness`` is the share of a frame's energy that is in its two tones, 0 to 1. All arrays have one length.
    """

    kind: npt.NDArray[np.int8]
    clearness: npt.NDArray[np.float64]
    party: npt.NDArray[np.int8]
    call: npt.NDArray[np.int8]
    counter: npt.NDArray[np.int8]

    def first(self, count: int) -> Self:
        """Give the first frames only."""
        return replace(self, **{each.name: getattr(self, each.name)[:count] for each in fields(self)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put frames one after the other."""
        return cls(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)})


def make_frame(pulse: Pulse) -> Samples:
    """Make the 160 samples of a frame."""
    time = np.arange(FRAME_SAMPLES) / FRAME_SAMPLES
    counter_bin = _FIRST_COUNTER_BIN + 2 * pulse.counter + pulse.party
    call_bin = _FIRST_CALL_BIN + pulse.call
    wave: npt.NDArray[np.float64] = np.sin(2 * np.pi * counter_bin * time) + np.sin(2 * np.pi * call_bin * time)
    frame: Samples = np.rint(_AMPLITUDE * wave).astype(np.int16)
    return frame


@cache
def payload_of(pulse: Pulse, payload_type: int = g711.PCMA) -> bytes:
    """Give a frame as it is sent."""
    return g711.encode(make_frame(pulse), payload_type=payload_type)


def read_frames(frames: npt.NDArray[np.int16]) -> ReadFrames:
    """Read frames that are aligned to their beginnings; ``frames`` has 160 columns."""
    spectrum = np.abs(np.fft.rfft(frames.astype(np.float64), axis=1)) ** 2 * (2 / FRAME_SAMPLES)
    counters = spectrum[:, _FIRST_COUNTER_BIN:_FIRST_CALL_BIN]
    calls = spectrum[:, _FIRST_CALL_BIN:_LAST_BIN]
    energy = np.sum(frames.astype(np.float64) ** 2, axis=1)
    both = np.minimum(counters.max(axis=1, initial=0.0), calls.max(axis=1, initial=0.0)) * 2
    clearness = both / np.maximum(energy, 1.0)
    kind = np.where(clearness > _CLEAR, FrameKind.CLEAR, FrameKind.GARBLED)
    kind[energy < _QUIET_ENERGY] = FrameKind.SILENT
    strongest = counters.argmax(axis=1)
    return ReadFrames(
        kind=kind.astype(np.int8),
        clearness=clearness,
        party=(strongest % 2).astype(np.int8),
        call=calls.argmax(axis=1).astype(np.int8),
        counter=(strongest // 2).astype(np.int8),
    )
