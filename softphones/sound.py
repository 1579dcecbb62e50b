"""Sound files as arrays of samples, always mono at 8,000 Hz: the rate of G.711."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from softphones.errors import PhoneError

SAMPLE_RATE_HZ = 8000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000

Samples = npt.NDArray[np.int16]


def read_sound(path: Path) -> Samples:
    """Read a sound file (any format of libsndfile) as mono 16-bit samples at 8,000 Hz."""
    return read_channels(path)[0] if _channels(path) == 1 else _mixed(read_channels(path))


def read_channels(path: Path) -> list[Samples]:
    """Read each channel of a sound file as 16-bit samples at 8,000 Hz."""
    try:
        data, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise PhoneError(what=f"not a sound file: {error}", where=str(path)) from error
    return [_as_int16(_resampled(channel, rate_hz)) for channel in data.T]


def write_sound(path: Path, samples: Samples) -> None:
    """Write mono 16-bit samples as WAV at 8,000 Hz."""
    soundfile.write(path, samples, SAMPLE_RATE_HZ, subtype="PCM_16", format="WAV")


def padded(samples: Samples, *, seconds: float) -> Samples:
    """Lengthen with silence to ``seconds``; something longer comes back as it is."""
    missing = round(seconds * SAMPLE_RATE_HZ) - len(samples)
    return np.concatenate([samples, np.zeros(max(0, missing), dtype=np.int16)])


def _channels(path: Path) -> int:
    try:
        return int(soundfile.info(path).channels)
    except (OSError, RuntimeError) as error:
        raise PhoneError(what=f"not a sound file: {error}", where=str(path)) from error


def _mixed(channels: list[Samples]) -> Samples:
    mixed: Samples = np.mean(np.stack(channels), axis=0).astype(np.int16)
    return mixed


def _as_int16(channel: npt.NDArray[np.float64]) -> Samples:
    clipped: Samples = np.clip(np.rint(channel * 32768.0), -32768, 32767).astype(np.int16)
    return clipped


def _resampled(channel: npt.NDArray[np.float64], rate_hz: int) -> npt.NDArray[np.float64]:
    """Change the rate of a whole file by cutting or padding its spectrum: exact for what both rates can hold."""
    if rate_hz == SAMPLE_RATE_HZ or len(channel) == 0:
        return channel
    wanted = max(1, round(len(channel) * SAMPLE_RATE_HZ / rate_hz))
    spectrum = np.fft.rfft(channel)
    bins = wanted // 2 + 1
    kept = np.zeros(bins, dtype=np.complex128)
    shared = min(bins, len(spectrum))
    kept[:shared] = spectrum[:shared]
    resampled: npt.NDArray[np.float64] = np.fft.irfft(kept, n=wanted) * (wanted / len(channel))
    return resampled
