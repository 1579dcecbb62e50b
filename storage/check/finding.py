"""What the check finds, and how much it looked at."""

from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum


class Level(StrEnum):
    """How deep the check looks; each level does what the ones before it do."""

    PRESENCE = "presence"
    SIZE = "size"
    HASH = "hash"

    @property
    def sizes(self) -> bool:
        """Whether sizes are compared."""
        return self is not Level.PRESENCE

    @property
    def bytes(self) -> bool:
        """Whether every byte is read."""
        return self is Level.HASH


class Invariant(IntEnum):
    """The invariants of docs/design that kept data can prove."""

    ROW_HAS_OBJECT_AND_KEY = 1
    AUDIO_HAS_ONE_PLACE = 2
    NOTHING_LEAVES_BEFORE_ITS_ROW = 4
    CHANNELS_SPAN_THE_CALL = 7
    ERASED_IS_GONE = 8


class Kind(StrEnum):
    """What kind of thing is wrong."""

    OBJECT = "object"
    ROW = "row"
    KEY = "key"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was promised; ``name`` is an object's key, a call id, or a key file's name."""

    kind: Kind
    name: str
    invariant: Invariant
    what: str


@dataclass(slots=True)
class Report:
    """What was looked at, and every finding."""

    level: Level
    calls: int = 0
    recordings: int = 0
    objects: int = 0
    garbage: int = 0
    waiting: int = 0
    open: int = 0
    quarantined: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise holds. Calls in quarantine are kept, so they are told but are no finding."""
        return not self.findings

    def add(self, kind: Kind, name: str, invariant: Invariant, what: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(kind=kind, name=name, invariant=invariant, what=what))

    def to_json(self) -> dict[str, object]:
        """Give the report as plain values."""
        return {**asdict(self), "clean": self.clean}
