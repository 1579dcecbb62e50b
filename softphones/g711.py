"""G.711 (ITU-T G.711, 1988) by table: A-law and mu-law bytes to 16-bit samples and back."""

import numpy as np
import numpy.typing as npt

from softphones.sound import Samples

PCMU = 0  # static RTP payload types, RFC 3551 section 6
PCMA = 8


def _alaw_table() -> Samples:
    """Build what each A-law byte means: sign, 3 bits of exponent, 4 of mantissa, every other bit inverted."""
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (codes >> 4) & 7, codes & 15
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_table() -> Samples:
    """Build what each mu-law byte means: all bits inverted, biased by 132."""
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (codes >> 4) & 7, codes & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _inverse(table: Samples) -> npt.NDArray[np.uint8]:
    """Build the nearest byte for each of the 65,536 samples from what each byte means."""
    order = np.argsort(table, kind="stable")
    values = table[order].astype(np.int32)
    middles = (values[:-1] + values[1:]) // 2
    samples = np.arange(-32768, 32768)
    return order[np.searchsorted(middles, samples, side="right")].astype(np.uint8)


_DECODE = {PCMA: _alaw_table(), PCMU: _ulaw_table()}
_ENCODE = {payload_type: _inverse(table) for payload_type, table in _DECODE.items()}


def encode(samples: Samples, *, payload_type: int = PCMA) -> bytes:
    """Encode 16-bit samples, one byte each."""
    return _ENCODE[payload_type][samples.astype(np.int32) + 32768].tobytes()


def decode(payload: bytes, *, payload_type: int = PCMA) -> Samples:
    """Decode one byte per sample."""
    return _DECODE[payload_type][np.frombuffer(payload, dtype=np.uint8)]
