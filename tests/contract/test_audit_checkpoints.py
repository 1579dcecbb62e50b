"""Checkpoints of the audit: signed, kept in the store and elsewhere, and made by the running house."""

import base64
import hashlib
import socket
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fixtures_rights import OPERATOR, HandClock, Office, RunCommand
from fixtures_s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY
from sqlalchemy import text

from calls.clock import SystemClock
from calls.errors import BadConfigurationError, BadDataError, IntegrityError, UnavailableError
from rights.audit.checkpoint import key_id, notes_in, read_verifier, verified, verifier_text
from rights.audit.checkpoints import lock_notes, locked_notes, make_checkpoint, notes, object_key
from rights.audit.findings import Tampering
from rights.audit.second_place import FilePlace, SyslogPlace, notes_of_file
from rights.audit.signing_key import KEY_FILE, load_public_keys, load_signing_key, make_signing_key
from rights.audit.trail import Action, record
from rights.audit.verifications import last_verification
from rights.audit.verifying import verify
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.s3_store import S3Store
from storage.objects.store import locked_bucket
from storage.s3server.server import EmbeddedServer
from tallenne.audit_keeping import AuditKeeper
from tallenne.house import House

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = [KEY.public_key()]
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def sign_rows(office: Office, checkpoints: int = 1) -> list[tuple[int, str]]:
    for _ in range(checkpoints):
        with office.database.begin() as session:
            record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=office.clock)
        make_checkpoint(office.database, KEY, clock=office.clock)
        office.clock.advance(minutes=5)
    with office.database.read() as session:
        return notes(session)


def test_note_can_be_verified_with_the_public_key_alone(office: Office) -> None:
    """As others' tools do it: all before the empty line is signed, four bytes name the key."""
    [(number, note)] = sign_rows(office)
    signed, _, last = note.partition("\n\n")
    name, signature = last.removeprefix("\u2014 ").rstrip("\n").split(" ")
    raw = base64.b64decode(signature)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(verifier_text(KEY.public_key()).split("+", 2)[2])[1:])
    public.verify(raw[4:], f"{signed}\n".encode())
    assert (name, raw[:4], signed.splitlines()[:2]) == ("tallenne/audit", key_id(public), ["tallenne/audit", "1"])
    assert verified(note, KEYS, where="here").number == number
    with pytest.raises(InvalidSignature):
        public.verify(raw[4:], f"{signed}x\n".encode())


def test_note_that_was_changed_or_signed_by_another_is_refused(office: Office) -> None:
    [(_, note)] = sign_rows(office)
    for broken in (note.replace("\n1\n", "\n2\n"), note.replace("checkpoint 1", "checkpoint 2")):
        with pytest.raises(IntegrityError, match="was not signed"):
            verified(broken, KEYS, where="here")
    with pytest.raises(IntegrityError, match="was not signed"):
        verified(note, [OTHER.public_key()], where="here")
    for no_note in ("", "hello", note + "x", note.replace("\n\n", "\n")):
        with pytest.raises(BadDataError, match="not a checkpoint"):
            verified(no_note, KEYS, where="here")


def test_public_key_is_read_as_it_was_written() -> None:
    told = verifier_text(KEY.public_key())
    assert read_verifier(told + "\n").public_bytes_raw() == KEY.public_key().public_bytes_raw()
    for broken in ("", "tallenne/audit", told.replace("tallenne", "other"), told[:-4], told.replace("+", "-")):
        with pytest.raises(BadDataError, match="not a public key"):
            read_verifier(broken)


def test_signing_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    assert make_signing_key(tmp_path)
    before = (tmp_path / KEY_FILE).read_bytes()
    assert not make_signing_key(tmp_path)
    assert ((tmp_path / KEY_FILE).read_bytes(), len(load_public_keys(tmp_path))) == (before, 2)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(BadConfigurationError, match="open to others"):
        load_signing_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o600)
    (tmp_path / KEY_FILE).write_text("12")
    with pytest.raises(BadConfigurationError, match="not a key of 32 bytes") as refused:
        load_signing_key(tmp_path)
    assert "12" not in str(refused.value)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(BadConfigurationError, match="cannot be read"):
        load_signing_key(tmp_path)


