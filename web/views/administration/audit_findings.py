"""What the newest verification of the log found: what is new, and what two persons know of."""

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from rights.access.approvals import Approval, undecided_of
from rights.access.deeds import Deed
from rights.access.tasks import Task
from rights.audit.acknowledging import ask_to_acknowledge, is_open, marks_of, told_of
from rights.audit.chain_rows import FindingRow, VerificationRow
from rights.audit.trail import Action, record
from rights.audit.verifications import findings_of, last_verification
from rights.tables import AuditRow
from web.confirmation import require_confirmed
from web.finding_labels import REASONS, TAMPERINGS
from web.forms.audit_findings import KnownFindingsForm
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("audit_findings", __name__, url_prefix="/administration/log/findings")


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding; ``asked`` waits for a second person, what comes after it is of a known one."""

    row: FindingRow
    can_be_known: bool
    asked: Approval | None = None
    asked_by: str | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    reason: str | None = None


@blueprint.get("")
def show() -> str:
    """Show what was found; that it was looked at is in the log."""
    who, house = actor_with(Task.VIEW_AUDIT), parts()
    with house.database.begin() as rows:
        record(rows, actor=who, action=Action.AUDIT_SHOWN, detail={"findings": True}, clock=house.clock)
    return _page(KnownFindingsForm())


@blueprint.post("")
def ask() -> AnyResponse:
    """Ask a second person to confirm that findings are known."""
    who, house = actor_with(Task.VIEW_AUDIT), parts()
    require_confirmed(back=url_for("audit_findings.show"))
    form = KnownFindingsForm()
    with house.database.read() as rows:
        form.offer(one.row.id for one in _found(rows)[1] if one.can_be_known)
    if not form.validate():
        return Response(_page(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with house.database.begin() as rows:
            ask_to_acknowledge(rows, form.findings.data, reason=form.reason.data or "", by=who, clock=house.clock)
    except NotFoundError:  # verified anew in this very moment
        form.findings.errors = [gettext("The log was verified anew. Look at what was found, and choose again.")]
        return Response(_page(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("It waits until somebody who administers accounts confirms it on “Approvals”."))
    return redirect(url_for("audit_findings.show"), HTTPStatus.SEE_OTHER)


def _page(form: KnownFindingsForm) -> str:
    with parts().database.read() as rows:
        verification, found = _found(rows)
    return render_template(
        "administration/audit_findings.html",
        form=form,
        verification=verification,
        new=[one for one in found if one.row.acknowledged_in is None],
        known=[one for one in found if one.row.acknowledged_in is not None],
        can_ask=any(one.can_be_known for one in found),
        tamperings=TAMPERINGS,
        reasons=REASONS,
    )


def _found(rows: Session) -> tuple[VerificationRow | None, list[Shown]]:
    verification = last_verification(rows)
    if verification is None:
        return None, []
    waiting = undecided_of(rows, deed=Deed.ACKNOWLEDGE_FINDINGS, clock=parts().clock)
    return verification, [_shown(rows, row, waiting) for row in findings_of(rows, verification)]


def _shown(rows: Session, row: FindingRow, waiting: list[Approval]) -> Shown:
    marks = {*json.loads(row.marks)}
    if row.acknowledged_in is not None:
        by = rows.get(AuditRow, row.acknowledged_in)
        at, login = (by.at, by.login) if by else (None, None)
        told = told_of(rows, row.acknowledged_in)
        return Shown(
            row,
            can_be_known=False,
            asked_by=told.get("asked_by"),
            confirmed_at=at,
            confirmed_by=login,
            reason=told.get("reason"),
        )
    asked = next((one for one in waiting if marks and marks <= {*marks_of(one)}), None)
    return Shown(row, can_be_known=is_open(row) and asked is None, asked=asked)
