"""A PostgreSQL server of its own for measuring: on a Unix socket in a temporary folder, with the usual durability."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from calls.errors import UnavailableError

_START_TIMEOUT_S = 60
_OPTIONS = {"listen_addresses": "", "shared_buffers": "256MB", "max_wal_size": "4GB"}


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a server in a new folder, and give the address of an empty database; it ends with the block."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parts[-2]))
    if programs is None:
        raise UnavailableError(what="PostgreSQL is not installed", remedy="apt-get install postgresql")
    folder.mkdir(mode=0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    subprocess.run(
        _as_user([str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--locale=C.UTF-8"]),
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    command = [str(programs / "postgres"), "-D", str(data), f"--unix_socket_directories={folder}", *options]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(_as_user(command), stdout=log, stderr=log, cwd=folder)
    try:
        _await(folder, server)
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        server.terminate()
        server.wait()


def _as_user(command: list[str]) -> list[str]:
    """Give the command as somebody else where this is root, whom the server refuses; it ends with this process."""
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=INT", *command]


def _await(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise UnavailableError(what="the server does not start", where=str(folder / "log")) from error
            time.sleep(0.1)
        else:
            return
