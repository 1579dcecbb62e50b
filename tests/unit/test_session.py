"""The session's table: every pair decided, the invariants under any order of events, and whole calls as traces."""

import contextlib
import re
from dataclasses import fields
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.outcome import Reason
from capture.session import actions as do
from capture.session import events as on
from capture.session.session import TABLE, IllegalMoveError, Session, State, reason_of_refusal

EVENTS: tuple[type[on.Event], ...] = get_args(on.Event)
AOR = "sip:sanna@tallenne.internal"
VALUES: dict[str, Any] = {"aor": AOR, "code": 486}


def made(kind: type[on.Event], **values: Any) -> on.Event:  # noqa: ANN401
    return kind(**{one.name: {**VALUES, **values}[one.name] for one in fields(kind)})


def session_in(state: State) -> Session:
    session = Session()
    session.state = state
    return session


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", EVENTS)
def test_every_pair_has_a_row_or_is_refused_naming_both(state: State, kind: type[on.Event]) -> None:
    session = session_in(state)
    if (state, kind) in TABLE:
        assert isinstance(session.handle(made(kind)), tuple)
        assert session.state is TABLE[state, kind].to
        return
    with pytest.raises(IllegalMoveError) as refusal:
        session.handle(made(kind))
    assert kind.__name__ in str(refusal.value)
    assert state.value in str(refusal.value)
    assert session.state is state


def test_whatever_may_be_under_way_finds_a_row_in_every_state_that_lasts() -> None:
    """A caller may go, the worker may have to leave, at any time; the states between two polls do not last."""
    lasting = set(State) - {State.ARRIVED, State.OPENING}
    for state in lasting:
        assert {(state, on.CallerGone), (state, on.DrainEnded)} <= TABLE.keys()
    for state in lasting - {State.ANSWERING}:
        assert (state, on.MediaChanged) in TABLE
    # the ring time may run out in the turn in which somebody answers or gives up
    for state in (State.RINGING, State.TALKING, State.ENDED):
        assert (state, on.RingTimedOut) in TABLE


def test_only_one_way_leads_to_talking() -> None:
    ways = {pair for pair, move in TABLE.items() if move.to is State.TALKING and pair[0] is not State.TALKING}
    assert ways == {(State.OPENING, on.RecordersOpen)}
    assert {pair for pair, move in TABLE.items() if move.to is State.RINGING and pair[0] is not State.RINGING} == {
        (State.DISCLOSING, on.DisclosuresFinished)
    }


def all_actions(state: State, kind: type[on.Event]) -> tuple[do.Action, ...]:
    return TABLE[state, kind].actions(made(kind))


def test_every_end_keeps_the_call_and_is_the_only_thing_that_does() -> None:
    for (state, kind), move in TABLE.items():
        keeps = [action for action in all_actions(state, kind) if isinstance(action, do.Keep)]
        assert len(keeps) == (1 if move.to is State.ENDED and state is not State.ENDED else 0), (state, kind)


events = st.one_of(
    *(st.just(made(kind)) for kind in EVENTS if kind is not on.AgentsRefused),
    st.sampled_from([404, 408, 480, 486, 487, 500, 503, 600, 603]).map(on.AgentsRefused),
)


@settings(max_examples=300)
@given(st.lists(events, max_size=25))
def test_invariants_hold_for_any_events_in_any_order(happened: list[on.Event]) -> None:
    session, legal, performed = Session(), set[type[on.Event]](), list[do.Action]()
    for event in happened:
        was_ended = session.state is State.ENDED
        try:
            actions = session.handle(event)
        except IllegalMoveError:
            continue
        legal.add(type(event))
        if was_ended:
            assert set(map(type, actions)) <= {do.HangUpAgent}
        if any(isinstance(action, do.Bridge) for action in actions):
            assert {on.DisclosuresFinished, on.RecordersOpen} <= legal
        if any(isinstance(action, do.RingAgents) for action in actions):
            assert on.DisclosuresFinished in legal
        performed += actions
    kinds = [type(action) for action in performed]
    assert kinds.count(do.Keep) == (session.state is State.ENDED)
    for once in (do.AnswerCaller, do.PlayDisclosures, do.RingAgents, do.OpenRecorders):
        assert kinds.count(once) <= 1
    if session.state is State.ENDED and do.RingAgents in kinds and on.AgentGone not in legal:
        assert do.HangUpAgent in kinds or on.AgentsRefused in legal


@given(st.lists(events, max_size=25))
def test_an_ended_session_stays_ended(happened: list[on.Event]) -> None:
    session = session_in(State.ENDED)
    for event in happened:
        with contextlib.suppress(IllegalMoveError):
            session.handle(event)
        assert session.state is State.ENDED


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (404, Reason.NO_AGENT),
        (486, Reason.BUSY), (600, Reason.BUSY), (603, Reason.BUSY),
        (408, Reason.NO_ANSWER), (480, Reason.NO_ANSWER), (487, Reason.NO_ANSWER),
        (400, Reason.FAILED), (500, Reason.FAILED), (503, Reason.FAILED),
    ],
)  # fmt: skip
def test_final_status_of_the_ringing_leg_says_why(code: int, reason: Reason) -> None:
    assert reason_of_refusal(code) is reason


