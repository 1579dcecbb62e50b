"""The lines of what goes by a period besides calls, as a page shows them: what each names, and a way there."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.tables.persons import PersonRow
from privacy.retention.doubts import HaltKind
from privacy.retention.row_kind import PERSONS, RowKind
from privacy.retention.row_list import Line
from privacy.retention.row_periods import lease_ids
from rights.access.actor import Actor
from rights.access.tasks import Task

ROW_KINDS: dict[RowKind, LazyString] = {
    RowKind.TENANTS: _l("Persons who had a lease"),
    RowKind.APPLICANTS: _l("Applicants and possible buyers without a lease"),
    RowKind.CASES: _l("Requests of data subjects"),
    RowKind.HANDOVERS: _l("Hand-overs"),
    RowKind.LEASES: _l("Vouchers by lease"),
    RowKind.PAYMENTS: _l("Payments that belong to no lease"),
}
HALTED: dict[HaltKind, LazyString] = {
    HaltKind.PERSONS: _l("Persons of the register"),
    HaltKind.CASES: _l("Requests of data subjects"),
    HaltKind.HANDOVERS: _l("Hand-overs"),
    HaltKind.VOUCHERS: _l("Vouchers of the rent ledger"),
}
_SEEN_BY: dict[RowKind, tuple[Task, ...]] = {
    RowKind.TENANTS: (Task.VIEW_REGISTER,),
    RowKind.APPLICANTS: (Task.VIEW_REGISTER,),
    RowKind.LEASES: (Task.VIEW_REGISTER,),
    RowKind.CASES: (Task.HANDLE_CASES,),
    RowKind.HANDOVERS: (Task.RECORD_DISCLOSURES, Task.HANDLE_CASES),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line in words. ``address`` None where the reader may not see it; ``person_id`` of a person, to be held."""

    text: str
    address: str | None
    person_id: int | None
    rows: int
    through: date | None
    scheduled_at: datetime
    goes_on: date
    stays: bool


def shown_lines(session: Session, kind: RowKind, lines: list[Line], *, reader: Actor) -> list[ShownLine]:
    """Say what each line names: a person by name to those alone who may see the register, and nothing else of him."""
    may = any(reader.may(task) for task in _SEEN_BY.get(kind, ()))
    names = _names(session, lines) if may and kind in PERSONS else {}
    leases = lease_ids(session, [line.subject for line in lines]) if may and kind is RowKind.LEASES else {}
    return [
        ShownLine(
            text=_text(line, names),
            address=_address(line, leases) if may else None,
            person_id=int(line.subject) if kind in PERSONS else None,
            rows=line.share.rows,
            through=line.share.through,
            scheduled_at=line.scheduled_at,
            goes_on=line.goes_on,
            stays=line.stays,
        )
        for line in lines
    ]


def _text(line: Line, names: dict[str, str]) -> str:
    match line.kind:
        case RowKind.TENANTS | RowKind.APPLICANTS:
            return names.get(line.subject) or str(gettext("Person %(number)s of the register", number=line.subject))
        case RowKind.HANDOVERS:
            return str(gettext("Hand-over %(number)s", number=line.subject))
        case RowKind.LEASES:
            return str(gettext("Lease %(number)s", number=line.subject))
        case RowKind.PAYMENTS:
            return str(ROW_KINDS[line.kind])
        case RowKind.CASES:
            return line.subject


def _address(line: Line, leases: dict[str, int]) -> str | None:
    match line.kind:
        case RowKind.TENANTS | RowKind.APPLICANTS:
            return url_for("person.show", person_id=int(line.subject))
        case RowKind.HANDOVERS:
            return url_for("handovers.one", handover_id=int(line.subject))
        case RowKind.CASES:
            return url_for("case.show", case_no=line.subject)
        case RowKind.LEASES if line.subject in leases:
            return url_for("lease.show", lease_id=leases[line.subject])
        case _:
            return None


def _names(session: Session, lines: list[Line]) -> dict[str, str]:
    wanted = select(PersonRow).where(PersonRow.id.in_([int(line.subject) for line in lines]))
    return {str(row.id): row.name for row in session.scalars(wanted)}
