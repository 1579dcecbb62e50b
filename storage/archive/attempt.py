"""Step 2: an attempt to archive one call, durable in its spool entry before anything is put."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex

from calls.errors import IntegrityError
from calls.manifest import Audio, Manifest
from storage.audio.channels import CHANNELS, frames_of_flac
from storage.audio.flac import CODEC, make_flac
from storage.audio.peaks import make_peaks
from storage.database.calls import RecordingRow
from storage.spool.durable import fsync_file, write_whole
from storage.vault.key_ring import KeyRing
from storage.vault.sealing import Kind, Label, seal

ATTEMPT_FILE = "attempt.json"
OBJECTS_PREFIX = "calls/"
_FLAC_FILE = "recording.flac"
_AUDIO_FILE = "recording.sealed"
_PEAKS_FILE = "peaks.sealed"
_PIECE_BYTES = 1 << 20
_ATTEMPT_BYTES = 4


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed object as it lies in the entry, and the key it is put under."""

    file: str
    object_key: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Everything the recording's row will say. ``size_bytes`` and ``sha256`` are of the plain FLAC."""

    samples: int
    sample_rate_hz: int
    size_bytes: int
    sha256: str
    audio: SealedFile
    peaks: SealedFile
    wrapped_key: bytes
    key_version: int

    @property
    def objects(self) -> tuple[SealedFile, SealedFile]:
        """Both sealed files."""
        return self.audio, self.peaks

    def row(self, call_id: str) -> RecordingRow:
        """Give the recording's row."""
        return RecordingRow(
            call_id=call_id,
            codec=CODEC,
            channels=CHANNELS,
            sample_rate_hz=self.sample_rate_hz,
            samples=self.samples,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            object_key=self.audio.object_key,
            object_size_bytes=self.audio.size_bytes,
            object_sha256=self.audio.sha256,
            peaks_key=self.peaks.object_key,
            peaks_size_bytes=self.peaks.size_bytes,
            peaks_sha256=self.peaks.sha256,
            wrapped_key=self.wrapped_key,
            key_version=self.key_version,
        )


def attempt_for(folder: Path, manifest: Manifest, audio: Audio, *, keys: KeyRing) -> Attempt:
    """Give the entry's attempt: the one that is there and whole, or a new one.

    Raise IntegrityError where the recordings cannot become a FLAC, UnavailableError where the disk is full.
    """
    return _read(folder, manifest, keys=keys) or _make(folder, manifest, audio, keys=keys)


def sizes_of(recording: RecordingRow) -> dict[str, int]:
    """Give the sealed size of each object that a recording's row owns, by key."""
    return {
        recording.object_key: recording.object_size_bytes,
        recording.peaks_key: recording.peaks_size_bytes,
    }


def forget_attempt(folder: Path) -> None:
    """Take an attempt's files out of an entry; its announced objects stay garbage."""
    for name in (ATTEMPT_FILE, _FLAC_FILE, _AUDIO_FILE, _PEAKS_FILE):
        (folder / name).unlink(missing_ok=True)


def _make(folder: Path, manifest: Manifest, audio: Audio, *, keys: KeyRing) -> Attempt:
    forget_attempt(folder)
    flac = folder / _FLAC_FILE
    rate = audio.sample_rate_hz
    facts = make_flac(folder / audio.customer.file, folder / audio.agent.file, flac, sample_rate_hz=rate)
    peaks = make_peaks(frames_of_flac(flac), sample_rate_hz=rate)
    data_key, wrapped, version = keys.new_key(manifest.call_id)
    # The attempt's own number is in the keys, so that no attempt can ever write over another's object
    started = manifest.started_at
    stem = f"{OBJECTS_PREFIX}{started:%Y/%m}/{manifest.call_id}/{token_hex(_ATTEMPT_BYTES)}"
    with flac.open("rb") as plain:
        pieces = iter(lambda: plain.read(_PIECE_BYTES), b"")
        sealed_audio = _write_sealed(
            folder / _AUDIO_FILE,
            seal(pieces, key=data_key, label=Label(manifest.call_id, Kind.AUDIO)),
            object_key=f"{stem}.flac.sealed",
        )
    sealed_peaks = _write_sealed(
        folder / _PEAKS_FILE,
        seal([peaks], key=data_key, label=Label(manifest.call_id, Kind.PEAKS)),
        object_key=f"{stem}.peaks.sealed",
    )
    flac.unlink()
    attempt = Attempt(
        samples=facts.samples,
        sample_rate_hz=facts.sample_rate_hz,
        size_bytes=facts.size_bytes,
        sha256=facts.sha256,
        audio=sealed_audio,
        peaks=sealed_peaks,
        wrapped_key=wrapped,
        key_version=version,
    )
    plain_attempt = {**asdict(attempt), "wrapped_key": wrapped.hex()}
    write_whole(folder / ATTEMPT_FILE, json.dumps(plain_attempt, indent=1).encode())
    return attempt


def _write_sealed(path: Path, pieces: Iterable[bytes], *, object_key: str) -> SealedFile:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    fsync_file(path)
    return SealedFile(file=path.name, object_key=object_key, size_bytes=size, sha256=digest.hexdigest())


def _read(folder: Path, manifest: Manifest, *, keys: KeyRing) -> Attempt | None:
    """Read an attempt that an earlier run left; None unless it and both sealed files are whole and its key opens."""
    try:
        plain = json.loads((folder / ATTEMPT_FILE).read_bytes())
        attempt = Attempt(
            **{
                **plain,
                "audio": SealedFile(**plain["audio"]),
                "peaks": SealedFile(**plain["peaks"]),
                "wrapped_key": bytes.fromhex(plain["wrapped_key"]),
            }
        )
        for item in attempt.objects:
            with (folder / item.file).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != item.sha256:
                    return None
        keys.unwrap(attempt.wrapped_key, attempt.key_version, manifest.call_id)
    except (OSError, ValueError, TypeError, KeyError, IntegrityError):
        return None
    return attempt
