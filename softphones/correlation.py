"""Whose voice is on a channel: normalised cross-correlation of a known speech with what was recorded.

The speech is compared piece by piece, for a jitter buffer may drop or repeat a frame, which shifts all that follows and
would spoil the correlation of the whole. Where it does so within a piece, the parts of the piece are looked for nearby.
"""

from dataclasses import dataclass

import numpy as np

from softphones.errors import PhoneError
from softphones.sound import SAMPLE_RATE_HZ, Samples

PIECE_SAMPLES = SAMPLE_RATE_HZ
FOUND = 0.7
"""From this score on a piece counts as found: G.711 alone leaves more than 0.95, another voice less than 0.4."""

_PART_SAMPLES = PIECE_SAMPLES // 4
_NEAR_SAMPLES = SAMPLE_RATE_HZ // 5

_FULL_SCALE = 32768.0
_SILENCE_DBFS = -50.0
_FLOOR_DBFS = -120.0


@dataclass(frozen=True, slots=True)
class Match:
    """Where a piece of speech fits a channel best: ``start`` is a sample of the channel, ``score`` is from 0 to 1."""

    score: float
    start: int


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a speech is on a channel, over its pieces that are not silent."""

    found_share: float
    best_score: float
    median_score: float
    median_lag_ms: float
    """How much later the speech is in the channel than in itself."""


class Channel:
    """One party's recording, prepared to look for many pieces in it."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples.astype(np.float64) / _FULL_SCALE
        self._size = 1 << (len(samples) + PIECE_SAMPLES - 1).bit_length()
        self._spectrum = np.fft.rfft(self._samples, self._size)
        self._energy_until = np.concatenate([[0.0], np.cumsum(self._samples**2)])

    def best_match(self, piece: Samples, *, near: int | None = None) -> Match:
        """Find where a piece of at most a second fits best: anywhere, or at most 200 ms from the sample ``near``."""
        needle = piece.astype(np.float64) / _FULL_SCALE
        needle_energy = float(needle @ needle)
        if not 0 < len(needle) <= min(PIECE_SAMPLES, len(self._samples)) or needle_energy == 0.0:
            raise PhoneError(what=f"{len(needle)} samples cannot be looked for", where="correlation")
        products = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(needle, self._size)), self._size)
        products = products[: len(self._samples) - len(needle) + 1]
        window_energy = self._energy_until[len(needle) :] - self._energy_until[: -len(needle)]
        # a window as quiet as rounding noise would otherwise score by chance
        scores = np.abs(products) / np.sqrt(needle_energy * np.maximum(window_energy, needle_energy * 1e-8))
        first = 0 if near is None else max(0, min(near - _NEAR_SAMPLES, len(scores) - 1))
        last = len(scores) if near is None else max(first + 1, near + _NEAR_SAMPLES)
        best = first + int(np.argmax(scores[first:last]))
        return Match(score=float(scores[best]), start=best)

    def best_match_in_parts(self, piece: Samples) -> Match:
        """Find where a piece fits best, whole or with a jump in it: by quarters near there, weighted by their energy.

        With a frame cut out or put in a piece scores 0.65 and more, mostly 0.8, and another's voice 0.5 at most.
        """
        whole = self.best_match(piece)
        if whole.score >= FOUND:
            return whole
        score = total = 0.0
        for offset in range(0, len(piece), _PART_SAMPLES):
            part = piece[offset : offset + _PART_SAMPLES]
            energy = float(np.sum(part.astype(np.float64) ** 2))
            if energy > 0.0:
                score += self.best_match(part, near=whole.start + offset).score * energy
                total += energy
        return Match(score=score / total, start=whole.start)

    def product_at(self, piece: Samples, start: int) -> float:
        """Multiply a piece with the channel from a sample on; beyond its end the channel is silent."""
        there = self._samples[start : start + len(piece)]
        return float(piece[: len(there)].astype(np.float64) @ there) / _FULL_SCALE


def presence(speech: Samples, channel: Samples) -> Presence:
    """Look for each second of a speech in a channel."""
    pieces = _spoken_pieces(speech, channel)
    hay = Channel(channel)
    matches = [(start, hay.best_match_in_parts(piece)) for start, piece in pieces]
    scores = [match.score for _, match in matches]
    return Presence(
        found_share=sum(score >= FOUND for score in scores) / len(scores),
        best_score=max(scores),
        median_score=float(np.median(scores)),
        median_lag_ms=float(np.median([match.start - start for start, match in matches])) * 1000 / SAMPLE_RATE_HZ,
    )


def leakage_db(speech: Samples, *, own: Samples, other: Samples) -> float:
    """Tell how loud a party's speech is on the other party's channel, relative to his own.

    Each piece is found on his own channel and measured (least squares) at the same place of the other: 0 dB where the
    two channels were mixed, -20 and less where what is there has nothing to do with it.
    """
    hay, elsewhere = Channel(own), Channel(other)
    here = there = 0.0
    for _, piece in _spoken_pieces(speech, own):
        match = hay.best_match(piece)
        if match.score >= FOUND:
            here += hay.product_at(piece, match.start)
            there += elsewhere.product_at(piece, match.start)
    if here == 0.0:
        raise PhoneError(what="the speech is not even on its own channel", where="correlation")
    return _db((there / here) ** 2)


def level_dbfs(channel: Samples) -> float:
    """Tell the mean level (RMS) in decibels below full scale; -120 for digital silence."""
    if len(channel) == 0:
        return _FLOOR_DBFS
    return _db(float(np.mean((channel.astype(np.float64) / _FULL_SCALE) ** 2)))


def silent_share(channel: Samples, *, window_ms: int = 20) -> float:
    """Tell the share of windows below -50 dBFS."""
    size = SAMPLE_RATE_HZ * window_ms // 1000
    windows = [channel[start : start + size] for start in range(0, len(channel), size)]
    return sum(level_dbfs(window) < _SILENCE_DBFS for window in windows) / len(windows) if windows else 1.0


def length_ms(channel: Samples) -> float:
    """Tell the length."""
    return len(channel) * 1000 / SAMPLE_RATE_HZ


def _spoken_pieces(speech: Samples, channel: Samples) -> list[tuple[int, Samples]]:
    starts = range(0, len(speech) - PIECE_SAMPLES + 1, PIECE_SAMPLES)
    pieces = [(start, speech[start : start + PIECE_SAMPLES]) for start in starts]
    spoken = [(start, piece) for start, piece in pieces if level_dbfs(piece) > _SILENCE_DBFS]
    if not spoken or len(channel) < PIECE_SAMPLES:
        raise PhoneError(what="no speech, or a channel shorter than a piece of it", where="correlation")
    return spoken


def _db(power: float) -> float:
    return max(_FLOOR_DBFS, 10.0 * float(np.log10(max(power, 1e-12))))
