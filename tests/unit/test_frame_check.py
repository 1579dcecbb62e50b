"""The pulse pattern, and what the check of a recording counts."""

import numpy as np
import pytest

from softphones import g711
from softphones.frame_check import check_channel
from softphones.pulse import CALLS, COUNTERS, FrameKind, Party, Pulse, make_frame, payload_of, read_frames
from softphones.sound import FRAME_SAMPLES, Samples

FIRST = 7
CALL = 31  # more than there are tones for calls


def channel(numbers: list[int], *, party: Party = Party.CUSTOMER, call: int = CALL) -> Samples:
    """A recording of these frames as G.711 leaves them; -1 is a silent one."""
    frames = [
        np.zeros(FRAME_SAMPLES, dtype=np.int16)
        if number < 0
        else g711.decode(payload_of(Pulse(party, call % CALLS, number % COUNTERS)))
        for number in numbers
    ]
    return np.concatenate(frames)


def read(samples: Samples) -> Pulse | None:
    frames = read_frames(samples[np.newaxis, :])
    if frames.kind[0] != FrameKind.CLEAR:
        return None
    return Pulse(Party(int(frames.party[0])), int(frames.call[0]), int(frames.counter[0]))


@pytest.mark.parametrize("payload_type", [g711.PCMA, g711.PCMU])
def test_every_frame_is_read_back(payload_type: int) -> None:
    for party in Party:
        for call in range(CALLS):
            for counter in range(COUNTERS):
                pulse = Pulse(party, call, counter)
                payload = payload_of(pulse, payload_type)
                assert read(g711.decode(payload, payload_type=payload_type)) == pulse


def test_frame_is_read_through_noise_and_another_level() -> None:
    pulse = Pulse(Party.AGENT, 3, 11)
    noise = np.random.default_rng(1).normal(0, 300, FRAME_SAMPLES)
    assert read((make_frame(pulse) * 0.3 + noise).astype(np.int16)) == pulse


def test_silence_and_noise_are_no_pulse() -> None:
    assert read(np.zeros(FRAME_SAMPLES, dtype=np.int16)) is None
    assert read(np.random.default_rng(1).normal(0, 3000, FRAME_SAMPLES).astype(np.int16)) is None


def test_whole_recording_misses_nothing() -> None:
    check = check_channel(channel(list(range(FIRST, 500))), party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.missing, check.repeated, check.foreign) == (500 - FIRST, 0, 0, 0)
    assert (check.first_counter, check.offset_samples, check.before, check.after) == (FIRST, 0, 0, 0)
    assert check.missing_share == 0.0


@pytest.mark.parametrize("shift", [1, 37, 80, 159])
def test_frames_that_begin_elsewhere_are_found(shift: int) -> None:
    shifted = np.concatenate([np.zeros(shift, dtype=np.int16), channel(list(range(200)))])
    check = check_channel(shifted, party=Party.CUSTOMER, call=CALL)
    assert check.missing == 0
    assert check.expected >= 199  # less than a whole frame may go at the beginning
    distance = abs(check.offset_samples - shift)
    assert min(distance, FRAME_SAMPLES - distance) <= 2  # G.711's noise hides a sample or two


@pytest.mark.parametrize("gap", [1, 5, COUNTERS, 3 * COUNTERS + 4])
def test_frames_that_became_silence_are_counted(gap: int) -> None:
    check = check_channel(channel([*range(100), *[-1] * gap, *range(100 + gap, 300)]), party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.missing, check.silent) == (300, gap, gap)


def test_frames_that_were_skipped_are_counted() -> None:
    check = check_channel(channel([*range(100), *range(103, 300)]), party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.missing, check.silent) == (300, 3, 0)
    assert check.missing_share == 0.01


def test_frames_that_were_repeated_are_counted() -> None:
    check = check_channel(channel([*range(100), 99, 99, *range(100, 300)]), party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.missing, check.repeated) == (300, 0, 2)


def test_frame_that_was_garbled_is_missing() -> None:
    samples = channel(list(range(200)))
    samples[100 * FRAME_SAMPLES + 80 : 101 * FRAME_SAMPLES] = 0
    check = check_channel(samples, party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.missing, check.garbled) == (200, 1, 1)


@pytest.mark.parametrize(("party", "call"), [(Party.AGENT, CALL), (Party.CUSTOMER, CALL + 1)])
def test_frames_of_another_party_or_call_are_foreign(party: Party, call: int) -> None:
    other = channel(list(range(5)), party=party, call=call)
    check = check_channel(
        np.concatenate([channel(list(range(100))), other, channel(list(range(105, 200)))]),
        party=Party.CUSTOMER,
        call=CALL,
    )
    assert (check.expected, check.missing, check.foreign) == (200, 5, 5)


@pytest.mark.parametrize("cut", [40, 100, 200])
def test_frames_are_found_again_after_a_jitter_buffer_cut_something_out(cut: int) -> None:
    samples = channel(list(range(300)))
    check = check_channel(np.delete(samples, np.s_[20000 : 20000 + cut]), party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.shifts) == (300, 1)
    assert 1 <= check.missing <= 2 + cut // FRAME_SAMPLES
    assert check.after <= 1


def test_speech_before_the_frames_does_not_hide_them() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 10_001).astype(np.int16)
    check = check_channel(np.concatenate([noise, channel(list(range(300)))]), party=Party.CUSTOMER, call=CALL)
    assert check.missing == 0
    assert check.expected >= 299


def test_ends_are_told_apart_from_what_is_missing() -> None:
    check = check_channel(channel([-1, -1, -1, *range(100), -1, -1]), party=Party.CUSTOMER, call=CALL)
    assert (check.before, check.after, check.missing, check.silent) == (3, 2, 0, 0)


def test_silent_recording_misses_everything() -> None:
    check = check_channel(channel([-1] * 50), party=Party.CUSTOMER, call=CALL)
    assert (check.expected, check.before, check.silent, check.first_counter) == (0, 50, 50, None)
    assert check.missing_share == 1.0
    assert check_channel(channel([-1])[:0], party=Party.CUSTOMER, call=CALL).expected == 0
