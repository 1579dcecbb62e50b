"""Look-ups of a person's data: when, for what and of what (CJEU C-579/21: the person may ask for dates and purposes).

The names of the staff are not among them: those are told on a decision alone, and ``audit_id`` finds them.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, literal_column, select, union
from sqlalchemy.orm import Session, aliased

from ledger_link.tables.call_links import CallLinkPersonRow
from rights.audit.trail import Action
from rights.tables import AuditPersonRow, AuditRow

_NO_LOOK = (
    Action.REFUSED,
    Action.LINK_DECIDED,
    Action.REGISTER_IMPORTED,
    Action.CASE_OPENED,
    Action.CASE_CHANGED,
    Action.NOTE_ADDED,
)
_OF_AUDIO = (Action.LISTENED, Action.EXPORTED)


@dataclass(frozen=True, slots=True)
class LookUp:
    """One look at a person's data. ``purpose`` is a purpose's code, None where none was asked for (calls shown).

    ``page`` is the kind of record that was shown, ``field`` the protected field that was revealed, ``call_id`` the call
    beside which it was, or that was heard.
    """

    audit_id: int
    at: datetime
    action: Action
    purpose: str | None
    call_id: str | None
    field: str | None
    page: str | None


def lookups_of(session: Session, person_id: int) -> list[LookUp]:
    """Give all looks at a person's data, oldest first; the caller has seen to it that it may be told.

    They are: what the audit names the person in; the listenings to calls that are linked to the person now, each once
    however many pieces were served; and every export of the whole register.
    """
    return [look_up_of(row) for row in session.scalars(looks_at(person_id).order_by(AuditRow.id))]


def looks_at(person_id: int) -> Select[AuditRow]:
    """Select the audit rows that are looks at a person's data: :func:`lookups_of` says which."""
    calls = select(CallLinkPersonRow.call_id).where(CallLinkPersonRow.person_id == person_id)
    # a union, for each part has its index, which OR would keep PostgreSQL from using
    about = union(
        select(AuditPersonRow.audit_id.label("id")).where(AuditPersonRow.person_id == person_id),
        select(AuditRow.id).where(AuditRow.call_id.in_(calls), AuditRow.action.in_(_OF_AUDIO)),
        select(AuditRow.id).where(AuditRow.action == literal_column(f"'{Action.REGISTER_EXPORTED}'")),
    ).subquery()
    before = aliased(AuditRow)
    is_told = (
        select(before.id)
        .where(
            before.call_id == AuditRow.call_id,
            before.listening_id == AuditRow.listening_id,
            before.action == AuditRow.action,
            before.id < AuditRow.id,
        )
        .correlate(AuditRow)
        .exists()
    )
    return select(AuditRow).join(about, about.c.id == AuditRow.id).where(AuditRow.action.not_in(_NO_LOOK), ~is_told)


def look_up_of(row: AuditRow) -> LookUp:
    """Read what an audit row says of a look."""
    detail = json.loads(row.detail or "{}")
    return LookUp(
        audit_id=row.id,
        at=row.at,
        action=Action(row.action),
        purpose=row.purpose,
        call_id=row.call_id,
        field=detail.get("field"),
        page=detail.get("page"),
    )
