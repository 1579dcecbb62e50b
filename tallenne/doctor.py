"""The doctor: what is missing or unsafe in a house, and how to mend it. Leaves everything as it was.

What only a trial can tell is tried aside: the edge's files are rendered into a temporary folder, and the object that
nobody else may read is taken out of the store again.
"""

import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from calls.errors import TallenneError
from capture.edge.configuration import edge_files, require_plain_paths
from capture.edge.process import prepare_edge
from rights.audit.append_only import may_change_the_audit
from rights.audit.signing_key import load_signing_key
from rights.audit.verifications import last_verification
from rights.identity.breached_passwords import BreachedPasswords
from storage.agents import active_agents
from storage.database.migration import current, head
from storage.settings import ObjectStore
from tallenne.accounts_health import accounts_health
from tallenne.certificate_health import certificate_health
from tallenne.finding import Finding, Health
from tallenne.house import House
from tallenne.keeping_health import documents_health, retention_health, shares_health
from tallenne.running import anything_runs, embedded_store_runs, is_embedded, pool_status, registered_users
from tallenne.supervision import require_supervisable

SECRET_MODE_MASK = 0o077
OTHERS_MODE_MASK = 0o007


Check = Callable[[House], Iterator[Finding]]


def before_start(house: House) -> list[Finding]:
    """Look at all that must be right before anything starts; nothing needs to run for it.

    What is the viewer's alone is not among it: calls are recorded without it.
    """
    return _look(house, _settings, _privacy, _secrets, _prompts, _processes, _edge, _spool, _exposure, _free_ports)


def examine(house: House) -> list[Finding]:
    """Look at everything, at the running parts too."""
    return _look(
        house,
        _settings,
        _privacy,
        _secrets,
        _breached_passwords,
        _prompts,
        _processes,
        _edge,
        _spool,
        _exposure,
        certificate_health,
        _database,
        _place,
        _objects,
        _ports,
        _capture,
        _softphones,
    )


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


def _privacy(house: House) -> Iterator[Finding]:
    keys = house.settings.path(house.settings.keys.folder)
    looked_at = {"home": house.home, "keys": keys, "database": _database_file(house)}
    wide = {name: path for name, path in looked_at.items() if path and path.exists() and _mode(path) & OTHERS_MODE_MASK}
    for name, path in wide.items():
        yield Finding(name, Health.BAD, f"{path} is open to others (mode {_mode(path):04o})", f"chmod o-rwx '{path}'")
    if not wide:
        yield Finding("home", Health.GOOD, "closed to other users of this machine")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _database_file(house: House) -> Path | None:
    """Give the file of an SQLite database; None for another one."""
    address = house.database.engine.url
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


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
    return path.is_file() and bool(_mode(path) & SECRET_MODE_MASK)


def _breached_passwords(house: House) -> Iterator[Finding]:
    """Say whether passwords from breaches are known, and whether their file is what it must be."""
    file = house.settings.accounts.breached_passwords
    if file is None:
        return
    size = BreachedPasswords(house.settings.path(file)).require_usable()
    yield Finding("breached passwords", Health.GOOD, f"{file}, {size / 2**20:.0f} MiB, ordered by hash")


def _prompts(house: House) -> Iterator[Finding]:
    plan = house.capture_plan(keep_disclosures_in=None)
    count = sum(len(service.disclosures) for service in plan.services.values())
    yield Finding("disclosures", Health.GOOD, f"{count} playable")


def _processes(house: House) -> Iterator[Finding]:
    require_supervisable(house.home)
    yield Finding("processes", Health.GOOD, "the home's path suits them")


def _edge(house: House) -> Iterator[Finding]:
    settings = house.settings
    require_plain_paths(edge_files(home=house.home, run_folder=house.run_folder))
    with tempfile.TemporaryDirectory(prefix="tallenne-") as folder:
        aside = Path(folder)
        prepare_edge(
            edge=settings.edge,
            capture=settings.capture,
            services=settings.services,
            groups=settings.groups,
            files=edge_files(home=aside, run_folder=aside),
        )
    yield Finding("edge", Health.GOOD, "Kamailio accepts the configuration")


def _spool(house: House) -> Iterator[Finding]:
    spool = house.spool
    if not (spool.folder.is_dir() and spool.quarantine.is_dir()):
        yield Finding("spool", Health.DOUBTFUL, f"{spool.folder} is not there yet", "tallenne init makes it")
        return
    free_mib, reserve_mib = spool.free_bytes() // 2**20, spool.reserve_bytes // 2**20
    if free_mib < reserve_mib:
        what = f"{free_mib} MiB free, {reserve_mib} MiB are kept in reserve: calls would be refused"
        yield Finding("spool", Health.BAD, what, f"free disk space under {spool.folder}")
    elif quarantined := sum(1 for _ in spool.quarantine.iterdir()):
        what = f"{quarantined} entries in quarantine"
        yield Finding("spool", Health.DOUBTFUL, what, f"read reason.txt in {spool.quarantine}/*")
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


