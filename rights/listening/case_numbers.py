"""The number of a case that a purpose may require: what it looks like, and whether there is such a case.

A number may be of any office's own cases. What it looks like is said by the pattern of the purpose: ``#`` stands for a
digit, ``@`` for a letter, all else for itself. Cases that are kept here (``privacy.cases``) must exist; whoever makes
the application says how they are found, for ``rights`` does not know them.
"""

import re
from typing import Protocol

from sqlalchemy.orm import Session

from calls.errors import BadDataError

CASE_NUMBER_CHARS = 64
PATTERN_CHARS = 64
_PLACEHOLDERS = {"#": "[0-9]", "@": "[A-ZÅÄÖ]"}


class CaseNumbers(Protocol):
    """Knows the cases that are kept here."""

    def is_missing(self, session: Session, number: str) -> bool:
        """Tell whether a number is one of a case that would be kept here, and there is none of that number."""
        ...


class ForeignCases:
    """No case is kept here: a number is right where it looks right."""

    def is_missing(self, _session: Session, _number: str) -> bool:
        """Miss nothing."""
        return False


FOREIGN_CASES = ForeignCases()


class CaseNumberError(BadDataError):
    """A case number is required and was not given, does not look right, or is nobody's."""


def require_case_number(session: Session, text: str, *, pattern: str | None, cases: CaseNumbers) -> str:
    """Read the number of a case, in capitals; raise CaseNumberError where it is none."""
    number = " ".join(text.split()).upper()
    like = f"a number like {pattern}" if pattern else "the number of the case"
    if not number:
        raise CaseNumberError(what="the purpose requires the number of a case", where="case", remedy=f"give {like}")
    if len(number) > CASE_NUMBER_CHARS or not number.isprintable() or not matches(pattern, number):
        raise CaseNumberError(what="that is no number of a case", where="case", remedy=f"give {like}")
    if cases.is_missing(session, number):
        raise CaseNumberError(what="there is no case of this number", where="case", remedy=f"give {like}")
    return number


def matches(pattern: str | None, number: str) -> bool:
    """Tell whether a number looks like a pattern; every one does where there is none."""
    if not pattern:
        return True
    return re.fullmatch("".join(_PLACEHOLDERS.get(one, re.escape(one)) for one in pattern.upper()), number) is not None
