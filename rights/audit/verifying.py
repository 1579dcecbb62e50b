"""Verifies the audit of a database, on one snapshot of it, with all checkpoints that can be had."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import BadDataError, IntegrityError
from rights.audit.acknowledgement import read_acknowledgements
from rights.audit.chain_rows import CheckpointRow
from rights.audit.checkpoint import Checkpoint, verified
from rights.audit.findings import Finding, Tampering, Verdict, mark_of
from rights.audit.page_readers import page_sums
from rights.audit.place import PageSum
from rights.audit.places import (
    Span,
    count_places,
    details_of,
    places_after,
    places_before_first,
    places_in,
    tail,
    unchained,
)
from rights.audit.trail import Action
from rights.audit.verification import Signed, Verification
from storage.database.engine import Database

PAGE_ROWS = 4_096
_WORTH_READERS_ROWS = 300_000  # they take a second to start
_MOST_READERS = 4  # more than this process, which puts together what they send, can keep up with
OUR_TABLE = "audit_checkpoints"


def verify(
    database: Database,
    keys: list[Ed25519PublicKey],
    *,
    elsewhere: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] = lambda _done: None,
    readers: int = 0,
    page_rows: int = PAGE_ROWS,
) -> Verdict:
    """Walk along the whole chain and tell what was done to it.

    ``elsewhere`` are checkpoints that are kept outside the database: where each is, and its note. ``progress`` is told
    how many rows were seen. ``readers`` are the processes beside this one that read and hash, ``page_rows`` at
    a time.
    """
    with database.read() as session:
        rows = session.execute(select(CheckpointRow).order_by(CheckpointRow.number)).scalars().all()
        ours = [(f"{OUR_TABLE} {row.number}", row.note) for row in rows]
        signed, findings = read_signed([*ours, *elsewhere], keys)
        findings += missing_numbers({row.number for row in rows}, signed)
        acknowledgements, forged = read_acknowledgements(details_of(session, Action.FINDINGS_ACKNOWLEDGED), keys)
        findings += forged
        walk = Verification(signed, acknowledgements)
        done, count = 0, count_places(session)
        # not beyond the count: whoever helps sees rows already that were added since
        pages = [Span(first, min(first + page_rows, count) - 1) for first in range(0, count, page_rows)]
        for seen in _walk(session, walk, pages, page_sums(database, session, pages=pages, readers=readers)):
            done += seen
            progress(done)
        if done != count:
            what = f"of the {count} places of the chain {count - done} have no position of their own"
            findings.append(Finding(Tampering.PLACE_CHANGED, what))
        return walk.finish(tail=tail(session), unchained=unchained(session), others=findings)


def readers_for(database: Database) -> int:
    """Tell how many processes verify this audit soonest: none beside this one where it is small, or has one core."""
    with database.read() as session:
        count = count_places(session)
    cores = len(os.sched_getaffinity(0))
    return min(cores, _MOST_READERS) if cores > 1 and count >= _WORTH_READERS_ROWS else 0


def _walk(session: Session, walk: Verification, pages: Sequence[Span], sums: Iterator[PageSum | None]) -> Iterator[int]:
    """Walk along all places, in the order of their positions; give how many there were, a page at a time."""
    for places in places_before_first(session):
        walk.walk(places)
        yield len(places)
    for page, page_sum in zip(pages, sums, strict=True):
        if page_sum is not None and walk.take(page_sum):
            yield len(page_sum.audit_ids)
            continue
        places = places_in(session, page)
        walk.walk(places)
        yield len(places)
    for places in places_after(session, pages[-1].last if pages else -1):
        walk.walk(places)
        yield len(places)


def read_signed(notes: Iterable[tuple[str, str]], keys: list[Ed25519PublicKey]) -> tuple[list[Signed], list[Finding]]:
    """Read notes, each with where it is; what none of the keys signed is a finding."""
    signed: list[Signed] = []
    findings: list[Finding] = []
    for where, note in notes:
        try:
            statement = verified(note, keys, where=where)
        except (BadDataError, IntegrityError) as error:
            findings.append(_forged(f"{where}: {error.what}", note))
        else:
            if problem := _misplaced(statement, where=where):
                findings.append(_forged(problem, note))
            signed.append(Signed(number=statement.number, size=statement.size, root=statement.root, where=where))
    return signed, findings


def missing_numbers(ours: set[int], signed: Sequence[Signed]) -> list[Finding]:
    """Tell which checkpoints the database does not have, of those that it must have had."""
    roots: dict[int, set[bytes]] = {}
    for statement in signed:
        roots.setdefault(statement.number, set()).add(statement.root)
    wanted = set(range(1, max([*ours, *roots], default=0) + 1))
    found = []
    for number in sorted(wanted - ours):
        what = f"checkpoint {number} is not in the database any more"
        # a number is given again after a restore: then there are more roots of it, and it is missing anew
        mark = mark_of(Tampering.CHECKPOINT_MISSING, what, sorted(roots.get(number, ())))
        found.append(Finding(Tampering.CHECKPOINT_MISSING, what, (), (mark,)))
    return found


def _forged(what: str, note: str) -> Finding:
    mark = mark_of(Tampering.CHECKPOINT_FORGED, what, note)
    return Finding(Tampering.CHECKPOINT_FORGED, what, (), (mark,))


def _misplaced(statement: Checkpoint, *, where: str) -> str:
    is_ours = where.startswith(f"{OUR_TABLE} ")
    if is_ours and where != f"{OUR_TABLE} {statement.number}":
        return f"{where}: the note is that of checkpoint {statement.number}"
    return ""
