"""Renders Kamailio's configuration and worker list from the settings, and has Kamailio check them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jinja2

from calls.errors import BadConfigurationError
from capture.plan import worker_name
from capture.settings import CaptureSettings, EdgeSettings, GroupSettings, ServiceSettings

WORKER_SET = 1
MAX_CALL_S = 12 * 3600
RING_MARGIN_S = 10  # the worker, who knows the group's time, gives up first
_CHILDREN = 2
_NOT_IN_PATHS = '";\\'
_MAX_SOCKET_PATH_BYTES = 107


@dataclass(frozen=True, slots=True)
class EdgeFiles:
    """Where an edge keeps its files."""

    configuration: Path
    workers: Path
    directory: Path
    registrations: Path
    control_socket: Path
    run_folder: Path


def edge_files(*, home: Path, run_folder: Path) -> EdgeFiles:
    """Give the files of the edge of a home."""
    return EdgeFiles(
        configuration=run_folder / "kamailio.cfg",
        workers=run_folder / "workers.list",
        directory=home / "edge" / "directory.sqlite",
        registrations=home / "edge" / "registrations.sqlite",
        control_socket=run_folder / "edge.sock",
        run_folder=run_folder,
    )


def require_plain_paths(files: EdgeFiles) -> None:
    """Refuse a home whose path Kamailio's configuration or a Unix socket cannot carry."""
    where = str(files.run_folder)
    if bad := sorted({character for character in where if character in _NOT_IN_PATHS or not character.isprintable()}):
        raise BadConfigurationError(
            what=f"Kamailio cannot take a path with {bad[0]!r}", where=where, remedy="choose another home"
        )
    if len(os.fsencode(files.control_socket)) > _MAX_SOCKET_PATH_BYTES:
        raise BadConfigurationError(
            what=f"a socket's path has at most {_MAX_SOCKET_PATH_BYTES} bytes",
            where=str(files.control_socket),
            remedy="choose a home with a shorter path",
        )


def render(
    *,
    edge: EdgeSettings,
    capture: CaptureSettings,
    services: tuple[ServiceSettings, ...],
    groups: tuple[GroupSettings, ...],
    files: EdgeFiles,
) -> str:
    """Give the configuration's text. Every value that reaches it has passed the settings' own patterns."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("capture.edge", "."),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - not HTML; the settings' patterns leave nothing to escape
        keep_trailing_newline=True,
    )
    advertised = edge.advertised_address
    return environment.get_template("kamailio.cfg.j2").render(
        listen=f"{edge.listen_address}:{edge.sip_port}",
        advertise=f" advertise {advertised}:{edge.sip_port}" if advertised else "",
        internal=f"127.0.0.1:{edge.internal_port}",
        internal_port=edge.internal_port,
        domain=edge.domain,
        children=_CHILDREN,
        tcp_lifetime_s=edge.register_expires_s + 60,
        register_expires_s=edge.register_expires_s,
        directory=files.directory,
        registrations=files.registrations,
        workers_file=files.workers,
        control_socket=files.control_socket,
        ping_interval_s=edge.ping_interval_s,
        retry_after_s=edge.retry_after_s,
        max_message_bytes=edge.max_message_bytes,
        max_call_s=MAX_CALL_S,
        longest_ring_ms=(max(group.ring_timeout_s for group in groups) + RING_MARGIN_S) * 1000,
        worker_set=WORKER_SET,
        first_worker_port=capture.first_sip_port,
        last_worker_port=capture.first_sip_port + capture.workers - 1,
        trunks=[str(network) for network in edge.trunks],
        services=[{"number": one.number, "dialled": (one.number, *one.aliases)} for one in services],
        groups=[
            {"name": one.name, "strategy": one.strategy.value, "member_timeout_s": one.member_timeout_s}
            for one in groups
        ],
    )


def render_workers(capture: CaptureSettings) -> str:
    """Give the dispatcher's list: set, address, flags, priority, attributes (one worker a line)."""
    return "".join(
        f"{WORKER_SET} sip:127.0.0.1:{capture.first_sip_port + number} 0 0 "
        f"duid={worker_name(number)};maxload={capture.conversations_per_worker}\n"
        for number in range(capture.workers)
    )


def check(kamailio: Path, configuration: Path) -> None:
    """Let Kamailio read the configuration; raise BadConfigurationError with its own words where it refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - the program is a setting, the arguments are ours
            [str(kamailio), "-c", "-f", str(configuration)], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError as error:
        raise BadConfigurationError(
            what=f"Kamailio cannot be run: {error.strerror}", where=str(kamailio), remedy="apt install kamailio"
        ) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "CRITICAL" in line or "ERROR" in line]
        raise BadConfigurationError(what="; ".join(lines[:5]) or done.stderr[-500:], where=str(configuration))
