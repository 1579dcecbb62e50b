"""The cases that are kept here, for purposes of listening that require the number of one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.cases.case_rows import CaseRow
from privacy.cases.numbering import CASE_NO


class KeptCases:
    """Misses the cases that look like ours and are not there."""

    def is_missing(self, session: Session, number: str) -> bool:
        """Tell whether a number is of our form, and no case has it."""
        if not CASE_NO.fullmatch(number):
            return False
        return session.scalar(select(CaseRow.id).where(CaseRow.case_no == number)) is None


KEPT_CASES = KeptCases()
