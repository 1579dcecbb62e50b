"""A search, its days in Finland, and how it is sealed into an address."""

from datetime import UTC, date, datetime

import pytest

from calls.errors import NotFoundError
from calls.outcome import CallState
from web.seal import Seal
from web.search import Search, search_from_json

FULL = Search(
    from_day=date(2026, 3, 28),
    to_day=date(2026, 3, 29),
    customer="Virtanen",
    number="040 100 0001",
    agent_id=3,
    service="+358102001000",
    state="recorded",
)


def test_a_search_is_kept_as_it_was() -> None:
    assert search_from_json(FULL.to_json()) == FULL
    assert search_from_json(Search().to_json()) == Search()
    assert Search().is_empty
    assert not FULL.is_empty


def test_both_days_are_whole_days_in_finland_even_when_the_clocks_change() -> None:
    wanted = FULL.filters()
    assert wanted.from_at == datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
    assert wanted.to_at == datetime(2026, 3, 29, 21, 0, tzinfo=UTC)  # the 29th has 23 hours
    assert wanted.state is CallState.RECORDED
    assert (wanted.customer, wanted.number, wanted.agent_id) == ("Virtanen", "040 100 0001", 3)


def test_what_is_not_given_is_not_asked_for() -> None:
    wanted = Search().filters()
    assert (wanted.from_at, wanted.to_at, wanted.customer, wanted.number, wanted.state) == (None,) * 5


def test_a_seal_opens_for_its_owner_alone() -> None:
    seal = Seal(b"k" * 32)
    sealed = seal.close("Virtanen", owner="tiina")
    assert seal.open(sealed, owner="tiina") == "Virtanen"
    assert sealed != seal.close("Virtanen", owner="tiina")
    assert "irtanen" not in sealed
    for other in (Seal(b"j" * 32), seal):
        with pytest.raises(NotFoundError):
            other.open(sealed, owner="mikko")
    with pytest.raises(NotFoundError):
        Seal(b"j" * 32).open(sealed, owner="tiina")


@pytest.mark.parametrize("forged", ["", "a", "ä", "====", "QUJD", "A" * 200])
def test_what_was_not_sealed_here_does_not_open(forged: str) -> None:
    with pytest.raises(NotFoundError):
        Seal(b"k" * 32).open(forged, owner="tiina")
