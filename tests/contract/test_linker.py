"""The linker on a real register: rules, decisions that win for ever, relinking after an import."""

import time
from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from fixtures_register import NOON, FolderMaker, add_call, import_into, person_id
from fixtures_rights import HandClock
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from calls.errors import BadDataError, NotFoundError
from ledger_link.call_links import CallLinkRow
from ledger_link.call_subjects import subjects_of_link, subjects_of_persons
from ledger_link.customer_number import customer_number
from ledger_link.employments import EmploymentRow
from ledger_link.fault_reports import FaultReportRow
from ledger_link.leases import LeaseRow
from ledger_link.link import CandidateRule, LinkRule, LinkStatus
from ledger_link.linker import calls_of_customer, decide, decisions_of, link_call, link_of, links_of
from ledger_link.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.persons import PersonRow
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


ANSWERING = "+358102229999"


def employ(database: Database, *person_nos: str) -> None:
    """Make persons work where ANSWERING is the switchboard."""
    with database.begin() as session:
        firm = OrganisationRow(
            organisation_no="Y-1", name="Satama Oy", business_id_valid=False, search_name="satama oy"
        )
        session.add(firm)
        session.flush()
        session.add(OrganisationNumberRow(organisation_id=firm.id, e164=ANSWERING, raw=ANSWERING))
        for person_no in person_nos:
            session.add(
                EmploymentRow(
                    person_id=person_id(session, person_no),
                    employer_name="Satama Oy",
                    organisation_id=firm.id,
                    occupation="",
                    nature="permanent",
                    starts_on=date(2020, 1, 1),
                )
            )


def offered(database: Database, call_id: str) -> list[tuple[str, CandidateRule, str | None, str | None]]:
    with database.read() as session:
        return [(one.person.name, one.rule, one.lease_no, one.employer) for one in link_of(session, call_id).candidates]


def test_candidates_are_kept_with_what_speaks_for_them(register: Database) -> None:
    employ(register, "P-0001", "P-0006")
    shared, formerly, at_work = (new_call(register, number) for number in ("+358401000002", "+358401000041", ANSWERING))
    passed_on = new_call(register, "+358401000041", at=datetime(2020, 6, 1, 9, 0, tzinfo=UTC))
    assert offered(register, shared) == [
        ("Eero Korhonen", CandidateRule.LEASE_PARTY, "V-1002", None),
        ("Liisa Korhonen", CandidateRule.LEASE_PARTY, "V-1002", None),
    ]
    assert [name for name, *_ in offered(register, formerly)] == ["Pekka Virtanen"]
    assert offered(register, passed_on) == [("Matti Nieminen", CandidateRule.FORMER_NUMBER, "V-1004", None)]
    assert offered(register, at_work) == [
        ("James Okafor", CandidateRule.EMPLOYEE, None, "Satama Oy"),
        ("Aino Virtanen", CandidateRule.EMPLOYEE, None, "Satama Oy"),
    ]
    assert facts(register, at_work) == ("none", "number-of-employer", [])
    with register.read() as session:
        first = link_of(session, shared).candidates[0]
    assert (first.number_since, first.since, first.until) == (date(2018, 8, 15), date(2018, 9, 1), None)


def test_nobody_with_a_turvakielto_is_told_to_work_somewhere(register: Database) -> None:
    with register.read() as session:
        protected = session.scalars(select(PersonRow.person_no).where(PersonRow.non_disclosure)).all()
    employ(register, *protected)
    assert offered(register, new_call(register, ANSWERING)) == []


def test_the_number_of_an_ended_lease_opens_nothing(register: Database) -> None:
    with register.begin() as session:
        session.execute(text("UPDATE leases SET ends_on = '2026-10-31' WHERE lease_no = 'V-1001'"))
    call_id = new_call(register, "+358401000001")
    assert facts(register, call_id) == ("none", "number-of-ended-lease", [])
    assert offered(register, call_id) == [("Aino Virtanen", CandidateRule.ENDED_LEASE, "V-1001", None)]


def test_candidates_stay_when_somebody_decides(register: Database) -> None:
    call_id = new_call(register, "+358401000002")
    before = offered(register, call_id)
    for chosen in (["P-0003"], [], ["P-0002", "P-0003"]):
        with register.begin() as session:
            persons = [person_id(session, person_no) for person_no in chosen]
            decide(session, call_id, persons, decided_by="sanna", clock=CLOCK)
        assert offered(register, call_id) == before


