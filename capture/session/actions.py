"""What the session asks the loop to do, in the order given."""

from dataclasses import dataclass

from calls.outcome import Reason


@dataclass(frozen=True, slots=True)
class AnswerCaller:
    """Send 200 to the caller."""


@dataclass(frozen=True, slots=True)
class PlayDisclosures:
    """Play the service's disclosures one after the other, to the caller alone."""


@dataclass(frozen=True, slots=True)
class RingAgents:
    """Place the second leg to the service's group, and start the clock of the ring time."""


@dataclass(frozen=True, slots=True)
class PlayRingback:
    """Let the caller hear that it rings; harmless when he hears it already."""


@dataclass(frozen=True, slots=True)
class NoteRinging:
    """Write down whose phone rings, for the screen of the agent; harmless when it is known."""

    aor: str


@dataclass(frozen=True, slots=True)
class WirePrompt:
    """Let what is being played reach the caller's new stream; harmless when nothing is played."""


@dataclass(frozen=True, slots=True)
class OpenRecorders:
    """Start both recorders in one turn of the loop; answers with RecordersOpen or RecorderFailed."""

    aor: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Connect the parties with each other and each with its recorder; harmless when they are."""


@dataclass(frozen=True, slots=True)
class StopPrompts:
    """End whatever is played to the caller: disclosure, ring-back."""


@dataclass(frozen=True, slots=True)
class HangUpCaller:
    """End the caller's leg: BYE, or the status code where it was not answered."""

    code: int


@dataclass(frozen=True, slots=True)
class HangUpAgent:
    """End the agent's leg: BYE, or CANCEL while it rings; harmless when there is none."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Close the recorders, write the end into the journal and commit the entry."""

    reason: Reason


Action = (
    AnswerCaller
    | PlayDisclosures
    | RingAgents
    | PlayRingback
    | NoteRinging
    | WirePrompt
    | OpenRecorders
    | Bridge
    | StopPrompts
    | HangUpCaller
    | HangUpAgent
    | Keep
)
