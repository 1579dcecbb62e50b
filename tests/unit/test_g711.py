"""G.711 tables against values of the recommendation."""

import numpy as np
import pytest

from softphones import g711


@pytest.mark.parametrize(
    ("payload_type", "code", "sample"),
    [
        (g711.PCMA, 0xD5, 8),
        (g711.PCMA, 0x55, -8),
        (g711.PCMA, 0xAA, 32256),
        (g711.PCMA, 0x2A, -32256),
        (g711.PCMU, 0xFF, 0),
        (g711.PCMU, 0x80, 32124),
        (g711.PCMU, 0x00, -32124),
    ],
)
def test_known_codes(payload_type: int, code: int, sample: int) -> None:
    assert g711.decode(bytes([code]), payload_type=payload_type).tolist() == [sample]


@pytest.mark.parametrize("payload_type", [g711.PCMA, g711.PCMU])
def test_what_was_decoded_is_encoded_to_the_same_sound(payload_type: int) -> None:
    samples = g711.decode(bytes(range(256)), payload_type=payload_type)
    again = g711.decode(g711.encode(samples, payload_type=payload_type), payload_type=payload_type)
    assert again.tolist() == samples.tolist()


@pytest.mark.parametrize(("payload_type", "worst"), [(g711.PCMA, 512), (g711.PCMU, 644)])
def test_error_is_at_most_half_a_step(payload_type: int, worst: int) -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    decoded = g711.decode(g711.encode(samples, payload_type=payload_type), payload_type=payload_type)
    error = np.abs(decoded.astype(np.int32) - samples)
    assert int(error.max()) == worst
    quiet = np.abs(samples.astype(np.int32)) <= 256
    assert int(error[quiet].max()) <= 8


def test_silence_is_the_positive_code() -> None:
    silence = np.zeros(2, dtype=np.int16)
    assert g711.encode(silence) == b"\xd5\xd5"
    assert g711.encode(silence, payload_type=g711.PCMU) == b"\xff\xff"