def test_outbound_calls_are_linked_by_the_number_that_was_dialled(register: Database) -> None:
    with register.begin() as session:
        call = add_call(session, "+358401000004")
        call.direction, call.dialled_e164 = "outbound", "+358401000001"
        link_call(session, call, clock=CLOCK)
        assert customer_number(call) == "+358401000001"
    assert facts(register, call.id) == ("one", "number-of-lease-party", ["Aino Virtanen"])
    with register.begin() as session:  # our own number is withheld, the customer's is not
        call = add_call(session, None, withheld=True)
        call.direction, call.dialled_e164 = "outbound", "+358401000001"
        link_call(session, call, clock=CLOCK)
    assert facts(register, call.id)[0] == "one"
    with pytest.raises(IntegrityError), register.begin() as session:
        add_call(session, "+358401000004").dialled_e164 = "+358401000001"


def test_a_call_is_about_a_lease_an_apartment_and_a_fault(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    with register.begin() as session:
        lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1001")).one()
        fault = FaultReportRow(
            fault_no="F-1", apartment_id=lease.apartment_id, reported_on=date(2026, 11, 1), subject="Hana", state="open"
        )
        session.add(fault)
        session.flush()
        about = {"lease_id": lease.id, "apartment_id": lease.apartment_id, "fault_report_id": fault.id}
        decide(session, call_id, [person_id(session, "P-0001")], decided_by="sanna", clock=CLOCK, **about)
        link = link_of(session, call_id)
        assert {name: getattr(link, name) for name in about} == about
        assert {name: getattr(decisions_of(session, call_id)[0], name) for name in about} == about
        subjects = subjects_of_link(session, **about)
    assert [subject.address for subject in subjects.leases] == ["Tallenteentie 4 A 1, 00990 Helsinki"]
    assert [subject.subject for subject in subjects.faults] == ["Hana"]
    with register.begin() as session:
        for name in about:
            with pytest.raises(NotFoundError, match=r"999: no such"):
                decide(session, call_id, [], decided_by="sanna", clock=CLOCK, **{name: 999})
    with register.begin() as session:
        session.execute(text("UPDATE persons SET non_disclosure = TRUE WHERE person_no = 'P-0001'"))
        hidden, kept = subjects_of_link(session, **about), link_of(session, call_id)
        offered_then = subjects_of_persons(session, [person_id(session, "P-0001")], on=date(2026, 11, 3))
    for told in (hidden, offered_then):
        assert [subject.address for subject in told.leases] == [None]
    assert [(subject.address, subject.apartment_no) for subject in hidden.apartments] == [(None, None)]
    assert [subject.subject for subject in hidden.faults] == [None]
    assert (offered_then.apartments, offered_then.faults) == ((), ())
    assert (kept.lease_id, kept.apartment_id, kept.fault_report_id) == (about["lease_id"], None, None)


APPEND_ONLY = (
    "UPDATE link_decisions SET decided_by = 'somebody'",
    "UPDATE link_decision_persons SET position = 3",
    "DELETE FROM link_decisions",
    "DELETE FROM link_decision_persons",
)


def test_decisions_only_grow(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0001")], decided_by="sanna", clock=CLOCK)
    own = {
        "sqlite": ("INSERT OR REPLACE INTO link_decisions SELECT * FROM link_decisions",),
        "postgresql": ("TRUNCATE link_decisions CASCADE", "TRUNCATE link_decision_persons"),
    }
    for statement in (*APPEND_ONLY, *own[register.engine.dialect.name]):
        with pytest.raises(IntegrityError, match="append-only"), register.begin() as session:
            session.execute(text(statement))
    with register.read() as session:
        assert [entry.decided_by for entry in decisions_of(session, call_id)] == ["sanna"]


def test_an_erased_call_takes_its_links_and_decisions_with_it(register: Database) -> None:
    erased, other = new_call(register, "+358401000002"), new_call(register, "+358401000002")
    for call_id in (erased, other):
        with register.begin() as session:
            decide(session, call_id, [person_id(session, "P-0002")], decided_by="sanna", clock=CLOCK)
    with register.begin() as session:
        session.execute(text("DELETE FROM calls WHERE id = :id"), {"id": erased})
    tables = ("call_links", "call_link_persons", "call_candidates", "link_decisions")
    with register.read() as session:
        for table in tables:
            left = session.scalars(text(f"SELECT DISTINCT call_id FROM {table}")).all()  # noqa: S608
            assert left == [other], table
        assert session.scalar(text("SELECT count(*) FROM link_decision_persons")) == 1
