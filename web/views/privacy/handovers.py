"""Hand-overs to somebody outside: the list, one of them, recording one, and voiding one."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from ledger_link.tables.persons import PersonRow
from privacy.cases.kept_cases import KEPT_CASES, tidy_number
from privacy.disclosures.handover import Handover
from privacy.disclosures.handovers import (
    list_handovers,
    record_handover,
    unseen_calls,
    unseen_persons,
    view_handover,
    void_handover,
)
from rights.access.actor import Actor
from rights.access.tasks import Task
from web.account_names import account_names
from web.bounds import is_number
from web.call_names import call_names
from web.formats import local_day
from web.forms.handover import HandoverForm, VoidForm
from web.parts import parts
from web.visitor import actor, actor_with

blueprint = Blueprint("handovers", __name__, url_prefix="/privacy/hand-overs")


@blueprint.get("/")
def show() -> str:
    """List what was handed over, the newest first; that it was looked at is in the audit."""
    house, before = parts(), request.args.get("before", "")
    page = list_handovers(house.database, actor(), before=int(before) if is_number(before) else None, clock=house.clock)
    return render_template("privacy/handovers.html", page=page, now=house.clock.now())


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new hand-over; the addresses of a call's and a person's page bring theirs along."""
    actor_with(Task.RECORD_DISCLOSURES)
    call_ids = tuple(request.args.getlist("call"))
    person_ids = tuple(int(text) for text in request.args.getlist("person") if is_number(text))
    return render_template("privacy/handover_new.html", form=_form(call_ids, person_ids))


@blueprint.post("/new")
def add() -> AnyResponse:
    """Record it."""
    who, house = actor_with(Task.RECORD_DISCLOSURES), parts()
    form = _form()
    if form.validate() and _are_seen(who, form) and _is_case(form):
        draft = form.draft(now=house.clock.now())
        handover_id = record_handover(house.database, who, draft, clock=house.clock)
        flash(gettext("The hand-over was recorded."), "good")
        return redirect(url_for("handovers.one", handover_id=handover_id), HTTPStatus.SEE_OTHER)
    return Response(render_template("privacy/handover_new.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.get("/<int:handover_id>")
def one(handover_id: int) -> str:
    """Show one hand-over."""
    return _page(view_handover(parts().database, actor(), handover_id, clock=parts().clock), VoidForm())


@blueprint.post("/<int:handover_id>/void")
def void(handover_id: int) -> AnyResponse:
    """Say that it was recorded by mistake."""
    who, house, form = actor_with(Task.RECORD_DISCLOSURES), parts(), VoidForm()
    if not form.validate():
        shown = view_handover(house.database, who, handover_id, clock=house.clock)
        return Response(_page(shown, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    void_handover(house.database, who, handover_id, reason=form.reason.data or "", clock=house.clock)
    flash(gettext("The hand-over was marked as recorded by mistake."), "good")
    return redirect(url_for("handovers.one", handover_id=handover_id), HTTPStatus.SEE_OTHER)


def _page(handover: Handover, form: VoidForm) -> str:
    house = parts()
    with house.database.read() as rows:
        found = rows.scalars(select(PersonRow).where(PersonRow.id.in_(handover.person_ids))).all()
        names = {person.id: person.name for person in found}
        calls = call_names(rows, handover.call_ids)
        accounts = account_names(rows, (handover.recorded_by, handover.voided_by))
    return render_template(
        "privacy/handover.html",
        one=handover,
        names=names,
        calls=calls,
        accounts=accounts,
        form=form,
        now=house.clock.now(),
    )


def _form(call_ids: tuple[str, ...] = (), person_ids: tuple[int, ...] = ()) -> HandoverForm:
    return HandoverForm(today=local_day(parts().clock.now()), call_ids=call_ids, person_ids=person_ids)


def _is_case(form: HandoverForm) -> bool:
    """See that a case of ours is there."""
    with parts().database.read() as rows:
        if not KEPT_CASES.is_missing(rows, tidy_number(form.case_no.data or "")):
            return True
    form.case_no.errors = (*form.case_no.errors, gettext("There is no case of this number. Check the number."))
    return False


def _are_seen(who: Actor, form: HandoverForm) -> bool:
    """See that the calls and persons are there for the actor; what only the database knows stands at its field."""
    with parts().database.read() as rows:
        unseen = (
            (form.calls, unseen_calls(rows, who, form.call_ids())),
            (form.persons, unseen_persons(rows, who, form.person_ids())),
        )
    for field, missing in unseen:
        if missing:
            told = gettext("Not found, or not among those that you see: %(what)s", what=", ".join(map(str, missing)))
            field.errors = (*field.errors, told)
    return not any(missing for _, missing in unseen)
