"""Acknowledgements: that two persons know of findings of the audit, signed with the audit's key.

Whoever can write to the database can write a row that looks like one; without the key it says nothing. The text is a
note like a checkpoint's (:mod:`rights.audit.checkpoint`), and states as a checkpoint does what the log was: a number of
leaves and the root of their tree. So it is of that very log, and of no other that somebody puts in its place::

    tallenne/audit-acknowledgement
    1042
    3PzH8kQ...=
    asked tiia
    confirmed pekka
    time 2026-11-02T08:00:00.000000Z
    known clock-turned-back: audit row 4 was chained at ... [5f0c...]

    — tallenne/audit-acknowledgement xTq1...=
"""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from calls.clock import iso
from rights.audit.checkpoint import is_signed, signature_of
from rights.audit.findings import Finding, KnownFinding, Tampering, mark_of, together

ORIGIN = "tallenne/audit-acknowledgement"
STATEMENT = "statement"
"""Under which the note stands in the detail of its row."""
_NOTE = re.compile(
    rf"{ORIGIN}\n(?P<size>0|[1-9][0-9]{{0,17}})\n(?P<root>[A-Za-z0-9+/]{{43}}=)\n"
    r"asked (?P<asked>[^\n]+)\nconfirmed (?P<confirmed>[^\n]+)\ntime (?P<time>[0-9T:.Z-]{20,27})\n"
    r"(?P<known>(?:known [^\n]+\n)+)"
    rf"\n\u2014 {ORIGIN} (?P<signature>[A-Za-z0-9+/]+={{0,2}})\n"
)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What is signed: of which log, by whom, when, and the marks of what is known; ``audit_id`` is its row."""

    size: int
    root: bytes
    asked_by: str
    confirmed_by: str
    at: datetime
    marks: tuple[str, ...]
    audit_id: int = 0

    def text(self) -> str:
        """Give the lines that are signed."""
        root = base64.b64encode(self.root).decode()
        who = f"asked {self.asked_by}\nconfirmed {self.confirmed_by}\ntime {iso(self.at)}\n"
        return f"{ORIGIN}\n{self.size}\n{root}\n{who}" + "".join(f"known {mark}\n" for mark in self.marks)


def sign(acknowledgement: Acknowledgement, key: Ed25519PrivateKey) -> str:
    """Give the whole note of an acknowledgement."""
    signed = acknowledgement.text()
    return f"{signed}\n\u2014 {ORIGIN} {signature_of(signed, key)}\n"


def read_acknowledgements(
    rows: Iterable[tuple[int, object]], keys: list[Ed25519PublicKey]
) -> tuple[list[Acknowledgement], list[Finding]]:
    """Read the details of rows that say that findings are known; what none of the keys signed is a finding itself."""
    read: list[Acknowledgement] = []
    findings: list[Finding] = []
    for audit_id, detail in rows:
        found = _acknowledgement(audit_id, detail, keys)
        if found is not None:
            read.append(found)
            continue
        what = f"audit row {audit_id} says that findings are known, and was not signed with this installation's key"
        mark = mark_of(Tampering.ACKNOWLEDGEMENT_FORGED, what, detail)
        findings.append(Finding(Tampering.ACKNOWLEDGEMENT_FORGED, what, (audit_id,), (mark,)))
    return read, findings


def told_apart(
    findings: Iterable[Finding], acknowledgements: Iterable[Acknowledgement]
) -> tuple[tuple[Finding, ...], tuple[KnownFinding, ...]]:
    """Tell what is new from what is known by acknowledgements that are of this log; the rows of one are together."""
    by_mark: dict[str, Acknowledgement] = {}
    for one in acknowledgements:
        for mark in one.marks:
            by_mark.setdefault(mark, one)
    new: list[Finding] = []
    known: dict[int, tuple[Acknowledgement, list[Finding]]] = {}
    for finding in findings:
        by = by_mark.get(finding.marks[0]) if len(finding.marks) == 1 else None
        if by is None:
            new.append(finding)
        else:
            known.setdefault(by.audit_id, (by, []))[1].append(finding)
    return tuple(together(new)), tuple(
        KnownFinding(finding, by.audit_id, by.asked_by, by.confirmed_by, by.at)
        for by, theirs in known.values()
        for finding in together(theirs)
    )


def _acknowledgement(audit_id: int, detail: object, keys: list[Ed25519PublicKey]) -> Acknowledgement | None:
    try:
        plain = json.loads(detail) if isinstance(detail, str) else None
    except (ValueError, RecursionError):
        return None
    note = plain.get(STATEMENT) if isinstance(plain, dict) else None
    found = _NOTE.fullmatch(note) if isinstance(note, str) else None
    if found is None or found["asked"] == found["confirmed"]:
        return None
    signed = found.string[: found.start("signature")].rpartition("\n\u2014")[0]
    if not is_signed(signed, found["signature"], keys):
        return None
    return Acknowledgement(
        size=int(found["size"]),
        root=base64.b64decode(found["root"]),
        asked_by=found["asked"],
        confirmed_by=found["confirmed"],
        at=datetime.fromisoformat(found["time"]),
        marks=tuple(line.removeprefix("known ") for line in found["known"].splitlines()),
        audit_id=audit_id,
    )
