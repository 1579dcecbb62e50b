"""A real S3 server, started once a session, and the two object stores on which the suites run."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from softphones.ports import free_ports
from storage.objects.file_store import FileStore
from storage.objects.s3_store import S3Store
from storage.objects.store import ObjectStore
from storage.s3server.configuration import ADMIN_GRPC_OFFSET, PORTS_NEEDED, Ports
from storage.s3server.server import EmbeddedServer

ACCESS_KEY = "test-access-key"
SECRET_KEY = "test-secret-key-0123456789"  # noqa: S105 (of a server that lives as long as the tests)
REGION = "eu-north-1"
BUCKET = "tallenne-test"
_EPHEMERAL = 32768  # net.ipv4.ip_local_port_range


def free_s3_ports() -> Ports:
    """Free ports for the whole server; that of its administration lies ADMIN_GRPC_OFFSET above them, and is kept out
    of what the kernel hands out to connections.
    """
    first = free_ports(PORTS_NEEDED + 1, below=_EPHEMERAL - ADMIN_GRPC_OFFSET)
    return Ports(s3=first + PORTS_NEEDED, first=first)


def make_server(folder: Path) -> EmbeddedServer:
    """A server that was not started yet."""
    ports = free_s3_ports()
    return EmbeddedServer(folder, s3_port=ports.s3, first_port=ports.first, bucket=BUCKET)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """The embedded server, as ``tallenne s3`` runs it."""
    server = make_server(tmp_path_factory.mktemp("s3"))
    with server:
        server.start(access_key=ACCESS_KEY, secret_key=SECRET_KEY)
        yield server


@pytest.fixture
def s3_store(s3_server: EmbeddedServer) -> S3Store:
    """Our account on the real server; the bucket is empty at the start of each test."""
    store = S3Store(
        endpoint=s3_server.endpoint, region=REGION, bucket=BUCKET, access_key=ACCESS_KEY, secret_key=SECRET_KEY
    )
    for left in list(store.all("")):
        store.delete(left.key)
    return store


@pytest.fixture
def file_store(tmp_path: Path) -> FileStore:
    """A prepared store of plain files."""
    store = FileStore(tmp_path / "objects")
    store.prepare()
    return store


@pytest.fixture(params=["s3", "files"])
def objects(request: pytest.FixtureRequest) -> ObjectStore:
    """Each of the two stores in turn."""
    store: ObjectStore = request.getfixturevalue({"s3": "s3_store", "files": "file_store"}[request.param])
    return store


@pytest.fixture
def put_bytes(tmp_path: Path) -> Callable[[ObjectStore, str, bytes], None]:
    """Put bytes by way of a file, as the interface wants it."""

    def put(store: ObjectStore, key: str, data: bytes) -> None:
        source = tmp_path / "to-put"
        source.write_bytes(data)
        store.put(key, source, sha256=hashlib.sha256(data).hexdigest())

    return put
