"""The probes of the containers' healthchecks, each at a real part; and the database's first script."""

import http.server
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_database import PostgresServer, postgres_folder
from sqlalchemy import text as sql
from sqlalchemy.exc import ProgrammingError

from calls.clock import SystemClock
from rights.access.actor import operator_actor
from rights.audit.append_only import may_change_the_audit, withdraw_rights
from rights.audit.checkpoints import make_checkpoint
from rights.audit.subjects import forget_subject, subject_of_login
from rights.audit.trail import Action, record
from rights.audit.verifying import verify
from storage.database.engine import open_database
from storage.database.migration import upgrade

ROOT = Path(__file__).parents[2]
PROBE = ROOT / "containers" / "healthy.py"
KAMAILIO = "/usr/sbin/kamailio"


def healthy(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(PROBE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def sip_port(tmp_path: Path) -> Iterator[int]:
    """Give the port of a Kamailio that answers everything by 200."""
    port = free_udp_port()
    configuration = tmp_path / "kamailio.cfg"
    configuration.write_text(
        f'listen=udp:127.0.0.1:{port}\nchildren=1\nloadmodule "sl.so"\n'
        'loadmodule "sanity.so"\nloadmodule "maxfwd.so"\n'
        'request_route {\n  if (!mf_process_maxfwd_header("10") || !sanity_check("17895", "7")) { exit; }\n'
        '  sl_send_reply("200", "Here");\n}\n',
        encoding="utf-8",
    )
    command = [KAMAILIO, "-DD", "-E", "-f", str(configuration), "-Y", str(tmp_path), "-m", "16"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_sip_probe_hears_a_living_edge(sip_port: int) -> None:
    deadline = time.monotonic() + 20
    while (probe := healthy("sip", "127.0.0.1", sip_port)).returncode != 0:
        assert time.monotonic() < deadline, probe.stderr
    assert probe.stderr == ""


def test_sip_probe_names_the_port_that_is_silent() -> None:
    port = free_udp_port()
    probe = healthy("sip", "127.0.0.1", port)
    assert probe.returncode == 1
    assert f"127.0.0.1:{port}" in probe.stderr


@pytest.fixture
def https_port(tmp_path: Path) -> Iterator[int]:
    """Give the port of an HTTPS server with a self-signed certificate."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=calls.example.net", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Viewer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response({"/": 302, "/broken": 500}[self.path])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Viewer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_https_probe_takes_a_redirect_for_life_and_500_for_trouble(https_port: int) -> None:
    assert healthy("https", "127.0.0.1", https_port, "/").returncode == 0
    assert "500" in healthy("https", "127.0.0.1", https_port, "/broken").stderr


def test_spool_probe_tells_a_call_that_waits_too_long(tmp_path: Path) -> None:
    assert healthy("spool", tmp_path).returncode == 1
    (tmp_path / "committed").mkdir()
    assert healthy("spool", tmp_path).returncode == 0
    (tmp_path / "committed" / "a-call").mkdir()
    assert healthy("spool", tmp_path, "--oldest-s", 3600).returncode == 0
    waits = healthy("spool", tmp_path, "--oldest-s", 0)
    assert waits.returncode == 1
    assert "waits" in waits.stderr


class Roles:
    """A server on which the containers' script makes its roles, and databases opened as each of them."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.owner, self.process = (
            open_database(f"postgresql+psycopg://{role}@/tallenne?host={server.folder}")
            for role in ("tallenne_owner", "tallenne")
        )

    def run_script(self) -> None:
        """Run the script as the database's own start does, with secrets in files of this test."""
        text = (ROOT / "containers/database-role.sh").read_text(encoding="utf-8")
        for name in ("database-password-server", "database-owner-password-server", "database-superuser-password"):
            (self.folder / name).write_text("kept-in-a-file\n", encoding="ascii")
            text = text.replace(f"/run/secrets/{name}", str(self.folder / name))
        script = self.folder / "role.sh"
        script.write_text(text, encoding="utf-8")
        environment = {
            "PATH": f"{postgres_folder()}:{os.environ['PATH']}",
            "PGHOST": str(self.server.folder),
            "POSTGRES_USER": "postgres",
            "SUPERUSER_PASSWORD_FILE": str(self.folder / "database-superuser-password"),
            "TMPDIR": str(self.folder),
        }
        shell = shutil.which("sh")
        assert shell is not None
        subprocess.run([shell, str(script)], env=environment, check=True, capture_output=True)

    def add_to_audit(self) -> None:
        with self.process.begin() as session:
            record(session, actor=operator_actor("test"), action=Action.LOGGED_IN, persons=[1], clock=SystemClock())


@pytest.fixture
def roles(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Roles]:
    roles = Roles(postgres_server, tmp_path)
    yield roles
    roles.owner.dispose()
    roles.process.dispose()
    postgres_server.drop("tallenne")
    postgres_server.run("DROP ROLE tallenne")
    postgres_server.run("DROP ROLE tallenne_owner")


def test_database_script_parts_the_owner_of_the_tables_from_the_role_of_the_processes(roles: Roles) -> None:
    """Migrated by the one, the other does all that a process does, and cannot change what was audited."""
    roles.run_script()
    owner, process = roles.owner, roles.process
    with psycopg.connect(host=str(roles.server.folder), user="postgres", dbname="postgres") as connection:
        found = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, left(rolpassword, 14) FROM pg_authid "
            "WHERE rolname IN ('tallenne', 'tallenne_owner')"
        )
        assert found.fetchall() == [(False, False, False, True, "SCRAM-SHA-256$")] * 2
    upgrade(owner)
    assert withdraw_rights(owner) == ["tallenne"]
    assert withdraw_rights(owner) == []
    assert (may_change_the_audit(owner), may_change_the_audit(process)) == (True, False)
    clock = SystemClock()
    roles.add_to_audit()
    with process.begin() as session:
        assert forget_subject(session, subject_of_login("cli:test"), clock=clock) == 1
    key = Ed25519PrivateKey.generate()
    assert make_checkpoint(process, key, clock=clock) == 1
    assert verify(process, [key.public_key()]).is_whole
    for statement in (
        "UPDATE audit SET login = 'x'",
        "DELETE FROM audit_persons",
        "TRUNCATE audit_sealed",
        "DELETE FROM audit_chain",
        "UPDATE audit_checkpoints SET note = ''",
        "DELETE FROM audit_tail",
        "UPDATE audit_subjects SET subject = 'x'",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_append_only ON audit",
        "CREATE TABLE more (id int)",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), process.begin() as session:
            session.execute(sql(statement))
    with process.begin() as session:
        session.execute(sql("UPDATE sessions SET ended_because = ended_because"))
        session.execute(sql("CREATE TEMPORARY TABLE stage (id int)"))


def test_database_of_before_gets_its_second_role_by_the_upgrade(roles: Roles) -> None:
    """One role owned all: the script gives it away, and the next start finds nothing to do."""
    roles.server.run("CREATE ROLE tallenne LOGIN")
    roles.server.run("CREATE DATABASE tallenne OWNER tallenne TEMPLATE template0")
    upgrade(roles.process)
    roles.add_to_audit()
    assert may_change_the_audit(roles.process)
    roles.process.dispose()
    for again in (False, True):
        roles.run_script()
        upgrade(roles.owner)
        assert withdraw_rights(roles.owner) == ([] if again else ["tallenne"])
        assert not may_change_the_audit(roles.process)
    roles.add_to_audit()
    with roles.process.begin() as session:
        assert session.scalar(sql("SELECT count(*) FROM audit")) == 2
        session.execute(sql("UPDATE sessions SET ended_because = ended_because"))
    with pytest.raises(ProgrammingError, match="must be owner"), roles.process.begin() as session:
        session.execute(sql("ALTER TABLE calls ADD COLUMN more int"))
    assert not list(roles.folder.glob("tmp.*"))  # the file with the superuser's password


def test_fresh_probe_wants_a_beat_of_late(tmp_path: Path) -> None:
    beat = tmp_path / "retention.beat"
    assert "there is no" in healthy("fresh", beat).stderr
    beat.write_text("now", encoding="ascii")
    assert healthy("fresh", beat).returncode == 0
    os.utime(beat, (time.time() - 700, time.time() - 700))
    assert "ago" in healthy("fresh", beat).stderr
    assert healthy("fresh", beat, "--oldest-s", 800).returncode == 0
