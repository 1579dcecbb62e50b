"""The case that copies are made of: while it is worked on or decided, what its copies hold may change."""

from sqlalchemy.orm import Session

from calls.errors import BadDataError
from privacy.cases.case_rows import CaseRow
from privacy.cases.handlers import handled_row
from privacy.cases.moves import State
from rights.access.actor import Actor

MAY_CHANGE = frozenset({State.IN_WORK, State.DECIDED})


def changeable_case(session: Session, case_no: str, *, by: Actor) -> CaseRow:
    """Give a case of which what is masked, blacked out and said may change; its row is locked: no two at once.

    Raises NotFoundError for a case that is not his to handle, BadDataError for one of which no copy is made now.
    """
    row = handled_row(session, by, case_no, for_change=True)
    if State(row.state) not in MAY_CHANGE:
        raise BadDataError(what=f"no copy is made of a case that is {row.state}", where=case_no)
    return row
