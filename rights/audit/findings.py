"""What a verification of the audit finds: which rows, and what was done to them."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

_DIGEST_CHARS = 32


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
    ACKNOWLEDGEMENT_FORGED = "acknowledgement-forged"
    """A row says that findings are known, and our key did not sign it."""


MANY_AT_ONCE = frozenset({Tampering.TAIL_CUT, Tampering.REWRITTEN, Tampering.CHECKPOINT_MISSING})
"""What one deed does to many checkpoints at once: they are one finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One tampering: ``audit_ids`` are the first and last of the rows it concerns, where it concerns rows.

    ``marks`` tell it from every other, by what exactly was found: whoever acknowledges it acknowledges these, and
    nothing later or larger. Without marks it cannot be acknowledged, for what would follow could not be told from it.
    """

    tampering: Tampering
    what: str
    audit_ids: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding that two persons acknowledged, in this row of the audit; ``reason`` None where it was forgotten."""

    finding: Finding
    audit_id: int
    asked_by: str
    confirmed_by: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification saw. ``checkpoint`` is the newest checkpoint that holds, ``size`` the length of the chain.

    ``root`` is that of the tree of all leaves. ``findings`` are those that nobody has acknowledged, ``known`` the rest.
    """

    size: int
    checkpoint: int | None
    findings: tuple[Finding, ...]
    known: tuple[KnownFinding, ...] = ()
    root: bytes = b""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found but what is known."""
        return not self.findings


def mark_of(tampering: Tampering, what: str, *evidence: object) -> str:
    """Give the mark of a finding: what it says, on one line of ASCII, and a digest of what exactly was found."""
    digest = hashlib.sha256(repr(evidence).encode(errors="surrogatepass")).hexdigest()[:_DIGEST_CHARS]
    line = " ".join(what.encode("ascii", "backslashreplace").decode().split())
    return f"{tampering.value}: {line} [{digest}]"


def mark_of_checkpoint(number: int, size: int, root: bytes) -> str:
    """Mark that the log is another than a checkpoint was signed of: the same when it is shorter and when it is not."""
    return f"checkpoint {number} of {size} rows, root {base64.b64encode(root).decode()}"


def parted_mark(mark: str) -> tuple[str, str]:
    """Tell of a mark what was done, by the name of a :class:`Tampering` unless somebody wrote another, and the rest."""
    tampering, colon, what = mark.partition(": ")
    return (tampering, what) if colon else (Tampering.REWRITTEN.value, mark)


def together(findings: Iterable[Finding]) -> list[Finding]:
    """Put together what one deed did to many checkpoints; each place where a checkpoint is kept tells it again."""
    put: dict[object, dict[object, Finding]] = {}
    for number, finding in enumerate(findings):
        many = finding.tampering in MANY_AT_ONCE and bool(finding.marks)
        put.setdefault(finding.tampering if many else number, {}).setdefault(finding.marks if many else number, finding)
    return [_one([*alike.values()]) for alike in put.values()]


def _one(alike: list[Finding]) -> Finding:
    first, more = alike[0], len(alike) - 1
    if not more:
        return first
    what = f"{first.what}; and {more} more {'checkpoint' if more == 1 else 'checkpoints'}"
    return replace(first, what=what, marks=tuple(mark for finding in alike for mark in finding.marks))
