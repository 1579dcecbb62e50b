"""Make the sample recordings again from ``scripts.toml``: ``python -m sample_audio.make [FOLDER]``.

Needs espeak-ng and sox. The files are in the repository; this exists so that they can be changed and checked.
Every file is mono 16-bit PCM at 8000 Hz, its speech at -20 dBFS (RMS), no sample above 80 % of full scale.
"""

import subprocess
import sys
import tomllib
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from sample_audio.music import hold_music

HERE = Path(__file__).parent

Samples = npt.NDArray[np.float64]

RATE_HZ = 8000
LEVEL_DBFS = -20.0
CEILING = 0.8
TURN_PAUSE_S = 0.45
EDGE_SILENCE_S = 0.15


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Speaker(_Table):
    """A voice and the file it speaks into."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.wav$")]
    voice: str
    pitch: Annotated[int, Field(ge=0, le=99)]
    words_per_minute: Annotated[int, Field(ge=80, le=300)]


class Disclosure(Speaker):
    """A sentence that is played to the caller."""

    text: str


class Conversation(_Table):
    """Two parties who take turns."""

    customer: Speaker
    agent: Speaker
    turns: tuple[tuple[Literal["customer", "agent"], str], ...]


class Scripts(_Table):
    """The whole of ``scripts.toml``."""

    disclosures: tuple[Disclosure, ...]
    conversations: tuple[Conversation, ...]


@dataclass(frozen=True)
class SampleFile:
    """A finished recording: its name and its samples (full scale 1.0)."""

    name: str
    samples: Samples


def main(folder: Path) -> None:
    """Write every recording into ``folder``."""
    scripts = Scripts.model_validate(tomllib.loads((HERE / "scripts.toml").read_text(encoding="utf-8")))
    made = [SampleFile(one.file, _padded(speak(one, one.text))) for one in scripts.disclosures]
    for conversation in scripts.conversations:
        made += converse(conversation)
    made.append(SampleFile("hold-music.wav", levelled(hold_music(RATE_HZ), LEVEL_DBFS)))
    for file in made:
        write(folder / file.name, file.samples)
        sys.stdout.write(f"{file.name}  {len(file.samples) / RATE_HZ:.2f} s\n")


def speak(speaker: Speaker, text: str) -> Samples:
    """Let espeak-ng say a text, brought to the telephone's rate and the common level."""
    espeak = ["espeak-ng", "-v", speaker.voice, "-p", str(speaker.pitch), "-s", str(speaker.words_per_minute)]
    spoken = subprocess.run([*espeak, "--stdout", text], check=True, capture_output=True).stdout  # noqa: S603
    # -D: no dither, so that the same text gives the same bytes; the trims take espeak's own silences away
    sox = ["sox", "-D", "-t", "wav", "-", "-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE_HZ), "-c", "1", "-"]
    trim = ["silence", "1", "0.01", "0.3%", "reverse", "silence", "1", "0.01", "0.3%", "reverse"]
    effects = ["gain", "-6", "highpass", "120", "rate", "-v", str(RATE_HZ), *trim]
    raw = subprocess.run([*sox, *effects], input=spoken, check=True, capture_output=True).stdout  # noqa: S603
    return levelled(np.frombuffer(raw, dtype="<i2") / 32768.0, LEVEL_DBFS)


def converse(conversation: Conversation) -> tuple[SampleFile, SampleFile]:
    """Speak all turns one after the other, each into its party's file and silence into the other's."""
    tracks: dict[str, list[Samples]] = {"customer": [], "agent": []}
    pause = np.zeros(round(TURN_PAUSE_S * RATE_HZ))
    for party, text in conversation.turns:
        said = speak(conversation.customer if party == "customer" else conversation.agent, text)
        for name, track in tracks.items():
            track += [said if name == party else np.zeros_like(said), pause]
    return (
        SampleFile(conversation.customer.file, np.concatenate(tracks["customer"])),
        SampleFile(conversation.agent.file, np.concatenate(tracks["agent"])),
    )


def levelled(samples: Samples, level_dbfs: float) -> Samples:
    """Scale samples to an RMS level; the few peaks above ``CEILING`` are bent softly under it, never cut."""
    scaled = samples * (10 ** (level_dbfs / 20) / np.sqrt(np.mean(samples**2)))
    return np.asarray(CEILING * np.tanh(scaled / CEILING), dtype=np.float64)


def write(path: Path, samples: Samples) -> None:
    """Write a mono 16-bit PCM WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


def _padded(samples: Samples) -> Samples:
    silence = np.zeros(round(EDGE_SILENCE_S * RATE_HZ))
    return np.concatenate([silence, samples, silence])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
