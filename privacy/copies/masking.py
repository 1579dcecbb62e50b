"""Masking: samples in, the same samples out but for the masked ranges. The original is only ever read.

Done by pydub, in windows that begin and end at whole milliseconds, so a window of a call is masked exactly as the whole
is: what a handler hears when he checks is what the copy has. pydub is slow, so a window that no mask touches does not
go through it.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from pydub import AudioSegment
from pydub.generators import Sine

from privacy.copies.mask import Mask, Way, in_order
from storage.audio.channels import CHANNELS, Frames

TONE_HZ = 1000  # a whole number of periods a millisecond: a tone has no seam where two windows meet
TONE_DBFS = -24.0
_SAMPLE_BYTES = 2
_MS = 1000


def masked(frames: Frames, masks: Iterable[Mask], *, sample_rate_hz: int, from_ms: int = 0) -> Frames:
    """Give the samples of a window that begins at ``from_ms`` with every mask applied; shape (frames, 2).

    The last millisecond of a call may be a part of one: it is masked with the range that ends with it.
    """
    per_ms = sample_rate_hz // _MS
    to_ms = from_ms + -(-len(frames) // per_ms)
    touching = [(mask, part) for mask in in_order(masks) if (part := mask.within(from_ms, to_ms))]
    if not touching:
        return frames
    lanes = [_segment(frames[:, channel], sample_rate_hz) for channel in range(CHANNELS)]
    for mask, (first, stop) in touching:
        for channel in mask.lane.channels:
            lanes[channel] = _covered(lanes[channel], first, stop, way=mask.way)
    out = np.stack([np.array(lane.get_array_of_samples(), dtype=np.int16)[: len(frames)] for lane in lanes], axis=1)
    if out.shape != frames.shape:
        raise AssertionError(f"masking changed {frames.shape} to {out.shape}")
    return out


def masked_blocks(blocks: Iterable[Frames], masks: Iterable[Mask], *, sample_rate_hz: int) -> Iterator[Frames]:
    """Mask a call block by block; blocks are cut anew so that each begins at a whole millisecond."""
    wanted, per_ms = list(masks), sample_rate_hz // _MS
    held, at_ms = np.empty((0, CHANNELS), dtype=np.int16), 0
    for block in blocks:
        held = np.concatenate((held, block)) if len(held) else block
        whole = len(held) // per_ms
        if whole:
            yield masked(held[: whole * per_ms], wanted, sample_rate_hz=sample_rate_hz, from_ms=at_ms)
            held, at_ms = held[whole * per_ms :], at_ms + whole
    if len(held):
        yield masked(held, wanted, sample_rate_hz=sample_rate_hz, from_ms=at_ms)


def _segment(samples: Frames, sample_rate_hz: int) -> AudioSegment:
    """Give one lane to pydub, filled up to a whole millisecond: it cuts nowhere else."""
    missing = -len(samples) % (sample_rate_hz // _MS)
    whole = np.concatenate((samples, np.zeros(missing, dtype=np.int16))) if missing else samples
    return AudioSegment(
        data=np.ascontiguousarray(whole, dtype="<i2").tobytes(),
        sample_width=_SAMPLE_BYTES,
        frame_rate=sample_rate_hz,
        channels=1,
    )


def _covered(lane: AudioSegment, first: int, stop: int, *, way: Way) -> AudioSegment:
    """Cover a range; what covers it is made too long and cut, because pydub makes some lengths a sample too short."""
    length = stop - first
    if way is Way.TONE:
        tone = Sine(TONE_HZ, sample_rate=lane.frame_rate, bit_depth=8 * _SAMPLE_BYTES)
        cover = tone.to_audio_segment(duration=length + 1, volume=TONE_DBFS)
    else:
        cover = AudioSegment.silent(duration=length + 1, frame_rate=lane.frame_rate)
    return lane[:first] + cover[:length] + lane[stop:]
