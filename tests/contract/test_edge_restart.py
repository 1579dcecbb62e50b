"""A restarted edge knows whom it can ring: registrations outlive it, and their file may be lost or broken."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from fixtures_edge import DOMAIN, Edge, furnish_edge, register, start
from fixtures_ringing import ACCEPTED, Phone, invite_of

from calls.errors import BadConfigurationError
from capture.edge.registrations import SCHEMA_FOLDER, prepare_registrations
from softphones.program import Program

DEADLINE_S = 15.0


@pytest.fixture
def own_edge(tmp_path: Path) -> Iterator[Edge]:
    """Give an edge that a test may kill."""
    with closing(furnish_edge(tmp_path)) as edge:
        yield edge


def kept_users(path: Path) -> set[str]:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        return {name for (name,) in connection.execute("SELECT username FROM location")}


def kill(kamailio: Program) -> None:
    """End it with all its processes and no farewell, as a power cut does."""
    main = psutil.Process(kamailio.pid)
    family = [main, *main.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=DEADLINE_S)
    kamailio.wait(timeout_s=DEADLINE_S)


@pytest.mark.parametrize("end", [Program.stop, kill], ids=["stopped", "killed"])
def test_registered_phones_ring_after_a_restart_and_are_named(own_edge: Edge, end: Callable[[Program], object]) -> None:
    path = own_edge.files.registrations
    with closing(Phone(edge=own_edge.world)) as sanna, closing(Phone(edge=own_edge.world)) as mikko:
        with start(own_edge) as kamailio:
            assert register(sanna, "sanna").status == 200
            assert register(mikko, "mikko").status == 200
            register(mikko, "mikko", expires_s=0)
            kamailio.wait_for(lambda: kept_users(path) == {"sanna"}, what="kept registration", timeout_s=DEADLINE_S)
            end(kamailio)
        assert path.stat().st_mode & 0o077 == 0
        sanna.answer = ACCEPTED
        with start(own_edge):
            answer = own_edge.workers[0].ask(invite_of(own_edge, "everybody"))
        assert (answer.status, answer.header("P-Asserted-Identity")) == (200, f"<sip:sanna@{DOMAIN}>")
        assert not mikko.requests("INVITE")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 4096])
def test_broken_file_costs_no_start(own_edge: Edge, content: bytes) -> None:
    own_edge.files.registrations.write_bytes(content)
    with start(own_edge), closing(Phone(edge=own_edge.world)) as phone:
        assert register(phone, "sanna").status == 200


def test_file_of_another_kamailio_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "registrations.sqlite"
    prepare_registrations(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE version SET table_version = 8 WHERE table_name = 'location'")
        connection.execute("INSERT INTO location (username) VALUES ('sanna')")
    prepare_registrations(path)
    assert kept_users(path) == set()


def test_file_that_is_right_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "registrations.sqlite"
    prepare_registrations(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO location (username) VALUES ('sanna')")
    prepare_registrations(path)
    assert kept_users(path) == {"sanna"}


def test_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="kamailio-sqlite-modules"):
        prepare_registrations(tmp_path / "registrations.sqlite", schema_folder=tmp_path)
    assert SCHEMA_FOLDER.is_dir()
