"""A case as its handlers see it, and the one place where it is read."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError
from ledger_link.tables.persons import PersonRow
from ledger_link.values.day import day_of
from privacy.cases.case_rows import CaseRow
from privacy.cases.case_words import CaseKind, Channel, IdentityMethod, Outcome
from privacy.cases.clocks import Clocks, clocks_of
from privacy.cases.gathered import SubjectKind
from privacy.cases.moves import Move, State, moves_from
from privacy.cases.numbering import CASE_NO


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a case, and why."""

    outcome: Outcome
    reasons: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Identity:
    """How, when and by whom it was made sure who asks; ``by`` is a login."""

    method: IdentityMethod
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Extension:
    """That the law's month was extended, by how many, why, and when the subject was told."""

    months: int
    reasons: str
    told_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request of a data subject. ``assigned_to`` is an account's id, ``reply_to`` where the answer is to go."""

    id: int
    case_no: str
    kind: CaseKind
    subject_kind: SubjectKind
    person_id: int | None
    agent_id: int | None
    account_id: int | None
    subject_name: str
    language: str
    reply_to: str
    channel: Channel
    request: str
    received_on: date
    opened_at: datetime
    opened_by: str
    state: State
    clocks: Clocks
    assigned_to: int | None
    identity: Identity | None
    extension: Extension | None
    decision: Decision | None
    carried_out_at: datetime | None
    closed_at: datetime | None

    @property
    def moves(self) -> frozenset[Move]:
        """What may be done with it now."""
        return moves_from(self.state)

    @property
    def is_granted(self) -> bool:
        """Whether something of what was asked for is to be done."""
        granted = {Outcome.GRANTED, Outcome.PARTLY_GRANTED}
        return self.decision is not None and self.decision.outcome in granted

    @property
    def is_declined(self) -> bool:
        """Whether nothing of what was asked for is to be done, as it was decided."""
        return self.decision is not None and not self.is_granted

    @property
    def waits_for_deed(self) -> bool:
        """Whether something that was decided is not done yet; for access the copy is the deed, and its delivery."""
        return self.is_granted and self.kind is not CaseKind.ACCESS and self.carried_out_at is None


def row_of(session: Session, case_no: str, *, for_change: bool = False) -> CaseRow:
    """Give the row of a case, ``for_change`` locked and as it is now; raise NotFoundError for one that is not there."""
    query = select(CaseRow).where(CaseRow.case_no == (case_no if CASE_NO.fullmatch(case_no) else ""))
    if for_change:  # who read it before in this transaction may have read what another has changed since
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NotFoundError(what="no such case", where=case_no, remedy="see 'tallenne case list'")
    return row


def case_of(row: CaseRow) -> Case:
    """Read a row."""
    return Case(
        id=row.id,
        case_no=row.case_no,
        kind=CaseKind(row.kind),
        subject_kind=SubjectKind(row.subject_kind),
        person_id=row.person_id,
        agent_id=row.agent_id,
        account_id=row.account_id,
        subject_name=row.subject_name,
        language=row.language,
        reply_to=row.reply_to,
        channel=Channel(row.channel),
        request=row.request,
        received_on=row.received_on,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        state=State(row.state),
        clocks=clocks_of(
            row.received_on,
            extended_months=row.extended_months,
            paused_days=row.paused_days,
            paused_since=row.paused_since,
            answered_on=day_of(row.closed_at) if row.closed_at else None,
        ),
        assigned_to=row.assigned_to,
        identity=_identity(row),
        extension=_extension(row),
        decision=_decision(row),
        carried_out_at=row.carried_out_at,
        closed_at=row.closed_at,
    )


def person_of(session: Session, row: CaseRow) -> int | None:
    """Give the id of a case's person while the register has him: another may have got the id since (SQLite)."""
    person = session.get(PersonRow, row.person_id) if row.person_id is not None else None
    return person.id if person is not None and person.person_no == row.person_no else None


def _identity(row: CaseRow) -> Identity | None:
    if row.identity_method is None or row.identity_at is None or row.identity_by is None:
        return None
    return Identity(IdentityMethod(row.identity_method), row.identity_at, row.identity_by)


def _extension(row: CaseRow) -> Extension | None:
    if row.extension_reasons is None or row.extension_told_on is None:
        return None
    return Extension(row.extended_months, row.extension_reasons, row.extension_told_on)


def _decision(row: CaseRow) -> Decision | None:
    if row.outcome is None or row.reasons is None or row.decided_at is None or row.decided_by is None:
        return None
    return Decision(Outcome(row.outcome), row.reasons, row.decided_at, row.decided_by)
