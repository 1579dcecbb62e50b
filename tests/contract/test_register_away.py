"""Nobody waits for a register that thinks or is away: calls are archived and linked later, doors ask beforehand."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
from fixtures_archive import CallMaker
from fixtures_live import AINO, Switchboard
from fixtures_register_asked import Asked, MakeClient, decision_of
from fixtures_register_server import RegisterServer
from fixtures_rights import ALL_CALLS, OWN_CALLS, HandClock, Office

from calls.errors import UnavailableError
from ledger_link.linking.link_decisions import Withdrawal
from ledger_link.linking.linker import link_of
from ledger_link.linking.relinking import RelinkReport, relink
from ledger_link.register.client import PAUSE_S
from ledger_link.register.http_register import HttpRegister
from rights.access.tasks import Task
from rights.calls.ringing import pick_customer, ringing_calls
from rights.calls.viewing import view_call_with_cards
from rights.linking.customer_links import decide_link, view_links
from rights.linking.link_withdrawals import withdraw_link
from rights.register.register_search import search_register
from storage.archive.archive import Archive
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.vault.key_ring import KeyRing
from tallenne.call_linking import CallLinking


def test_a_decision_is_withdrawn_while_the_register_is_away(
    database: Database, register_server: RegisterServer, make_register_client: MakeClient, hand_clock: HandClock
) -> None:
    client = make_register_client(clock=hand_clock, cache_s=0)
    asked = Asked(database, partial(HttpRegister, client=client))
    office = Office(database, hand_clock)
    actor = office.actor(office.add_account("olli", *ALL_CALLS, Task.LINK_CUSTOMERS))
    call_id = office.add_call(agent_id=None, caller_e164="+358401000001")
    decide_link(database, actor, call_id, [], clock=hand_clock)
    register_server.statuses = [500]
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


def test_a_call_is_archived_without_an_answer_and_linked_by_the_next_relink(
    database: Database, register_server: RegisterServer, make_register_client: MakeClient
) -> None:
    clock = HandClock()
    client = make_register_client(clock=clock)
    asked = Asked(database, partial(HttpRegister, client=client))
    linked = asked.link("+358401000001")
    register_server.statuses = [500]
    link = asked.link("+358401000002")
    assert (link.status, link.rule) == ("none", "register-unavailable")
    withheld = asked.link(None)
    assert withheld.rule == "no-number"

    def relink_all() -> RelinkReport:
        return relink(
            database, register=asked.register, prepare=client.numbers, clock=clock, progress=lambda _done, _total: None
        )

    clock.advance(seconds=PAUSE_S + 60)
    register_server.statuses = [500]
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
    database: Database, make_register_client: MakeClient, call_maker: CallMaker, file_store: FileStore, keys: KeyRing
) -> Archiving:
    clock = HandClock()
    register = partial(HttpRegister, client=make_register_client(cache_s=0, clock=clock))
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
    archiving: Archiving, register_server: RegisterServer, failures: list[int], rule: str
) -> None:
    held: list[bool] = []
    register_server.meanwhile = lambda: held.append(held_by_others(archiving.database))
    register_server.statuses = list(failures)
    made = [archiving.calls.abandoned(number=number) for number in ("+358401000001", None)]
    assert archiving.archive.run_once() == len(made)
    assert held == [False]
    with archiving.database.read() as session:
        assert {link_of(session, manifest.call_id).rule for manifest in made} == {rule, "withheld"}


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
    office: Office, switchboard: Switchboard, register_server: RegisterServer, make_register_client: MakeClient
) -> None:
    """No door holds a transaction open while the other register thinks, and each asks a question but once."""
    asked = Asked(office.database, partial(HttpRegister, client=make_register_client(cache_s=0)))
    aino = asked.card("Aino Virtanen").person.id
    call_id, live = office.add_call(agent_id=office.sanna_id), switchboard.ringing_call("sanna", number=AINO)
    who = office.actor(office.add_account("sanna", *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=office.sanna_id))
    decide_link(office.database, who, call_id, [aino], clock=office.clock)
    decided = decision_of(office.database, call_id)
    held: list[bool] = []
    register_server.meanwhile = lambda: held.append(held_by_others(office.database))
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
