"""A case's way as a table: what may be done in which state, and where it leads. It does no input or output.

::

    RECEIVED ─identity sure─▶ IN_WORK ─decide─▶ DECIDED ─answer handed over─▶ CLOSED
       │  ▲                    │   ▲               │
       └──┴─ask identity─▶ IDENTITY_ASKED          └─reconsider─▶ IN_WORK
                               └─decide (refuse)─▶ DECIDED
    from every open state ─withdraw─▶ WITHDRAWN
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from calls.errors import BadDataError


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    IDENTITY_ASKED = "identity-asked"
    IN_WORK = "in-work"
    DECIDED = "decided"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the subject an answer."""
        return self not in {State.CLOSED, State.WITHDRAWN}


class Move(StrEnum):
    """What is done with a case that changes where it stands, or how long there is."""

    ASK_IDENTITY = "ask-identity"
    CONFIRM_IDENTITY = "confirm-identity"
    EXTEND = "extend"
    DECIDE = "decide"
    RECONSIDER = "reconsider"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"


class IllegalMoveError(BadDataError):
    """What was asked for cannot be done with a case in this state."""


MOVES: Mapping[tuple[State, Move], State] = MappingProxyType(
    {
        (State.RECEIVED, Move.ASK_IDENTITY): State.IDENTITY_ASKED,
        (State.RECEIVED, Move.CONFIRM_IDENTITY): State.IN_WORK,
        (State.RECEIVED, Move.EXTEND): State.RECEIVED,
        (State.RECEIVED, Move.WITHDRAW): State.WITHDRAWN,
        (State.IDENTITY_ASKED, Move.CONFIRM_IDENTITY): State.IN_WORK,
        (State.IDENTITY_ASKED, Move.DECIDE): State.DECIDED,
        (State.IDENTITY_ASKED, Move.WITHDRAW): State.WITHDRAWN,
        (State.IN_WORK, Move.ASK_IDENTITY): State.IDENTITY_ASKED,
        (State.IN_WORK, Move.EXTEND): State.IN_WORK,
        (State.IN_WORK, Move.DECIDE): State.DECIDED,
        (State.IN_WORK, Move.WITHDRAW): State.WITHDRAWN,
        (State.DECIDED, Move.RECONSIDER): State.IN_WORK,
        (State.DECIDED, Move.DELIVER): State.CLOSED,
        (State.DECIDED, Move.WITHDRAW): State.WITHDRAWN,
    }
)


def moved(state: State, move: Move, *, case_no: str) -> State:
    """Give the state that a move leads to; raise IllegalMoveError where it is none of this state's."""
    try:
        return MOVES[state, move]
    except KeyError:
        possible = ", ".join(legal for legal in Move if (state, legal) in MOVES) or "nothing: it is over"
        raise IllegalMoveError(
            what=f"a case that is {state} takes no {move}", where=case_no, remedy=f"possible: {possible}"
        ) from None


def moves_from(state: State) -> frozenset[Move]:
    """Tell what may be done in a state."""
    return frozenset(move for begun, move in MOVES if begun is state)
