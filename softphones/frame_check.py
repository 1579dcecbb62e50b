"""Count the frames that a recording lost, repeated or took from somewhere else, by the pattern of :mod:`pulse`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from softphones.pulse import CALLS, COUNTERS, FrameKind, Party, read_frames
from softphones.sound import FRAME_SAMPLES, Samples

_ALIGNMENT_FRAMES = 50
_AUDIBLE = 500


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """What the frames of one channel showed. All but the offset are counts of 20 ms frames.

    ``expected`` spans the lowest to the highest frame number that is there; of these ``missing`` are not (skipped,
    silent or garbled). ``before`` and ``after`` are at the two ends of the channel, outside the clear frames: the
    counters cannot tell whether anything was sent there.
    """

    expected: int
    missing: int
    repeated: int
    silent: int
    garbled: int
    foreign: int
    before: int
    after: int
    first_counter: int | None
    offset_samples: int

    @property
    def missing_share(self) -> float:
        """Tell the share of frames that are missing; 1 where there is not one clear frame."""
        return self.missing / self.expected if self.expected else 1.0


def check_channel(channel: Samples, *, party: Party, call: int) -> FrameCheck:
    """Read a recorded channel that should hold one party of one call, and nothing else."""
    offset = _alignment(channel)
    read = read_frames(_frames(channel[offset:]))
    clear = read.kind == FrameKind.CLEAR
    ours = clear & (read.party == party) & (read.call == call % CALLS)
    at = np.flatnonzero(ours)
    numbers = _unwrapped(at, read.counter[at].astype(np.int64))
    different = len(np.unique(numbers))
    expected = int(np.ptp(numbers)) + 1 if len(at) else 0
    span = slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(None)
    return FrameCheck(
        expected=expected,
        missing=expected - different,
        repeated=len(numbers) - different,
        silent=int(np.sum(read.kind[span] == FrameKind.SILENT)),
        garbled=int(np.sum(read.kind[span] == FrameKind.GARBLED)),
        foreign=int(np.sum(clear & ~ours)),
        before=int(at[0]) if len(at) else len(clear),
        after=len(clear) - 1 - int(at[-1]) if len(at) else 0,
        first_counter=int(read.counter[at[0]]) if len(at) else None,
        offset_samples=offset,
    )


def _unwrapped(at: npt.NDArray[np.int64], counters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the clear frames numbers without a modulus, from 0.

    How many frames further one is than the one before, its counter tells modulo 20. Where more than that is gone, its
    place tells which multiple: the clock of a recording does not stop.
    """
    places = np.diff(at)
    remainders = np.mod(np.diff(counters), COUNTERS)
    turns = np.rint((places - remainders) / COUNTERS).astype(np.int64)
    return np.concatenate([[0], np.cumsum(remainders + turns * COUNTERS)])[: len(at)]


def _alignment(channel: Samples) -> int:
    """Find where in the first 160 samples frames begin: where a stretch of loud ones is clearest."""
    loud = np.flatnonzero(np.abs(channel.astype(np.int32)) > _AUDIBLE)
    if len(loud) == 0:
        return 0
    start = int(loud[0]) // FRAME_SAMPLES * FRAME_SAMPLES
    stretch = channel[start : start + (_ALIGNMENT_FRAMES + 1) * FRAME_SAMPLES]
    clearness = [float(np.sum(read_frames(_frames(stretch[offset:])).clearness)) for offset in range(FRAME_SAMPLES)]
    return int(np.argmax(np.round(clearness, 3)))


def _frames(channel: Samples) -> npt.NDArray[np.int16]:
    whole = len(channel) // FRAME_SAMPLES
    return channel[: whole * FRAME_SAMPLES].reshape(whole, FRAME_SAMPLES)
