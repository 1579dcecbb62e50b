"""The chain of the audit in real databases: rows have places, and what is changed is found."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_rights import OPERATOR, Office
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from tampered_databases import disarm, tamper

from calls.errors import BadDataError
from rights.access.actor import operator_actor
from rights.audit.chain_rows import ChainRow, CheckpointRow, TailRow
from rights.audit.checkpoints import make_checkpoint
from rights.audit.findings import Tampering
from rights.audit.merkle import Frontier
from rights.audit.trail import Action, record
from rights.audit.verifying import verify
from rights.tables import AuditRow
from storage.database.engine import Database
from storage.database.migration import upgrade

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MIKKO = operator_actor("mikko")
KEYS = [KEY.public_key()]
ROWS = 12
GROWS_ONLY = ("audit_chain", "audit_sealed", "audit_checkpoints", "audit_verifications")


def write(office: Office, count: int = 1, *, persons: Sequence[int] = (7,)) -> None:
    for _ in range(count):
        with office.database.begin() as session:
            detail = {"address": "192.0.2.1", "page": "person"}
            record(
                session, actor=OPERATOR, action=Action.CALL_SHOWN, persons=persons, detail=detail, clock=office.clock
            )
        office.clock.advance(minutes=1)


def test_each_committed_row_has_its_place(office: Office) -> None:
    write(office, 3)
    with suppress(BadDataError), office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.CALL_SHOWN, clock=office.clock)
        raise BadDataError(what="undone")
    with office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=office.clock)
        with suppress(BadDataError), session.begin_nested():
            record(session, actor=MIKKO, action=Action.LOGGED_OUT, clock=office.clock)
            record(session, actor=MIKKO, action=Action.LOGGED_OUT, clock=office.clock)
            raise BadDataError(what="taken back")
        with session.begin_nested():
            record(session, actor=MIKKO, action=Action.REFUSED, clock=office.clock)
    with office.database.read() as session:
        rows = list(session.scalars(select(AuditRow.id).order_by(AuditRow.id)))
        places = session.scalars(select(ChainRow).order_by(ChainRow.position)).all()
        tail = session.scalars(select(TailRow)).one()
    assert [place.audit_id for place in places] == rows
    assert [place.position for place in places] == list(range(5))
    tree = Frontier()
    for place in places:
        tree.append(place.leaf_sha256)
    assert (tail.size, tail.chain_sha256, tail.frontier) == (5, places[-1].chain_sha256, tree.to_bytes())
    verdict = verify(office.database, KEYS)
    assert (verdict.findings, verdict.size, verdict.checkpoint) == ((), 5, None)


def test_writers_at_once_wait_for_each_other_and_no_place_is_lost(office: Office) -> None:
    def work() -> None:
        for _ in range(10):
            with office.database.begin() as session:
                record(session, actor=OPERATOR, action=Action.CALL_SHOWN, persons=[1, 2], clock=office.clock)
                record(session, actor=None, action=Action.REFUSED, clock=office.clock)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify(office.database, KEYS)
    assert (verdict.findings, verdict.size) == ((), 80)


EDITS = {
    "login": "UPDATE audit SET login = 'somebody else' WHERE id = 5",
    "moment": "UPDATE audit SET at = '2026-11-02 07:00:00.000000' WHERE id = 5",
    "detail": "UPDATE audit SET detail = NULL WHERE id = 5",
    "action": "UPDATE audit SET action = 'logged-in' WHERE id = 5",
    "person": "UPDATE audit_persons SET person_id = 8 WHERE audit_id = 5",
    "another person": "INSERT INTO audit_persons (audit_id, person_id) VALUES (5, 8)",
    "no person": "DELETE FROM audit_persons WHERE audit_id = 5",
    "sealed": "UPDATE audit_sealed SET sealed = (SELECT sealed FROM audit_sealed WHERE audit_id = 6) WHERE audit_id=5",
    "not sealed": "DELETE FROM audit_sealed WHERE audit_id = 5",
    "moment of its place": "UPDATE audit_chain SET chained_at = '2026-11-02 09:00:00.000000' WHERE audit_id = 5",
    "before the chain": "UPDATE audit_chain SET before_chain = TRUE WHERE audit_id = 5",
}
DELETION = ("DELETE FROM audit_sealed WHERE audit_id = 5", "DELETE FROM audit_persons WHERE audit_id = 5")
CUT = tuple(
    f"DELETE FROM {table} WHERE {number} > 9"  # noqa: S608 (names below)
    for table, number in (
        ("audit_sealed", "audit_id"),
        ("audit_persons", "audit_id"),
        ("audit_chain", "audit_id"),
        ("audit", "id"),
    )
)
OTHERS: dict[str, tuple[Tampering, int, tuple[str, ...]]] = {
    "deleted": (Tampering.DELETED, 5, (*DELETION, "DELETE FROM audit WHERE id = 5")),
    "deleted with its place": (
        Tampering.PLACE_MISSING,
        6,
        (*DELETION, "DELETE FROM audit_chain WHERE audit_id = 5", "DELETE FROM audit WHERE id = 5"),
    ),
    "inserted": (
        Tampering.INSERTED,
        99,
        ("INSERT INTO audit (id, at, action) VALUES (99, '2026-11-02 08:30:00', 'logged-in')",),
    ),
    "swapped": (
        Tampering.SWAPPED,
        5,
        (
            "UPDATE audit SET action = 'a', at = '2026-11-02 08:07:00.000000' WHERE id = 5",
            "UPDATE audit SET action = 'refused', at = '2026-11-02 08:04:00.000000' WHERE id = 8",
            "UPDATE audit SET action = 'call-shown', at = '2026-11-02 08:07:00.000000' WHERE id = 5",
            "UPDATE audit SET action = 'call-shown', at = '2026-11-02 08:04:00.000000' WHERE id = 8",
            *(
                f"UPDATE audit_sealed SET audit_id = {new} WHERE audit_id = {old}"  # noqa: S608 (numbers below)
                for old, new in ((5, 1005), (8, 5), (1005, 8))
            ),
        ),
    ),
    "leaf": (Tampering.PLACE_CHANGED, 5, ("UPDATE audit_chain SET leaf_sha256 = chain_sha256 WHERE audit_id = 5",)),
    "tail cut": (Tampering.TAIL_CUT, 9, CUT),
    "tail cut, and said so": (Tampering.TAIL_CUT, 9, (*CUT, "UPDATE audit_tail SET size = 9")),
    "no tail": (Tampering.TAIL_CUT, 0, ("DELETE FROM audit_tail",)),
    "checkpoint": (Tampering.CHECKPOINT_FORGED, 0, ("UPDATE audit_checkpoints SET note = replace(note, '12', '13')",)),
    "no checkpoint": (Tampering.CHECKPOINT_MISSING, 0, ("DELETE FROM audit_checkpoints",)),
}


@pytest.fixture
def kept(office: Office) -> list[tuple[str, str]]:
    """An audit of some rows; gives the checkpoint that is kept elsewhere."""
    write(office, ROWS)
    assert make_checkpoint(office.database, KEY, clock=office.clock) == 1
    with office.database.read() as session:
        notes = [("elsewhere", note) for note in session.scalars(select(CheckpointRow.note))]
    assert verify(office.database, KEYS, elsewhere=notes).is_whole
    disarm(office.database)
    return notes


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_row_is_named(office: Office, kept: list[tuple[str, str]], edit: str) -> None:
    tamper(office.database, EDITS[edit])
    found = verify(office.database, KEYS, elsewhere=kept).findings
    assert [finding.audit_ids for finding in found if finding.tampering is Tampering.EDITED] == [(5,)]
    assert {finding.tampering for finding in found} <= {Tampering.EDITED, Tampering.CLOCK_TURNED_BACK}


@pytest.mark.parametrize("way", OTHERS)
def test_tampering_is_called_by_its_name(office: Office, kept: list[tuple[str, str]], way: str) -> None:
    tampering, audit_id, statements = OTHERS[way]
    tamper(office.database, *statements)
    found = [
        finding
        for finding in verify(office.database, KEYS, elsewhere=kept).findings
        if finding.tampering is tampering and (not audit_id or audit_id in finding.audit_ids)
    ]
    assert found


_PLACE_LIKE_THE_FIRST = (
    "INSERT INTO audit_chain (position, audit_id, chained_at, before_chain, leaf_sha256, chain_sha256) "
    "SELECT {0}, 99, chained_at, before_chain, leaf_sha256, chain_sha256 FROM audit_chain WHERE position = 0"
)
STRANGE = {
    "a place before the first": (
        "INSERT INTO audit (id, at, action) VALUES (99, '2026-11-02 08:30:00', 'logged-in')",
        _PLACE_LIKE_THE_FIRST.format(-1),
    ),
    "a place far behind the last": (
        "INSERT INTO audit (id, at, action) VALUES (99, '2026-11-02 08:30:00', 'logged-in')",
        _PLACE_LIKE_THE_FIRST.format(4_000_000_000),
    ),
    "a gap": (*DELETION, "DELETE FROM audit_chain WHERE audit_id = 5", "DELETE FROM audit WHERE id = 5"),
    "an edited row": ("UPDATE audit SET login = 'somebody else' WHERE id = 5",),
    "nothing": (),
}


@pytest.mark.parametrize("way", STRANGE)
def test_pages_and_readers_find_what_is_found_without_them(
    office: Office, kept: list[tuple[str, str]], way: str
) -> None:
    tamper(office.database, *STRANGE[way])
    at_once = verify(office.database, KEYS, elsewhere=kept)
    by_pages = verify(office.database, KEYS, elsewhere=kept, page_rows=5)
    assert by_pages == at_once
    assert at_once.is_whole == (way == "nothing")
    if way in {"an edited row", "nothing"}:  # processes take a second to start
        assert verify(office.database, KEYS, elsewhere=kept, page_rows=5, readers=2) == at_once


def test_what_a_reader_did_not_do_is_done_without_it(office: Office) -> None:
    write(office, ROWS)

    seen: list[int] = []

    def end_readers(done: int) -> None:
        seen.append(done)
        for process in multiprocessing.active_children():
            if process.name.startswith("audit-reader"):
                process.kill()
                process.join()

    verdict = verify(office.database, KEYS, readers=2, page_rows=1, progress=end_readers)
    assert (verdict.findings, verdict.size, seen[-1]) == ((), ROWS, ROWS)
    assert not [process for process in multiprocessing.active_children() if process.name.startswith("audit-reader")]


def test_rows_that_are_added_meanwhile_are_for_the_next_time(office: Office) -> None:
    """A reader sees a later moment than the process that asked for it."""
    write(office, ROWS)
    added: list[int] = []

    def add_one(_done: int) -> None:
        if not added:
            added.append(1)
            write(office)

    verdict = verify(office.database, KEYS, readers=1, page_rows=5, progress=add_one)
    assert (verdict.findings, verdict.size) == ((), ROWS)


def test_text_that_sqlite_keeps_and_its_driver_refuses_is_a_finding(
    office: Office, kept: list[tuple[str, str]]
) -> None:
    if office.database.engine.dialect.name != "sqlite":
        return  # PostgreSQL takes no such text
    tamper(office.database, "UPDATE audit SET login = CAST(x'6cff' AS TEXT) WHERE id = 5")
    (finding,) = verify(office.database, KEYS, elsewhere=kept).findings
    assert (finding.tampering, finding.audit_ids) == (Tampering.EDITED, (5,))


def test_clock_that_was_turned_back_is_told(office: Office) -> None:
    write(office, 3)
    office.clock.advance(minutes=-30)
    write(office)
    office.clock.advance(minutes=60)
    write(office)
    (finding,) = verify(office.database, KEYS).findings
    assert (finding.tampering, finding.audit_ids) == (Tampering.CLOCK_TURNED_BACK, (4,))


def test_sqlite_column_of_any_type_is_a_finding_and_no_fault(office: Office, kept: list[tuple[str, str]]) -> None:
    if office.database.engine.dialect.name == "sqlite":
        tamper(
            office.database,
            "UPDATE audit SET login = x'00ff', at = 7 WHERE id = 5",
            "UPDATE audit_chain SET leaf_sha256 = 'no bytes' WHERE audit_id = 7",
        )
    else:
        tamper(office.database, "UPDATE audit SET at = 'infinity' WHERE id = 5")
    named = {ids for finding in verify(office.database, KEYS, elsewhere=kept).findings for ids in finding.audit_ids}
    assert 5 in named


@pytest.mark.parametrize("table", GROWS_ONLY)
def test_tables_of_the_chain_only_grow(office: Office, table: str) -> None:
    write(office)
    make_checkpoint(office.database, KEY, clock=office.clock)
    with office.database.begin() as session:
        session.execute(text("INSERT INTO audit_verifications (at, size, findings) VALUES ('2026-11-02', 1, 0)"))
    column = {"audit_chain": "chained_at", "audit_sealed": "sealed", "audit_checkpoints": "note"}.get(table, "size")
    refused = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]  # noqa: S608 (names above)
    if office.database.engine.dialect.name == "sqlite":
        refused.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608 (names above)
    else:
        refused.append(f"TRUNCATE {table} CASCADE")
    for statement in refused:
        with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
            session.execute(text(statement))


def test_tail_only_grows_and_keys_are_only_destroyed(office: Office) -> None:
    write(office)
    for statement in (
        "UPDATE audit_tail SET size = 0",
        "DELETE FROM audit_tail",
        "DELETE FROM audit_subjects",
        "UPDATE audit_subjects SET subject = 'login:another'",
    ):
        with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
            session.execute(text(statement))


def test_checkpoint_is_made_when_there_is_something_new_and_it_is_time(office: Office) -> None:
    hour = timedelta(hours=1)
    assert make_checkpoint(office.database, KEY, clock=office.clock) is None  # of nothing
    write(office)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) == 1
    write(office)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) is None
    office.clock.advance(hours=1)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) == 2
    office.clock.advance(hours=2)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) is None
    assert verify(office.database, KEYS).checkpoint == 2


def test_clock_that_ran_ahead_stops_no_checkpoint_once_it_is_set_right(office: Office) -> None:
    hour = timedelta(hours=1)
    right = office.clock.moment
    office.clock.advance(days=3650)
    write(office)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) == 1
    office.clock.moment = right
    write(office)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) == 2
    write(office)
    assert make_checkpoint(office.database, KEY, at_least=hour, clock=office.clock) is None


def test_rows_from_before_the_chain_are_chained_and_marked(make_empty_database: Callable[[], Database]) -> None:
    database = make_empty_database()
    upgrade(database, to="0009_approvals")
    with database.begin() as session:
        for number, detail in enumerate(
            [None, '{"persons": [3, 1], "filter": {"text": "Åke \\u20ac"}}', "{}"], start=1
        ):
            session.execute(
                text(
                    "INSERT INTO audit (at, login, name, action, detail) "
                    "VALUES (:at, 'sanna', 'Sanna Öhman', 'call-shown', :detail)"
                ),
                {"at": f"2026-10-0{number} 09:30:00.0{number}0000", "detail": detail},
            )
        for person_id in (3, 1):
            session.execute(
                text("INSERT INTO audit_persons (audit_id, person_id) VALUES (2, :person)"), {"person": person_id}
            )
    upgrade(database)
    with database.read() as session:
        places = session.scalars(select(ChainRow).order_by(ChainRow.position)).all()
        names = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    assert [(place.audit_id, place.before_chain) for place in places] == [(1, True), (2, True), (3, True)]
    assert {row.name for row in names} == {"Sanna Öhman"}
    assert verify(database, KEYS).is_whole
    disarm(database)
    tamper(database, "UPDATE audit SET detail = '{}' WHERE id = 2")
    (finding,) = verify(database, KEYS).findings
    assert (finding.tampering, finding.audit_ids) == (Tampering.EDITED, (2,))
