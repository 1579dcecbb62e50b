"""The states of a call on its way out, as a table: every other move is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from calls.errors import RefusedError


class State(StrEnum):
    """Where a deletion stands.

    *scheduled*: visible, and may still be held. *withdrawn*: it stays for now. *shredding*: claimed, its key goes.
    *emptying*: rows are gone, objects and the store's deleted space go. *done*: gone, and proved.
    """

    SCHEDULED = "scheduled"
    WITHDRAWN = "withdrawn"
    SHREDDING = "shredding"
    EMPTYING = "emptying"
    DONE = "done"


class Because(StrEnum):
    """Why a call goes: its period is over, a case decided so, or it came back with a restored backup."""

    POLICY = "policy"
    CASE = "case"
    RESTORED = "restored"


MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.SCHEDULED: frozenset({State.WITHDRAWN, State.SHREDDING}),
        State.WITHDRAWN: frozenset({State.SCHEDULED}),
        State.SHREDDING: frozenset({State.EMPTYING}),
        State.EMPTYING: frozenset({State.DONE}),
        State.DONE: frozenset({State.SHREDDING}),  # a restored backup brought rows or objects back
    }
)

UNDER_WAY = (State.SHREDDING, State.EMPTYING)


def moved(state: State, to: State) -> State:
    """Give the next state; raise RefusedError for a move that is not in the table."""
    if to not in MOVES[state]:
        raise RefusedError(what=f"a deletion that is {state} cannot become {to}")
    return to
