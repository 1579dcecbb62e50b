"""The embedded S3 server's traps are closed, and a server that has them open is refused."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import urllib3
from fixtures_s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, free_s3_ports, make_server

from calls.errors import BadConfigurationError, UnavailableError
from storage.objects.privacy import require_private
from storage.objects.s3_store import S3Store
from storage.s3server.configuration import Folders, Ports, command_line, weed_program
from storage.s3server.server import EmbeddedServer
from storage.s3server.shell import fsyncs, run


def http_status(method: str, url: str, body: bytes | None = None) -> int:
    with urllib3.PoolManager(timeout=5, retries=False) as http:
        return http.request(method, url, body=body).status


def server_process(server: EmbeddedServer) -> psutil.Process:
    """Found by its port: the fixture keeps the process to itself."""
    found = {
        held.pid
        for held in psutil.net_connections("tcp")
        if held.status == psutil.CONN_LISTEN and held.laddr[1:] == (server.ports.s3,)
    }
    (pid,) = found
    assert pid is not None
    return psutil.Process(pid)


def test_it_listens_on_loopback_and_on_its_own_ports_alone(s3_server: EmbeddedServer) -> None:
    listening = [
        held.laddr for held in server_process(s3_server).net_connections("tcp") if held.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert {address.port for address in listening} <= {*s3_server.ports.all_but_s3, s3_server.ports.s3}


def test_the_anonymous_get_nothing_from_any_port(s3_server: EmbeddedServer, s3_store: S3Store) -> None:
    require_private(endpoint=s3_server.endpoint, bucket=BUCKET, objects=s3_store)
    assert list(s3_store.all("")) == []  # the probe is taken away
    ports = s3_server.ports
    for method, port, path in (
        ("GET", ports.s3, "/"),
        ("GET", ports.filer, "/buckets/"),
        ("POST", ports.filer, "/buckets/x"),
        ("GET", ports.master, "/dir/assign"),
        ("GET", ports.master, "/dir/lookup?volumeId=1"),
        ("GET", ports.admin, "/"),
        ("GET", ports.volume, "/1,0100000000"),
        ("DELETE", ports.volume, "/1,0100000000"),
    ):
        status = http_status(method, f"http://127.0.0.1:{port}{path}", b"x" if method == "POST" else None)
        assert status in {401, 403, 404}, (method, port, path, status)


def test_its_grpc_wants_the_servers_own_certificate(s3_server: EmbeddedServer, tmp_path: Path) -> None:
    """A shell without the key gets no answer; the one with it does."""
    assert "fsync" in run(s3_server.ports, s3_server.folders, "fs.configure")
    ports = s3_server.ports
    stranger = subprocess.run(
        ["timeout", "3", weed_program(), "shell", f"-master=127.0.0.1:{ports.master}.{ports.master + 1}"],
        input="s3.bucket.list\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.defpath},
        check=False,
    )
    assert stranger.returncode == 124
    assert BUCKET not in stranger.stdout


def test_puts_are_fsynced(s3_server: EmbeddedServer) -> None:
    assert fsyncs(run(s3_server.ports, s3_server.folders, "fs.configure"))
    assert not fsyncs("")
    assert not fsyncs('{"locations": [{"locationPrefix": "/buckets/", "fsync": false}]}')
    assert not fsyncs('{"locations": [{"locationPrefix": "/elsewhere/", "fsync": true}]}')


def test_our_account_may_use_its_bucket_only(s3_server: EmbeddedServer) -> None:
    other = S3Store(
        endpoint=s3_server.endpoint,
        region=REGION,
        bucket="another-bucket",
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
    )
    with pytest.raises(BadConfigurationError, match="AccessDenied"):
        other.prepare()


def test_secrets_are_in_private_files_and_nowhere_else(s3_server: EmbeddedServer) -> None:
    for path in (s3_server.folders.root, *s3_server.folders.configuration.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    process = server_process(s3_server)
    assert SECRET_KEY not in " ".join(process.cmdline())
    assert not [name for name in process.environ() if name.startswith("WEED_")]


def test_telemetry_is_off_and_every_trap_has_its_flag() -> None:
    line = command_line(Ports(s3=8333, first=9320), Folders(Path("/x")))
    for flag in (
        "-master.telemetry=false",
        "-ip.bind=127.0.0.1",
        "-ip=127.0.0.1",
        "-webdav=false",
        "-admin.ui=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.allowDeleteBucketNotEmpty=false",
        "-s3.autoCreateBucket=false",
        "-s3.iam=false",
        "-disableHttp=true",
    ):
        assert flag in line


def test_ports_that_do_not_fit_are_refused() -> None:
    for s3, first in ((8333, 55530), (9322, 9320), (19327, 9320)):
        with pytest.raises(BadConfigurationError, match="embedded_first_port"):
            Ports(s3=s3, first=first)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """weed itself would quietly take another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port, ports = taken.getsockname()[1], free_s3_ports()
        server = EmbeddedServer(tmp_path, s3_port=port, first_port=ports.first, bucket=BUCKET)
        with pytest.raises(BadConfigurationError, match=str(port)):
            server.start(access_key=ACCESS_KEY, secret_key=SECRET_KEY)


