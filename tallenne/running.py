"""Which parts of a house run now, as far as this machine can tell."""

import socket

from calls.errors import TallenneError, UnavailableError
from capture.edge.configuration import edge_files
from capture.edge.control import EdgeControl
from capture.pool.status import PoolStatus, read_status
from storage.settings import ObjectSettings, ObjectStore
from tallenne.house import House

_CONNECT_TIMEOUT_S = 2.0


def is_embedded(settings: ObjectSettings) -> bool:
    """Tell whether the object store is the S3 server that ``tallenne up`` runs."""
    return settings.store is ObjectStore.S3 and settings.embedded


def embedded_store_runs(house: House) -> bool:
    """Tell whether something listens where the embedded S3 server would."""
    endpoint = house.settings.objects.endpoint
    try:
        with socket.create_connection((endpoint.host or "", endpoint.port or 0), timeout=_CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False


def require_store(house: House) -> None:
    """Raise UnavailableError where the object store is the embedded one and does not run."""
    if is_embedded(house.settings.objects) and not embedded_store_runs(house):
        raise UnavailableError(
            what="the object store is not running yet", where="[objects] endpoint", remedy="tallenne up"
        )


def pool_status(house: House) -> PoolStatus | None:
    """Give the status of the capture pool; None where none runs."""
    try:
        return read_status(house.pool_status_file)
    except TallenneError:
        return None


def registered_users(house: House) -> frozenset[str] | None:
    """Give the softphones that are registered; None where no edge answers."""
    files = edge_files(home=house.home, run_folder=house.run_folder)
    if not files.control_socket.exists():
        return None
    try:
        return EdgeControl(files.control_socket).registered_users()
    except TallenneError:
        return None


def anything_runs(house: House) -> bool:
    """Tell whether any part of the house runs: then what does not has failed, and is not just not started."""
    embedded = is_embedded(house.settings.objects) and embedded_store_runs(house)
    return embedded or pool_status(house) is not None or registered_users(house) is not None
