"""The doctor: what is missing or unsafe in a house, and how to mend it. Changes nothing."""

import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from calls.errors import TallenneError, UnavailableError
from capture.edge.configuration import edge_files
from capture.edge.control import EdgeControl
from capture.edge.process import prepare_edge
from capture.plan import make_plan
from capture.pool.status import read_status
from storage.agents import active_agents
from storage.database.migration import current, head
from storage.settings import ObjectStore
from tallenne.house import House

SECRET_MODE_MASK = 0o077


class Health(StrEnum):
    """How bad it is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    health: Health
    what: str
    remedy: str = ""


Check = Callable[[House], Iterator[Finding]]


def before_start(house: House) -> list[Finding]:
    """Look at all that must be right before anything starts; nothing needs to run for it."""
    return _look(house, _settings, _secrets, _prompts, _edge, _spool, _exposure, _free_ports)


def examine(house: House) -> list[Finding]:
    """Look at everything, at the running parts too."""
    return _look(house, _settings, _secrets, _prompts, _edge, _spool, _exposure, _database, _objects, _running)


def _look(house: House, *checks: Check) -> list[Finding]:
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check(house)
        except TallenneError as error:
            subject = check.__name__.strip("_").replace("_", " ")
            findings.append(Finding(subject, Health.BAD, f"{error.where}: {error.what}", error.remedy))
            if check is _settings:
                break  # without settings nothing else can be looked at
        except OSError as error:
            subject = check.__name__.strip("_").replace("_", " ")
            what = f"{error.filename or house.home}: {error.strerror}"
            findings.append(Finding(subject, Health.BAD, what, "see that it is there, and whose it is"))
    return findings


def _settings(house: House) -> Iterator[Finding]:
    settings = house.settings
    numbers = ", ".join(service.number for service in settings.services)
    yield Finding("settings", Health.GOOD, f"{house.home}/tallenne.toml; services {numbers}")


def _secrets(house: House) -> Iterator[Finding]:
    settings = house.settings
    folder = settings.path(settings.keys.folder)
    wide = [path.name for path in sorted(folder.glob("*")) if _is_wide(path)]
    if wide:
        names = ", ".join(wide)
        yield Finding("secrets", Health.BAD, f"readable by others: {names}", f"chmod 600 {folder}/*")
        return
    house.keys  # noqa: B018 - loading is the check
    yield Finding("secrets", Health.GOOD, f"{folder}, for the owner alone")


def _is_wide(path: Path) -> bool:
    return path.is_file() and bool(stat.S_IMODE(path.stat().st_mode) & SECRET_MODE_MASK)


def _prompts(house: House) -> Iterator[Finding]:
    settings = house.settings
    plan = make_plan(
        capture=settings.capture,
        edge=settings.edge,
        services=settings.services,
        groups=settings.groups,
        disclosures=settings.disclosures,
        home=house.home,
        run_folder=house.run_folder,
        keep_disclosures_in=None,
    )
    count = sum(len(service.disclosures) for service in plan.services.values())
    yield Finding("disclosures", Health.GOOD, f"{count} playable")


def _edge(house: House) -> Iterator[Finding]:
    settings = house.settings
    files = edge_files(home=house.home, run_folder=house.run_folder)
    prepare_edge(
        edge=settings.edge, capture=settings.capture, services=settings.services, groups=settings.groups, files=files
    )
    yield Finding("edge", Health.GOOD, "Kamailio accepts the configuration")


def _spool(house: House) -> Iterator[Finding]:
    house.spool.prepare()
    free_mib, reserve_mib = house.spool.free_bytes() // 2**20, house.spool.reserve_bytes // 2**20
    if free_mib < reserve_mib:
        what = f"{free_mib} MiB free, {reserve_mib} MiB are kept in reserve: calls would be refused"
        yield Finding("spool", Health.BAD, what, f"free disk space under {house.spool.folder}")
    elif quarantined := sum(1 for _ in house.spool.quarantine.iterdir()):
        what = f"{quarantined} entries in quarantine"
        yield Finding("spool", Health.DOUBTFUL, what, f"read reason.txt in {house.spool.quarantine}/*")
    else:
        yield Finding("spool", Health.GOOD, f"{free_mib} MiB free")


def _exposure(house: House) -> Iterator[Finding]:
    settings = house.settings
    if settings.edge.listen_address.is_loopback:
        what = "the edge listens on loopback only: neither trunk nor phones on the network reach it"
        yield Finding("network", Health.DOUBTFUL, what, "set edge.listen_address and capture.media_address")
    elif settings.capture.media_address.is_loopback and settings.edge.advertised_address is None:
        what = "phones are told to send their audio to loopback"
        yield Finding("network", Health.BAD, what, "set capture.media_address")
    if any(network.prefixlen == 0 for network in settings.edge.trunks):
        what = "every address may bring calls in"
        yield Finding("trunks", Health.DOUBTFUL, what, "name your trunk's addresses in edge.trunks")


def _free_ports(house: House) -> Iterator[Finding]:
    settings = house.settings
    wanted = {
        "edge.sip_port": (str(settings.edge.listen_address), settings.edge.sip_port, socket.SOCK_DGRAM),
        "edge.internal_port": ("127.0.0.1", settings.edge.internal_port, socket.SOCK_DGRAM),
        "capture.first_sip_port": ("127.0.0.1", settings.capture.first_sip_port, socket.SOCK_DGRAM),
        "web.port": (str(settings.web.listen_address), settings.web.port, socket.SOCK_STREAM),
    }
    for name, (address, port, kind) in wanted.items():
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                what = f"{address}:{port}: {error.strerror}"
                yield Finding(name, Health.BAD, what, "stop what uses it, or choose another port in tallenne.toml")


def _database(house: House) -> Iterator[Finding]:
    found, needed = current(house.database), head()
    if found != needed:
        yield Finding("database", Health.BAD, f"schema {found or 'empty'}, needed {needed}", "run 'tallenne init'")
        return
    yield Finding("database", Health.GOOD, f"{house.database.where}, schema {found}")
    with house.database.read() as session:
        agents = active_agents(session)
    if not agents:
        yield Finding("agents", Health.DOUBTFUL, "nobody can answer a call", "run 'tallenne agent add'")
        return
    grouped = {group.group_name for agent in agents for group in agent.groups}
    for service in house.settings.services:
        if service.group not in grouped:
            what = f"{service.number} rings group {service.group}, which has no agent"
            yield Finding("agents", Health.DOUBTFUL, what, f"tallenne agent add ... --group {service.group}")


def _objects(house: House) -> Iterator[Finding]:
    from storage.objects.privacy import require_private  # noqa: PLC0415 - the S3 client, only where it is needed

    settings = house.settings.objects
    if settings.store is ObjectStore.S3:
        require_private(endpoint=str(settings.endpoint), bucket=settings.bucket, objects=house.objects)
    yield Finding("objects", Health.GOOD, f"{settings.store}: answers, and refuses the anonymous")


def _running(house: House) -> Iterator[Finding]:
    try:
        status = read_status(house.pool_status_file)
    except UnavailableError:
        yield from _free_ports(house)  # nothing of ours runs there, so nothing else may
        raise
    wanted = house.settings.capture.workers
    health = Health.GOOD if len(status.workers) == wanted else Health.BAD
    restarts = sum(worker.restarts for worker in status.workers)
    yield Finding("capture", health, f"{len(status.workers)} of {wanted} workers live, {restarts} restarts")
    files = edge_files(home=house.home, run_folder=house.run_folder)
    users = EdgeControl(files.control_socket).registered_users()
    health = Health.GOOD if users else Health.DOUBTFUL
    yield Finding("softphones", health, f"{len(users)} registered", "" if users else "no phone would ring")