def test_file_takes_each_note_once_and_is_read_back(office: Office, tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "far" / "checkpoints.txt")
    known = sign_rows(office, 2)
    place.keep(known[:1])
    place.keep(known)
    place.keep(known)
    text_ = (tmp_path / "far" / "checkpoints.txt").read_text(encoding="utf-8")
    assert notes_in(text_) == [note for _, note in known]
    kept = notes_of_file(tmp_path / "far" / "checkpoints.txt")
    assert kept == [(f"checkpoints.txt {number}", note) for number, note in known]
    with pytest.raises(UnavailableError, match="cannot be kept"):
        FilePlace(tmp_path).keep(known)
    with pytest.raises(UnavailableError, match="cannot be read"):
        notes_of_file(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", [socket.AF_UNIX, socket.AF_INET])
def test_syslog_is_sent_each_note_and_its_file_is_read_back(
    office: Office, tmp_path: Path, kind: socket.AddressFamily
) -> None:
    known = sign_rows(office, 3)
    with socket.socket(kind, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log") if kind == socket.AF_UNIX else ("127.0.0.1", 0))
        log.settimeout(10)
        address = str(tmp_path / "log") if kind == socket.AF_UNIX else f"127.0.0.1:{log.getsockname()[1]}"
        place = SyslogPlace(address)
        place.keep(known[:1])
        place.keep(known)
        place.keep(known)
        lines = [log.recv(4096).decode() for _ in known]
    assert all(line.startswith("<85>tallenne-audit: checkpoint ") for line in lines)
    (tmp_path / "syslog").write_text("".join(f"Nov  2 08:00:00 host {line[4:]}\n" for line in lines), encoding="ascii")
    assert [note for _, note in notes_of_file(tmp_path / "syslog")] == [note for _, note in known]
    with pytest.raises(UnavailableError, match="syslog does not take"):
        SyslogPlace(str(tmp_path / "nobody")).keep(known)


def test_what_was_cut_from_the_database_is_known_from_elsewhere(office: Office, tmp_path: Path) -> None:
    """Everything of the database is made good by the tamperer, with triggers away; only the file still knows."""
    known = sign_rows(office, 2)
    FilePlace(tmp_path / "file").keep(known)
    is_sqlite = office.database.engine.dialect.name == "sqlite"
    with office.database.begin() as session:
        tables = ("audit_checkpoints", "audit_sealed", "audit_chain", "audit", "audit_tail")
        names = (
            session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all() if is_sqlite else ()
        )
        for statement in (
            *(f"DROP TRIGGER {name}" for name in names),
            *(() if is_sqlite else (f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables)),
            *(f"DELETE FROM {table}" for table in tables),  # noqa: S608 (names above)
            "INSERT INTO audit_tail SELECT 1, 0, leaf, leaf FROM (SELECT x'' AS leaf) AS it"
            if is_sqlite
            else "INSERT INTO audit_tail VALUES (1, 0, '', '')",
        ):
            session.execute(text(statement))
    found = verify(office.database, KEYS, elsewhere=notes_of_file(tmp_path / "file")).findings
    assert {Tampering.TAIL_CUT, Tampering.CHECKPOINT_MISSING} <= {finding.tampering for finding in found}


def test_files_are_written_once(office: Office, file_store: FileStore) -> None:
    known = sign_rows(office, 2)
    until = office.clock.now() + timedelta(days=1)
    assert lock_notes(office.database, file_store, until=until) == 2
    assert lock_notes(office.database, file_store, until=until) == 0
    assert [note for _, note in locked_notes(file_store)] == [note for _, note in known]


def test_number_that_a_restored_database_gives_again_is_kept_beside_the_one_of_before(
    office: Office, file_store: FileStore, tmp_path: Path
) -> None:
    [(number, note)] = sign_rows(office)
    before = tmp_path / "note"
    before.write_text(note.replace("time", "time "), encoding="utf-8")
    sha256 = hashlib.sha256(before.read_bytes()).hexdigest()
    file_store.put(object_key(number, before.read_text(encoding="utf-8")), before, sha256=sha256)
    assert lock_notes(office.database, file_store, until=office.clock.now()) == 1
    assert {kept for _, kept in locked_notes(file_store)} == {note, before.read_text(encoding="utf-8")}


def test_store_locks_checkpoints_against_everybody(sqlite_database: Database, s3_server: EmbeddedServer) -> None:
    """On one database alone, for it is the store that is tried here."""
    office = Office(sqlite_database, HandClock())
    store = S3Store(
        endpoint=s3_server.endpoint,
        region=REGION,
        bucket=locked_bucket(BUCKET),
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        locks=True,
    )
    store.prepare()
    known = sign_rows(office, 2)
    until = SystemClock().now() + timedelta(minutes=10)
    assert lock_notes(office.database, store, until=until) == 2
    assert lock_notes(office.database, store, until=until) == 0
    assert [note for _, note in locked_notes(store)] == [note for _, note in known]
    with pytest.raises((UnavailableError, BadConfigurationError)):
        store.delete(object_key(*known[0]))


def test_house_signs_keeps_and_verifies_by_itself(house: House) -> None:
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=house.clock)
    keeper = AuditKeeper(house)
    keeper.round()
    file = house.settings.path(house.settings.audit.file)
    assert [note for _, note in notes_of_file(file)] == [note for _, note in locked_notes(house.audit_objects)]
    assert len(notes_of_file(file)) == 1
    with house.database.read() as session:
        assert session.execute(text("SELECT size, checkpoint, findings FROM audit_verifications")).all() == [(1, 1, 0)]
    keeper.round()  # nothing is due
    with house.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_verifications")) == 1


def test_house_verifies_again_when_a_clock_that_ran_ahead_is_set_right(house: House) -> None:
    clock = HandClock()
    wrong = House(house.home, clock=clock)
    wrong.database = house.database
    for days in (3650, -3650, 0):
        clock.advance(days=days)
        AuditKeeper(wrong).round()
    with house.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_verifications")) == 2


def test_second_place_is_served_although_the_store_is_away(house: House) -> None:
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=house.clock)
    folder = house.home / "objects-audit"
    folder.write_text("no folder")
    stop = threading.Event()
    keeper = AuditKeeper(house)
    running = threading.Thread(target=keeper.run, args=(stop,))
    running.start()
    file = house.settings.path(house.settings.audit.file)
    deadline = house.clock.monotonic() + 30
    while not file.exists():
        assert house.clock.monotonic() < deadline
        stop.wait(0.02)
    stop.set()
    running.join()
    folder.unlink()
    keeper.round()
    assert len(locked_notes(house.audit_objects)) == 1