# What happened | the state after it | what was done. A reported call is pasted here as such a table.
TRACES = {
    "the caller hangs up": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentRinging        | ringing    | PlayRingback
        AgentAnswered       | opening    | StopPrompts, OpenRecorders
        RecordersOpen       | talking    | Bridge
        MediaChanged        | talking    | Bridge
        CallerGone          | ended      | HangUpAgent, Keep caller_hung_up
        AgentGone           | ended      |
    """,
    "the agent hangs up": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentAnswered       | opening    | StopPrompts, OpenRecorders
        RecordersOpen       | talking    | Bridge
        AgentGone           | ended      | HangUpCaller 200, Keep agent_hung_up
        CallerGone          | ended      |
    """,
    "both hang up at once, while the media changes": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentAnswered       | opening    | StopPrompts, OpenRecorders
        RecordersOpen       | talking    | Bridge
        AgentGone           | ended      | HangUpCaller 200, Keep agent_hung_up
        MediaChanged        | ended      |
        CallerGone          | ended      |
    """,
    "abandoned in the disclosure": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        CallerGone          | ended      | StopPrompts, Keep abandoned_in_disclosure
        DisclosuresFinished | ended      |
    """,
    "abandoned before the disclosure begins": """
        PlaceTaken          | answering  | AnswerCaller
        CallerGone          | ended      | Keep abandoned_in_disclosure
        CallerConfirmed     | ended      |
    """,
    "abandoned while it rings; the agent answers too late": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        MediaChanged        | disclosing | WirePrompt
        DisclosuresFinished | ringing    | RingAgents
        AgentRinging        | ringing    | PlayRingback
        CallerGone          | ended      | StopPrompts, HangUpAgent, Keep abandoned_while_ringing
        AgentRinging        | ended      |
        AgentAnswered       | ended      | HangUpAgent
        AgentGone           | ended      |
    """,
    "no answer": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentRinging        | ringing    | PlayRingback
        RingTimedOut        | ended      | StopPrompts, HangUpAgent, HangUpCaller 480, Keep no_answer
        AgentsRefused 487   | ended      |
        CallerGone          | ended      |
    """,
    "the ring time runs out in the turn in which an agent answers": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentAnswered       | opening    | StopPrompts, OpenRecorders
        RecordersOpen       | talking    | Bridge
        RingTimedOut        | talking    |
        CallerGone          | ended      | HangUpAgent, Keep caller_hung_up
    """,
    "busy": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentsRefused 486   | ended      | StopPrompts, HangUpCaller 480, Keep busy
        CallerGone          | ended      |
    """,
    "no agent registered": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentsRefused 404   | ended      | StopPrompts, HangUpCaller 480, Keep no_agent
    """,
    "the agent's phone breaks off as it answers": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentGone           | ended      | StopPrompts, HangUpCaller 480, Keep failed
    """,
    "a disclosure cannot be played": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosureFailed    | ended      | StopPrompts, HangUpCaller 500, Keep disclosure_failed
    """,
    "a recorder cannot be opened": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentAnswered       | opening    | StopPrompts, OpenRecorders
        RecorderFailed      | ended      | HangUpAgent, HangUpCaller 500, Keep recorder_failed
        AgentGone           | ended      |
        CallerGone          | ended      |
    """,
    "the spool is full": """
        PlaceRefused        | ended      | HangUpCaller 480, Keep spool_full
        CallerGone          | ended      |
    """,
    "drained while it rings": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        DrainEnded          | ended      | StopPrompts, HangUpAgent, HangUpCaller 503, Keep drained
    """,
    "drained in the conversation": """
        PlaceTaken          | answering  | AnswerCaller
        CallerConfirmed     | disclosing | PlayDisclosures
        DisclosuresFinished | ringing    | RingAgents
        AgentAnswered       | opening    | StopPrompts, OpenRecorders
        RecordersOpen       | talking    | Bridge
        DrainEnded          | ended      | StopPrompts, HangUpAgent, HangUpCaller 503, Keep drained
        CallerGone          | ended      |
        AgentGone           | ended      |
    """,
}


def as_text(action: do.Action) -> str:
    said = [str(getattr(action, one.name)) for one in fields(action) if one.name != "aor"]
    return " ".join([type(action).__name__, *said])


@pytest.mark.parametrize("title", TRACES)
def test_trace(title: str) -> None:
    session, lines = Session(), TRACES[title].strip().splitlines()
    for line in lines:
        happened, state, actions = (cell.strip() for cell in line.split("|"))
        match = re.fullmatch(r"(\w+)(?: (\d+))?", happened)
        assert match is not None
        values = {"code": int(match[2])} if match[2] else {}
        done = session.handle(made(getattr(on, match[1]), **values))
        assert (session.state.value, ", ".join(map(as_text, done))) == (state, actions), line
    assert session.state is State.ENDED


def test_recorders_are_opened_for_the_winner() -> None:
    session = session_in(State.RINGING)
    assert session.handle(on.AgentAnswered("sip:mikko@x"))[-1] == do.OpenRecorders("sip:mikko@x")
