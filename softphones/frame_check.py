"""Count the frames that a recording lost, repeated or took from somewhere else, by the pattern of :mod:`pulse`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from softphones.pulse import CALLS, COUNTERS, FrameKind, Party, ReadFrames, read_frames
from softphones.sound import FRAME_SAMPLES, Samples

_ALIGNMENT_FRAMES = 8
_LOST_FRAMES = 3
_BLOCK_FRAMES = 500
_AUDIBLE = 500


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """What the frames of one channel showed. All but the offset and the shifts are counts of 20 ms frames.

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
    shifts: int
    """How often frames began to begin elsewhere."""

    @property
    def missing_share(self) -> float:
        """Tell the share of frames that are missing; 1 where there is not one clear frame."""
        return self.missing / self.expected if self.expected else 1.0


def check_channel(channel: Samples, *, party: Party, call: int) -> FrameCheck:
    """Read a recorded channel that should hold one party of one call, and nothing else."""
    starts, read = _read_aligned(channel)
    clear = read.kind == FrameKind.CLEAR
    ours = clear & (read.party == party) & (read.call == call % CALLS)
    at = np.flatnonzero(ours)
    numbers = _unwrapped(starts[at] / FRAME_SAMPLES, read.counter[at].astype(np.int64))
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
        offset_samples=int(starts[at[0]]) % FRAME_SAMPLES if len(at) else 0,
        shifts=int(np.sum(np.diff(starts) % FRAME_SAMPLES != 0)),
    )


def _read_aligned(channel: Samples) -> tuple[npt.NDArray[np.int64], ReadFrames]:
    """Read all frames of a channel, and tell at which sample each begins.

    A jitter buffer that shrinks cuts some milliseconds out of the sound, and the frames after it begin elsewhere: where
    several in a row are garbled, their beginning is looked for anew.
    """
    starts: list[npt.NDArray[np.int64]] = []
    parts: list[ReadFrames] = []
    begin = 0
    while begin + FRAME_SAMPLES <= len(channel):
        begin += _alignment(channel[begin:])
        read = read_frames(_frames(channel[begin : begin + _BLOCK_FRAMES * FRAME_SAMPLES]))
        count = len(read.kind)
        clear = np.flatnonzero(read.kind[:_ALIGNMENT_FRAMES] != FrameKind.GARBLED)
        if len(clear):
            count = _first_run(read.kind == FrameKind.GARBLED, begin=int(clear[0]), length=_LOST_FRAMES)
        else:
            count = min(count, _ALIGNMENT_FRAMES)
        starts.append(begin + np.arange(count, dtype=np.int64) * FRAME_SAMPLES)
        parts.append(read.first(count))
        begin += count * FRAME_SAMPLES
        if count == 0:
            break
    if not parts:
        return np.zeros(0, dtype=np.int64), read_frames(_frames(channel[:0]))
    return np.concatenate(starts), ReadFrames.joined(parts)


def _first_run(flags: npt.NDArray[np.bool_], *, begin: int, length: int) -> int:
    """Give where the first run of ``length`` flags begins, from ``begin`` on; the length of all where there is none."""
    for first in range(begin, len(flags) - length + 1):
        if flags[first : first + length].all():
            return first
    return len(flags)


def _unwrapped(places: npt.NDArray[np.float64], counters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the clear frames numbers without a modulus, from 0.

    How many frames further one is than the one before, its counter tells modulo 20. Where more than that is gone, its
    place tells which multiple: the clock of a recording does not stop.
    """
    remainders = np.mod(np.diff(counters), COUNTERS)
    turns = np.rint((np.diff(places) - remainders) / COUNTERS).astype(np.int64)
    return np.concatenate([[0], np.cumsum(remainders + turns * COUNTERS)])[: len(places)]


def _alignment(channel: Samples) -> int:
    """Find where in the first 160 samples frames begin: where the first loud ones are clearest."""
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
