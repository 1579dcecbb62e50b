"""The object store as docker-compose.yml starts it: the real server, with the compose file's own arguments."""

import http.client
import io
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from minio import Minio
from minio.error import S3Error

ROOT = Path(__file__).parents[2]
WEED = Path(sys.executable).with_name("weed")
START_DEADLINE_S = 30
BUCKET = "tallenne-calls"


@dataclass(frozen=True)
class ObjectsContainer:
    """What stands for the container: its process, its folder of secrets, its ports."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    ports: dict[str, int]

    def client(self, *, secret: str | None = None) -> Minio:
        access, right = (
            (self.folder / "secrets" / name).read_text(encoding="ascii").strip()
            for name in ("s3-access-key", "s3-secret-key")
        )
        endpoint = f"127.0.0.1:{self.ports['s3']}"
        return Minio(
            endpoint=endpoint, access_key=access, secret_key=secret or right, secure=False, region="eu-north-1"
        )


def free_ports(*names: str) -> dict[str, int]:
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(socket.socket()) for name in names}
        for one in sockets.values():
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in sockets.items()}


def set_up(compose: dict[str, Any], container: ObjectsContainer) -> "subprocess.CompletedProcess[bytes]":
    service = compose["services"]["objects-setup"]
    shell, option, script = service["entrypoint"]
    ports = container.ports
    addresses = service["environment"]["ADDRESSES"]
    addresses = addresses.replace(":9333", f":{ports['master']}.{ports['master.grpc']}")
    addresses = addresses.replace(":8888", f":{ports['filer']}.{ports['filer.grpc']}")
    return subprocess.run(
        [shell, option, script.replace("/usr/bin/weed", str(WEED)).replace("$$", "$")],  # as Compose unescapes it
        cwd=container.folder,
        env={**os.environ, "ADDRESSES": addresses},
        check=True,
        capture_output=True,
        timeout=30,
    )


@pytest.fixture(scope="module")
def objects(compose: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectsContainer]:
    folder = tmp_path_factory.mktemp("objects")
    secrets = folder / "secrets"
    subprocess.run(
        [str(ROOT / "containers/make-secrets")],
        env={**os.environ, "SECRETS_FOLDER": str(secrets)},
        check=True,
        capture_output=True,
    )
    security = (secrets / "seaweedfs-security.toml").read_text(encoding="utf-8")
    (folder / "security.toml").write_text(security.replace("/run/secrets", str(secrets)), encoding="utf-8")
    (folder / "data").mkdir()
    ports = free_ports("master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3", "s3.grpc")
    service = compose["services"]["objects"]
    arguments = [
        argument.replace("/run/secrets", str(secrets)).replace("=/data", f"={folder}/data")
        for argument in service["command"]
    ]
    arguments += [f"-{name.replace('.grpc', '.port.grpc')}={port}" for name, port in ports.items() if "grpc" in name]
    arguments += [f"-{name}.port={port}" for name, port in ports.items() if "grpc" not in name]
    environment = {**os.environ, **service["environment"]}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(WEED), *arguments], cwd=folder, env=environment, stdout=log, stderr=log)
    container = ObjectsContainer(process, folder, ports)
    try:
        wait_until_healthy(container)
        set_up(compose, container)
        yield container
    finally:
        process.kill()  # its data is thrown away
        process.wait()


def wait_until_healthy(container: ObjectsContainer) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while status(container.ports["s3"], "/healthz") != 200:
        assert container.process.poll() is None, (container.folder / "log").read_text()
        assert time.monotonic() < deadline, (container.folder / "log").read_text()
        time.sleep(0.1)


def status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def test_only_s3_listens_beyond_loopback(objects: ObjectsContainer) -> None:
    listening = [
        one.laddr
        for one in psutil.Process(objects.process.pid).net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN
    ]
    outside = {address.port for address in listening if address.ip != "127.0.0.1"}
    assert outside == {objects.ports["s3"], objects.ports["s3.grpc"]}
    assert {address.port for address in listening} == set(objects.ports.values())


def test_our_credentials_put_and_get_in_our_bucket(objects: ObjectsContainer) -> None:
    client = objects.client()
    client.put_object(bucket_name=BUCKET, object_name="a/call", data=io.BytesIO(b"sealed"), length=6)
    reply = client.get_object(bucket_name=BUCKET, object_name="a/call")
    assert reply.read() == b"sealed"
    reply.close()
    reply.release_conn()


def test_strangers_are_refused(objects: ObjectsContainer) -> None:
    assert status(objects.ports["s3"], "/") == 403
    assert status(objects.ports["s3"], f"/{BUCKET}") == 403
    assert status(objects.ports["filer"], "/buckets/") == 401
    with pytest.raises(S3Error) as refusal:
        objects.client(secret="wrong" * 8).bucket_exists(bucket_name=BUCKET)
    assert refusal.value.code in {"SignatureDoesNotMatch", "AccessDenied"}


def test_our_credentials_neither_make_nor_drop_buckets(objects: ObjectsContainer) -> None:
    client = objects.client()
    with pytest.raises(S3Error) as refusal:
        client.make_bucket(bucket_name="another")
    assert refusal.value.code == "AccessDenied"
    with pytest.raises(S3Error):
        client.remove_bucket(bucket_name=BUCKET)
    assert client.bucket_exists(bucket_name=BUCKET)


def test_grpc_asks_for_a_certificate(objects: ObjectsContainer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    for name in ("s3.grpc", "filer.grpc", "master.grpc", "volume.grpc"):
        with (
            socket.create_connection(("127.0.0.1", objects.ports[name]), timeout=10) as plain,
            context.wrap_socket(plain) as stranger,
            pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"),
        ):
            stranger.makefile("rb").read()  # what the server sends before it looks for the certificate


def test_setting_up_again_is_harmless_and_writes_are_synced(objects: ObjectsContainer, compose: dict[str, Any]) -> None:
    done = set_up(compose, objects)
    assert b'"fsync":  true' in done.stdout
    assert objects.client().bucket_exists(bucket_name=BUCKET)
