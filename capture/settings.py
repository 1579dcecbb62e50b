"""The settings of edge and capture; unknown names are errors."""

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
ServiceNumber = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{3,14}$")]
Alias = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,15}$")]

LEGS_PER_CONVERSATION = 2


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EdgeSettings(_Section):
    """The SIP edge: Kamailio between the world and the workers."""

    listen_address: IPv4Address = IPv4Address("127.0.0.1")
    sip_port: Port = 5060
    advertised_address: IPv4Address | None = None
    internal_port: Port = 5070
    domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,200}$")] = "tallenne.internal"
    trunks: Annotated[tuple[IPv4Network, ...], Field(min_length=1)] = (IPv4Network("127.0.0.1/32"),)
    max_message_bytes: Annotated[int, Field(ge=1024, le=65000)] = 4096
    register_expires_s: Annotated[int, Field(ge=30, le=3600)] = 300
    retry_after_s: Annotated[int, Field(ge=1, le=3600)] = 10
    ping_interval_s: Annotated[int, Field(ge=1, le=300)] = 2
    kamailio: Path = Path("/usr/sbin/kamailio")
    shared_memory_mib: Annotated[int, Field(ge=16)] = 64


class CaptureSettings(_Section):
    """The worker pool. With the pjsua2 wheel a process has four legs, so two conversations."""

    workers: Annotated[int, Field(ge=1, le=256)] = 8
    conversations_per_worker: Annotated[int, Field(ge=1, le=64)] = 2
    first_sip_port: Port = 5100
    first_rtp_port: Annotated[int, Field(ge=1024, le=65000, multiple_of=2)] = 20000
    rtp_ports_per_worker: Annotated[int, Field(ge=16, le=1000, multiple_of=2)] = 32
    media_address: IPv4Address = IPv4Address("127.0.0.1")
    sample_rate_hz: Annotated[int, Field(json_schema_extra={"enum": [8000, 16000]})] = 8000
    drain_timeout_s: Annotated[int, Field(ge=0)] = 30

    @model_validator(mode="after")
    def _fits(self) -> "CaptureSettings":
        if self.sample_rate_hz not in {8000, 16000}:
            raise ValueError("sample_rate_hz is 8000 (G.711) or 16000 (G.722)")
        # RTP and RTCP for every leg, and as many again while ports of ended calls are released
        needed = self.conversations_per_worker * LEGS_PER_CONVERSATION * 2 * 2
        if self.rtp_ports_per_worker < needed:
            raise ValueError(f"rtp_ports_per_worker must be at least {needed} for this many conversations")
        if self.first_rtp_port + self.workers * self.rtp_ports_per_worker > 65536:  # noqa: PLR2004 (ports end there)
            raise ValueError("the RTP ports of the workers do not fit below 65536")
        return self

    @property
    def last_rtp_port(self) -> int:
        """The highest port of the range a firewall has to open."""
        return self.first_rtp_port + self.workers * self.rtp_ports_per_worker - 1


class RingStrategy(StrEnum):
    """How the members of a group are rung."""

    ALL = "all"
    ORDER = "order"


class GroupSettings(_Section):
    """A group of agents that a service rings; who is in it is said by ``tallenne agent add``."""

    name: Name
    strategy: RingStrategy = RingStrategy.ALL
    ring_timeout_s: Annotated[int, Field(ge=1, le=600)] = 30
    member_timeout_s: Annotated[int, Field(ge=1, le=120)] = 12


class DisclosureSettings(_Section):
    """A recording disclosure: an audio file and the language it is in."""

    name: Name
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    file: Path


class ServiceSettings(_Section):
    """A service number that customers call."""

    number: ServiceNumber
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    group: Name
    disclosures: Annotated[tuple[Name, ...], Field(min_length=1)]
    aliases: tuple[Alias, ...] = ()
    hold_music: Path | None = None


class SpoolSettings(_Section):
    """The spool on disk; ``reserve_mib`` must stay free, or calls are refused."""

    folder: Path = Path("spool")
    reserve_mib: Annotated[int, Field(ge=1)] = 256
