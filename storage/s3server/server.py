"""The embedded S3 server as a process: started, proved private, stopped in order."""

import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import urllib3
from urllib3.exceptions import HTTPError

from calls.errors import BadConfigurationError, UnavailableError
from storage.s3server.configuration import (
    LOOPBACK,
    Folders,
    Ports,
    command_line,
    environment,
    weed_program,
    write_configuration,
)
from storage.s3server.shell import configure

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
POLL_S = 0.1
MEMORY_MIB = 256  # at 160 its garbage collector never rests: 0.14 of a core when idle, against 0.006 (measured)
_REFUSED = frozenset({401, 403})


class EmbeddedServer:
    """One SeaweedFS, which is a child of this process and ends with it.

    1. The ports are free. 2. The configuration is written. 3. ``weed`` starts. 4. It answers, refusing the anonymous.
    5. It listens on exactly its ports, on loopback alone. 6. Puts are fsynced and the bucket is there.
    """

    def __init__(
        self, folder: Path, *, s3_port: int, first_port: int, bucket: str, memory_mib: int = MEMORY_MIB
    ) -> None:
        self.folders = Folders(folder)
        self.ports = Ports(s3=s3_port, first=first_port)
        self._bucket = bucket
        self._memory_mib = memory_mib
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """The S3 address."""
        return f"http://{LOOPBACK}:{self.ports.s3}"

    def start(self, *, access_key: str, secret_key: str) -> None:
        """Do steps 1 to 6; on any failure nothing is left running. Raise BadConfigurationError, UnavailableError."""
        _require_free(self.ports)
        write_configuration(self.folders, bucket=self._bucket, access_key=access_key, secret_key=secret_key)
        self._process = self._spawn()
        try:
            self._wait_until_private()
            self._require_loopback()
            configure(self.ports, self.folders, bucket=self._bucket)
        except BaseException:
            self.stop()
            raise

    def run(self, stop: threading.Event) -> None:
        """Watch over the started server until ``stop``, then end it; raise UnavailableError where it dies before."""
        try:
            while not stop.wait(POLL_S * 5):
                self._require_alive()
        finally:
            self.stop()

    def stop(self) -> None:
        """End the server in order: what it acknowledged is on the disk either way."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # The kernel ends the server when this process dies, however it dies: no orphan keeps the ports
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise BadConfigurationError(what="the program setpriv is missing", remedy="apt-get install util-linux")
        command = [setpriv, "--pdeathsig=TERM", str(weed_program()), *command_line(self.ports, self.folders)]
        return subprocess.Popen(  # noqa: S603 (our own arguments)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a banner; the log is in its folder
            cwd=self.folders.configuration,
            env=environment(self.folders, memory_mib=self._memory_mib),
            umask=0o077,
        )

    def _wait_until_private(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        with urllib3.PoolManager(timeout=2, retries=False) as http:
            while True:
                self._require_alive()
                try:
                    status = http.request("GET", f"{self.endpoint}/{self._bucket}").status
                except HTTPError:
                    status = 0
                if status in _REFUSED:
                    return
                if 200 <= status < 500:  # noqa: PLR2004 (it answers somebody without a name)
                    raise UnavailableError(
                        what=f"the S3 server answers anonymously ({status})", where=self.endpoint, remedy="see s3.json"
                    )
                if time.monotonic() > deadline:
                    raise UnavailableError(
                        what="the S3 server does not start", where=self.endpoint, remedy=f"see {self.folders.log}"
                    )
                time.sleep(POLL_S)

    def _require_alive(self) -> None:
        if self._process is None or self._process.poll() is not None:
            raise UnavailableError(
                what="the S3 server ended by itself", where=self.endpoint, remedy=f"see {self.folders.log}"
            )

    def _require_loopback(self) -> None:
        """Ask the kernel, not the server, what is open to whom."""
        if self._process is None:
            return
        sockets = psutil.Process(self._process.pid).net_connections(kind="tcp")
        listening = {(held.laddr.ip, held.laddr.port) for held in sockets if held.status == psutil.CONN_LISTEN}
        allowed = {(LOOPBACK, port) for port in (*self.ports.all_but_s3, self.ports.s3)}
        if listening - allowed:
            raise UnavailableError(
                what=f"the S3 server listens where it should not: {sorted(listening - allowed)}", where=self.endpoint
            )


def _require_free(ports: Ports) -> None:
    for port in sorted((*ports.all_but_s3, ports.s3)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as error:
                raise BadConfigurationError(
                    what=f"port {port} is taken: {error.strerror}",
                    where="[objects] endpoint, embedded_first_port",
                    remedy="stop the program that has it, or choose others",
                ) from error
