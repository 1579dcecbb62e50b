"""The way of a copy, from the order to its end, as a table.

Object and key are there while a copy is *made* or *released*, and at no other time: every move out of these two
shreds them, key first.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from calls.errors import BadDataError


class CopyStateError(BadDataError):
    """What was wanted of a copy cannot be where it stands: another was faster, or the page is old."""


class CopyState(StrEnum):
    """Where a copy stands."""

    ORDERED = "ordered"  # waits for the house to make it
    MAKING = "making"  # a process has claimed it
    MADE = "made"  # sealed in the store; waits for a second person
    RELEASED = "released"  # a second person approved: it may be downloaded
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


class CopyEvent(StrEnum):
    """What happens to a copy."""

    CLAIM = "claim"  # the first time, or again after its process was killed
    FINISH = "finish"
    FAIL = "fail"
    RELEASE = "release"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_MOVES: Mapping[tuple[CopyState, CopyEvent], CopyState] = MappingProxyType(
    {
        (CopyState.ORDERED, CopyEvent.CLAIM): CopyState.MAKING,
        (CopyState.ORDERED, CopyEvent.WITHDRAW): CopyState.WITHDRAWN,
        (CopyState.MAKING, CopyEvent.CLAIM): CopyState.MAKING,
        (CopyState.MAKING, CopyEvent.FINISH): CopyState.MADE,
        (CopyState.MAKING, CopyEvent.FAIL): CopyState.FAILED,
        (CopyState.MAKING, CopyEvent.WITHDRAW): CopyState.WITHDRAWN,
        (CopyState.MADE, CopyEvent.RELEASE): CopyState.RELEASED,
        (CopyState.MADE, CopyEvent.WITHDRAW): CopyState.WITHDRAWN,
        (CopyState.MADE, CopyEvent.EXPIRE): CopyState.EXPIRED,
        (CopyState.RELEASED, CopyEvent.DELIVER): CopyState.DELIVERED,
        (CopyState.RELEASED, CopyEvent.WITHDRAW): CopyState.WITHDRAWN,
        (CopyState.RELEASED, CopyEvent.EXPIRE): CopyState.EXPIRED,
    }
)
KEPT = frozenset({CopyState.MADE, CopyState.RELEASED})
UNDER_WAY = frozenset({CopyState.ORDERED, CopyState.MAKING})


def moved(state: CopyState, event: CopyEvent) -> CopyState:
    """Give the state after an event; raise CopyStateError for a move that the table has not."""
    try:
        return _MOVES[state, event]
    except KeyError:
        raise CopyStateError(what=f"{event} is nothing for a copy that is {state}", remedy="reload the page") from None


def may(state: CopyState, event: CopyEvent) -> bool:
    """Tell whether the table has a move."""
    return (state, event) in _MOVES
