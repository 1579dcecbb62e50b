"""Cases of data subjects whose time is over: they go whole, with a proof, so many years after they were closed.

What goes: the case, its history and handlers' notes, its list of calls, its deliveries, and what is kept of its copies.
What stays names the case by its number: the proof; the audit, whose rows name the subject by id; what two people
approved in it, a restriction that was lifted, a hand-over and a stated purpose, each a record of its own.

A case stays in spite of its period while it is needed: its subject or one of its calls is held, the subject has another
case open, a restriction of it stands, a note that it decided stands beside data that is kept, or a copy of it is not
shredded yet. What a note corrects has to be read with it as long as it is kept (GDPR 5(1)(d), 16): beside a call until
the call goes, beside a customer until he goes from the register, beside an employee until no call that he answered is
kept and no account of his is in use. Then the case's own period is over for the note too.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from calls.clock import Clock
from ledger_link.tables.persons import PersonRow
from privacy.cases.case_rows import CaseCallRow, CaseDeliveryRow, CaseEventRow, CaseRow, SubjectNoteRow
from privacy.copies.blackout_rows import CopyBlackoutRow
from privacy.copies.copy_rows import CopyCallRow, CopyMaskRow, CopyRow
from privacy.copies.review_rows import CopyReviewRow
from privacy.retention.holds import held_persons, is_held
from privacy.retention.house_actor import HOUSE
from privacy.retention.period import Period, Unit, day_in_finland, midnight
from privacy.retention.proofs import prove_rows
from privacy.retention.settings import RetentionSettings
from rights.audit.trail import Action, record
from rights.listening.restriction_rows import RestrictionRow
from rights.tables import AccountRow
from storage.database.calls import CallRow

CASES = "cases"
_DAYS_A_YEAR = 365  # at least


def free_cases(
    session: Session, settings: RetentionSettings, *, today: date, among: Collection[str] | None = None
) -> list[str]:
    """Give the numbers of the cases whose time is over and that nothing keeps, oldest first; none without a period.

    Of some cases alone where they are given ``among``.
    """
    if settings.case_years is None:
        return []
    period = Period(settings.case_years, Unit.YEARS)
    newest = midnight(today) - timedelta(days=_DAYS_A_YEAR * settings.case_years - 1)  # a first sieve
    wanted = select(CaseRow).where(CaseRow.closed_at < newest, ~_is_needed()).order_by(CaseRow.id)
    if among is not None:
        wanted = wanted.where(CaseRow.case_no.in_(list(among)))
    held = held_persons(session)
    return [
        row.case_no
        for row in session.scalars(wanted)
        if row.closed_at is not None
        and period.end_from(day_in_finland(row.closed_at)) <= today
        and row.person_id not in held
    ]


def delete_case(session: Session, case_no: str, *, policy: str, scheduled_at: datetime, clock: Clock) -> int:
    """Let a case go whole with its proof, in the caller's transaction; give how many rows went.

    The caller holds the lock of the holds, and has asked :func:`free_cases` of it since.
    """
    row = session.scalar(select(CaseRow).where(CaseRow.case_no == case_no).with_for_update())
    if row is None:
        return 0
    rows = _delete_rows(session, row.id, case_no)
    prove_rows(session, CASES, rows=rows, policy=policy, case_no=case_no, scheduled_at=scheduled_at, clock=clock)
    detail = {"case": case_no, "rows": rows, "policy": policy}
    record(session, actor=HOUSE, action=Action.CASE_DELETED, detail=detail, clock=clock)
    return rows


def _delete_rows(session: Session, case_id: int, case_no: str) -> int:
    copies = select(CopyRow.id).where(CopyRow.case_no == case_no)
    parts: Sequence[tuple[type[object], ColumnElement[bool]]] = (
        (CopyCallRow, CopyCallRow.copy_id.in_(copies)),
        (CopyRow, CopyRow.case_no == case_no),
        (CopyMaskRow, CopyMaskRow.case_no == case_no),
        (CopyBlackoutRow, CopyBlackoutRow.case_no == case_no),
        (CopyReviewRow, CopyReviewRow.case_no == case_no),
        (CaseDeliveryRow, CaseDeliveryRow.case_id == case_id),
        (SubjectNoteRow, SubjectNoteRow.case_id == case_id),
        (CaseCallRow, CaseCallRow.case_id == case_id),
        (CaseEventRow, CaseEventRow.case_id == case_id),
        (CaseRow, CaseRow.id == case_id),
    )
    return sum(session.connection().execute(delete(table).where(which)).rowcount for table, which in parts)


def _is_needed() -> ColumnElement[bool]:
    """Say in SQL of a case whether something keeps it in spite of its period."""
    other = aliased(CaseRow)
    same = or_(
        and_(other.person_no == CaseRow.person_no, CaseRow.person_no.is_not(None)),
        and_(other.agent_id == CaseRow.agent_id, CaseRow.agent_id.is_not(None)),
        and_(other.account_id == CaseRow.account_id, CaseRow.account_id.is_not(None)),
    )
    held_calls = select(CallRow.id).where(is_held())
    stands_beside = or_(
        exists().where(CallRow.id == SubjectNoteRow.call_id),
        exists().where(CallRow.agent_id == SubjectNoteRow.agent_id),
        exists().where(AccountRow.agent_id == SubjectNoteRow.agent_id, AccountRow.disabled_at.is_(None)),
        exists().where(PersonRow.id == SubjectNoteRow.person_id, PersonRow.person_no == CaseRow.person_no),
    )
    return or_(
        exists().where(same, other.closed_at.is_(None)),
        exists().where(CaseCallRow.case_id == CaseRow.id, CaseCallRow.call_id.in_(held_calls)),
        exists().where(RestrictionRow.case_number == CaseRow.case_no, RestrictionRow.lifted_at.is_(None)),
        exists().where(SubjectNoteRow.case_id == CaseRow.id, stands_beside),
        exists().where(CopyRow.case_no == CaseRow.case_no, CopyRow.shredded_at.is_(None)),
    )
