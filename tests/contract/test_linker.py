"""The linker on a real register: rules, decisions that win for ever, relinking after an import."""

import time
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from fixtures_register import NOON, FolderMaker, add_call, import_into, person_id
from fixtures_rights import HandClock
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from calls.errors import BadDataError, NotFoundError
from ledger_link.call_links import CallLinkRow
from ledger_link.link import LinkRule, LinkStatus
from ledger_link.linker import calls_of_customer, decide, decisions_of, link_call, link_of, links_of
from ledger_link.relinking import RelinkReport, relink
from storage.database.engine import Database, open_database

CLOCK = HandClock()


def new_call(database: Database, caller: str | None, *, at: datetime = NOON, withheld: bool = False) -> str:
    """Put a call into the database as the archive does, linked in the same transaction."""
    with database.begin() as session:
        call = add_call(session, caller, at=at, withheld=withheld)
        link_call(session, call, clock=CLOCK)
        return call.id


def facts(database: Database, call_id: str) -> tuple[str, str, list[str]]:
    with database.read() as session:
        link = link_of(session, call_id)
        return link.status.value, link.rule, [person.name for person in link.persons]


def relink_all(database: Database) -> RelinkReport:
    return relink(database, clock=CLOCK, progress=lambda _done, _total: None)


@pytest.mark.parametrize(
    ("caller", "status", "rule", "names"),
    [
        ("+358401000001", "one", "number-of-lease-party", ["Aino Virtanen"]),
        ("+358401000002", "several", "number-shared-in-lease", ["Eero Korhonen", "Liisa Korhonen"]),
        ("+358401000004", "one", "number-of-lease-party", ["Kerstin Söderström"]),
        ("+358401000005", "one", "number-of-lease-party", ["James Okafor"]),
        ("+358401000040", "one", "number-of-person", ["Maj-Britt Sjöblom"]),
        ("+358401000999", "none", "number-unknown", []),
        (None, "none", "no-number", []),
    ],
)
def test_callers_of_the_sample_register(
    register: Database, caller: str | None, status: str, rule: str, names: list[str]
) -> None:
    assert facts(register, new_call(register, caller)) == (status, rule, names)


def test_withheld_is_a_case_of_its_own(register: Database) -> None:
    assert facts(register, new_call(register, None, withheld=True)) == ("withheld", "withheld", [])


@pytest.mark.parametrize(
    ("at", "names"),
    [
        (datetime(2019, 12, 31, 21, 59, tzinfo=UTC), ["Matti Nieminen"]),
        (datetime(2019, 12, 31, 22, 0, tzinfo=UTC), []),  # in Helsinki already the day after
        (datetime(2021, 2, 1, 9, 0, tzinfo=UTC), ["Pekka Virtanen"]),
    ],
)
def test_a_number_is_whose_it_was_on_the_day_of_the_call(register: Database, at: datetime, names: list[str]) -> None:
    assert facts(register, new_call(register, "+358401000041", at=at))[2] == names


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


def test_decisions_win_and_are_kept_with_who_and_when(register: Database) -> None:
    call_id = new_call(register, "+358401000002")
    with register.begin() as session:
        eero, liisa = person_id(session, "P-0002"), person_id(session, "P-0003")
        decide(session, call_id, [liisa], decided_by="sanna", clock=CLOCK)
    first_at = CLOCK.now()
    CLOCK.advance(minutes=5)
    with register.begin() as session:
        decide(session, call_id, [], decided_by="trainer", clock=CLOCK)
    with register.begin() as session:
        decide(session, call_id, [liisa, eero, liisa], decided_by="trainer", clock=CLOCK)
    with register.read() as session:
        link = link_of(session, call_id)
        history = decisions_of(session, call_id)
    assert (link.status, link.rule, link.decided_by) == (LinkStatus.SEVERAL, LinkRule.DECIDED, "trainer")
    assert link.decided_at == CLOCK.now()
    assert [person.name for person in link.persons] == ["Liisa Korhonen", "Eero Korhonen"]
    assert [([person.name for person in entry.persons], entry.decided_by) for entry in history] == [
        (["Liisa Korhonen"], "sanna"),
        ([], "trainer"),
        (["Liisa Korhonen", "Eero Korhonen"], "trainer"),
    ]
    assert history[0].decided_at == first_at
    assert link.to_json()["persons"] == [{"id": liisa, "name": "Liisa Korhonen"}, {"id": eero, "name": "Eero Korhonen"}]


