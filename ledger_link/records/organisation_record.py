"""The record of an organisation: its business id and numbers, who of the register works there, the calls from there.

Nobody with a turvakielto is on it: where somebody works tells where to find him. A number that such a person has or had
is left out, and so are the calls that are linked to him.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.linking.link import LinkedPerson
from ledger_link.records.time_line import TimeLinePage, calls_where, is_of_undisclosed, time_line_page
from ledger_link.records.time_line_window import NEWEST_OF_ALL, TimeLineWindow
from ledger_link.tables.call_links import CallCandidateRow, CallLinkRow
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.numbers import undisclosed_numbers
from ledger_link.values.day import is_valid_on

MOST_EMPLOYED = 100  # of a large employer: whom it is about is found by his name


@dataclass(frozen=True, slots=True)
class OrganisationNumber:
    """A number of the organisation, E.164, from one day to another (both included; None is open)."""

    e164: str
    valid_from: date | None
    valid_until: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Employed:
    """A person who works or worked there; ``nature`` is an ``EmploymentNature``."""

    person: LinkedPerson
    birth_date: date | None
    nature: str
    starts_on: date
    ends_on: date | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """One organisation as of a day; ``business_id`` is as its source wrote it, and flagged where it fails its check.

    ``employed`` are at most ``MOST_EMPLOYED``, those of the day first; ``employed_count`` is how many there are.
    """

    organisation_id: int
    organisation_no: str
    on: date
    name: str
    business_id: str | None
    business_id_valid: bool
    numbers: tuple[OrganisationNumber, ...]
    employed: tuple[Employed, ...]
    employed_count: int
    time_line: TimeLinePage


def organisation_record(
    session: Session, organisation_id: int, *, on: date, is_past: bool = False, window: TimeLineWindow = NEWEST_OF_ALL
) -> OrganisationRecord:
    """Give the record of an organisation as of a day, in a fixed number of queries; NotFoundError for an unknown one.

    ``is_past`` and ``window`` as for :func:`ledger_link.records.person_record.person_record`.
    """
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise NotFoundError(what="no such organisation", where=str(organisation_id))
    employed, count = _employed(session, organisation_id, on=on, is_past=is_past)
    from_there = select(CallCandidateRow.call_id).where(CallCandidateRow.organisation_id == organisation_id)
    told = CallLinkRow.call_id.in_(from_there) & ~is_of_undisclosed()
    return OrganisationRecord(
        organisation_id=row.id,
        organisation_no=row.organisation_no,
        on=on,
        name=row.name,
        business_id=row.business_id,
        business_id_valid=row.business_id_valid,
        numbers=tuple(
            OrganisationNumber(
                e164=number.e164,
                valid_from=number.valid_from,
                valid_until=number.valid_until,
                is_current=is_valid_on(on, number.valid_from, number.valid_until),
            )
            for number in _numbers(session, organisation_id)
            if not (is_past and number.valid_from is not None and on < number.valid_from)
        ),
        employed=employed,
        employed_count=count,
        time_line=time_line_page(calls_where(session, told, on=on, window=window)),
    )


def _numbers(session: Session, organisation_id: int) -> Sequence[OrganisationNumberRow]:
    return session.scalars(
        select(OrganisationNumberRow)
        .where(
            OrganisationNumberRow.organisation_id == organisation_id,
            OrganisationNumberRow.e164.not_in(undisclosed_numbers()),
        )
        .order_by(OrganisationNumberRow.valid_from.desc().nulls_last(), OrganisationNumberRow.id)
    ).all()


def _employed(session: Session, organisation_id: int, *, on: date, is_past: bool) -> tuple[tuple[Employed, ...], int]:
    known = and_(
        EmploymentRow.organisation_id == organisation_id,
        PersonRow.non_disclosure.is_(False),
        *((EmploymentRow.starts_on <= on,) if is_past else ()),
    )
    is_now = and_(EmploymentRow.starts_on <= on, or_(EmploymentRow.ends_on.is_(None), EmploymentRow.ends_on >= on))
    rows = session.execute(
        select(EmploymentRow, PersonRow)
        .join(PersonRow, PersonRow.id == EmploymentRow.person_id)
        .where(known)
        .order_by(case((is_now, 0), else_=1), PersonRow.surname, PersonRow.call_name, PersonRow.id, EmploymentRow.id)
        .limit(MOST_EMPLOYED)
    )
    count = session.scalar(
        select(func.count())
        .select_from(EmploymentRow)
        .join(PersonRow, PersonRow.id == EmploymentRow.person_id)
        .where(known)
    )
    employed = tuple(
        Employed(
            person=LinkedPerson(id=person.id, name=person.name, non_disclosure=False),
            birth_date=person.birth_date,
            nature=employment.nature,
            starts_on=employment.starts_on,
            ends_on=employment.ends_on,
            is_current=is_valid_on(on, employment.starts_on, employment.ends_on),
        )
        for employment, person in rows
    )
    return employed, count or 0
