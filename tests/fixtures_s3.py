"""A real S3 server, started once a session, and the two object stores on which the suites run."""

import hashlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.objects.file_store import FileStore
from storage.objects.s3_store import S3Store
from storage.objects.store import ObjectStore
from storage.s3server.configuration import ADMIN_GRPC_OFFSET, PORTS_NEEDED
from storage.s3server.server import EmbeddedServer

ACCESS_KEY = "test-access-key"
SECRET_KEY = "test-secret-key-0123456789"  # noqa: S105 (of a server that lives as long as the tests)
REGION = "eu-north-1"
BUCKET = "tallenne-test"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_block() -> int:
    """The first of a row of free ports, with the one that lies 10,000 above its last free too."""
    while True:
        first = free_port()
        ports = [*range(first, first + PORTS_NEEDED), first + PORTS_NEEDED - 1 + ADMIN_GRPC_OFFSET]
        if ports[-1] < 65000 and all(_is_free(port) for port in ports):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """The embedded server, as ``tallenne s3`` runs it."""
    server = EmbeddedServer(tmp_path_factory.mktemp("s3"), s3_port=free_port(), first_port=free_block(), bucket=BUCKET)
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
