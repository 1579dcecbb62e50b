"""Numbers of cases: ``T-2026-0001``. They stand in letters, logs and addresses: nothing in them is about anybody."""

import re
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from privacy.cases.case_rows import CaseNumberRow

CASE_NO = re.compile(r"T-\d{4}-\d{4,9}")


def next_number(session: Session, *, on: date) -> str:
    """Give the next number of the year of a day; whoever else asks waits until this transaction is over."""
    of_year = CaseNumberRow.year == on.year
    held = session.scalar(select(CaseNumberRow.last_number).where(of_year).with_for_update())
    if held is None:
        held = _begun(session, on.year)
    session.execute(update(CaseNumberRow).where(of_year).values(last_number=held + 1))
    return _written(on.year, held + 1)


def _begun(session: Session, year: int) -> int:
    """Begin a year; where another did so at the same moment, wait for his number."""
    try:
        with session.begin_nested():
            session.execute(insert(CaseNumberRow).values(year=year, last_number=0))
    except IntegrityError:
        query = select(CaseNumberRow.last_number).where(CaseNumberRow.year == year)
        return session.scalars(query.with_for_update()).one()
    return 0


def _written(year: int, number: int) -> str:
    return f"T-{year}-{number:04}"
