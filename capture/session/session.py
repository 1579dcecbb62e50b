"""The session as a table: (state, event) gives the next state and the actions. An illegal move is a named error.

Nothing is bridged before the disclosures were played to their end and both recorders are open (invariant 6): the
table has one way to TALKING, and it leads through DISCLOSING, RINGING and OPENING.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from calls.errors import TallenneError
from calls.outcome import Reason
from capture.session import actions as do
from capture.session import events as on

BUSY_CODES = frozenset({486, 600, 603})  # RFC 3261 sections 21.4.24, 21.6.1, 21.6.2
NO_ANSWER_CODES = frozenset({408, 480, 487})
NO_AGENT_CODE = 404  # the edge's own answer when no member of the group is registered


class State(Enum):
    """Where a call is on its way."""

    ARRIVED = "arrived"
    ANSWERING = "answering"
    DISCLOSING = "disclosing"
    RINGING = "ringing"
    OPENING = "opening"
    TALKING = "talking"
    ENDED = "ended"


class IllegalMoveError(TallenneError):
    """An event came that this state has no row for: a defect, never a caller's doing."""


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table. ``actions`` is given the event, since some actions carry what it said."""

    to: State
    actions: Callable[[Any], tuple[do.Action, ...]]


def _move(to: State, *actions: do.Action) -> Move:
    return Move(to=to, actions=lambda _event: actions)


def _end(reason: Reason, *actions: do.Action) -> Move:
    return _move(State.ENDED, *actions, do.Keep(reason))


def reason_of_refusal(code: int) -> Reason:
    """Say why no agent took the call, from the final status code of the ringing leg."""
    if code == NO_AGENT_CODE:
        return Reason.NO_AGENT
    if code in BUSY_CODES:
        return Reason.BUSY
    return Reason.NO_ANSWER if code in NO_ANSWER_CODES else Reason.FAILED


def _refused(event: on.AgentsRefused) -> tuple[do.Action, ...]:
    return (do.StopPrompts(), do.HangUpCaller(480), do.Keep(reason_of_refusal(event.code)))


def _rings(event: on.PhoneRings) -> tuple[do.Action, ...]:
    return (do.NoteRinging(event.aor),)


def _opening(event: on.AgentAnswered) -> tuple[do.Action, ...]:
    return (do.StopPrompts(), do.OpenRecorders(event.aor))


_HANG_UP_BOTH = (do.StopPrompts(), do.HangUpAgent(), do.HangUpCaller(503))

TABLE: dict[tuple[State, type[on.Event]], Move] = {
    # the entry exists before the answer
    (State.ARRIVED, on.PlaceTaken): _move(State.ANSWERING, do.AnswerCaller()),
    (State.ARRIVED, on.PlaceRefused): _end(Reason.SPOOL_FULL, do.HangUpCaller(480)),
    # the disclosure gates everything after it
    (State.ANSWERING, on.CallerConfirmed): _move(State.DISCLOSING, do.PlayDisclosures()),
    (State.ANSWERING, on.ConfirmTimedOut): _end(Reason.FAILED, do.HangUpCaller(480)),
    (State.ANSWERING, on.CallerGone): _end(Reason.ABANDONED_IN_DISCLOSURE),
    (State.ANSWERING, on.DrainEnded): _end(Reason.DRAINED, *_HANG_UP_BOTH),
    (State.DISCLOSING, on.ConfirmTimedOut): _move(State.DISCLOSING),
    (State.DISCLOSING, on.DisclosuresFinished): _move(State.RINGING, do.RingAgents()),
    (State.DISCLOSING, on.DisclosureFailed): _end(Reason.DISCLOSURE_FAILED, do.StopPrompts(), do.HangUpCaller(500)),
    (State.DISCLOSING, on.MediaChanged): _move(State.DISCLOSING, do.WirePrompt()),
    (State.DISCLOSING, on.CallerGone): _end(Reason.ABANDONED_IN_DISCLOSURE, do.StopPrompts()),
    (State.DISCLOSING, on.DrainEnded): _end(Reason.DRAINED, *_HANG_UP_BOTH),
    # the agents ring
    (State.RINGING, on.AgentRinging): _move(State.RINGING, do.PlayRingback()),
    (State.RINGING, on.PhoneRings): Move(to=State.RINGING, actions=_rings),
    (State.RINGING, on.AgentAnswered): Move(to=State.OPENING, actions=_opening),
    (State.RINGING, on.AgentsRefused): Move(to=State.ENDED, actions=_refused),
    (State.RINGING, on.AgentGone): _end(Reason.FAILED, do.StopPrompts(), do.HangUpCaller(480)),
    (State.RINGING, on.RingTimedOut): _end(Reason.NO_ANSWER, do.StopPrompts(), do.HangUpAgent(), do.HangUpCaller(480)),
    (State.RINGING, on.MediaChanged): _move(State.RINGING, do.WirePrompt()),
    (State.RINGING, on.CallerGone): _end(Reason.ABANDONED_WHILE_RINGING, do.StopPrompts(), do.HangUpAgent()),
    (State.RINGING, on.DrainEnded): _end(Reason.DRAINED, *_HANG_UP_BOTH),
    # both recorders, or no conversation
    (State.OPENING, on.RecordersOpen): _move(State.TALKING, do.Bridge()),
    (State.OPENING, on.RecorderFailed): _end(Reason.RECORDER_FAILED, do.HangUpAgent(), do.HangUpCaller(500)),
    # another phone of the group rang in the turn in which one was answered
    (State.OPENING, on.PhoneRings): _move(State.OPENING),
    (State.TALKING, on.PhoneRings): _move(State.TALKING),
    # the conversation
    (State.TALKING, on.MediaChanged): _move(State.TALKING, do.Bridge()),
    # the ring time ran out in the very turn of the loop in which an agent answered
    (State.TALKING, on.RingTimedOut): _move(State.TALKING),
    (State.TALKING, on.CallerGone): _end(Reason.CALLER_HUNG_UP, do.HangUpAgent()),
    (State.TALKING, on.AgentGone): _end(Reason.AGENT_HUNG_UP, do.HangUpCaller(200)),
    (State.TALKING, on.DrainEnded): _end(Reason.DRAINED, *_HANG_UP_BOTH),
    # what was under way when we hung up still arrives
    (State.ENDED, on.CallerConfirmed): _move(State.ENDED),
    (State.ENDED, on.ConfirmTimedOut): _move(State.ENDED),
    (State.ENDED, on.DisclosuresFinished): _move(State.ENDED),
    (State.ENDED, on.DisclosureFailed): _move(State.ENDED),
    (State.ENDED, on.AgentRinging): _move(State.ENDED),
    (State.ENDED, on.PhoneRings): _move(State.ENDED),
    (State.ENDED, on.AgentAnswered): _move(State.ENDED, do.HangUpAgent()),
    (State.ENDED, on.AgentsRefused): _move(State.ENDED),
    (State.ENDED, on.RingTimedOut): _move(State.ENDED),
    (State.ENDED, on.MediaChanged): _move(State.ENDED),
    (State.ENDED, on.CallerGone): _move(State.ENDED),
    (State.ENDED, on.AgentGone): _move(State.ENDED),
    (State.ENDED, on.DrainEnded): _move(State.ENDED),
}


class Session:
    """One call's place in the table."""

    def __init__(self) -> None:
        self.state = State.ARRIVED

    def handle(self, event: on.Event) -> tuple[do.Action, ...]:
        """Move by one event; give what is to be done now. Raise IllegalMoveError where the table has no row."""
        move = TABLE.get((self.state, type(event)))
        if move is None:
            raise IllegalMoveError(what=f"{type(event).__name__} while {self.state.value}", where="session")
        self.state = move.to
        return move.actions(event)
