"""A mask: a range of a call that a copy does not let hear, in one lane or both."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Lane(StrEnum):
    """Whose channel is masked: left is the customer, right the agent."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOTH = "both"

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels of the recording that this is."""
        return {Lane.CUSTOMER: (0,), Lane.AGENT: (1,), Lane.BOTH: (0, 1)}[self]


class Way(StrEnum):
    """What is heard instead: nothing, or a tone that says that something was said here."""

    SILENCE = "silence"
    TONE = "tone"


class MaskReason(StrEnum):
    """Why a range is masked; the subject is told (GDPR 15(4): the rights of others)."""

    THIRD_PERSON = "third-person"
    IDENTITY_CODE = "identity-code"
    CARD_NUMBER = "card-number"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Mask:
    """The half-open range ``from_ms`` to ``to_ms`` of a recording's time, on its lanes."""

    lane: Lane
    from_ms: int
    to_ms: int
    way: Way
    reason: MaskReason

    def __post_init__(self) -> None:
        if not 0 <= self.from_ms < self.to_ms:
            raise ValueError(f"not a range of time: {self.from_ms} to {self.to_ms} ms")

    def within(self, from_ms: int, to_ms: int) -> tuple[int, int] | None:
        """Give what of it is in a window, counted from the window's beginning; None where nothing is."""
        first, stop = max(self.from_ms, from_ms), min(self.to_ms, to_ms)
        return (first - from_ms, stop - from_ms) if first < stop else None


def in_order(masks: Iterable[Mask]) -> list[Mask]:
    """Give masks as they are applied: tones first, so that where two overlap silence has the last word."""
    return sorted(masks, key=lambda mask: (mask.way is Way.SILENCE, mask.from_ms, mask.to_ms, mask.lane))
