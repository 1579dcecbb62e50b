"""Stating a purpose: the grant under which a person may hear one call for eight hours.

Invariant: a grant is of one person, one call and one purpose (with its case, where the purpose asks for one). It gives
no right: whether the call may be heard is asked again for every piece (``rights.listening.listening``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.audit.trail import Action, record
from rights.listening.case_numbers import FOREIGN_CASES, CaseNumbers, require_case_number
from rights.listening.hearer import LISTENING, HearingDoor, current_actor, recorded_row
from rights.listening.purposes import Purpose, require_purpose
from rights.listening.restrictions import blocked_purposes, require_unblocked
from rights.tables import ListeningRow
from storage.database.calls import CallRow
from storage.database.engine import Database

LISTENING_LIFETIME = timedelta(hours=8)  # a working day, within which nobody is asked again


@dataclass(frozen=True, slots=True)
class Listening:
    """A purpose that an actor has stated for a call, and until when bytes are served under it."""

    id: str
    call_id: str
    purpose: str
    case_number: str | None
    begun_at: datetime
    expires_at: datetime


def begin_listening(
    database: Database,
    actor: Actor,
    call_id: str,
    *,
    purpose: str,
    clock: Clock,
    case_number: str = "",
    cases: CaseNumbers = FOREIGN_CASES,
    door: HearingDoor = LISTENING,
) -> Listening:
    """State a purpose for a call, before anything of it is heard; the listening's id then opens the audio.

    Stated again within eight hours, with the same case, it is the listening of before.

    Raises NotFoundError alike for a call that is unknown, not permitted or without audio, RefusedError for the purpose
    *own call* of another's call, RestrictedError where a data subject's restriction blocks the purpose (all these
    attempts are audited), BadDataError for a purpose that is none and CaseNumberError for a case number that will not
    do where the purpose requires one.
    """
    with audited_refusals(database, actor, wanted="listen", call_id=call_id, clock=clock), database.begin() as session:
        current = current_actor(session, actor, clock=clock)
        row, _ = recorded_row(session, current, call_id, door=door)
        stated, case = require_stated(
            session,
            current,
            row,
            purpose=purpose,
            case_number=case_number,
            cases=cases if door.case_no is None else None,
        )
        case = door.case_no or case
        for standing in standing_listenings(session, current, row.id, clock=clock):
            if (standing.purpose, standing.case_number) == (stated.code, case):
                return standing
        return write_listening(session, current, row.id, purpose=stated.code, case=case, clock=clock)


def require_stated(
    session: Session,
    actor: Actor,
    call: CallRow,
    *,
    purpose: str,
    case_number: str,
    cases: CaseNumbers | None,
) -> tuple[Purpose, str | None]:
    """See that an actor may hear a call for what he states, and give it with the case's number where it needs one.

    Raises as :func:`begin_listening`. Without ``cases`` no number is asked for.
    """
    stated = require_purpose(session, purpose, is_own=is_own_call(actor, call.agent_id))
    require_unblocked(session, call.id, stated.code)
    if not stated.requires_case or cases is None:
        return stated, None
    return stated, require_case_number(session, case_number, pattern=stated.case_pattern, cases=cases)


def write_listening(
    session: Session, actor: Actor, call_id: str, *, purpose: str, case: str | None, clock: Clock
) -> Listening:
    """Write down what was stated, once it was seen that it may be, and audit it; for the doors of this package."""
    now = clock.now()
    row = ListeningRow(
        id=str(uuid_utils.uuid7()),
        account_id=actor.account_id,
        login=actor.login,
        call_id=call_id,
        purpose=purpose,
        case_number=case,
        begun_at=now,
        expires_at=now + LISTENING_LIFETIME,
    )
    session.add(row)
    record(
        session,
        actor=actor,
        action=Action.LISTENING_BEGUN,
        call_id=call_id,
        purpose=purpose,
        detail={"listening": row.id, **({"case": case} if case else {})},
        clock=clock,
    )
    return _told(row)


def standing_listenings(session: Session, actor: Actor, call_id: str, *, clock: Clock) -> list[Listening]:
    """Give what an actor has stated for a call and may go on under, newest first.

    A purpose that was retired since stands as long as it was promised; one that a restriction blocks now does not.
    """
    rows = session.scalars(
        select(ListeningRow)
        .where(
            ListeningRow.login == actor.login,
            ListeningRow.call_id == call_id,
            ListeningRow.expires_at > clock.now(),
        )
        .order_by(ListeningRow.begun_at.desc(), ListeningRow.id.desc())
    ).all()
    closed = blocked_purposes(session, call_id, [row.purpose for row in rows])
    return [_told(row) for row in rows if row.purpose not in closed]


def is_own_call(actor: Actor, agent_id: int | None) -> bool:
    """Tell whether a call that this agent answered is the actor's own."""
    return agent_id is not None and actor.agent_id == agent_id


def require_listening(session: Session, actor: Actor, listening_id: str, *, clock: Clock) -> Listening:
    """Find a listening of this very actor that is not over; a login is one person's for ever."""
    row = session.scalar(
        select(ListeningRow).where(
            ListeningRow.id == listening_identity(listening_id),
            ListeningRow.login == actor.login,
            ListeningRow.expires_at > clock.now(),
        )
    )
    if row is None:
        raise no_listening()
    return _told(row)


def no_listening() -> NotFoundError:
    """Say that nothing was stated, whatever is wrong with it."""
    return NotFoundError(what="no such listening", remedy="state the purpose again")


def listening_identity(text: str) -> str:
    """Read the id of a listening; empty for what can be none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _told(row: ListeningRow) -> Listening:
    return Listening(
        id=row.id,
        call_id=row.call_id,
        purpose=row.purpose,
        case_number=row.case_number,
        begun_at=row.begun_at,
        expires_at=row.expires_at,
    )
