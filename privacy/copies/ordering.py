"""Ordering a copy: of an access case in work or decided, once everything that goes into it was looked through."""

import uuid_utils
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from privacy.cases.case import case_of
from privacy.cases.case_calls import calls_of_case, waiting_calls
from privacy.cases.case_rows import CaseRow
from privacy.cases.case_words import CaseKind
from privacy.cases.found_calls import follow_links
from privacy.cases.gathering import gather
from privacy.cases.handlers import handled_row
from privacy.cases.moves import State
from privacy.copies.age_file import checked_recipient, new_passphrase
from privacy.copies.copied_case import MAY_CHANGE
from privacy.copies.copies import PASSPHRASE_FIELD, Copy, audit_copy, copy_of
from privacy.copies.copy_rows import CopyRow
from privacy.copies.copy_state import UNDER_WAY, CopyState
from privacy.copies.reviews import require_reviewed, reviews_of
from rights.access.actor import Actor
from rights.audit.trail import Action
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing


def order_copy(
    session: Session, case_no: str, *, recipient: str | None, keys: KeyRing, by: Actor, clock: Clock
) -> Copy:
    """Order a copy; the house makes it. Without a ``recipient`` (an age public key) a passphrase is made for it.

    Raises NotFoundError for a case that is not his to handle; BadDataError for one that asks for no access, that is
    not in work or decided, that was refused, with calls of which nobody has said whose they are, while another copy is
    under way, and for a recipient that is none; NotReviewedError while nobody has looked a text or a call through.
    """
    row = handled_row(session, by, case_no, for_change=True)
    follow_links(session, row)
    _require_ready(session, row)
    require_reviewed(gather(session, keys, case_no, clock=clock), reviews_of(session, case_no))
    copy_id, key, sealed, version = str(uuid_utils.uuid7()), None, None, None
    if recipient is not None and recipient.strip():
        key = checked_recipient(recipient)
    else:
        sealed, version = FieldVault(keys).seal(new_passphrase(), field=PASSPHRASE_FIELD, owner=copy_id)
    copy = CopyRow(
        id=copy_id,
        case_no=case_no,
        state=CopyState.ORDERED,
        recipient=key,
        sealed_passphrase=sealed,
        passphrase_key_version=version,
        ordered_by_account=by.account_id,
        ordered_by=by.login,
        ordered_at=clock.now(),
        attempts=0,
        done_calls=0,
        all_calls=len(calls_of_case(session, row.id, included_only=True)),
    )
    session.add(copy)
    session.flush()
    audit_copy(session, copy, Action.COPY_ORDERED, by=by, clock=clock)
    return copy_of(session, copy)


def _require_ready(session: Session, row: CaseRow) -> None:
    if row.kind != CaseKind.ACCESS or State(row.state) not in MAY_CHANGE:
        raise BadDataError(
            what="no copy is made of this case now", where=row.case_no, remedy="a copy answers an access case in work"
        )
    if case_of(row).is_declined:
        raise BadDataError(
            what="nothing of this request was granted", where=row.case_no, remedy="take the decision back first"
        )
    if waiting_calls(session, row.id):
        raise BadDataError(
            what="calls wait for somebody to say whose they are", where=row.case_no, remedy="decide on each of them"
        )
    under_way = select(CopyRow.id).where(CopyRow.case_no == row.case_no, CopyRow.state.in_(UNDER_WAY))
    if session.scalar(under_way) is not None:
        raise BadDataError(what="a copy of this case is being made", where=row.case_no, remedy="wait, or withdraw it")
