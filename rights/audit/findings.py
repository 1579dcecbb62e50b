"""What a verification of the audit finds: which rows, and what was done to them."""

from dataclasses import dataclass
from enum import StrEnum


class Tampering(StrEnum):
    """What was done to the audit, as far as it can be told from what is left."""

    EDITED = "edited"
    """The row does not say any more what was chained."""
    SWAPPED = "swapped"
    """Two rows have changed places."""
    DELETED = "deleted"
    """A row is not there that was chained."""
    INSERTED = "inserted"
    """A row is there that was never chained."""
    PLACE_MISSING = "place-missing"
    """Places of the chain are not there."""
    PLACE_CHANGED = "place-changed"
    """A place does not follow from the one before it: it was changed, exchanged or put in."""
    TAIL_CUT = "tail-cut"
    """The chain was longer once."""
    CLOCK_TURNED_BACK = "clock-turned-back"
    """The row bears an earlier moment than the one before it."""
    REWRITTEN = "rewritten"
    """The chain fits together, but is not what was signed."""
    CHECKPOINT_FORGED = "checkpoint-forged"
    """A checkpoint that our key did not sign, or that says what no checkpoint says."""
    CHECKPOINT_MISSING = "checkpoint-missing"
    """A checkpoint that was signed is not there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One tampering: ``audit_ids`` are the first and last of the rows it concerns, where it concerns rows."""

    tampering: Tampering
    what: str
    audit_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification saw. ``checkpoint`` is the newest checkpoint that holds, ``size`` the length of the chain."""

    size: int
    checkpoint: int | None
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
