"""Holds: what must not be deleted, putting one, and releasing one by two people."""

from datetime import date
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError, RefusedError
from ledger_link.tables.persons import PersonRow
from privacy.retention.holds import Hold, ask_release, holds, put_hold, release, subject_of
from rights.access.actor import Actor
from rights.access.approvals import is_usable
from rights.access.deeds import Deed
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from web.account_names import account_names
from web.bounds import is_number
from web.call_names import call_names
from web.confirmation import require_confirmed
from web.formats import local_day
from web.forms.retention import HoldForm, ReleaseForm
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("holds", __name__, url_prefix="/privacy/holds")


@blueprint.get("/")
def show() -> str:
    """List the holds; the addresses of a call's and a person's page bring theirs along."""
    who, person = _keeper(), request.args.get("person", "")
    form = _form(call=request.args.get("call", "")[:64], person=int(person) if is_number(person) else None)
    return _page(who, form, ReleaseForm())


@blueprint.post("/")
def put() -> AnyResponse:
    """Put a hold."""
    who, house, form = _keeper(), parts(), _form()
    is_valid = form.validate()
    if not form.is_of_one() or not is_valid:
        return Response(_page(who, form, ReleaseForm()), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with house.database.begin() as rows:
            put_hold(
                rows,
                call_id=form.call.data or None,
                person_id=form.person.data,
                reason=form.reason.data or "",
                review_on=cast("date", form.review_on.data),
                by=who,
                clock=house.clock,
            )
    except NotFoundError:
        field = form.call if form.call.data else form.person
        field.errors = (*field.errors, gettext("There is no such one, or it is erased already."))
        return Response(_page(who, form, ReleaseForm()), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("The hold stands. Nothing that it holds is deleted until two people release it."), "good")
    return redirect(url_for("holds.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:hold_id>/ask")
def ask(hold_id: int) -> AnyResponse:
    """Ask a second person to let it be released."""
    who, house, form = _keeper(), parts(), ReleaseForm()
    if not form.validate():
        return Response(_page(who, _form(), form, asking=hold_id), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        ask_release(rows, hold_id, reason=form.reason.data or "", by=who, clock=house.clock)
    flash(gettext("A second person has to approve it. After that you release the hold on this page."), "good")
    return redirect(url_for("holds.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:hold_id>/release")
def let_go(hold_id: int) -> AnyResponse:
    """Release it, where a second person approved that."""
    who, house = _keeper(), parts()
    require_confirmed(back=url_for("holds.show"))
    try:
        with house.database.begin() as rows:
            release(rows, hold_id, by=who, clock=house.clock)
    except RefusedError:
        flash(gettext("A second person has not approved the release yet."), "warn")
        return redirect(url_for("holds.show"), HTTPStatus.SEE_OTHER)
    flash(gettext("The hold was released. What it held goes by its period from now on."), "good")
    return redirect(url_for("holds.show"), HTTPStatus.SEE_OTHER)


def _page(who: Actor, form: HoldForm, release_form: ReleaseForm, *, asking: int | None = None) -> str:
    house = parts()
    with house.database.begin() as rows:
        standing = holds(rows)
        persons = sorted({hold.person_id for hold in standing if hold.person_id is not None})
        record(
            rows,
            actor=who,
            action=Action.RETENTION_SHOWN,
            persons=persons or None,
            detail={"page": "holds"},
            clock=house.clock,
        )
    with house.database.read() as rows:
        released = holds(rows, standing=False, most=20)
        shown = [*standing, *released]
        usable = {
            hold.id
            for hold in standing
            if is_usable(rows, deed=Deed.RELEASE_HOLD, subject=subject_of(hold.id), by=who, clock=house.clock)
        }
        return render_template(
            "privacy/holds.html",
            form=form,
            release_form=release_form,
            asking=asking,
            standing=standing,
            released=released,
            usable=usable,
            names=_names(rows, shown) if who.may(Task.VIEW_REGISTER) else {},
            calls=call_names(rows, (hold.call_id for hold in shown)),
            accounts=account_names(rows, (by for hold in shown for by in (hold.put_by, hold.released_by))),
            today=local_day(house.clock.now()),
        )


def _names(rows: Session, shown: list[Hold]) -> dict[int, str]:
    persons = [hold.person_id for hold in shown if hold.person_id is not None]
    return {row.id: row.name for row in rows.scalars(select(PersonRow).where(PersonRow.id.in_(persons)))}


def _form(*, call: str = "", person: int | None = None) -> HoldForm:
    return HoldForm(today=local_day(parts().clock.now()), call=call, person=person)


def _keeper() -> Actor:
    return actor_with(Task.MANAGE_HOLDS)
