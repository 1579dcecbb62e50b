"""What a person may state before listening to a call, as its page offers it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.calls.facts import CallFacts
from rights.listening.purposes import OWN_CALL, Purpose, active_purposes
from rights.listening.restrictions import RestrictionKind, blocked_purposes
from rights.listening.stating import Listening, is_own_call, standing_listenings


@dataclass(frozen=True, slots=True)
class Choice:
    """A purpose that is offered; ``blocked_by`` is by what right a data subject forbade it, None where nobody did."""

    purpose: Purpose
    blocked_by: RestrictionKind | None
    is_preset: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """All that is offered, and what was stated already and stands: then nothing is asked."""

    offered: tuple[Choice, ...]
    standing: Listening | None

    @property
    def is_restricted(self) -> bool:
        """Whether a data subject forbade any purpose."""
        return any(choice.blocked_by is not None for choice in self.offered)

    @property
    def is_any_open(self) -> bool:
        """Whether there is a purpose that nobody forbade."""
        return any(choice.blocked_by is None for choice in self.offered)


def choices_for(session: Session, who: Actor, call: CallFacts, *, clock: Clock) -> Choices:
    """Give what an actor may state for a call, in the administrator's order."""
    is_own = is_own_call(who, call.agent_id)
    purposes = [one for one in active_purposes(session) if is_own or one.code != OWN_CALL]
    blocking = blocked_purposes(session, call.id, [purpose.code for purpose in purposes])
    offered = tuple(
        Choice(
            purpose,
            blocked_by=blocking[purpose.code].kind if purpose.code in blocking else None,
            is_preset=purpose.code == OWN_CALL and purpose.code not in blocking,
        )
        for purpose in purposes
    )
    return Choices(offered, next(iter(standing_listenings(session, who, call.id, clock=clock)), None))
