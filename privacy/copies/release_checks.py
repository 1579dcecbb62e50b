"""What is seen to once more when a copy is released and when it is downloaded: that it is what the case says."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import BadDataError
from privacy.cases.case import row_of
from privacy.cases.case_calls import calls_of_case
from privacy.cases.found_calls import follow_links
from privacy.cases.handlers import handled_row
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.masks import changed_since
from rights.access.actor import Actor


def require_current(session: Session, row: CopyRow, *, by: Actor) -> None:
    """See that a copy holds the calls of its case, every one and no other, and lacks no mask."""
    case_id = require_own_calls(session, row, by=by)
    if _included(session, case_id) - _copied(session, row.id):
        raise BadDataError(
            what="the case has a call that the copy does not hold", where=row.case_no, remedy="order a new copy"
        )
    if changed_since(session, row.case_no, row.ordered_at):
        raise BadDataError(
            what="masks were changed after the copy was ordered", where=row.case_no, remedy="order a new copy"
        )


def require_own_calls(session: Session, row: CopyRow, *, by: Actor) -> int:
    """See that a copy holds no call that is not in its case any more; give the case's id."""
    case = handled_row(session, by, row.case_no, for_change=True)
    follow_links(session, case)
    if _copied(session, row.id) - _included(session, case.id):
        raise BadDataError(
            what="the copy holds a call that is not in the case any more", where=row.case_no, remedy="order a new copy"
        )
    return case.id


def is_current(session: Session, case_no: str, copy_id: str, *, ordered_at: datetime) -> bool:
    """Tell whether a copy holds the calls that its case has now, and whether no mask and no blackout changed since."""
    same = _included(session, row_of(session, case_no).id) == _copied(session, copy_id)
    return same and not changed_since(session, case_no, ordered_at)


def _included(session: Session, case_id: int) -> set[str]:
    return {call.call_id for call in calls_of_case(session, case_id, included_only=True)}


def _copied(session: Session, copy_id: str) -> set[str]:
    return set(session.scalars(select(CopyCallRow.call_id).where(CopyCallRow.copy_id == copy_id)))
