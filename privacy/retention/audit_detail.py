"""Personal detail of the audit whose period is over: the keys of calendar years that ended long enough ago go.

Invariants
----------
1. No row of the audit is touched, and no place or signature: what goes is keys of what is sealed beside the rows.
2. Nothing goes by a period that the house has not set (``[audit] detail_years``), and nothing before the log itself has
   said for two weeks what is to go.
3. A key stays with which something is sealed about whom or what a hold, a restriction or an open case needs, and that
   of an employee who has his own data restricted; all stay while the newest verification of the log has found what
   nobody knows of yet.

Once a day (:func:`forget_old_detail`), after every kill anew:

1. *say*     What is due is another than the log said last: it says so, and everything waits for two weeks from then.
2. *forget*  Destroy the keys and audit how many, in one transaction and under the lock of the holds.
3. *wipe*    Take the bytes of destroyed keys off the disk.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select, union
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.retention.holds import held_persons, is_held
from privacy.retention.house_actor import HOUSE
from privacy.retention.period import day_in_finland
from privacy.retention.retention_lock import lock_for_claim
from privacy.retention.scheduling import WAIT
from rights.audit.chain_rows import SealedRow, SubjectRow
from rights.audit.subjects import forget_keys, keys_of_years, subject_of_login, subject_of_person, wipe_forgotten
from rights.audit.trail import Action, record
from rights.audit.verifications import last_verification
from rights.listening.restriction_rows import RestrictionRow
from rights.listening.restrictions import RestrictionKind
from rights.tables import AccountRow, AuditPersonRow, AuditRow
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.database.pages import pages

UNTIL_YEAR = "until_year"
"""Under which a row of the audit tells the newest calendar year whose detail goes; None takes back what was said."""
_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class DetailDue:
    """That the period of the detail of a year and those before it is over; ``keys`` are those that are there.

    It goes on a day, or later; None until the log has said which.
    """

    until_year: int
    goes_on: date | None
    keys: tuple[int, ...]

    def to_json(self) -> dict[str, object]:
        """Give it as JSON, its keys counted."""
        goes_on = self.goes_on.isoformat() if self.goes_on else None
        return {"until_year": self.until_year, "goes_on": goes_on, "keys": len(self.keys)}


def due_year(years: int | None, *, today: date) -> int | None:
    """Tell the newest calendar year whose detail has been kept for long enough; None where no period is set."""
    return None if years is None else today.year - years - 1


def detail_due(session: Session, years: int | None, *, clock: Clock) -> DetailDue | None:
    """Tell of what the period is over, as far as anything of it is still there, and what the log has said of it."""
    due, said = due_year(years, today=day_in_finland(clock.now())), _said(session)
    keys = () if due is None else tuple(keys_of_years(session, until=due))
    if due is None or not keys:
        return None
    return DetailDue(due, said[1] if said is not None and said[0] == due else None, keys)


def forget_old_detail(database: Database, years: int | None, *, clock: Clock) -> int:
    """Do what the module says; give how many keys were destroyed."""
    with database.begin() as session:
        _say(session, years, clock=clock)
    with database.begin() as session:
        lock_for_claim(session)
        due = detail_due(session, years, clock=clock)
        count = 0
        is_said = due is not None and due.goes_on is not None and due.goes_on <= day_in_finland(clock.now())
        if due is not None and is_said and not _has_findings(session):
            needed = _needed(session, until=due.until_year)
            going = [key for key in due.keys if key not in needed]
            count = forget_keys(session, going, clock=clock)
            detail = {UNTIL_YEAR: due.until_year, "years": years, "keys": count, "keys_kept": len(due.keys) - count}
            if count:
                record(session, actor=HOUSE, action=Action.AUDIT_DETAIL_FORGOTTEN, detail=detail, clock=clock)
    if years is not None:  # also what a run destroyed that was killed before it came here
        wipe_forgotten(database)
    return count


def _has_findings(session: Session) -> bool:
    """Tell whether the newest verification has found what nobody knows of."""
    verification = last_verification(session)
    return verification is not None and verification.findings > 0


def _say(session: Session, years: int | None, *, clock: Clock) -> None:
    """Let the log say what is to go, where that is another than it said last."""
    now, said = clock.now(), _said(session)
    due = due_year(years, today=day_in_finland(now))
    before = said[0] if said else None
    is_less = before is not None and (due is None or due < before)
    if due == before or not (is_less or (due is not None and keys_of_years(session, until=due))):
        return
    goes_on = None if due is None else day_in_finland(now) + WAIT
    detail = {UNTIL_YEAR: due, "years": years, "goes_on": goes_on.isoformat() if goes_on else None}
    record(session, actor=HOUSE, action=Action.AUDIT_DETAIL_DUE, detail=detail, clock=clock)


def _said(session: Session) -> tuple[int, date] | None:
    """Give the year and the day that the log said last; None where it said nothing, or took it back."""
    newest = (
        select(AuditRow.plain_detail)
        .where(AuditRow.action == Action.AUDIT_DETAIL_DUE)
        .order_by(AuditRow.id.desc())
        .limit(1)
    )
    detail: dict[str, Any] = json.loads(session.scalar(newest) or "{}")
    year = detail.get(UNTIL_YEAR)
    return None if year is None else (int(year), date.fromisoformat(detail["goes_on"]))


def _needed(session: Session, *, until: int) -> set[int]:
    """Give the keys that a hold, a restriction or an open case still needs."""
    is_open = CaseRow.closed_at.is_(None)
    asking = session.scalars(select(CaseRow.person_id).where(is_open, CaseRow.person_id.is_not(None)))
    persons = sorted(held_persons(session).union(one for one in asking if one is not None))
    of_agent = AccountRow.agent_id.is_not(None) & (AccountRow.agent_id == CaseRow.agent_id)
    staff = select(AccountRow.login).join(CaseRow, or_(CaseRow.account_id == AccountRow.id, of_agent)).where(is_open)
    restricted = (
        select(AccountRow.login)
        .join(RestrictionRow, RestrictionRow.agent_id == AccountRow.agent_id)
        .where(RestrictionRow.kind == RestrictionKind.RESTRICTION, RestrictionRow.lifted_at.is_(None))
    )
    logins = session.scalars(union(staff, restricted))
    subjects = [*map(subject_of_person, persons), *map(subject_of_login, logins)]
    in_cases = select(CaseCallRow.call_id).join(CaseRow, CaseRow.id == CaseCallRow.case_id).where(is_open)
    held = select(CallRow.id).where(is_held())
    # one by one, for OR would keep the index of calls from being used
    questions = [_sealed_with(until).where(AuditRow.call_id.in_(calls)) for calls in (held, in_cases)]
    for some in pages(persons, size=_A_PAGE):
        named = select(AuditPersonRow.audit_id).where(AuditPersonRow.person_id.in_(some))
        questions.append(_sealed_with(until).where(AuditRow.id.in_(named)))
    questions += [select(SubjectRow.id).where(SubjectRow.subject.in_(page)) for page in pages(subjects, size=_A_PAGE)]
    return {key for question in questions for key in session.scalars(question)}


def _sealed_with(until: int) -> Select[int]:
    """Ask with which keys of the years that are due rows are sealed."""
    return (
        select(SealedRow.subject_id)
        .join(AuditRow, AuditRow.id == SealedRow.audit_id)
        .join(SubjectRow, SubjectRow.id == SealedRow.subject_id)
        .where(SubjectRow.year <= until)
        .distinct()
    )