def _audit(house: House) -> Iterator[Finding]:
    """Say who could change the audit, and whether it is signed."""
    load_signing_key(house.settings.path(house.settings.keys.folder))
    if _database_file(house) is None and may_change_the_audit(house.database):
        what = "the processes' role owns the audit's tables: only triggers keep it from changing them"
        remedy = "run containers/database-role.sh as the database's superuser, then 'tallenne init' as tallenne_owner"
        yield Finding("audit", Health.DOUBTFUL, what, remedy)
        return
    with house.database.read() as session:
        verified = last_verification(session)
    if verified is not None and verified.findings:
        what = f"the audit was tampered with: {verified.findings} findings"
        remedy = "run 'tallenne audit verify', which names the rows; what has a good reason two persons acknowledge"
        yield Finding("audit", Health.BAD, what, remedy)
        return
    known = f" but for {verified.known} known findings" if verified and verified.known else ""
    what = f"signed, and whole{known} when it was last verified" if verified else "not verified yet"
    yield Finding("audit", Health.GOOD, what)


def _database(house: House) -> Iterator[Finding]:
    file = _database_file(house)
    if file is not None and not file.exists():  # to look into it would make it
        yield Finding("database", Health.BAD, f"there is no {file}", "run 'tallenne init'")
        return
    found, needed = current(house.database), head()
    if found != needed:
        yield Finding("database", Health.BAD, f"schema {found or 'empty'}, needed {needed}", "run 'tallenne init'")
        return
    yield Finding("database", Health.GOOD, f"{house.database.where}, schema {found}")
    yield from _audit(house)
    yield from accounts_health(house)
    yield from shares_health(house)
    yield from retention_health(house)
    yield from documents_health(house)
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


def _place(house: House) -> Iterator[Finding]:
    """Tell where recordings are kept; outside the EEA the settings were not even read without a stated reason."""
    place = house.settings.objects.place
    where = f"{place.region or 'this machine'}, {place.country or 'country not declared'}"
    if place.reason is not None:
        yield Finding("storage place", Health.DOUBTFUL, f"{where}: outside the EEA, permitted by name", place.reason)
    elif place.country is None:
        yield Finding("storage place", Health.DOUBTFUL, where, "set objects.country, which the documents tell")
    else:
        yield Finding("storage place", Health.GOOD, where)


def _objects(house: House) -> Iterator[Finding]:
    from storage.objects.privacy import require_private  # noqa: PLC0415 - the S3 client, only where it is needed

    settings = house.settings.objects
    if is_embedded(settings) and not embedded_store_runs(house):
        yield _not_running(house, "objects")
    elif settings.store is ObjectStore.S3:
        require_private(endpoint=str(settings.endpoint), bucket=settings.bucket, objects=house.objects)
        yield Finding("objects", Health.GOOD, "s3: answers, and refuses the anonymous")
    else:
        yield Finding("objects", Health.GOOD, f"plain files in {house.settings.path(settings.folder)}")


def _ports(house: House) -> Iterator[Finding]:
    if not anything_runs(house):  # nothing of ours has the ports, so nothing else may
        yield from _free_ports(house)


def _capture(house: House) -> Iterator[Finding]:
    status = pool_status(house)
    if status is None:
        yield _not_running(house, "capture")
        return
    wanted = house.settings.capture.workers
    health = Health.GOOD if len(status.workers) == wanted else Health.BAD
    restarts = sum(worker.restarts for worker in status.workers)
    yield Finding("capture", health, f"{len(status.workers)} of {wanted} workers live, {restarts} restarts")


def _softphones(house: House) -> Iterator[Finding]:
    users = registered_users(house)
    if users is None:
        yield _not_running(house, "softphones", what="the edge is not running")
        return
    health = Health.GOOD if users else Health.DOUBTFUL
    yield Finding("softphones", health, f"{len(users)} registered", "" if users else "no phone would ring")


def _not_running(house: House, subject: str, *, what: str = "not running") -> Finding:
    """Doubt a house that nobody started; a part that is missing beside running ones has failed."""
    if anything_runs(house):
        return Finding(subject, Health.BAD, f"{what}, but other parts are", "see the log of 'tallenne up'")
    return Finding(subject, Health.DOUBTFUL, f"{what} yet", "tallenne up")
