"""Linking anew after an import: only what no person decided, and never past anybody."""

import time
from threading import Thread

from fixtures_linking import CLOCK, facts, new_call, relink_all
from fixtures_register import FolderMaker, add_call, import_into, person_id
from sqlalchemy import select, text

from ledger_link.linking.link_decisions import decide, decisions_of, withdraw
from ledger_link.linking.linker import link_call
from ledger_link.linking.relinking import RelinkReport
from ledger_link.tables.call_links import CallLinkRow
from storage.database.engine import Database, open_database


def test_linking_again_changes_nothing(register: Database) -> None:
    call_id = new_call(register, "+358401000002")
    with register.read() as session:
        before = session.scalars(select(CallLinkRow.linked_at)).one()
    CLOCK.advance(hours=1)
    assert relink_all(register) == RelinkReport(checked=1, changed=0)
    with register.read() as session:
        assert session.scalars(select(CallLinkRow.linked_at)).one() == before
    assert facts(register, call_id)[0] == "several"


def test_a_call_that_was_never_linked_says_so_and_is_linked_by_relink(register: Database) -> None:
    with register.begin() as session:
        call_id = add_call(session, "+358401000001").id
    assert facts(register, call_id) == ("none", "not-linked-yet", [])
    assert relink_all(register) == RelinkReport(checked=1, changed=1)
    assert facts(register, call_id)[2] == ["Aino Virtanen"]


def test_relink_after_an_import_touches_only_what_no_person_decided(
    register: Database, make_folder: FolderMaker
) -> None:
    unknown, decided_none, decided_one = (new_call(register, "+358401000999") for _ in range(3))
    with register.begin() as session:
        decide(session, decided_none, (), decided_by="trainer", clock=CLOCK)
        decide(session, decided_one, [person_id(session, "P-0004")], decided_by="trainer", clock=CLOCK)
    import_into(register, make_folder(phone_numbers="person_no,number\nP-0001,+358401000999\n"))
    assert relink_all(register) == RelinkReport(checked=1, changed=1)
    assert facts(register, unknown) == ("one", "number-of-lease-party", ["Aino Virtanen"])
    assert facts(register, decided_none) == ("none", "decided", [])
    assert facts(register, decided_one) == ("one", "decided", ["Matti Nieminen"])


def test_a_relink_waits_for_a_call_that_is_linked_by_the_register_of_before(
    postgresql_url: str, make_folder: FolderMaker
) -> None:
    """On PostgreSQL alone: SQLite lets nobody import while a call is being written."""
    database = open_database(postgresql_url)
    relinked: list[RelinkReport] = []
    relinking = Thread(target=lambda: relinked.append(relink_all(database)))
    with database.begin() as session:
        call = add_call(session, "+358401000999")
        link_call(session, call, clock=CLOCK)
        import_into(
            database,
            make_folder(
                persons="person_no,first_names,surname,non_disclosure\nP-1,Aino,Virtanen,no\n",
                phone_numbers="person_no,number\nP-1,+358401000999\n",
            ),
        )
        relinking.start()
        deadline = time.monotonic() + 30
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while not session.scalar(waiting):
            assert relinking.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
    relinking.join()
    assert relinked == [RelinkReport(checked=1, changed=1)]
    assert facts(database, call.id) == ("one", "number-of-person", ["Aino Virtanen"])
    database.dispose()


def test_a_relink_takes_a_withdrawn_decision_for_none(register: Database, make_folder: FolderMaker) -> None:
    call_id = new_call(register, "+358401000999")
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0004")], decided_by="sanna", clock=CLOCK)
        decided = decisions_of(session, call_id)[-1].id
        withdraw(session, call_id, decided, decided_by="trainer", clock=CLOCK)
    assert facts(register, call_id) == ("none", "number-unknown", [])
    import_into(register, make_folder(phone_numbers="person_no,number\nP-0001,+358401000999\n"))
    assert relink_all(register) == RelinkReport(checked=1, changed=1)
    assert facts(register, call_id) == ("one", "number-of-lease-party", ["Aino Virtanen"])
