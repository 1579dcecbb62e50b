"""Masking: exactly the ranges that were marked, window by window as in the whole, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.masking import masked, masked_blocks
from storage.audio.channels import Frames
from web.mask_place import place_text, read_place

SECONDS = 2


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    first = draw(st.integers(0, SECONDS * 1000 + 500))
    return Mask(
        draw(st.sampled_from(Lane)),
        first,
        first + draw(st.integers(1, SECONDS * 1000)),
        draw(st.sampled_from(Way)),
        MaskReason.OTHER,
    )


def noise(rate: int, extra: int) -> Frames:
    made = np.random.default_rng(rate + extra).integers(1, 9000, (rate * SECONDS + extra, 2))
    return made.astype(np.int16)


@settings(deadline=None, max_examples=60)  # how fast the machine is says nothing
@given(
    wanted=st.lists(masks(), max_size=5),
    rate=st.sampled_from((8000, 16000)),
    extra=st.integers(0, 15),
    cuts=st.lists(st.integers(1, 15_999), max_size=6),
)
def test_a_window_is_masked_as_the_whole_is_and_the_rest_is_untouched(
    wanted: list[Mask], rate: int, extra: int, cuts: list[int]
) -> None:
    frames = noise(rate, extra)
    before = frames.copy()
    whole = masked(frames, wanted, sample_rate_hz=rate)
    assert np.array_equal(frames, before)  # the original is only read
    pieces = np.split(frames, sorted(cuts))
    assert np.array_equal(whole, np.concatenate(list(masked_blocks(pieces, wanted, sample_rate_hz=rate))))
    per_ms = rate // 1000
    for channel in (0, 1):
        covered = np.zeros(len(frames), dtype=bool)
        silent = np.zeros(len(frames), dtype=bool)
        for mask in wanted:
            if channel in mask.lane.channels:
                covered[mask.from_ms * per_ms : mask.to_ms * per_ms] = True
                if mask.way is Way.SILENCE:
                    silent[mask.from_ms * per_ms : mask.to_ms * per_ms] = True
        assert np.array_equal(whole[~covered, channel], frames[~covered, channel])
        assert not whole[silent, channel].any()
        assert np.abs(whole[covered, channel].astype(int)).max(initial=0) < 2100  # a quiet tone


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("rate", [8000, 16_000, 48_000])
def test_no_length_of_a_mask_takes_a_sample_away(rate: int, way: Way) -> None:
    """pydub makes a silence of 1,001 ms at 8 kHz one sample too short, and so some others of about a second."""
    frames = noise(rate, 0)
    for length in (*range(1, 2 * SECONDS), *range(990, 1030), *range(1900, SECONDS * 1000)):
        mask = Mask(Lane.CUSTOMER, 0, length, way, MaskReason.OTHER)
        covered = masked(frames, [mask], sample_rate_hz=rate)
        assert np.array_equal(covered[length * rate // 1000 :], frames[length * rate // 1000 :]), length
        assert not np.array_equal(covered[: length * rate // 1000, 0], frames[: length * rate // 1000, 0]), length


@pytest.mark.parametrize(("first", "stop"), [(-1, 5), (5, 5), (6, 5)])
def test_a_range_goes_forward(first: int, stop: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        Mask(Lane.BOTH, first, stop, Way.TONE, MaskReason.OTHER)


@given(st.integers(0, 10 * 3_600_000))
def test_a_place_is_read_as_it_is_written(at_ms: int) -> None:
    if at_ms < 1000 * 60_000:
        assert read_place(place_text(at_ms)) == at_ms


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("0", 0),
        ("65", 65_000),
        ("1:05", 65_000),
        ("1:05,25", 65_250),
        ("1.5", 1500),
        ("1:00:01", 3_601_000),
        (" 2,007 ", 2007),
    ],
)
def test_places_as_people_write_them(text: str, at_ms: int) -> None:
    assert read_place(text) == at_ms


@pytest.mark.parametrize("text", ["", "a", "1:60", "1:61:00", "-1", "1:2:3:4", "1,0005", "1:", "٣"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the text itself is all there is to say)
        read_place(text)
