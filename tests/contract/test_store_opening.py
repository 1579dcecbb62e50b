"""The archive waits for a store that is away, and refuses one that refuses it."""

import threading
from pathlib import Path

import pytest
from fixtures_s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY

from calls.clock import SystemClock
from calls.errors import BadConfigurationError
from storage.objects.file_store import FileStore
from storage.objects.opening import open_store
from storage.objects.s3_store import S3Store
from storage.s3server.server import EmbeddedServer

CLOCK = SystemClock()


def test_our_own_store_is_opened(s3_server: EmbeddedServer, s3_store: S3Store, tmp_path: Path) -> None:
    stop = threading.Event()
    assert open_store(s3_store, endpoint=s3_server.endpoint, bucket=BUCKET, clock=CLOCK, stop=stop)
    files = FileStore(tmp_path / "objects")
    assert open_store(files, endpoint=None, bucket=BUCKET, clock=CLOCK, stop=stop)
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_a_store_that_refuses_us_for_good_is_refused(s3_server: EmbeddedServer) -> None:
    store = S3Store(
        endpoint=s3_server.endpoint, region=REGION, bucket=BUCKET, access_key=ACCESS_KEY, secret_key=SECRET_KEY[::-1]
    )
    with pytest.raises(BadConfigurationError):
        open_store(
            store,
            endpoint=s3_server.endpoint,
            bucket=BUCKET,
            clock=CLOCK,
            stop=threading.Event(),
            refusal_patience_s=0.3,
        )


def test_waiting_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    stop = threading.Event()
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    away = FileStore(tmp_path / "file" / "objects")
    assert not open_store(away, endpoint=None, bucket=BUCKET, clock=CLOCK, stop=stop)
    timer.join()
