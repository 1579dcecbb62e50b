"""Step 1: whether an entry is what its manifest says."""

import hashlib
from pathlib import Path

from calls.errors import BadDataError, IntegrityError, UnavailableError
from calls.manifest import ChannelFile, Manifest
from calls.outcome import CallState
from storage.spool.committed import CommittedEntry
from storage.spool.wav import measure


def verified_manifest(entry: CommittedEntry) -> Manifest:
    """Read an entry's manifest and hold its files to it.

    Raise BadDataError where the manifest is not whole, not of this call or contradicts itself, IntegrityError
    where a recording is not the one it names, UnavailableError where the disk does not give what is on it: that
    says nothing about the call, and may be over the next time.
    """
    try:
        manifest = entry.manifest()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise BadDataError(what=f"the manifest cannot be read: {error}", where=entry.call_id) from error
    except OSError as error:
        raise UnavailableError(what=f"the manifest cannot be read: {error.strerror}", where=entry.call_id) from error
    if manifest.call_id != entry.call_id:
        raise BadDataError(what=f"the manifest is of call {manifest.call_id}", where=entry.call_id)
    if problem := contradiction_in(manifest):
        raise BadDataError(what=f"the manifest contradicts itself: {problem}", where=entry.call_id)
    if manifest.audio is not None:
        for channel in (manifest.audio.customer, manifest.audio.agent):
            _require_recording(entry.folder, channel, sample_rate_hz=manifest.audio.sample_rate_hz)
    return manifest


def contradiction_in(manifest: Manifest) -> str | None:
    """Tell what a manifest says that cannot be; None for a sound one. What passes here, the database takes."""
    audio, duration_ms = manifest.audio, manifest.duration_ms
    problems = {
        f"{manifest.state} and {'there is' if audio else 'no'} audio": (manifest.state is CallState.RECORDED)
        != (audio is not None),
        "answered and duration go together": (manifest.answered_at is None) != (duration_ms is None),
        "recorded but never answered": audio is not None and manifest.answered_at is None,
        "channels of different lengths": audio is not None and audio.customer.samples != audio.agent.samples,
        f"a duration of {duration_ms} ms": duration_ms is not None and duration_ms < 0,
        "ended before it started": manifest.ended_at < manifest.started_at,
        "a withheld number is given": manifest.caller.withheld and manifest.caller.number is not None,
    }
    return next((problem for problem, found in problems.items() if found), None)


def _require_recording(folder: Path, channel: ChannelFile, *, sample_rate_hz: int) -> None:
    where = f"{folder.name}/{channel.file}"
    if Path(channel.file).name != channel.file:
        raise BadDataError(what="the manifest names a file outside its entry", where=where)
    length = measure(folder / channel.file)
    if (length.sample_rate_hz, length.samples) != (sample_rate_hz, channel.samples):
        raise IntegrityError(
            what=f"{length.samples} samples at {length.sample_rate_hz} Hz, the manifest says "
            f"{channel.samples} at {sample_rate_hz}",
            where=where,
        )
    try:
        with (folder / channel.file).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnavailableError(what=f"the recording cannot be read: {error.strerror}", where=where) from error
    if found != channel.sha256:
        raise IntegrityError(what="the recording is not the one that was committed", where=where)
