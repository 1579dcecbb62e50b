"""Copies of cases: what became of each, and its way out of the house.

Invariants
----------
1. A copy is ordered, released, downloaded and handed over by who handles the case, and by nobody about himself.
2. Nothing of a copy leaves before a second person approved exactly this one, by its SHA-256 (``Deed.DELIVER_COPY``),
   nor with a call that was found to be another's, nor without one that was taken in or a mask that was marked since.
   None is made before somebody said that he looked every text and every call of it through (``reviews``).
3. The key is in the row while the copy is made or released. Whatever ends it takes the key out in the same
   transaction; the house then erases the key's share and the object (``privacy.copies.shredding``).
4. Every step is in the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError, RefusedError
from privacy.cases.case import row_of
from privacy.cases.handlers import handled_row, logins_of_subject
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.copy_state import KEPT, UNDER_WAY, CopyEvent, CopyState, moved
from privacy.copies.release_checks import require_current, require_own_calls
from rights.access.actor import Actor
from rights.access.approvals import use
from rights.access.deeds import Deed
from rights.audit.trail import Action, record
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

COPY_LIFETIME = timedelta(days=30)  # from when it was made: then it is made anew, of what is kept then
PASSPHRASE_FIELD = "copies.passphrase"  # noqa: S105 (the name of a field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy as its handlers see it. ``sha256`` is of the file that is downloaded; ``fault`` says why it failed."""

    id: str
    case_no: str
    state: CopyState
    has_passphrase: bool
    recipient: str | None
    ordered_by: str
    ordered_at: datetime
    done_calls: int
    all_calls: int
    fault: str | None
    made_at: datetime | None
    expires_at: datetime | None
    size_bytes: int | None
    sha256: str | None
    manifest_sha256: str | None
    released_at: datetime | None
    released_by: str | None
    ended_at: datetime | None
    calls: int
    masks: int

    @property
    def is_under_way(self) -> bool:
        """Whether the house has still to make it."""
        return self.state in UNDER_WAY

    @property
    def is_kept(self) -> bool:
        """Whether the package is in the store."""
        return self.state in KEPT

    @property
    def file_name(self) -> str:
        """What the downloaded file is called."""
        return f"{self.case_no}.zip.age"


def copies_of(session: Session, case_no: str) -> Sequence[Copy]:
    """Give all copies of a case, newest first; the caller has seen to it that the case may be known of."""
    rows = session.scalars(select(CopyRow).where(CopyRow.case_no == case_no).order_by(CopyRow.id.desc()))
    return [copy_of(session, row) for row in rows]


def handled_copy(session: Session, copy_id: str, *, by: Actor, for_change: bool = False) -> CopyRow:
    """Give the row of a copy whose case the actor handles; NotFoundError alike where he does not, or it is none."""
    wanted = select(CopyRow).where(CopyRow.id == copy_id)
    if for_change:  # who read it before in this transaction may have read what another has changed since
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError(what="no such copy")
    handled_row(session, by, row.case_no)
    return row


def release(session: Session, copy_id: str, *, by: Actor, clock: Clock) -> Copy:
    """Let a copy go out that a second person approved: who asked for the approval uses it up.

    Raises RefusedError without an approval of exactly this copy, by another than whom the case is about; BadDataError
    for a copy that is older than what the case says now, CopyStateError where it is not made (any more).
    """
    row = handled_copy(session, copy_id, by=by, for_change=True)
    state = moved(CopyState(row.state), CopyEvent.RELEASE)
    require_current(session, row, by=by)
    use(
        session,
        deed=Deed.DELIVER_COPY,
        subject=row.case_no,
        by=by,
        clock=clock,
        detail=approved_detail(row),
        not_approved_by=logins_of_subject(session, row_of(session, row.case_no)),
    )
    row.state, row.released_at, row.released_by = state, clock.now(), by.login
    audit_copy(session, row, Action.COPY_RELEASED, by=by, clock=clock)
    return copy_of(session, row)


def approved_detail(row: CopyRow) -> dict[str, object]:
    """Say what exactly a second person approves."""
    return {"copy": row.id, "sha256": row.sha256}


