"""The clocks of a case, and its table of moves: values, no database."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.cases.clocks import Urgency, clocks_of
from privacy.cases.code_words import CODES
from privacy.cases.fact_words import FACTS, SECTIONS
from privacy.cases.moves import MOVES, IllegalMoveError, Move, State, moved, moves_from


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        (date(2026, 3, 5), 0, date(2026, 4, 5)),  # the example of the guidelines on the right of access
        (date(2026, 8, 31), 0, date(2026, 9, 30)),
        (date(2027, 1, 31), 0, date(2027, 2, 28)),
        (date(2028, 1, 30), 0, date(2028, 2, 29)),
        (date(2026, 12, 15), 0, date(2027, 1, 15)),
        (date(2026, 12, 31), 2, date(2027, 3, 31)),
        (date(2026, 11, 30), 1, date(2027, 1, 30)),
    ],
)
def test_the_laws_month_ends_on_the_same_day_or_the_last(received: date, months: int, due: date) -> None:
    assert clocks_of(received, extended_months=months).due_on == due


@given(
    received=st.dates(date(2018, 5, 25), date(2100, 1, 1)),
    months=st.integers(0, 2),
    paused=st.integers(0, 400),
)
def test_the_promise_is_always_sooner_than_the_law(received: date, months: int, paused: int) -> None:
    clocks = clocks_of(received, extended_months=months, paused_days=paused)
    assert (clocks.promised_on - received).days == 14 + paused
    assert clocks.promised_on < clocks.first_due_on <= clocks.due_on
    assert 28 <= (clocks.first_due_on - received).days - paused <= 31
    assert clocks.due_on - clocks.first_due_on <= timedelta(days=31 * months)


def test_the_clocks_stand_still_while_identity_is_asked_for() -> None:
    received = date(2026, 3, 2)
    running = clocks_of(received)
    paused = clocks_of(received, paused_since=date(2026, 3, 6))
    for today in (date(2026, 3, 6), date(2026, 3, 20), date(2026, 6, 1)):
        assert paused.promise_days_left(today) == running.promise_days_left(date(2026, 3, 6)) == 10
        assert paused.urgency(today) is Urgency.PAUSED
    went_on = clocks_of(received, paused_days=14)
    assert went_on.promise_days_left(date(2026, 3, 20)) == 10


@pytest.mark.parametrize(
    ("today", "urgency"),
    [
        (date(2026, 3, 12), Urgency.IN_TIME),
        (date(2026, 3, 13), Urgency.SOON),
        (date(2026, 3, 16), Urgency.SOON),
        (date(2026, 3, 17), Urgency.PROMISE_BROKEN),
        (date(2026, 4, 2), Urgency.PROMISE_BROKEN),
        (date(2026, 4, 3), Urgency.OVERDUE),
    ],
)
def test_urgency_by_the_day(today: date, urgency: Urgency) -> None:
    assert clocks_of(date(2026, 3, 2)).urgency(today) is urgency


def test_an_extended_case_is_measured_by_the_law_alone() -> None:
    clocks = clocks_of(date(2026, 3, 2), extended_months=2)
    assert clocks.urgency(date(2026, 4, 20)) is Urgency.IN_TIME
    assert clocks.urgency(date(2026, 5, 31)) is Urgency.SOON
    assert clocks.urgency(date(2026, 6, 3)) is Urgency.OVERDUE
    answered = clocks_of(date(2026, 3, 2), answered_on=date(2026, 3, 10))
    assert (answered.urgency(date(2030, 1, 1)), answered.days_left(date(2030, 1, 1))) == (Urgency.OVER, 23)


def test_every_move_outside_the_table_is_an_error_with_its_name() -> None:
    for state, move in product(State, Move):
        if (state, move) in MOVES:
            assert moved(state, move, case_no="T-2026-0001") is MOVES[state, move]
        else:
            with pytest.raises(IllegalMoveError, match=f"a case that is {state} takes no {move}"):
                moved(state, move, case_no="T-2026-0001")


def test_a_case_that_is_over_stays_over_and_every_open_one_can_end() -> None:
    assert {state for state in State if not moves_from(state)} == {State.CLOSED, State.WITHDRAWN}
    for state in State:
        reached, todo = {state}, [state]
        while todo:
            here = todo.pop()
            for move in moves_from(here):
                if (there := MOVES[here, move]) not in reached:
                    reached.add(there)
                    todo.append(there)
        assert State.CLOSED in reached or state is State.WITHDRAWN
    identified = {MOVES[state, move] for state, move in MOVES if move is Move.CONFIRM_IDENTITY}
    assert identified == {State.IN_WORK}


def test_words_are_complete_in_three_languages() -> None:
    for words in (*SECTIONS.values(), *FACTS.values(), *(said for codes in CODES.values() for said in codes.values())):
        assert len(words) == 3
        assert all(word.strip() for word in words)