def test_keeper_waits_with_its_first_round_until_the_store_answers(house: House) -> None:
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=house.clock)
    stop, ready = threading.Event(), threading.Event()
    asked: list[bool] = []
    keeper = AuditKeeper(house)

    def note_round() -> None:
        asked.append(ready.is_set())
        stop.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper, "round", note_round)
        running = threading.Thread(target=keeper.run, args=(stop,), kwargs={"ready": ready})
        running.start()
        ready.set()
        running.join()
    assert asked == [True]


def test_command_says_how_far_the_database_alone_tells(house: House, run_command: RunCommand) -> None:
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=house.clock)
    unsigned = run_command("audit", "verify", "--database-only")
    what = "1 rows, whole as far as the database itself tells: there was no checkpoint to compare it with\n"
    assert (unsigned.exit_code, unsigned.stdout) == (0, what)
    run_command("audit", "checkpoint")
    own = run_command("audit", "verify", "--database-only")
    assert own.stdout.startswith("1 rows, checkpoint 1 holds: whole, by the database's own checkpoints alone")
    assert '"checkpoints_elsewhere": 0' in run_command("audit", "verify", "--database-only", "--json").stdout
    with house.database.read() as session:
        assert last_verification(session) is None  # the log's page goes on telling what the whole verification found
    run_command("audit", "verify")
    with house.database.read() as session:
        assert last_verification(session) is not None


def test_commands_sign_verify_and_name_what_was_changed(house: House, run_command: RunCommand, tmp_path: Path) -> None:
    with house.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=house.clock)
    assert run_command("audit", "key").stdout.startswith("tallenne/audit+")
    signed = run_command("audit", "checkpoint")
    (tmp_path / "mine.txt").write_text(signed.stdout, encoding="utf-8")
    whole = run_command("audit", "verify", "--checkpoints", str(tmp_path / "mine.txt"))
    assert (whole.exit_code, whole.stdout) == (0, "1 rows, checkpoint 1 holds: whole\n")
    again = run_command("audit", "checkpoint")
    assert "nothing was written since" in again.stderr
    with house.database.begin() as session:
        if house.database.where.startswith("sqlite"):
            session.execute(text("DROP TRIGGER audit_no_update"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE audit SET login = 'somebody'"))
    broken = run_command("audit", "verify", "--database-only")
    assert (broken.exit_code, broken.stdout.splitlines()[0]) == (70, "edited: audit row 1 is not what was chained")
    told = run_command("audit", "verify", "--json")
    assert '"whole": false' in told.stdout