def passphrase_of(session: Session, copy_id: str, *, keys: KeyRing, by: Actor, clock: Clock) -> str:
    """Give the passphrase of a released copy, to be told by another way than the file; that it was shown is audited.

    Raises RefusedError before it is released, NotFoundError where it has none, BadDataError for a copy with a call that
    was found to be another's since: it opens what may have been downloaded before.
    """
    row = handled_copy(session, copy_id, by=by)
    if row.state != CopyState.RELEASED:
        raise RefusedError(what="this copy has not been released", where=row.case_no, remedy="release it first")
    if row.sealed_passphrase is None or row.passphrase_key_version is None:
        raise NotFoundError(what="this copy opens with the recipient's own key", where=row.case_no)
    require_own_calls(session, row, by=by)
    audit_copy(session, row, Action.COPY_PASSPHRASE_SHOWN, by=by, clock=clock)
    return opened_passphrase(row, keys)


def opened_passphrase(row: CopyRow, keys: KeyRing) -> str:
    """Open the sealed passphrase of a copy that has one."""
    if row.sealed_passphrase is None or row.passphrase_key_version is None:
        raise ValueError("a copy to a recipient has no passphrase")
    return FieldVault(keys).open(
        row.sealed_passphrase, row.passphrase_key_version, field=PASSPHRASE_FIELD, owner=row.id
    )


def withdraw(session: Session, copy_id: str, *, by: Actor, clock: Clock) -> Copy:
    """End a copy that is not wanted, e.g. one with a mask too few; raises CopyStateError where it ended before."""
    row = handled_copy(session, copy_id, by=by, for_change=True)
    end_copy(session, row, CopyEvent.WITHDRAW, Action.COPY_WITHDRAWN, by=by, clock=clock)
    return copy_of(session, row)


def deliver(session: Session, copy_id: str, *, by: Actor, clock: Clock) -> Copy:
    """End a copy that was handed over (recorded by ``privacy.cases.delivery``): the house keeps it no longer."""
    row = handled_copy(session, copy_id, by=by, for_change=True)
    end_copy(session, row, CopyEvent.DELIVER, Action.COPY_DELIVERED, by=by, clock=clock)
    return copy_of(session, row)


def withdraw_copies_with(session: Session, call_ids: Sequence[str], *, by: Actor | None, clock: Clock) -> int:
    """End every copy that holds one of these calls, or is made of one just now: they are erased. Give the number."""
    holding = select(CopyCallRow.copy_id).where(CopyCallRow.call_id.in_(call_ids))
    rows = session.scalars(
        select(CopyRow).where(CopyRow.id.in_(holding), CopyRow.state.in_(KEPT | UNDER_WAY)).with_for_update()
    ).all()
    for row in rows:
        end_copy(session, row, CopyEvent.WITHDRAW, Action.COPY_WITHDRAWN, by=by, clock=clock)
    return len(rows)


def end_copy(
    session: Session, row: CopyRow, event: CopyEvent, action: Action, *, by: Actor | None, clock: Clock
) -> None:
    """Move a copy to one of its ends and take its keys out; ``by`` None is the house itself."""
    row.state = moved(CopyState(row.state), event)
    row.claim = row.claimed_until = None
    row.wrapped_key = row.key_version = None
    row.sealed_passphrase = row.passphrase_key_version = None
    row.ended_at, row.ended_by = clock.now(), by.login if by else None
    audit_copy(session, row, action, by=by, clock=clock)


def audit_copy(session: Session, row: CopyRow, action: Action, *, by: Actor | None, clock: Clock) -> None:
    """Put a step of a copy into the audit."""
    detail = {"case": row.case_no, "copy": row.id, **({"sha256": row.sha256} if row.sha256 else {})}
    record(session, actor=by, action=action, detail=detail, clock=clock)


def copy_of(session: Session, row: CopyRow) -> Copy:
    """Read a row."""
    masks = session.scalars(select(CopyCallRow.masks).where(CopyCallRow.copy_id == row.id)).all()
    return Copy(
        id=row.id,
        case_no=row.case_no,
        state=CopyState(row.state),
        has_passphrase=row.sealed_passphrase is not None,
        recipient=row.recipient,
        ordered_by=row.ordered_by,
        ordered_at=row.ordered_at,
        done_calls=row.done_calls,
        all_calls=row.all_calls,
        fault=row.fault,
        made_at=row.made_at,
        expires_at=row.expires_at,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        manifest_sha256=row.manifest_sha256,
        released_at=row.released_at,
        released_by=row.released_by,
        ended_at=row.ended_at,
        calls=len(masks),
        masks=sum(masks),
    )
