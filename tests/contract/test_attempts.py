"""Counted attempts: a window of time, and what becomes of it when the machine's clock is set."""

from datetime import timedelta

import pytest
from fixtures_rights import Office

from rights.identity.attempts import AttemptLimit, take_attempt
from rights.identity.sessions import CLOCKS_APART

LIMIT = AttemptLimit("test", 2, timedelta(minutes=15))


@pytest.fixture
def key() -> str:
    return LIMIT.key(b"secret", "sanna")


def tried(office: Office, key: str) -> bool:
    with office.database.begin() as session:
        return take_attempt(session, LIMIT, key, clock=office.clock)


def test_a_window_is_over_after_its_length(office: Office, key: str) -> None:
    assert [tried(office, key) for _ in range(3)] == [True, True, False]
    office.clock.advance(minutes=15, seconds=-1)
    assert not tried(office, key)
    office.clock.advance(seconds=1)
    assert [tried(office, key) for _ in range(3)] == [True, True, False]


def test_clocks_of_two_processes_make_no_new_window(office: Office, key: str) -> None:
    assert [tried(office, key) for _ in range(2)] == [True, True]
    office.clock.moment -= CLOCKS_APART
    assert not tried(office, key)


def test_nobody_waits_for_the_moment_of_a_clock_that_ran_ahead(office: Office, key: str) -> None:
    assert [tried(office, key) for _ in range(3)] == [True, True, False]
    office.clock.advance(days=-1)
    assert [tried(office, key) for _ in range(3)] == [True, True, False]
