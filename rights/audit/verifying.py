"""Verifies the audit of a database, on one snapshot of it, with all checkpoints that can be had."""

from collections.abc import Callable, Iterable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from calls.errors import BadDataError, IntegrityError
from rights.audit.chain_rows import CheckpointRow
from rights.audit.checkpoint import Checkpoint, verified
from rights.audit.findings import Finding, Tampering, Verdict
from rights.audit.places import places, tail, unchained
from rights.audit.verification import Signed, Verification
from storage.database.engine import Database

OUR_TABLE = "audit_checkpoints"


def verify(
    database: Database,
    keys: list[Ed25519PublicKey],
    *,
    elsewhere: Iterable[tuple[str, str]] = (),
    progress: Callable[[int], None] = lambda _done: None,
) -> Verdict:
    """Walk along the whole chain and tell what was done to it.

    ``elsewhere`` are checkpoints that are kept outside the database: where each is, and its note. ``progress`` is told
    how many rows were seen.
    """
    with database.read() as session:
        rows = session.execute(select(CheckpointRow).order_by(CheckpointRow.number)).scalars().all()
        ours = [(f"{OUR_TABLE} {row.number}", row.note) for row in rows]
        signed, findings = read_signed([*ours, *elsewhere], keys)
        findings += missing_numbers({row.number for row in rows}, [statement.number for statement in signed])
        walk = Verification(signed)
        done = 0
        for page in places(session):
            walk.walk(page)
            done += len(page)
            progress(done)
        verdict = walk.finish(tail=tail(session), unchained=unchained(session))
    return Verdict(size=verdict.size, checkpoint=verdict.checkpoint, findings=(*verdict.findings, *findings))


def read_signed(notes: Iterable[tuple[str, str]], keys: list[Ed25519PublicKey]) -> tuple[list[Signed], list[Finding]]:
    """Read notes, each with where it is; what none of the keys signed is a finding."""
    signed: list[Signed] = []
    findings: list[Finding] = []
    for where, note in notes:
        try:
            statement = verified(note, keys, where=where)
        except (BadDataError, IntegrityError) as error:
            findings.append(Finding(Tampering.CHECKPOINT_FORGED, f"{where}: {error.what}"))
        else:
            if problem := _misplaced(statement, where=where):
                findings.append(Finding(Tampering.CHECKPOINT_FORGED, problem))
            signed.append(Signed(number=statement.number, size=statement.size, root=statement.root, where=where))
    return signed, findings


def missing_numbers(ours: set[int], known: Sequence[int]) -> list[Finding]:
    """Tell which checkpoints the database does not have, of those that it must have had."""
    wanted = set(range(1, max([*ours, *known], default=0) + 1))
    return [
        Finding(Tampering.CHECKPOINT_MISSING, f"checkpoint {number} is not in the database any more")
        for number in sorted(wanted - ours)
    ]


def _misplaced(statement: Checkpoint, *, where: str) -> str:
    is_ours = where.startswith(f"{OUR_TABLE} ")
    if is_ours and where != f"{OUR_TABLE} {statement.number}":
        return f"{where}: the note is that of checkpoint {statement.number}"
    return ""
