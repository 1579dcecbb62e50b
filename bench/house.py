"""A house of its own for measuring and for tests: in a given folder, on free ports of loopback, with one big group."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from calls.errors import UnavailableError
from capture.pool.status import PoolStatus, read_status
from softphones.ports import free_ports
from softphones.sound import SAMPLE_RATE_HZ, read_sound, write_sound
from storage.agents import add_agent
from tallenne.commands.agent import publish_directory
from tallenne.demo.stage import running
from tallenne.house import House
from tallenne.installing import install
from tallenne.settings import SETTINGS_FILE

SERVICE = "+358102001000"
"""Plays the whole Finnish disclosure and rings the group of the people (``asiakaspalvelu``)."""

MASS_SERVICE = "+358102009000"
"""Plays a disclosure of a second and rings the group of the endpoint (``joukko``)."""

MASS_AGENT = "joukko"

_RTP_PORTS_PER_WORKER = 32
_SHORT_DISCLOSURE_S = 1.0
_SETTINGS = """\
[edge]
sip_port = {sip_port}
internal_port = {internal_port}

[capture]
workers = {workers}
first_sip_port = {first_sip_port}
first_rtp_port = {first_rtp_port}
drain_timeout_s = 3

[spool]
reserve_mib = 16

[objects]
endpoint = "http://127.0.0.1:{s3_port}"
embedded_first_port = {s3_first_port}

[web]
port = {web_port}

[[disclosures]]
name = "recording-fi"
language = "fi"
file = "prompts/disclosure-fi.wav"

[[disclosures]]
name = "short-fi"
language = "fi"
file = "prompts/short-fi.wav"

[[groups]]
name = "asiakaspalvelu"
ring_timeout_s = 15

[[groups]]
name = "joukko"
ring_timeout_s = 15

[[services]]
number = "{service}"
aliases = ["0102001000"]
name = "Asiakaspalvelu"
group = "asiakaspalvelu"
disclosures = ["recording-fi"]

[[services]]
number = "{mass_service}"
name = "Joukko"
group = "joukko"
disclosures = ["short-fi"]
"""


@dataclass(frozen=True, slots=True)
class FurnishedHouse:
    """A house that can be started, and the SIP passwords of its agents by user."""

    house: House
    sip_passwords: Mapping[str, str]

    @property
    def edge(self) -> str:
        """Where phones register and callers call, ``address:port``."""
        edge = self.house.settings.edge
        return f"{edge.listen_address}:{edge.sip_port}"

    @property
    def pool(self) -> PoolStatus:
        """The capture pool of the running house."""
        return read_status(self.house.pool_status_file)

    def process(self, name: str) -> psutil.Process:
        """Find a part of the running house: ``edge``, ``capture``, ``archive``, ``web`` or ``s3``."""
        root = psutil.Process(int((self.house.run_folder / "supervisord.pid").read_text(encoding="ascii")))
        for child in root.children():
            command = child.cmdline()
            if command[-1:] == [name] or (name == "edge" and "kamailio" in command[0]):
                return child
        raise UnavailableError(what=f"{name} does not run", where=str(self.house.home))


def furnish(home: Path, *, workers: int, agents: Mapping[str, str]) -> FurnishedHouse:
    """Make a home for ``workers`` workers. ``agents`` are names by SIP user; all are in the group of the people.

    The agent :data:`MASS_AGENT` is always made, alone in his group.
    """
    home.mkdir(mode=0o750, parents=True)
    (home / SETTINGS_FILE).write_text(
        _SETTINGS.format(
            sip_port=free_ports(),
            internal_port=free_ports(),
            workers=workers,
            first_sip_port=free_ports(workers),
            first_rtp_port=free_ports(workers * _RTP_PORTS_PER_WORKER),
            s3_port=free_ports(),
            s3_first_port=free_ports(12),
            web_port=free_ports(),
            service=SERVICE,
            mass_service=MASS_SERVICE,
        ),
        encoding="utf-8",
    )
    install(home)
    house = House(home)
    disclosure = read_sound(home / "prompts" / "disclosure-fi.wav")
    write_sound(home / "prompts" / "short-fi.wav", disclosure[: round(_SHORT_DISCLOSURE_S * SAMPLE_RATE_HZ)])
    passwords = {}
    with house.database.begin() as session:
        for user, name in {**agents, MASS_AGENT: "Joukko Agentteja"}.items():
            group = "joukko" if user == MASS_AGENT else "asiakaspalvelu"
            agent = add_agent(
                session,
                name=name,
                sip_user=user,
                domain=house.settings.edge.domain,
                groups=(group,),
                clock=house.clock,
            )
            passwords[user] = agent.sip_password
        session.flush()
        publish_directory(house, session)
    house.database.dispose()
    return FurnishedHouse(house=house, sip_passwords=passwords)


@contextmanager
def started(furnished: FurnishedHouse) -> Iterator[Path]:
    """Run the house while the block lasts; give its log."""
    with running(furnished.house) as log:
        yield log
