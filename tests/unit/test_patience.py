"""Each entry waits for itself alone, ever longer, and is forgotten when it leaves."""

from datetime import UTC, datetime

from calls.identity import new_call_id
from storage.archive.patience import Patience


class StandingClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 3, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.at_s


def test_an_entry_waits_ever_longer_and_no_other_waits_with_it() -> None:
    clock = StandingClock()
    patience = Patience(clock=clock, max_s=60)
    bad, other = new_call_id(), new_call_id()
    waits = []
    for _ in range(100):
        assert patience.is_due(bad)
        waits.append(patience.failed(bad))
        assert not patience.is_due(bad)
        assert patience.is_due(other)
        clock.at_s += waits[-1]
    assert waits[:4] == [0.25, 0.5, 1, 2]
    assert waits[-1] == 60


def test_waits_end_when_what_was_away_is_back_and_go_on_growing() -> None:
    clock = StandingClock()
    patience = Patience(clock=clock, max_s=60)
    call_id = new_call_id()
    patience.failed(call_id)
    patience.end_all_waits()
    assert patience.is_due(call_id)
    assert patience.failed(call_id) == 0.5


def test_an_entry_that_left_is_forgotten() -> None:
    patience = Patience(clock=StandingClock(), max_s=60)
    left, stays = new_call_id(), new_call_id()
    for call_id in (left, stays):
        patience.failed(call_id)
    patience.keep_only({stays})
    assert patience.is_due(left)
    assert not patience.is_due(stays)
    assert patience.failed(left) == 0.25
