"""How long a search takes and a person's page: as somebody who may see everything, in one process."""

import random
import time
from collections.abc import Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import TypeVar

import structlog
from flask.testing import FlaskClient
from sqlalchemy import select

from bench.figures import Spread
from calls.clock import SystemClock
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from rights.access.actor import Actor
from rights.access.permit import Permit
from rights.access.tasks import Task
from rights.identity.accounts import add_account, get_account
from rights.identity.sessions import start_session
from rights.register.register_finding import RegisterQuery, find_in_register
from storage.database.engine import Database
from tallenne.house import House
from tallenne.operator import operator
from web.app import create_app
from web.visitor import TOKEN

LOOKS = 300
_LOGIN = "bench"
_WARM = 5
_Thing = TypeVar("_Thing")


def looking(house: House) -> dict[str, Spread]:
    """Search by name and number, and open persons' pages with their templates; times in milliseconds."""
    database, clock, dice = house.database, SystemClock(), random.Random(2)
    clerk = Actor(account_id=None, login=_LOGIN, name="Bench", agent_id=None, permits=frozenset(map(Permit, Task)))
    with database.read() as session:
        people = session.execute(select(PersonRow.id, PersonRow.call_name, PersonRow.surname)).all()
        numbers = list(session.scalars(select(PhoneNumberRow.e164)))
    chosen = [dice.choice(people) for _ in range(LOOKS)]
    browser = _browser(house, database)

    def search(text: str) -> None:
        find_in_register(database, clerk, RegisterQuery(text), clock=clock)

    def page(person_id: int) -> None:
        answer = browser.get(f"/register/persons/{person_id}")
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"the page of a person answers {answer.status_code}")

    return {
        "search_by_name_ms": _timed(lambda one: search(f"{one[1]} {one[2]}"), chosen),
        "search_by_part_ms": _timed(lambda one: search(one[2][:4]), chosen),
        "search_by_number_ms": _timed(search, [dice.choice(numbers) for _ in range(LOOKS)]),
        "person_page_ms": _timed(page, [one[0] for one in chosen]),
    }


def _browser(house: House, database: Database) -> FlaskClient:
    """Give the browser of an account that is logged in and has every permission."""
    clock, keys = SystemClock(), house.keys
    with database.begin() as session:
        add_account(session, name="Bench", login=_LOGIN, tasks=frozenset(map(Permit, Task)), by=operator(), clock=clock)
        account = get_account(session, login=_LOGIN, by=operator(), clock=clock)
        token = start_session(session, account_id=account.id, clock=clock, has_second_factor=True).token
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[_drop])
    app = create_app(
        settings=house.settings.web,
        database=database,
        objects=house.objects,
        keys=keys,
        clock=clock,
        secret_key="s" * 43,
        services={},
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    return client


def _drop(_logger: object, _method: str, _event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    raise structlog.DropEvent


def _timed(look: Callable[[_Thing], object], things: Sequence[_Thing]) -> Spread:
    for thing in things[:_WARM]:  # the first of its kind compiles statements and templates
        look(thing)
    times = []
    for thing in things:
        began = time.perf_counter()
        look(thing)
        times.append((time.perf_counter() - began) * 1000)
    return Spread.of(times)
