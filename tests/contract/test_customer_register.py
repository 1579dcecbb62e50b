"""What every customer register has to do, whoever answers: our own tables, and another register over HTTP.

The HTTP one is asked over a real connection; its server answers from a database of its own, and tells more of people
with a turvakielto than it should.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fixtures_archive import CallMaker
from fixtures_live import AINO, Switchboard
from fixtures_register import SAMPLE_REGISTER, add_call, import_into
from fixtures_register_server import TOKEN, RegisterServer, serving_register
from fixtures_rights import HandClock, Office
from pydantic import ValidationError
from sqlalchemy import func, select, update

from calls.errors import NotFoundError, UnavailableError
from ledger_link.card import CustomerCard
from ledger_link.employments import EmploymentRow
from ledger_link.link import CandidateRule, Link
from ledger_link.link_decisions import Withdrawal, decisions_of
from ledger_link.linker import link_call, link_of
from ledger_link.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.persons import PersonRow
from ledger_link.register import OpenRegister
from ledger_link.register_client import PAUSE_S, RegisterClient
from ledger_link.register_http import HttpRegister
from ledger_link.register_settings import RegisterSettings
from ledger_link.register_sql import SqlRegister
from ledger_link.relinking import RelinkReport, relink
from ledger_link.undisclosed import undisclosed_among
from rights.customer_links import decide_link, view_links
from rights.link_withdrawals import withdraw_link
from rights.register_search import search_register
from rights.ringing import pick_customer, ringing_calls
from rights.tasks import Task
from rights.viewing import view_call_with_cards
from storage.archive.archive import Archive
from storage.database.engine import Database, open_database
from storage.objects.file_store import FileStore
from storage.vault.key_ring import KeyRing
from tallenne.call_linking import CallLinking

DAY = date(2026, 11, 3)
SWITCHBOARD = "+358102223334"
PROTECTED = "+358401000027"  # of Salla, under a non-disclosure order in the sample register
MakeClient = Callable[..., RegisterClient]


def employ(database: Database) -> None:
    """Add an employer with a switchboard where two persons of the sample register work."""
    with database.begin() as session:
        ids = {row.person_no: row.id for row in session.scalars(select(PersonRow))}
        protected = session.scalars(select(PersonRow.id).where(PersonRow.non_disclosure)).first()
        firm = OrganisationRow(
            organisation_no="Y-1", name="Satama Oy", business_id=None, business_id_valid=False, search_name="satama oy"
        )
        session.add(firm)
        session.flush()
        session.add(OrganisationNumberRow(organisation_id=firm.id, e164=SWITCHBOARD, raw=SWITCHBOARD))
        for person_id in (ids["P-0001"], ids["P-0006"], protected):
            session.add(
                EmploymentRow(
                    person_id=person_id,
                    employer_name="Satama Oy",
                    organisation_id=firm.id,
                    occupation="ahtaaja",
                    nature="permanent",
                    starts_on=date(2020, 1, 1),
                )
            )


@dataclass
class Asked:
    """A database of ours, and a register to open in it."""

    database: Database
    register: OpenRegister

    def card(self, name: str, *, on: date = DAY) -> CustomerCard:
        with self.database.begin() as session:
            register = self.register(session)
            hit = next(hit for hit in register.find_persons(name, on=on) if hit.person.name == name)
            return register.card_of(hit.person.id, on=on)

    def link(self, number: str | None) -> Link:
        with self.database.begin() as session:
            call = add_call(session, number)
            link_call(session, call, register=self.register, clock=HandClock())
            call_id = call.id
        with self.database.read() as session:
            return link_of(session, call_id)


@pytest.fixture
def server(registered_sqlite: Path, tmp_path: Path) -> Iterator[RegisterServer]:
    path = tmp_path / "theirs.sqlite"
    path.write_bytes(registered_sqlite.read_bytes())
    theirs = open_database(f"sqlite:///{path}")
    employ(theirs)
    with serving_register(theirs) as made:
        yield made
    theirs.dispose()


@pytest.fixture
def make_client(server: RegisterServer) -> Iterator[MakeClient]:
    made: list[RegisterClient] = []

    def make(**given: object) -> RegisterClient:
        options = {"token": TOKEN, "timeout_s": 5.0, "cache_s": 60.0, "clock": HandClock(), **given}
        made.append(RegisterClient(server.url, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(params=["sql", "http"])
def asked(request: pytest.FixtureRequest, database: Database) -> Asked:
    """Each adapter, over each of our two databases."""
    if request.param == "sql":
        import_into(database, SAMPLE_REGISTER)
        employ(database)
        return Asked(database, SqlRegister)
    client = request.getfixturevalue("make_client")()
    return Asked(database, partial(HttpRegister, client=client))


@pytest.mark.parametrize(
    ("number", "told", "persons", "candidates"),
    [
        ("+358401000001", ("one", "number-of-lease-party"), ["Aino Virtanen"], [("Aino Virtanen", "LEASE_PARTY")]),
        (
            "+358401000002",
            ("several", "number-shared-in-lease"),
            ["Eero Korhonen", "Liisa Korhonen"],
            [("Eero Korhonen", "LEASE_PARTY"), ("Liisa Korhonen", "LEASE_PARTY")],
        ),
        ("+358401000040", ("one", "number-of-person"), ["Maj-Britt Sjöblom"], [("Maj-Britt Sjöblom", "PERSON")]),
        (
            SWITCHBOARD,
            ("none", "number-of-employer"),
            [],
            [("James Okafor", "EMPLOYEE"), ("Aino Virtanen", "EMPLOYEE")],
        ),
        ("+358401000999", ("none", "number-unknown"), [], []),
        (None, ("none", "no-number"), [], []),
    ],
)
def test_a_call_is_linked(
    asked: Asked, number: str | None, told: tuple[str, str], persons: list[str], candidates: list[tuple[str, str]]
) -> None:
    link = asked.link(number)
    assert (link.status, link.rule) == told
    assert [person.name for person in link.persons] == persons
    assert [(one.person.name, one.rule.name) for one in link.candidates] == candidates


def test_evidence_tells_the_days(asked: Asked) -> None:
    found = asked.link("+358401000002").candidates[0]
    assert (found.number_since, found.number_until) == (date(2018, 8, 15), None)
    assert (found.since, found.until) == (date(2018, 9, 1), None)
    assert asked.link(SWITCHBOARD).candidates[0].employer == "Satama Oy"


def test_the_same_person_is_one_row_however_often_he_is_told_of(asked: Asked) -> None:
    for _ in range(2):
        asked.link("+358401000001")
        asked.card("Aino Virtanen")
    with asked.database.read() as session:
        assert session.scalar(select(func.count()).where(PersonRow.person_no == "P-0001")) == 1


def test_a_card_is_of_a_day(asked: Asked) -> None:
    card = asked.card("Matti Nieminen", on=date(2019, 6, 3))
    assert (card.first_names, card.surname, card.on) == ("Matti Olavi", "Nieminen", date(2019, 6, 3))
    assert [number.number for number in card.numbers] == ["+358401000041"]
    assert [(lease.lease_no, lease.state.name) for lease in card.leases] == [
        ("V-1003", "CURRENT"),
        ("V-1004", "COMING"),
    ]
    assert card.leases[0].address == "Tallenteentie 4 A 3, 00990 Helsinki"
    card = asked.card("Liisa Korhonen")
    assert [other.person.name for other in card.leases[0].others] == ["Eero Korhonen"]


def test_nobody_unknown_has_a_card(asked: Asked) -> None:
    with asked.database.begin() as session, pytest.raises(NotFoundError):
        asked.register(session).card_of(2**31 - 1, on=DAY)


def test_persons_are_found_by_name_and_number(asked: Asked) -> None:
    with asked.database.begin() as session:
        register = asked.register(session)

        def names(text: str, limit: int = 20) -> list[str]:
            return [hit.person.name for hit in register.find_persons(text, on=DAY, limit=limit)]

        assert names("korhonen") == ["Eero Korhonen", "Liisa Korhonen"]
        assert names("korhonen", 1) == ["Eero Korhonen"]
        assert names("040 1000001") == ["Aino Virtanen"]
        assert names("Xylander") == names("  ") == []
        hit = register.find_persons("aino maria", on=DAY)[0]
        assert hit.addresses == ("Tallenteentie 4 A 1, 00990 Helsinki",)


def test_a_turvakielto_hides_whatever_the_register_tells(asked: Asked) -> None:
    link = asked.link(PROTECTED)
    assert link.non_disclosure
    protected = link.persons[0]
    with asked.database.begin() as session:
        register = asked.register(session)
        card = register.card_of(protected.id, on=DAY)
        hits = register.find_persons(protected.name, on=DAY)
        assert undisclosed_among(session, {PROTECTED}) == {PROTECTED}
    assert card.numbers == ()
    assert [lease.address for lease in card.leases] == [None] * len(card.leases)
    assert [hit.addresses for hit in hits if hit.person.id == protected.id] == [()]
    for other in {other.person.name for lease in card.leases for other in lease.others}:
        addresses = {lease.lease_no: lease.address for lease in asked.card(other).leases}
        assert {addresses[lease.lease_no] for lease in card.leases} == {None}


def test_a_candidate_never_tells_where_a_protected_person_works(asked: Asked) -> None:
    assert not any(candidate.person.non_disclosure for candidate in asked.link(SWITCHBOARD).candidates)
    assert {one.rule for one in asked.link(SWITCHBOARD).candidates} == {CandidateRule.EMPLOYEE}


def test_a_withdrawn_decision_leaves_the_call_to_the_register(asked: Asked, hand_clock: HandClock) -> None:
    office = Office(asked.database, hand_clock)
    actor = office.actor(office.add_account("olli", Task.ALL_CALLS, Task.LINK_CUSTOMERS))
    with asked.database.begin() as session:
        call = add_call(session, "+358401000002")
        link_call(session, call, register=asked.register, clock=hand_clock)
        call_id, by_rule = call.id, link_of(session, call.id)
    decide_link(asked.database, actor, call_id, [by_rule.persons[1].id], clock=hand_clock)
    seen = decision_of(asked.database, call_id)
    for outcome in (Withdrawal.DONE, Withdrawal.NOTHING):
        came_of_it = withdraw_link(asked.database, actor, call_id, seen, register=asked.register, clock=hand_clock)
        assert came_of_it is outcome
    with asked.database.read() as session:
        assert link_of(session, call_id) == by_rule


def decision_of(database: Database, call_id: str) -> int:
    """Give the newest decision about a call."""
    with database.read() as session:
        return decisions_of(session, call_id)[-1].id


# ---- what a way over the network adds ----


def test_a_decision_is_withdrawn_while_the_register_is_away(
    database: Database, server: RegisterServer, make_client: MakeClient, hand_clock: HandClock
) -> None:
    client = make_client(clock=hand_clock, cache_s=0)
    asked = Asked(database, partial(HttpRegister, client=client))
    office = Office(database, hand_clock)
    actor = office.actor(office.add_account("olli", Task.ALL_CALLS, Task.LINK_CUSTOMERS))
    call_id = office.add_call(agent_id=None, caller_e164="+358401000001")
    decide_link(database, actor, call_id, [], clock=hand_clock)
    server.statuses = [500]
    seen = decision_of(database, call_id)
    assert withdraw_link(database, actor, call_id, seen, register=asked.register, clock=hand_clock) is Withdrawal.DONE
    with database.read() as session:
        waiting = link_of(session, call_id)
    assert (waiting.rule, waiting.is_open) == ("register-unavailable", True)
    hand_clock.advance(seconds=PAUSE_S)
    report = relink(
        database, register=asked.register, prepare=client.numbers, clock=hand_clock, progress=lambda _done, _total: None
    )
    assert (report.checked, report.changed) == (1, 1)
    with database.read() as session:
        assert [person.name for person in link_of(session, call_id).persons] == ["Aino Virtanen"]


def test_questions_stand_in_no_address_and_bear_the_token(server: RegisterServer, make_client: MakeClient) -> None:
    make_client().numbers(["+358401000001"])
    assert server.asked == [("/v1/numbers", {"numbers": ["+358401000001"]})]
    with pytest.raises(UnavailableError):
        make_client(token="wrong").numbers(["+358401000001"])  # noqa: S106


def test_an_answer_is_used_again_for_a_while(server: RegisterServer, make_client: MakeClient) -> None:
    clock = HandClock()
    client = make_client(clock=clock)
    client.numbers(["+358401000001", "+358401000999"])
    clock.advance(seconds=59)
    client.numbers(["+358401000001", "+358401000002", "+358401000999"])  # one unknown number is an answer too
    assert [question["numbers"] for _, question in server.asked] == [
        ["+358401000001", "+358401000999"],
        ["+358401000002"],
    ]
    clock.advance(seconds=2)
    client.numbers(["+358401000001"])
    assert len(server.asked) == 3


def test_the_memory_is_bounded(
    server: RegisterServer, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger_link.register_client.CACHED_AT_MOST", 2)
    client = make_client()
    for number in ("+358401000001", "+358401000002", "+358401000004", "+358401000001"):
        client.numbers([number])
    assert len(server.asked) == 4


def test_whom_the_register_forgot_is_still_a_name(
    database: Database, server: RegisterServer, make_client: MakeClient
) -> None:
    asked = Asked(database, partial(HttpRegister, client=make_client(cache_s=0)))
    linked = asked.link("+358401000001").persons[0]
    with server.database.begin() as session:
        session.execute(update(PersonRow).where(PersonRow.person_no == "P-0001").values(person_no="P-9999"))
    with database.begin() as session:
        card = asked.register(session).card_of(linked.id, on=DAY)
    assert (card.name, card.numbers, card.leases) == ("Aino Virtanen", (), ())


def test_a_name_and_a_turvakielto_are_those_of_now(
    database: Database, server: RegisterServer, make_client: MakeClient
) -> None:
    asked = Asked(database, partial(HttpRegister, client=make_client(cache_s=0)))
    asked.link("+358401000001")
    with server.database.begin() as session:
        session.execute(
            update(PersonRow).where(PersonRow.person_no == "P-0001").values(surname="Salainen", non_disclosure=True)
        )
    link = asked.link("+358401000001")
    assert (link.persons[0].name, link.non_disclosure) == ("Aino Salainen", True)
    with database.read() as session:
        assert undisclosed_among(session, {"+358401000001"}) == {"+358401000001"}


def test_a_gateway_that_fails_once_is_asked_again(server: RegisterServer, make_client: MakeClient) -> None:
    server.statuses = [503]
    assert make_client().numbers(["+358401000001"])["+358401000001"].holders
    assert len(server.asked) == 2


@pytest.mark.parametrize("statuses", [[502, 504], [500], [404], [302]])
def test_other_failures_are_told_and_nobody_waits_again_at_once(
    server: RegisterServer, make_client: MakeClient, statuses: list[int]
) -> None:
    clock = HandClock()
    client = make_client(clock=clock)
    server.statuses = list(statuses)
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"http://127\.0\.0\.1:\d+: the customer register"):
            client.numbers(["+358401000001"])
    assert len(server.asked) == len(statuses)
    clock.advance(seconds=PAUSE_S)
    assert client.numbers(["+358401000001"])["+358401000001"].holders


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"numbers": {"0401000001": {}}}',
        b'{"numbers": {"+358401000001": {"holders": [{"person": {"person_no": "131052-308T"}}]}}}',
        (
            b'{"numbers":{"+358401000001":{"holders":[{"person":{"person_no":"131052-308T","first_names":"A","call_name":"A",'
            b'"surname":"B","non_disclosure":false}}]}}}'
        ),
        b"x" * (9 * 2**20),
    ],
)
def test_an_answer_that_is_none_is_not_believed_nor_repeated(
    server: RegisterServer, make_client: MakeClient, body: bytes
) -> None:
    server.body = body
    with pytest.raises(UnavailableError) as error:
        make_client().numbers(["+358401000001"])
    told = f"{error.value}{error.value.__cause__}{error.value.__context__ if error.value.__cause__ else ''}"
    assert "131052" not in told
    assert "0401000001" not in told


@pytest.mark.parametrize("way", ["silent", "slow"])
def test_nobody_waits_longer_than_he_said(server: RegisterServer, make_client: MakeClient, way: str) -> None:
    class Monotonic(HandClock):
        def monotonic(self) -> float:
            return time.monotonic()

    server.stall, server.drip = (Event(), False) if way == "silent" else (None, True)
    client = make_client(timeout_s=0.3, clock=Monotonic())
    with pytest.raises(UnavailableError, match="does not answer"):
        client.numbers(["+358401000001"])
    assert len(server.asked) == 1  # a time-out is not tried again


def test_a_call_is_archived_without_an_answer_and_linked_by_the_next_relink(
    database: Database, server: RegisterServer, make_client: MakeClient
) -> None:
    clock = HandClock()
    client = make_client(clock=clock)
    asked = Asked(database, partial(HttpRegister, client=client))
    linked = asked.link("+358401000001")
    server.statuses = [500]
    link = asked.link("+358401000002")
    assert (link.status, link.rule) == ("none", "register-unavailable")
    withheld = asked.link(None)
    assert withheld.rule == "no-number"

    def relink_all() -> RelinkReport:
        return relink(
            database, register=asked.register, prepare=client.numbers, clock=clock, progress=lambda _done, _total: None
        )

    clock.advance(seconds=PAUSE_S + 60)
    server.statuses = [500]
    with pytest.raises(UnavailableError):  # what is linked stays as it is
        relink_all()
    clock.advance(seconds=PAUSE_S)
    report = relink_all()
    assert (report.checked, report.changed) == (3, 1)
    assert linked.status == "one"


@dataclass
class Archiving:
    """An archive that links by a register over HTTP, and who puts calls before it."""

    archive: Archive
    calls: CallMaker
    database: Database


@pytest.fixture
def archiving(
    database: Database, make_client: MakeClient, call_maker: CallMaker, file_store: FileStore, keys: KeyRing
) -> Archiving:
    clock = HandClock()
    register = partial(HttpRegister, client=make_client(cache_s=0, clock=clock))
    linking = CallLinking(database=database, register=register, clock=clock)
    archive = Archive(
        spool=call_maker.spool,
        database=database,
        objects=file_store,
        keys=keys,
        clock=clock,
        link=linking.link,
        prepare=linking.prepare,
    )
    return Archiving(archive, call_maker, database)


@pytest.mark.parametrize(
    ("failures", "rule"), [([], "number-of-lease-party"), ([HTTPStatus.INTERNAL_SERVER_ERROR], "register-unavailable")]
)
def test_the_archive_asks_before_its_transaction_begins(
    archiving: Archiving, server: RegisterServer, failures: list[int], rule: str
) -> None:
    held: list[bool] = []
    server.meanwhile = lambda: held.append(held_by_others(archiving.database))
    server.statuses = list(failures)
    made = [archiving.calls.abandoned(number=number) for number in ("+358401000001", None)]
    assert archiving.archive.run_once() == len(made)
    assert held == [False]
    with archiving.database.read() as session:
        assert {link_of(session, manifest.call_id).rule for manifest in made} == {rule, "withheld"}


@pytest.mark.parametrize(
    "given",
    [
        {"source": "http"},
        {"source": "http", "url": "http://register.example"},
        {"source": "http", "url": "https://user:secret@register.example"},
        {"source": "http", "url": "https://register.example/?token=1"},
        {"timeout_ms": 5},
        {"source": "ftp"},
    ],
)
def test_settings_that_would_ask_in_the_open_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RegisterSettings.model_validate(given)


def test_settings_of_a_register_on_loopback_may_be_plain() -> None:
    for url in ("http://127.0.0.1:9000/v1", "http://localhost:9000", "https://register.example/v1"):
        assert RegisterSettings.model_validate({"source": "http", "url": url}).url is not None


def held_by_others(database: Database) -> bool:
    """Tell whether a transaction of ours is open that others would have to wait for."""
    if database.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(database.engine.url.database), timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False
    idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    with database.engine.connect() as connection:
        return bool(connection.exec_driver_sql(idle).scalar_one())


def test_nobody_waits_for_us_while_we_wait_for_the_register(
    office: Office, switchboard: Switchboard, server: RegisterServer, make_client: MakeClient
) -> None:
    """No door holds a transaction open while the other register thinks, and each asks a question but once."""
    asked = Asked(office.database, partial(HttpRegister, client=make_client(cache_s=0)))
    aino = asked.card("Aino Virtanen").person.id
    call_id, live = office.add_call(agent_id=office.sanna_id), switchboard.ringing_call("sanna", number=AINO)
    who = office.actor(office.add_account("sanna", Task.OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=office.sanna_id))
    decide_link(office.database, who, call_id, [aino], clock=office.clock)
    decided = decision_of(office.database, call_id)
    held: list[bool] = []
    server.meanwhile = lambda: held.append(held_by_others(office.database))
    given = (office.database, who)
    asking: dict[str, Any] = {"register": asked.register, "clock": office.clock}
    doors: list[tuple[int, Callable[[], object]]] = [
        (1, lambda: view_call_with_cards(*given, call_id, **asking).cards[0].name),
        (1, lambda: view_links(*given, call_id, **asking).cards[0].name),
        (1, lambda: search_register(*given, call_id, "Aino Virtanen", **asking)[0].person.name),
        (2, lambda: ringing_calls(*given, **asking)[0].candidates[0].card.name),
        (1, lambda: pick_customer(*given, live.call_id, [aino], **asking)),
        (1, lambda: {Withdrawal.DONE: None}[withdraw_link(*given, call_id, decided, **asking)]),
    ]
    for questions, ask in doors:
        held.clear()
        assert ask() in {"Aino Virtanen", None}
        assert held == [False] * questions
