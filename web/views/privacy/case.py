"""The page of one case: the place where a data subject's request is handled."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from privacy.cases.board import ViewedCase, view_case
from privacy.cases.carrying_out import erasure_approval
from privacy.cases.case import person_of, row_of
from privacy.cases.case_calls import choose_call
from privacy.cases.case_words import CaseKind
from privacy.cases.handlers import handled_row
from privacy.cases.typed_text import LINE_MAX_CHARS
from privacy.copies.copies import copies_of
from privacy.disclosures.handover import Handover
from privacy.disclosures.handovers import handovers_of_subject
from rights.access.approvals import approvals_of
from rights.access.deeds import Deed
from rights.access.tasks import Task
from rights.listening.purposes import active_purposes
from web.account_names import account_names
from web.case_deeds import DEEDS, CaseForms
from web.confirmation import require_confirmed
from web.forms.page_form import PageForm, posted_line, unfilled
from web.parts import parts
from web.visitor import actor_with

_TOLD_TO_RECIPIENTS = frozenset({CaseKind.RECTIFICATION, CaseKind.ERASURE, CaseKind.RESTRICTION})
blueprint = Blueprint("case", __name__, url_prefix="/privacy/cases/<case_no>")


@blueprint.get("")
def show(case_no: str) -> str:
    """Show a case; that it was looked at is in the audit."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    return _page(view_case(house.database, who, case_no, clock=house.clock), {})


@blueprint.post("/calls/<call:call_id>")
def choose(case_no: str, call_id: str) -> AnyResponse:
    """Say of a call of the list whether it belongs to the case."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    reason = posted_line("reason", most=LINE_MAX_CHARS)
    is_included = request.form.get("choice") == "include"
    if not is_included and not reason:
        flash(gettext("Write why the call is left out."), "warn")
        return redirect(url_for("case.show", case_no=case_no, _anchor="calls"), HTTPStatus.SEE_OTHER)
    with house.database.begin() as rows:
        row = handled_row(rows, who, case_no, for_change=True)
        choose_call(rows, row, call_id, is_included=is_included, reason=reason, by=who, clock=house.clock)
    return redirect(url_for("case.show", case_no=case_no, _anchor="calls"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<deed>")
def do(case_no: str, deed: str) -> AnyResponse:
    """Do one deed of the table with a case, as its form was filled in."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    wanted = DEEDS.get(deed)
    if wanted is None:
        raise NotFoundError(what="no such page")
    if wanted.is_grave:
        require_confirmed(back=url_for("case.show", case_no=case_no))
    viewed = view_case(house.database, who, case_no, clock=house.clock)
    form = wanted.form(_forms(viewed))
    if form is not None and not form.validate():
        return Response(_page(viewed, {deed: form}), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        wanted.do(rows, viewed, form, who, house.clock)
    flash(str(wanted.said))
    return redirect(url_for("case.show", case_no=case_no), HTTPStatus.SEE_OTHER)


def _forms(viewed: ViewedCase) -> CaseForms:
    with parts().database.read() as rows:
        return CaseForms(viewed, tuple(active_purposes(rows)))


def _unfilled(deed: str, forms: CaseForms) -> PageForm | None:
    """Make the form of a deed that nobody has filled in: what was posted is another's."""
    with unfilled():
        return DEEDS[deed].form(forms)


def _page(viewed: ViewedCase, filled: Mapping[str, Any]) -> str:
    house, forms = parts(), _forms(viewed)
    with house.database.read() as rows:
        approval = erasure_approval(rows, viewed.case.case_no)
        copies = copies_of(rows, viewed.case.case_no)
        recipients = _recipients(rows, viewed)
        asked = approvals_of(rows, deed=Deed.DELIVER_COPY, subject=viewed.case.case_no)
        case, deciders = viewed.case, [one.decided_by for one in [*asked, approval] if one]
        deciders += [one.by for one in (case.identity, case.decision) if one]
        names = account_names(rows, deciders)
    return render_template(
        "privacy/case.html",
        viewed=viewed,
        case=viewed.case,
        form_of=lambda deed: filled.get(deed) or _unfilled(deed, forms),
        filled=filled,
        erasure=approval,
        copies=copies,
        recipients=recipients,
        names=names,
        asked={str(one.detail.get("copy")): one for one in reversed(asked)},
        now=house.clock.now(),
    )


def _recipients(rows: Session, viewed: ViewedCase) -> Sequence[Handover]:
    """Give what was handed over of what is corrected, erased or restricted: who got it is told of it (GDPR 19)."""
    if not viewed.case.is_granted or viewed.case.kind not in _TOLD_TO_RECIPIENTS:
        return ()
    calls = [call.call_id for call in viewed.calls if call.is_included]
    return handovers_of_subject(rows, call_ids=calls, person_id=person_of(rows, row_of(rows, viewed.case.case_no)))
