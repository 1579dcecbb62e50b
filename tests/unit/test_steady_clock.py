"""The clock of one call: whatever is done to the machine's clock, its moments keep their order and their distances."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calls.clock import SteadyClock

ARRIVED = datetime(2026, 12, 31, 21, 59, 50, tzinfo=UTC)


@dataclass
class SetClock:
    """A machine's clock, which somebody sets while time passes."""

    moment: datetime = ARRIVED
    passed_s: float = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.passed_s

    def pass_by(self, seconds: float, *, set_by: float = 0.0) -> None:
        self.passed_s += seconds
        self.moment += timedelta(seconds=seconds + set_by)


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(-90_000, 90_000)), min_size=1, max_size=20))
def test_moments_are_as_far_apart_as_time_passed_however_the_clock_is_set(steps: list[tuple[int, int]]) -> None:
    machine = SetClock()
    steady, passed = SteadyClock(machine), 0
    for seconds, set_by in steps:
        machine.pass_by(seconds, set_by=set_by)
        passed += seconds
        assert steady.now() == ARRIVED + timedelta(seconds=passed)
        assert steady.monotonic() == machine.monotonic()


def test_a_call_that_began_by_a_wrong_clock_does_not_end_before_it_began() -> None:
    machine = SetClock()
    steady = SteadyClock(machine)
    machine.pass_by(5, set_by=-3600)
    assert machine.now() < ARRIVED
    assert steady.now() - ARRIVED == timedelta(seconds=5)
    assert SteadyClock(machine).now() == machine.now()
