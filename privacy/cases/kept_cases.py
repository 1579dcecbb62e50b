"""The cases that are kept here, for whatever names one by its number: listening, exports, hand-overs."""

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


def tidy_number(text: str) -> str:
    """Write a number with single blanks: one of ours in capitals, one of somebody else's case as it was written."""
    number = " ".join(text.split())
    return number.upper() if CASE_NO.fullmatch(number.upper()) else number


KEPT_CASES = KeptCases()
