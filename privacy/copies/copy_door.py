"""The door to the calls of one copy: who hears a call on the pages of a request, and nowhere else by it.

Whoever handles a request for access owes the copy of each of its calls, and has to hear what of them is not the
subject's own. So that nobody must be permitted to hear every call of the house for it, there is a task of its own
(``hear-for-copies``): it opens the calls that go into the copy of a request that he handles, while the request is
worked on or granted, through the masked player, under the purpose *request* and the request's number. Whom the house
has excluded from listening makes no difference: the copy is owed to the subject all the same. Who may listen to a call
anyway may do so here.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from calls.errors import NotFoundError, RefusedError
from privacy.cases.case import case_of
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.cases.case_words import CaseKind
from privacy.cases.found_calls import copied_call
from privacy.cases.handlers import handled_row
from privacy.copies.copied_case import MAY_CHANGE
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.calls.reach import hearable
from storage.database.calls import CallRow


@dataclass(frozen=True, slots=True)
class CopyDoor:
    """Opens the calls that go into the copy of one request."""

    case_no: str

    def opened(self, session: Session, actor: Actor, call_id: str) -> CallRow:
        """Give a call that the actor hears in this request.

        Raises NotFoundError where he does not handle it or the call is not in its copy (any more: as the links are
        now), RefusedError where he may not hear it.
        """
        row = handled_row(session, actor, self.case_no)
        if copied_call(session, row, call_id) is None:
            raise NotFoundError(what="this call is not in the copy", where=self.case_no)
        if session.scalar(select(CallRow.id).where(CallRow.id == call_id, _heard(actor, row))) is None:
            raise RefusedError(
                what=f"{actor.login} is not permitted: {Task.HEAR_FOR_COPIES}",
                where=self.case_no,
                remedy="ask the administrator",
            )
        return session.get_one(CallRow, call_id)


def heard_calls(session: Session, row: CaseRow, actor: Actor) -> frozenset[str]:
    """Tell which of the calls that go into a request's copy the actor may hear there; he handles the request."""
    in_copy = select(CaseCallRow.call_id).where(CaseCallRow.case_id == row.id, CaseCallRow.is_included.is_(True))
    return frozenset(session.scalars(select(CallRow.id).where(CallRow.id.in_(in_copy), _heard(actor, row))))


def _heard(actor: Actor, row: CaseRow) -> ColumnElement[bool]:
    """Say in SQL which calls of a request's copy its handler hears."""
    by_request = [true()] if _is_owed(row) and actor.may(Task.HEAR_FOR_COPIES) else []
    return or_(hearable(actor), *by_request)


def _is_owed(row: CaseRow) -> bool:
    """Tell whether a copy is owed, as far as is known now; whoever takes a refusal back hears again."""
    case = case_of(row)
    return case.kind is CaseKind.ACCESS and case.state in MAY_CHANGE and not case.is_declined
