"""What a caller hears before an agent answers: disclosures, ring-back, music; and silence for the recorders."""

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pjsua2 as pj

# Finnish ringing tone: 425 Hz, 1 s on, 4 s off (ITU-T E.180 supplement 2)
_RINGBACK_HZ = 425
_RINGBACK_ON_MS = 1000
_RINGBACK_OFF_MS = 4000
_RINGBACK_VOLUME = 6000


class OncePlayer(pj.AudioMediaPlayer):  # type: ignore[misc]  # pjsua2 has no types
    """Plays a file once. Destroying a player inside its own end callback is unsafe: the callback only marks."""

    def __init__(self, path: Path, *, at_end: Callable[[], None]) -> None:
        super().__init__()
        self._at_end = at_end
        self.createPlayer(str(path), pj.PJMEDIA_FILE_NO_LOOP)

    def onEof2(self) -> None:
        """Mark the end."""
        self._at_end()


def looped(path: Path) -> Any:
    """Give a player that repeats a file for ever."""
    player = pj.AudioMediaPlayer()
    player.createPlayer(str(path), 0)
    return player


def ringback(*, sample_rate_hz: int) -> Any:
    """Give a tone generator that plays the Finnish ringing tone from its beginning."""
    generator = pj.ToneGenerator()
    generator.createToneGenerator(sample_rate_hz, 1)
    tone = pj.ToneDesc()
    tone.freq1, tone.freq2 = _RINGBACK_HZ, 0
    tone.on_msec, tone.off_msec = _RINGBACK_ON_MS, _RINGBACK_OFF_MS
    tone.volume = _RINGBACK_VOLUME
    tones = pj.ToneDescVector()
    tones.append(tone)
    generator.play(tones, True)
    return generator


def write_silence(path: Path, *, sample_rate_hz: int) -> Path:
    """Write a second of silence: the permanent source that keeps every recorder's clock running."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(bytes(2 * sample_rate_hz))
    return path
