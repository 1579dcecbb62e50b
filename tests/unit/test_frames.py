"""Which seconds the bytes of a FLAC hold, against a decoder."""

import subprocess
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import IntegrityError
from storage.audio.frames import Frames, evenly, frames_of, unpacked

RATE = 8000


def flac(samples: int, *, loud: bool = True) -> bytes:
    noise = np.random.default_rng(samples).integers(-9000, 9000, (samples, 2), dtype=np.int16)
    file = BytesIO()
    soundfile.write(file, noise if loud else noise // 9000, RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


MINUTES = flac(RATE * 150)
FOUND = frames_of([MINUTES], samples=RATE * 150)
SECONDS = flac(RATE * 5, loud=False)


@pytest.mark.parametrize("samples", [1, 100, 4096, 4097, RATE * 10, RATE * 700])
@pytest.mark.parametrize("loud", [True, False])
def test_every_frame_is_found(samples: int, loud: bool) -> None:  # noqa: FBT001
    content = flac(samples, loud=loud)
    found = frames_of([content], samples=samples)
    assert len(found.starts) == -(-samples // found.frame_samples)
    assert (found.samples, found.size_bytes) == (samples, len(content))
    assert all(content[start : start + 2] == b"\xff\xf8" for start in found.starts)


def test_a_frame_decodes_to_the_samples_it_is_said_to_hold() -> None:
    """A file of the metadata and of some frames alone holds what those frames are said to."""
    whole, _ = soundfile.read(BytesIO(MINUTES), dtype="int16")
    first, last = 100, 120
    part = MINUTES[: FOUND.starts[0]] + MINUTES[FOUND.starts[first] : FOUND.starts[last]]
    decode = ["ffmpeg", "-v", "error", "-f", "flac", "-i", "-", "-f", "s16le", "-"]
    plain = subprocess.run(decode, input=part, capture_output=True, check=True).stdout
    heard = np.frombuffer(plain, dtype="<i2").reshape(-1, 2)
    span = FOUND.samples_in(FOUND.starts[first], FOUND.starts[last])
    assert span == (first * FOUND.frame_samples, last * FOUND.frame_samples)
    assert np.array_equal(heard, whole[slice(*span)])


@given(sizes=st.lists(st.integers(1, 9000), min_size=1, max_size=20))
def test_pieces_of_any_size_are_one_stream(sizes: list[int]) -> None:
    pieces, at = [], 0
    while at < len(SECONDS):
        for size in sizes:
            pieces.append(SECONDS[at : at + size])
            at += size
    assert frames_of(pieces, samples=RATE * 5) == frames_of([SECONDS], samples=RATE * 5)


@given(first=st.integers(0, len(MINUTES) - 1), length=st.integers(1, 200_000))
def test_a_range_tells_all_frames_it_touches_and_no_other(first: int, length: int) -> None:
    stop = min(first + length, len(MINUTES))
    ends = [*FOUND.starts[1:], len(MINUTES)]
    touched = [n for n, (begin, end) in enumerate(zip(FOUND.starts, ends, strict=True)) if begin < stop and first < end]
    wanted = (
        (touched[0] * FOUND.frame_samples, min((touched[-1] + 1) * FOUND.frame_samples, FOUND.samples))
        if touched
        else None
    )
    assert FOUND.samples_in(first, stop) == wanted


def test_metadata_is_no_sound() -> None:
    assert FOUND.samples_in(0, FOUND.starts[0]) is None
    assert FOUND.samples_in(0, FOUND.starts[0] + 1) == (0, FOUND.frame_samples)
    assert FOUND.samples_in(0, len(MINUTES)) == (0, RATE * 150)


def test_frames_are_kept_and_read_again() -> None:
    packed = FOUND.packed()
    assert len(packed) < 4 * len(FOUND.starts)
    kept = unpacked(packed, frame_samples=FOUND.frame_samples, samples=FOUND.samples, size_bytes=FOUND.size_bytes)
    assert kept == FOUND


@pytest.mark.parametrize(
    "content", [b"", b"RIFF....", b"fLaC", b"fLaC\x00\x00\x00\x22", MINUTES[:-50_000], b"fLaC\x84\x00\x00\x00"]
)
def test_what_is_no_whole_flac_is_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        frames_of([content], samples=RATE * 150)


def test_a_guess_covers_everything() -> None:
    guess = evenly(samples=RATE * 120 + 5, size_bytes=1_000_000, sample_rate_hz=RATE)
    assert isinstance(guess, Frames)
    assert guess.samples_in(0, 1_000_000) == (0, RATE * 120 + 5)
    halves = [guess.samples_in(at, at + 100_000) for at in range(0, 1_000_000, 100_000)]
    assert all(one and other and one[1] >= other[0] for one, other in pairwise(halves))
