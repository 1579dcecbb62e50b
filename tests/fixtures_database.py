"""Real databases: SQLite files, and a PostgreSQL server of our own, started once a session.

``database`` runs a test twice, on each of the two, migrated to head; ``database_url`` is its address for another
process; ``empty_database`` has no tables yet.
"""

import importlib
import os
import pkgutil
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from storage.database.engine import Database, open_database
from storage.database.migration import upgrade

BACKENDS = ("sqlite", "postgresql")
START_DEADLINE_S = 30


def import_every_model() -> None:
    """So that the metadata knows every table, whatever else a test imports."""
    for name in ("storage", "ledger_link", "rights", "privacy"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, prefix=f"{name}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)


@dataclass
class PostgresServer:
    """A server on a Unix socket in ``folder``, without fsync: it lives as long as the test run."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)
    _connection: psycopg.Connection | None = None
    """Kept, for each new one is a new process of the server, and every test makes and drops a database."""

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, *, template: str = "template0") -> str:
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # half the time, without fsync
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(
                host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
            )
        self._connection.execute(statement.encode())

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def postgres_folder() -> Path:
    """Debian keeps the servers by version; the newest is taken."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    assert folders, "PostgreSQL is not installed: apt-get install postgresql"
    return folders[-1].parent


def as_postgres_user(command: list[str]) -> list[str]:
    """The server refuses to run as root; whoever runs it, it ends with the test run."""
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=INT", *command]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    programs = postgres_folder()
    folder = Path(tempfile.mkdtemp(prefix="tallenne-pg-"))  # a socket's path may have 107 characters at most
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run(
        as_postgres_user([*initdb, "--encoding=UTF8", "--locale=C.UTF-8"]),
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
        "max_connections": "60",
    }
    command = [str(programs / "postgres"), "-D", str(data), *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(as_postgres_user(command), stdout=log, stderr=log, cwd=folder)
    server = PostgresServer(folder)
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        server.close()
        process.terminate()  # "smart": waits for nobody, since every test dropped its database
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: PostgresServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            assert process.poll() is None, (server.folder / "log").read_text()
            assert time.monotonic() < deadline, (server.folder / "log").read_text()
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: quicker than migrating for every test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    database.dispose()  # closing the last connection folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgres_server: PostgresServer) -> str:
    """The name of a migrated database to copy."""
    name = postgres_server.create()
    database = open_database(postgres_server.url(name))
    upgrade(database)
    database.dispose()
    return name


def _template(request: pytest.FixtureRequest, kind: str) -> str:
    """Give what to copy for a test: with the sample register in it for those that ask for ``register``."""
    name = f"registered_{kind}" if "register" in request.fixturenames else f"migrated_{kind}"
    return str(request.getfixturevalue(name))


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated SQLite database of this test's own."""
    path = tmp_path / "tallenne.sqlite"
    shutil.copyfile(_template(request, "sqlite"), path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of this test's own."""
    name = postgres_server.create(template=_template(request, "postgresql"))
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, once for each of the two kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, once for each of the two kinds."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A migrated SQLite database, for tests to which the kind makes no difference."""
    opened = open_database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture(params=BACKENDS)
def make_empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Make databases without tables, of each of the two kinds."""
    made: list[Database] = []
    names: list[str] = []

    def make() -> Database:
        if request.param == "sqlite":
            made.append(open_database(f"sqlite:///{tmp_path}/empty-{len(made)}.sqlite"))
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            names.append(server.create())
            made.append(open_database(server.url(names[-1])))
        return made[-1]

    yield make
    for opened in made:
        opened.dispose()
    for name in names:
        request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture
def empty_database(make_empty_database: Callable[[], Database]) -> Database:
    """A database without tables, once for each of the two kinds."""
    return make_empty_database()