def test_objects_outlive_stop_kill_and_restart(tmp_path: Path) -> None:
    """Acknowledged is kept: after kill -9 and after an orderly stop, with new inner keys at every start."""
    server = make_server(tmp_path / ("a home in a folder with a long name " * 3) / "s3")
    store = S3Store(
        endpoint=server.endpoint, region=REGION, bucket=BUCKET, access_key=ACCESS_KEY, secret_key=SECRET_KEY
    )
    source = tmp_path / "x"
    source.write_bytes(b"kept")
    with server:
        server.start(access_key=ACCESS_KEY, secret_key=SECRET_KEY)
        first = (server.folders.configuration / "grpc.key").read_bytes()
        store.put("calls/a", source, sha256=hashlib.sha256(b"kept").hexdigest())
        server_process(server).kill()
        with pytest.raises(UnavailableError, match="ended by itself"):
            _run_until_it_ends(server)
    with server:
        server.start(access_key=ACCESS_KEY, secret_key=SECRET_KEY)
        assert (server.folders.configuration / "grpc.key").read_bytes() != first
        assert store.read("calls/a", 0, 10) == b"kept"
    with pytest.raises(UnavailableError):
        store.find("calls/a")


def _run_until_it_ends(server: EmbeddedServer) -> None:
    server.run(threading.Event())


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[str]:
    """SeaweedFS as it starts when nobody closes it: everybody is an administrator."""
    ports = free_s3_ports()
    folders = Folders(tmp_path / "open")
    folders.data.mkdir(parents=True)
    folders.log.mkdir()
    arguments = [
        argument
        for argument in command_line(ports, folders)
        if not argument.startswith(("-s3.config", "-filer.localSocket", "-s3.localSocket"))
    ]
    with subprocess.Popen(
        ["setpriv", "--pdeathsig=KILL", weed_program(), *arguments, f"-bucket={BUCKET}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.defpath, "GOMEMLIMIT": "160MiB"},
    ) as process:
        endpoint = f"http://127.0.0.1:{ports.s3}"
        deadline = time.monotonic() + 30
        while True:
            try:
                if http_status("GET", f"{endpoint}/{BUCKET}") == 200:
                    break
            except urllib3.exceptions.HTTPError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield endpoint
        process.kill()


def test_a_server_that_answers_anonymously_is_refused(open_server: str) -> None:
    store = S3Store(endpoint=open_server, region=REGION, bucket=BUCKET, access_key=ACCESS_KEY, secret_key=SECRET_KEY)
    with pytest.raises(BadConfigurationError, match="list, read, write, delete"):
        require_private(endpoint=open_server, bucket=BUCKET, objects=store)
    assert list(store.all("")) == []


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Even when that process is killed: no orphan keeps the ports."""
    program = (
        "import sys, time; from pathlib import Path; from fixtures_s3 import make_server\n"
        f"server = make_server(Path({str(tmp_path)!r}))\n"
        "server.start(access_key='a', secret_key='b' * 20); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        (weed,) = psutil.Process(parent.pid).children()
        parent.send_signal(signal.SIGKILL)
    weed.wait(timeout=20)
    assert not weed.is_running()
    assert json.loads((tmp_path / "configuration" / "s3.json").read_text())["identities"][0]["name"] == "tallenne"
