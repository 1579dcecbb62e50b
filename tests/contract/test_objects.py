"""What :class:`ObjectStore` promises, on the real S3 server and on plain files."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fixtures_s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY

from calls.errors import BadConfigurationError, NotFoundError, UnavailableError
from storage.objects.file_store import FileStore
from storage.objects.s3_store import PART_BYTES, S3Store
from storage.objects.store import ObjectStore
from storage.s3server.server import EmbeddedServer

Put = Callable[[ObjectStore, str, bytes], None]


def store_at(endpoint: str) -> S3Store:
    return S3Store(endpoint=endpoint, region=REGION, bucket=BUCKET, access_key=ACCESS_KEY, secret_key=SECRET_KEY)


def pattern(size: int) -> bytes:
    return hashlib.shake_256(b"objects").digest(size)


@pytest.mark.parametrize("size", [0, 1, 70_000, 5 * 2**20 + 1, PART_BYTES + 5])
def test_what_is_put_is_read_back(objects: ObjectStore, put_bytes: Put, size: int) -> None:
    """Sizes on both sides of the SDK's own multipart limit and of ours."""
    data = pattern(size)
    put_bytes(objects, "calls/2026/x", data)
    found = objects.find("calls/2026/x")
    assert found is not None
    assert found.size_bytes == size
    digest = objects.digest("calls/2026/x")
    assert (digest.size_bytes, digest.sha256) == (size, hashlib.sha256(data).hexdigest())


def test_a_range_is_the_slice(objects: ObjectStore, put_bytes: Put) -> None:
    data = pattern(100_000)
    put_bytes(objects, "k", data)
    for start, length in (
        (0, 0),
        (0, 1),
        (0, 100_000),
        (5, 70_000),
        (99_999, 1),
        (99_999, 50),
        (100_000, 1),
        (10**6, 9),
    ):
        assert objects.read("k", start, length) == data[start : start + length]


def test_a_put_replaces_the_whole(objects: ObjectStore, put_bytes: Put) -> None:
    put_bytes(objects, "k", b"first and longer")
    put_bytes(objects, "k", b"second")
    assert objects.read("k", 0, 100) == b"second"
    assert [item.size_bytes for item in objects.all("k")] == [6]


def test_an_absent_object_is_said_to_be_absent(objects: ObjectStore) -> None:
    assert objects.find("calls/none") is None
    objects.delete("calls/none")
    with pytest.raises(NotFoundError):
        objects.read("calls/none", 0, 1)
    with pytest.raises(NotFoundError):
        objects.digest("calls/none")
    assert list(objects.all("calls/")) == []


def test_a_deleted_object_is_gone(objects: ObjectStore, put_bytes: Put) -> None:
    put_bytes(objects, "a/b", b"x")
    objects.delete("a/b")
    assert objects.find("a/b") is None
    assert list(objects.all("")) == []


def test_a_listing_is_by_prefix_and_in_order(objects: ObjectStore, put_bytes: Put) -> None:
    for key in ("calls/2026/b", "calls/2026/a", "calls/2025/z", "other/c"):
        put_bytes(objects, key, key.encode())
    assert [item.key for item in objects.all("calls/")] == ["calls/2025/z", "calls/2026/a", "calls/2026/b"]
    assert {item.key: item.size_bytes for item in objects.all("other/")} == {"other/c": 7}


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a b", "ä", "a" * 600, "a\n"])
def test_a_key_that_stores_would_take_differently_is_refused(objects: ObjectStore, put_bytes: Put, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        put_bytes(objects, key, b"x")
    with pytest.raises(ValueError, match="not an object key"):
        objects.read(key, 0, 1)


def test_prepare_is_repeatable(objects: ObjectStore, put_bytes: Put) -> None:
    put_bytes(objects, "k", b"x")
    objects.prepare()
    assert objects.read("k", 0, 1) == b"x"


def test_a_hash_that_is_not_the_bodys_is_refused_by_the_server(s3_store: S3Store, tmp_path: Path) -> None:
    """Over plain HTTP only the checksum header makes the server look at what came in."""
    source = tmp_path / "x"
    source.write_bytes(b"altered on the way")
    with pytest.raises(UnavailableError, match="BadDigest"):
        s3_store.put("k", source, sha256="00" * 32)
    assert s3_store.find("k") is None


def test_wrong_credentials_and_buckets_are_refused(s3_server: EmbeddedServer) -> None:
    for bucket, secret in ((BUCKET, "wrong-secret-key"), ("another-bucket", SECRET_KEY)):
        store = S3Store(
            endpoint=s3_server.endpoint, region=REGION, bucket=bucket, access_key=ACCESS_KEY, secret_key=secret
        )
        with pytest.raises(BadConfigurationError) as caught:
            store.prepare()
        assert secret not in str(caught.value)


def test_a_store_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away: list[ObjectStore] = [
        store_at("http://127.0.0.1:9"),
        FileStore(tmp_path / "not-mounted"),
    ]
    for store in away:
        with pytest.raises(UnavailableError):
            store.find("k")
        with pytest.raises(UnavailableError):
            store.read("k", 0, 1)
        with pytest.raises(UnavailableError):
            store.digest("k")


def test_a_store_that_sends_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """The region that was declared is that of the endpoint: what it points at may be anywhere."""
    elsewhere: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            elsewhere.append(self.path)
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_HEAD = do_GET  # noqa: N815 (named after the methods)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature of its base)
            pass

    class Sending(Elsewhere):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.TEMPORARY_REDIRECT)
            self.send_header("Location", f"http://127.0.0.1:{there.server_port}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_HEAD = do_GET  # noqa: N815 (named after the methods)

    source = tmp_path / "one"
    source.write_bytes(b"x")
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as there,
        ThreadingHTTPServer(("127.0.0.1", 0), Sending) as here,
    ):
        for server in (there, here):
            Thread(target=server.serve_forever, daemon=True).start()
        store = store_at(f"http://127.0.0.1:{here.server_port}")
        with pytest.raises(UnavailableError):
            store.read("k", 0, 1)
        with pytest.raises(UnavailableError):
            store.put("k", source, sha256=hashlib.sha256(b"x").hexdigest())
        there.shutdown()
        here.shutdown()
    assert elsewhere == []


def test_an_endpoint_with_a_path_is_refused() -> None:
    for endpoint in ("ftp://127.0.0.1", "http://127.0.0.1/path", "127.0.0.1:80"):
        with pytest.raises(BadConfigurationError):
            store_at(endpoint)


def test_a_half_written_file_is_never_an_object(file_store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "objects" / ".incoming" / "half").write_bytes(b"x")
    assert list(file_store.all("")) == []
    file_store.prepare()
    assert not list((tmp_path / "objects" / ".incoming").iterdir())
