"""Numbers that may not be told: every number that somebody with a turvakielto has, or ever had.

The whole history and not one day of it, for the periods in the register are its weakest part. A number that two
persons share is hidden for both: beside the name of the one it would tell how to reach the other.
"""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ledger_link.persons import PersonRow, PhoneNumberRow


def undisclosed_numbers() -> Select[str]:
    """Select the E.164 numbers that may not be told."""
    return (
        select(PhoneNumberRow.e164)
        .join(PersonRow, PersonRow.id == PhoneNumberRow.person_id)
        .where(PersonRow.non_disclosure)
    )


def undisclosed_among(session: Session, numbers: Collection[str]) -> frozenset[str]:
    """Tell which of some numbers (those of a page of calls) may not be told."""
    asked = undisclosed_numbers().where(PhoneNumberRow.e164.in_(sorted(numbers)))
    return frozenset(session.scalars(asked))
