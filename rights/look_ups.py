"""Look-ups of a person's data: when, for what and of what (CJEU C-579/21: the person may ask for dates and purposes).

The names of the staff are not among them: those are told on a decision alone, and ``audit_id`` finds them.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal_column, select, union
from sqlalchemy.orm import Session

from ledger_link.call_links import CallLinkPersonRow
from rights.audit import Action
from rights.tables import AuditPersonRow, AuditRow

_NO_LOOK = (Action.REFUSED, Action.LINK_DECIDED, Action.REGISTER_IMPORTED)
_OF_AUDIO = (Action.LISTENED, Action.EXPORTED)


@dataclass(frozen=True, slots=True)
class LookUp:
    """One look at a person's data. ``purpose`` is a purpose's code, None where none was asked for (calls shown).

    ``field`` is the protected field that was revealed, ``call_id`` the call beside which it was, or that was heard.
    """

    audit_id: int
    at: datetime
    action: Action
    purpose: str | None
    call_id: str | None
    field: str | None


def lookups_of(session: Session, person_id: int) -> list[LookUp]:
    """Give all looks at a person's data, oldest first; the caller has seen to it that it may be told.

    They are: what the audit names the person in; the listenings to calls that are linked to the person now, each once
    however many pieces were served; and every export of the whole register.
    """
    calls = select(CallLinkPersonRow.call_id).where(CallLinkPersonRow.person_id == person_id)
    # a union, for each part has its index, which OR would keep PostgreSQL from using
    about = union(
        select(AuditPersonRow.audit_id.label("id")).where(AuditPersonRow.person_id == person_id),
        select(AuditRow.id).where(AuditRow.call_id.in_(calls), AuditRow.action.in_(_OF_AUDIO)),
        select(AuditRow.id).where(AuditRow.action == literal_column(f"'{Action.REGISTER_EXPORTED}'")),
    ).subquery()
    rows = session.scalars(
        select(AuditRow)
        .join(about, about.c.id == AuditRow.id)
        .where(AuditRow.action.not_in(_NO_LOOK))
        .order_by(AuditRow.id)
    )
    told: dict[tuple[str, str | int], AuditRow] = {}
    for row in rows:
        told.setdefault((row.action, row.listening_id or row.id), row)
    return [_look_up(row) for row in told.values()]


def _look_up(row: AuditRow) -> LookUp:
    detail = json.loads(row.detail or "{}")
    return LookUp(
        audit_id=row.id,
        at=row.at,
        action=Action(row.action),
        purpose=row.purpose,
        call_id=row.call_id,
        field=detail.get("field"),
    )
