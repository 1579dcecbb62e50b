"""What can happen to a call, as the session is told it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """The spool has an open entry for this call."""


@dataclass(frozen=True, slots=True)
class PlaceRefused:
    """The spool is full, or cannot be written."""


@dataclass(frozen=True, slots=True)
class CallerConfirmed:
    """The caller acknowledged our answer, and audio can be sent to him."""


@dataclass(frozen=True, slots=True)
class ConfirmTimedOut:
    """The caller did not acknowledge our answer, or gave no audio to talk to, in time."""


@dataclass(frozen=True, slots=True)
class DisclosuresFinished:
    """The last disclosure was played to its last sample."""


@dataclass(frozen=True, slots=True)
class DisclosureFailed:
    """A disclosure could not be played."""


@dataclass(frozen=True, slots=True)
class AgentRinging:
    """At least one agent's phone rings (a provisional response above 100)."""


@dataclass(frozen=True, slots=True)
class PhoneRings:
    """The edge says whose phone rings; once for each agent of a group, and again as a phone repeats itself."""

    aor: str


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    """An agent's phone answered and its audio is there; ``aor`` is the winner's address of record."""

    aor: str


@dataclass(frozen=True, slots=True)
class AgentsRefused:
    """The ringing leg failed with a final SIP status code before anybody answered."""

    code: int


@dataclass(frozen=True, slots=True)
class RingTimedOut:
    """Nobody answered in the group's time."""


@dataclass(frozen=True, slots=True)
class RecordersOpen:
    """Both recorders run, started in the same turn of the loop."""


@dataclass(frozen=True, slots=True)
class RecorderFailed:
    """A recorder could not be opened; neither of them runs."""


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """A party's audio stream was replaced (hold, resume, re-INVITE)."""


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The caller's leg is over (BYE, CANCEL, or an error)."""


@dataclass(frozen=True, slots=True)
class AgentGone:
    """The agent's leg is over after it was answered."""


@dataclass(frozen=True, slots=True)
class DrainEnded:
    """The worker must leave now; the time to let calls end by themselves is over."""


Event = (
    PlaceTaken
    | PlaceRefused
    | CallerConfirmed
    | ConfirmTimedOut
    | DisclosuresFinished
    | DisclosureFailed
    | AgentRinging
    | PhoneRings
    | AgentAnswered
    | AgentsRefused
    | RingTimedOut
    | RecordersOpen
    | RecorderFailed
    | MediaChanged
    | CallerGone
    | AgentGone
    | DrainEnded
)
