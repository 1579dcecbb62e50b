"""Taking a request in: by a handler, as it was said or written; by an employee himself, from his own page."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from ledger_link.tables.persons import PersonRow
from ledger_link.values.day import day_of
from privacy.cases.case import Case, case_of
from privacy.cases.case_rows import CaseRow
from privacy.cases.case_words import CaseKind, Channel, IdentityMethod
from privacy.cases.found_calls import find_calls
from privacy.cases.gathered import SubjectKind
from privacy.cases.history import CaseEvent, note_event
from privacy.cases.moves import State
from privacy.cases.numbering import next_number
from privacy.cases.typed_text import LINE_MAX_CHARS, typed
from privacy.retention.retention_lock import lock_holds
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.calls.call_filter import MAX_ID
from rights.tables import AccountRow
from storage.database.calls import AgentRow

LANGUAGES = ("fi", "sv", "en")
_EARLIEST = date(2018, 5, 25)  # since when the GDPR applies


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a request is about; ``name`` is as the register or the list of agents has it."""

    kind: SubjectKind
    name: str
    language: str
    person_id: int | None = None
    person_no: str | None = None
    agent_id: int | None = None
    account_id: int | None = None


def number_in_register(session: Session, person_id: int) -> str:
    """Give the number that a person has in the register's own system; raise NotFoundError for an unknown one."""
    return _person(session, person_id).person_no


def subject_in_register(session: Session, person_id: int) -> Subject:
    """Give a person of the register as the subject of a case; raise NotFoundError for an unknown one."""
    person = _person(session, person_id)
    language = person.language if person.language in LANGUAGES else LANGUAGES[0]
    return Subject(
        SubjectKind.CUSTOMER,
        person.name,
        language or LANGUAGES[0],
        person_id=person.id,
        person_no=person.person_no,
    )


def _person(session: Session, person_id: int) -> PersonRow:
    person = session.get(PersonRow, person_id) if 0 < person_id <= MAX_ID else None
    if person is None:
        raise NotFoundError(what="no such person", where=str(person_id))
    return person


def subject_by_number(session: Session, person_no: str) -> Subject:
    """Give a person by the number in the register's own system; raise BadDataError for an unknown one."""
    found = session.scalar(select(PersonRow.id).where(PersonRow.person_no == person_no.strip()))
    if found is None:
        raise BadDataError(what="nobody in the register has this number", remedy="find the person in the register")
    return subject_in_register(session, found)


def subject_outside(name: str, *, language: str) -> Subject:
    """Give somebody of whom the register knows nothing: he is owed an answer all the same."""
    return Subject(SubjectKind.CUSTOMER, typed(name, where="name", most=LINE_MAX_CHARS), language)


def subject_agent(session: Session, agent_id: int) -> Subject:
    """Give an employee who answers calls; raise BadDataError for an unknown one."""
    agent = session.get(AgentRow, agent_id) if 0 < agent_id <= MAX_ID else None
    if agent is None:
        raise BadDataError(what="there is no such agent", where="agent", remedy="choose one of the list")
    accounts = session.scalars(select(AccountRow.id).where(AccountRow.agent_id == agent.id)).all()
    account_id = accounts[0] if len(accounts) == 1 else None
    return Subject(SubjectKind.EMPLOYEE, agent.name, LANGUAGES[0], agent_id=agent.id, account_id=account_id)


def open_case(
    session: Session,
    subject: Subject,
    *,
    kind: CaseKind,
    channel: Channel,
    received_on: date,
    request: str,
    language: str,
    reply_to: str = "",
    identity: IdentityMethod | None = None,
    by: Actor,
    clock: Clock,
) -> Case:
    """Open a case for a request that came in; ``identity`` None where it is not sure yet who asks.

    Raises NotFoundError without *handle cases*, BadDataError for a day of receipt that is to come.
    """
    if not by.may(Task.HANDLE_CASES):
        raise NotFoundError(what="no such page")
    return _opened(
        session,
        subject,
        kind=kind,
        channel=channel,
        received_on=received_on,
        request=request,
        language=language,
        reply_to=reply_to,
        identity=identity,
        by=by,
        clock=clock,
    )


def begin_own_case(session: Session, *, kind: CaseKind, request: str, language: str, by: Actor, clock: Clock) -> Case:
    """Let an employee ask about himself: who asks is sure, for he has logged in."""
    if by.account_id is None:
        raise NotFoundError(what="the operator has no account", remedy="ask from an account of the viewer")
    subject = Subject(SubjectKind.EMPLOYEE, by.name, language, agent_id=by.agent_id, account_id=by.account_id)
    return _opened(
        session,
        subject,
        kind=kind,
        channel=Channel.OWN_PAGE,
        received_on=day_of(clock.now()),
        request=request,
        language=language,
        reply_to="",
        identity=IdentityMethod.OWN_ACCOUNT,
        by=by,
        clock=clock,
    )


def own_cases(session: Session, by: Actor) -> list[Case]:
    """Give the cases about an actor himself, newest first."""
    about = [CaseRow.account_id == by.account_id] if by.account_id is not None else []
    about += [CaseRow.agent_id == by.agent_id] if by.agent_id is not None else []
    rows = session.scalars(select(CaseRow).where(or_(false(), *about)).order_by(CaseRow.id.desc()))
    return [case_of(row) for row in rows]


def _opened(
    session: Session,
    subject: Subject,
    *,
    kind: CaseKind,
    channel: Channel,
    received_on: date,
    request: str,
    language: str,
    reply_to: str,
    identity: IdentityMethod | None,
    by: Actor,
    clock: Clock,
) -> Case:
    lock_holds(session)  # what is asked for is held: nothing of it is claimed to be deleted meanwhile
    now = clock.now()
    if not _EARLIEST <= received_on <= day_of(now):
        raise BadDataError(what="a request was received today or before", where=received_on.isoformat())
    if language not in LANGUAGES:
        raise BadDataError(what="no letters are written in this language", where=language, remedy="fi, sv or en")
    row = CaseRow(
        case_no=next_number(session, on=day_of(now)),
        kind=kind,
        subject_kind=subject.kind,
        person_id=subject.person_id,
        person_no=subject.person_no,
        agent_id=subject.agent_id,
        account_id=subject.account_id,
        subject_name=subject.name,
        language=language,
        reply_to=typed(reply_to, where="reply to", most=LINE_MAX_CHARS, is_required=False),
        channel=channel,
        request=typed(request, where="request"),
        received_on=received_on,
        opened_at=now,
        opened_by=by.login,
        state=State.IN_WORK if identity else State.RECEIVED,
        identity_method=identity,
        identity_at=now if identity else None,
        identity_by=by.login if identity else None,
        paused_days=0,
        extended_months=0,
    )
    session.add(row)
    session.flush()
    note_event(session, row, CaseEvent.OPENED, by=by, clock=clock)
    find_calls(session, row)
    return case_of(row)
