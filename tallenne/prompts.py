"""Prompts: what a voice studio delivers, made into what a telephone plays (mono 16-bit PCM WAV)."""

import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydub import AudioSegment
from pydub.exceptions import CouldntDecodeError

from calls.errors import BadDataError
from storage.spool.durable import write_whole

TELEPHONE_RATES_HZ = (8000, 16000)
LEVEL_DBFS = -20.0
PEAK_DBFS = -1.0
LONGEST_S = 120
_SAMPLE_BYTES = 2
# the telephone's own upper edge (ITU-T G.712); what is above it would come back as noise at the lower rate
_EDGE_SHARE_OF_RATE = 0.425
_FILTER_PASSES = 3  # pydub's filter takes 6 dB off an octave
_NO_DECODER_NEEDED = frozenset({".wav"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as it was written: its length, and how much louder or softer it was made."""

    path: Path
    length_ms: int
    gain_db: float


def make_prompt(source: Path, target: Path, *, rate_hz: int) -> Prompt:
    """Turn a recording into a prompt: one channel, the telephone's band and rate, a level of -20 dBFS.

    WAV is read as it is, other formats need ffmpeg. Raise BadDataError for what cannot be read, or is silent or
    longer than two minutes; ``target`` is replaced whole or not at all.
    """
    sound = _read(source).set_channels(1)
    if not sound or sound.dBFS == float("-inf"):
        raise BadDataError(what="the recording is empty or silent", where=str(source))
    if sound.duration_seconds > LONGEST_S:
        what = f"{sound.duration_seconds:.0f} s long, {LONGEST_S} s at most: every caller has to hear it to its end"
        raise BadDataError(what=what, where=str(source))
    if sound.frame_rate > rate_hz:
        for _ in range(_FILTER_PASSES):
            sound = sound.low_pass_filter(rate_hz * _EDGE_SHARE_OF_RATE)
    sound = sound.set_frame_rate(rate_hz).set_sample_width(_SAMPLE_BYTES)
    gain_db = min(LEVEL_DBFS - sound.dBFS, PEAK_DBFS - sound.max_dBFS)
    written = io.BytesIO()
    sound.apply_gain(gain_db).export(written, format="wav")
    write_whole(target, written.getvalue())
    return Prompt(path=target, length_ms=len(sound), gain_db=gain_db)


def _read(source: Path) -> AudioSegment:
    if not source.is_file():
        raise BadDataError(what="there is no such file", where=str(source))
    if source.suffix.lower() not in _NO_DECODER_NEEDED and shutil.which("ffmpeg") is None:
        raise BadDataError(
            what="only WAV can be read without ffmpeg", where=str(source), remedy="apt-get install ffmpeg, or give WAV"
        )
    try:
        with source.open("rb") as file:  # pydub leaves a file open that it opens itself
            return AudioSegment.from_file(file, format=source.suffix.lower().removeprefix(".") or None)
    except (CouldntDecodeError, OSError, EOFError, ValueError) as error:
        raise BadDataError(what="not a recording that can be read", where=str(source)) from error