def test_the_archive_linking_again_leaves_a_decision_alone(register: Database) -> None:
    with register.begin() as session:
        call = add_call(session, "+358401000001")
        decide(session, call.id, [], decided_by="sanna", clock=CLOCK)  # before it was ever linked
    with register.begin() as session:
        session.add(call)
        link_call(session, call, clock=CLOCK)
    assert facts(register, call.id) == ("none", "decided", [])


def test_decisions_that_cannot_be_are_refused(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    with register.begin() as session:
        with pytest.raises(NotFoundError, match="no such call"):
            decide(session, "0199a1b2-0000-7000-8000-00000000dead", [], decided_by="sanna", clock=CLOCK)
        with pytest.raises(NotFoundError, match=r"777: no such person"):
            decide(session, call_id, [777], decided_by="sanna", clock=CLOCK)
        with pytest.raises(BadDataError, match="the one who decides"):
            decide(session, call_id, [], decided_by=" ", clock=CLOCK)
        assert decisions_of(session, call_id) == ()


def test_a_rule_and_a_person_cannot_write_past_each_other(register: Database) -> None:
    """Relinks run all the time while somebody decides: after the decision nothing else is ever seen."""
    call_id = new_call(register, "+358401000001")
    start = Barrier(2)
    faults: list[BaseException] = []

    def relinking() -> None:
        try:
            start.wait()
            for round_number in range(15):
                with register.begin() as session:  # makes the rules find somebody else each time
                    last = "'2020-01-01'" if round_number % 2 else "NULL"
                    session.execute(
                        text(f"UPDATE phone_numbers SET valid_until = {last} WHERE e164 = '+358401000001'")  # noqa: S608
                    )
                relink_all(register)
        except BaseException as error:  # noqa: BLE001 (told to the test)
            faults.append(error)

    thread = Thread(target=relinking)
    thread.start()
    start.wait()
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0006")], decided_by="sanna", clock=CLOCK)
    thread.join()
    assert faults == []
    assert facts(register, call_id) == ("one", "decided", ["James Okafor"])


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


def test_links_of_a_page_answer_for_every_call(register: Database) -> None:
    linked, unlinked = new_call(register, "+358401000001"), "0199a1b2-0000-7000-8000-00000000dead"
    with register.read() as session:
        links = links_of(session, [linked, unlinked])
        assert links_of(session, []) == {}
    assert {call_id: link.rule for call_id, link in links.items()} == {
        linked: "number-of-lease-party",
        unlinked: "not-linked-yet",
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("söder", ["+358401000004"]),
        ("KERSTIN SÖDERSTRÖM", ["+358401000004"]),
        ("virtanen aino", ["+358401000001", "+358401000037"]),
        ("korhonen", ["+358401000002"]),
        ("maria virt", ["+358401000001"]),
        ("%", []),
        ("nobody", []),
    ],
)
def test_calls_are_found_by_the_customers_name(register: Database, words: str, found: list[str]) -> None:
    numbers = ["+358401000001", "+358401000002", "+358401000004", "+358401000037", "+358401000999"]
    calls = {new_call(register, number): number for number in numbers}
    with register.read() as session:
        assert sorted(calls[call_id] for call_id in session.scalars(calls_of_customer(words))) == found


def test_a_protected_person_marks_the_link(register: Database) -> None:
    protected, other = new_call(register, "+358401000027"), new_call(register, "+358401000001")
    with register.read() as session:
        assert link_of(session, protected).non_disclosure
        assert not link_of(session, other).non_disclosure


REFUSED = (
    "UPDATE call_links SET status = 'perhaps'",
    "UPDATE call_links SET decided_by = 'somebody'",
    "UPDATE call_links SET rule = 'decided'",
    "UPDATE phone_numbers SET e164 = '0401234567'",
    "UPDATE phone_numbers SET valid_from = '2030-01-02', valid_until = '2030-01-01'",
    "UPDATE leases SET ends_on = '1999-01-01'",
    "UPDATE lease_parties SET role = 'owner'",
    "UPDATE persons SET surname = ''",
    "UPDATE buildings SET postal_code = '123'",
    "DELETE FROM persons",
    (
        "INSERT INTO phone_numbers (person_id, e164, raw) SELECT person_id, e164, raw FROM phone_numbers"
        " WHERE valid_from IS NULL"
    ),
    (
        "INSERT INTO apartments (apartment_no, building_id, entrance, sub_letter) SELECT 'X' || apartment_no,"
        " building_id, entrance, sub_letter FROM apartments WHERE door_number IS NULL"
    ),
)


def test_the_schema_refuses(register: Database) -> None:
    new_call(register, "+358401000001")
    for statement in REFUSED:
        with pytest.raises(IntegrityError), register.begin() as session:
            session.execute(text(statement))
