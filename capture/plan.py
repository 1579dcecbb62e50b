"""The plan: all that a worker needs to know, worked out and checked before any worker is forked."""

import hashlib
import wave
from dataclasses import dataclass
from pathlib import Path

from calls.errors import BadConfigurationError
from capture.settings import (
    CaptureSettings,
    DisclosureSettings,
    EdgeSettings,
    GroupSettings,
    RingStrategy,
    ServiceSettings,
)
from storage.spool.durable import write_whole

_PCM16_BYTES = 2


@dataclass(frozen=True, slots=True)
class PlannedDisclosure:
    """A disclosure that was found to be playable; ``sha256`` is of the very bytes that are at ``path``."""

    name: str
    language: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class PlannedService:
    """A service number with all that a call to it plays and rings."""

    number: str
    name: str
    group: str
    ring_timeout_s: float
    disclosures: tuple[PlannedDisclosure, ...]
    hold_music: Path | None
    rings_in_order: bool


@dataclass(frozen=True, slots=True)
class CapturePlan:
    """The same for every worker of a pool; what differs is worked out from its number by :meth:`worker`."""

    settings: CaptureSettings
    edge_port: int
    domain: str
    services: dict[str, PlannedService]
    run_folder: Path

    def worker(self, number: int) -> "WorkerPlan":
        """Give worker ``number`` (from 0) its name and ports."""
        settings = self.settings
        return WorkerPlan(
            name=worker_name(number),
            sip_port=settings.first_sip_port + number,
            first_rtp_port=settings.first_rtp_port + number * settings.rtp_ports_per_worker,
            pool=self,
        )


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """One worker's own part of the plan."""

    name: str
    sip_port: int
    first_rtp_port: int
    pool: CapturePlan


def worker_name(number: int) -> str:
    """Name a worker as the edge, the spool and the call rows do."""
    return f"w{number}"


def make_plan(
    *,
    capture: CaptureSettings,
    edge: EdgeSettings,
    services: tuple[ServiceSettings, ...],
    groups: tuple[GroupSettings, ...],
    disclosures: tuple[DisclosureSettings, ...],
    home: Path,
    run_folder: Path,
    keep_disclosures_in: Path | None,
) -> CapturePlan:
    """Check every prompt and put the plan together; raise BadConfigurationError for one that cannot be played.

    What is played is a copy of each disclosure, named by its hash and never changed or deleted: the hash beside a
    call stays true while somebody replaces the file, and what it names can be produced years later. With None
    nothing is copied, and the plan is only good for looking at.
    """
    playable = {
        disclosure.name: _disclosure(disclosure, home=home, keep_in=keep_disclosures_in) for disclosure in disclosures
    }
    ringing = {group.name: group for group in groups}
    planned = {
        service.number: PlannedService(
            number=service.number,
            name=service.name,
            group=service.group,
            ring_timeout_s=float(ringing[service.group].ring_timeout_s),
            disclosures=tuple(playable[name] for name in service.disclosures),
            hold_music=_playable(home / service.hold_music) if service.hold_music else None,
            rings_in_order=ringing[service.group].strategy is RingStrategy.ORDER,
        )
        for service in services
    }
    return CapturePlan(
        settings=capture, edge_port=edge.internal_port, domain=edge.domain, services=planned, run_folder=run_folder
    )


def _disclosure(disclosure: DisclosureSettings, *, home: Path, keep_in: Path | None) -> PlannedDisclosure:
    path = _playable(home / disclosure.file)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if keep_in is not None:
        path = keep_in / f"{sha256}.wav"
        keep_in.mkdir(mode=0o750, parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content, mode=0o440)
    return PlannedDisclosure(name=disclosure.name, language=disclosure.language, path=path, sha256=sha256)


def _playable(path: Path) -> Path:
    """Refuse what pjsip would refuse only in the middle of a call."""
    remedy = "give a mono 16-bit PCM WAV file, for example made by: ffmpeg -i IN -ac 1 -ar 8000 -c:a pcm_s16le OUT.wav"
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getnframes() > 0)
    except (OSError, EOFError, wave.Error) as error:
        raise BadConfigurationError(
            what=f"the prompt cannot be read: {error}", where=str(path), remedy=remedy
        ) from error
    if shape != (1, _PCM16_BYTES, True):
        raise BadConfigurationError(what="the prompt is empty or not mono 16-bit PCM", where=str(path), remedy=remedy)
    return path
