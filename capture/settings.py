"""The settings of edge and capture; unknown names are errors."""

import re
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Port = Annotated[int, Field(ge=1, le=65535)]
NAME_PATTERN = re.compile(r"^[a-z0-9][a-z0-9_-]{0,39}$")
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN.pattern)]
ServiceNumber = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{3,14}$")]
Alias = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,15}$")]

LEGS_PER_CONVERSATION = 2
_PORTS = 65536


def _exact_network(given: object) -> object:
    """Refuse 10.0.0.1/8: whoever writes it means one address, and would let sixteen million in."""
    return IPv4Network(given) if isinstance(given, str) else given


Trunk = Annotated[IPv4Network, BeforeValidator(_exact_network)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class EdgeSettings(_Section):
    """The SIP edge: Kamailio between the world and the workers."""

    listen_address: IPv4Address = IPv4Address("127.0.0.1")
    """The address that takes SIP from trunks and softphones, UDP and TCP."""
    sip_port: Port = 5060
    """The port of that address."""
    advertised_address: IPv4Address | None = None
    """The address told to phones and trunks where it differs from listen_address, as behind NAT."""
    internal_port: Port = 5070
    """The UDP port on 127.0.0.1 at which edge and workers speak."""
    domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,200}$")] = "tallenne.internal"
    """The domain of the agents' SIP addresses; a change makes every SIP password invalid."""
    trunks: Annotated[tuple[Trunk, ...], Field(min_length=1)] = (IPv4Network("127.0.0.1/32"),)
    """The networks that calls to the service numbers may come from; everybody else is refused."""
    max_message_bytes: Annotated[int, Field(ge=1024, le=32000)] = 4096
    """A larger SIP message is refused (513)."""
    register_expires_s: Annotated[int, Field(ge=30, le=3600)] = 60
    """How long a softphone's registration lasts at most."""
    retry_after_s: Annotated[int, Field(ge=1, le=3600)] = 10
    """What a trunk is told to wait for when all workers are busy (503)."""
    ping_interval_s: Annotated[int, Field(ge=1, le=300)] = 2
    """How often the edge asks every worker whether it lives."""
    kamailio: Path = Path("/usr/sbin/kamailio")
    """The Kamailio program."""
    shared_memory_mib: Annotated[int, Field(ge=16)] = 64
    """Kamailio's shared memory, for registrations and calls."""


class CaptureSettings(_Section):
    """The worker pool. With the pjsua2 wheel a process has four legs, so two conversations."""

    workers: Annotated[int, Field(ge=1, le=256)] = 8
    """Worker processes. Times conversations_per_worker, it is the number of calls at once."""
    conversations_per_worker: Annotated[int, Field(ge=1, le=64)] = 2
    """2 with the pjsua2 wheel (four legs a process); more with a pjsua2 built for more."""
    first_sip_port: Port = 5100
    """The first worker's UDP port on 127.0.0.1; the others follow it."""
    first_rtp_port: Annotated[int, Field(ge=1024, le=65000, multiple_of=2)] = 20000
    """The first UDP port for audio; there are workers x rtp_ports_per_worker of them, open in the firewall."""
    rtp_ports_per_worker: Annotated[int, Field(ge=16, le=1000, multiple_of=2)] = 32
    """At least 8 for each conversation of a worker."""
    media_address: IPv4Address = IPv4Address("127.0.0.1")
    """The address told to phones for their audio. 127.0.0.1 binds to loopback, any other is only told."""
    sample_rate_hz: Annotated[int, Field(json_schema_extra={"enum": [8000, 16000]})] = 8000
    """8000 for G.711, 16000 for wideband (G.722)."""
    drain_timeout_s: Annotated[int, Field(ge=0)] = 30
    """How long running calls may go on after an orderly stop was asked for."""

    @model_validator(mode="after")
    def _fits(self) -> "CaptureSettings":
        if self.sample_rate_hz not in {8000, 16000}:
            raise ValueError("sample_rate_hz is 8000 (G.711) or 16000 (G.722)")
        # RTP and RTCP for every leg, and as many again while ports of ended calls are released
        needed = self.conversations_per_worker * LEGS_PER_CONVERSATION * 2 * 2
        if self.rtp_ports_per_worker < needed:
            raise ValueError(f"rtp_ports_per_worker must be at least {needed} for this many conversations")
        if self.first_rtp_port + self.workers * self.rtp_ports_per_worker > _PORTS:
            raise ValueError("the RTP ports of the workers do not fit below 65536")
        if self.first_sip_port + self.workers > _PORTS:
            raise ValueError("the SIP ports of the workers do not fit below 65536")
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
    """The group's name in services and in 'tallenne agent add'."""
    strategy: RingStrategy = RingStrategy.ALL
    """All phones at once, or one after the other in the order of the group."""
    ring_timeout_s: Annotated[int, Field(ge=1, le=600)] = 30
    """When nobody has answered for this long, the call ends as unanswered."""
    member_timeout_s: Annotated[int, Field(ge=1, le=120)] = 12
    """With strategy order: how long each phone rings."""


class DisclosureSettings(_Section):
    """A recording disclosure: an audio file and the language it is in."""

    name: Name
    """The disclosure's name in services and in the evidence of each call."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    """The language it is in (ISO 639-1)."""
    file: Path
    """What is played: mono 16-bit PCM WAV."""


class ServiceSettings(_Section):
    """A service number that customers call."""

    number: ServiceNumber
    """The number that customers call, in E.164."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Its name in the viewer."""
    group: Name
    """The group that rings."""
    disclosures: Annotated[tuple[Name, ...], Field(min_length=1)]
    """What is played before anything is recorded, one after the other."""
    aliases: tuple[Alias, ...] = ()
    """Other ways in which a trunk may write the number."""
    purposes: Annotated[tuple[Name, ...], Field(min_length=1)] = ("verify", "training")
    """What its calls are kept for: each purpose has a period of its own, and the longest wins."""
    hold_music: Path | None = None
    """What a caller hears while the agents are rung: mono 16-bit PCM WAV. Without it, the ringing tone."""


class SpoolSettings(_Section):
    """The spool on disk; ``reserve_mib`` must stay free, or calls are refused."""

    folder: Path = Path("spool")
    """Where calls are until they are archived: a local disk."""
    reserve_mib: Annotated[int, Field(ge=1)] = 256
    """With less free space than this, calls are refused instead of half recorded."""
