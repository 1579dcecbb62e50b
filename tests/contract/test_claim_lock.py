"""On PostgreSQL, where two write at a time, nothing is claimed to be deleted while a request for it comes in."""

import time
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_rights import SEE_ALL, HandClock, Office
from sqlalchemy import select, text

from privacy.cases.added_calls import add_call
from privacy.cases.case_rows import CaseCallRow
from privacy.cases.case_words import CaseKind
from privacy.retention.retention_lock import lock_for_claim
from rights.access.tasks import Task
from storage.database.engine import Database, open_database


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    """On SQLite one transaction writes at a time."""
    database = open_database(postgresql_url)
    yield database
    database.dispose()


@pytest.fixture
def desk(database: Database, hand_clock: HandClock) -> PrivacyDesk:
    return PrivacyDesk(Office(database, hand_clock))


def waits_for_a_claim(database: Database, deed: Callable[[], object]) -> None:
    """Do something while a deletion is being claimed, and see that it waits for the end of that."""
    doing = Thread(target=deed)
    with database.begin() as session:
        lock_for_claim(session)
        doing.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        deadline = time.monotonic() + 30
        while not session.scalar(waiting):
            assert doing.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
    doing.join()


def test_a_request_that_comes_in_waits_for_what_is_being_claimed(desk: PrivacyDesk) -> None:
    cases: list[str] = []
    waits_for_a_claim(desk.office.database, lambda: cases.append(desk.open(CaseKind.ACCESS).case_no))
    assert [desk.case(case_no).kind for case_no in cases] == [CaseKind.ACCESS]


def test_a_call_that_is_put_into_a_request_waits_for_what_is_being_claimed(desk: PrivacyDesk) -> None:
    case_no = desk.open(stranger="Teppo Tuntematon").case_no
    call_id = desk.office.add_call(agent_id=None, caller_e164="+358409999999")
    officer = desk.office.actor(desk.office.add_account("paula", Task.HANDLE_CASES, SEE_ALL))

    def add() -> None:
        with desk.office.database.begin() as session:
            add_call(session, case_no, call_id, reason="soitti", by=officer, clock=desk.office.clock)

    waits_for_a_claim(desk.office.database, add)
    with desk.office.database.read() as session:
        assert session.scalars(select(CaseCallRow.call_id)).all() == [call_id]
