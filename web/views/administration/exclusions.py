"""Exclusions: agents and customers whose calls nobody else hears."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from rights.access.actor import Actor
from rights.access.exclusions import all_exclusions, end_exclusion, exclude_agent, exclude_person, is_person
from web.choices import all_agents
from web.confirmation import require_confirmed
from web.forms.exclusion import EndExclusionForm, ExclusionForm
from web.parts import parts
from web.views.accounts import administrator

blueprint = Blueprint("exclusions", __name__, url_prefix="/exclusions")


@blueprint.get("/")
def show() -> str:
    """List the exclusions."""
    who = administrator()
    with parts().database.read() as rows:
        return _page(rows, who, _form(rows), EndExclusionForm())


@blueprint.post("/")
def add() -> AnyResponse:
    """Exclude somebody."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        form = _form(rows)
        if not form.validate():
            return Response(_page(rows, who, form, EndExclusionForm()), HTTPStatus.UNPROCESSABLE_ENTITY)
        if form.person_no.data:
            exclude_person(rows, form.person_no.data, reason=form.reason.data, by=who, clock=house.clock)
        else:
            exclude_agent(rows, form.agent_id.data, reason=form.reason.data, by=who, clock=house.clock)
    flash(gettext("From now on nobody but who answered hears these calls."))
    return redirect(url_for("exclusions.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:exclusion_id>/end")
def end(exclusion_id: int) -> AnyResponse:
    """Let the calls be heard again."""
    who, house = administrator(), parts()
    require_confirmed(back=url_for("exclusions.show"))
    form = EndExclusionForm()
    with house.database.begin() as rows:
        if not form.validate():
            page = _page(rows, who, _form(rows), form, ending=exclusion_id)
            return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        end_exclusion(rows, exclusion_id, because=form.because.data, by=who, clock=house.clock)
    flash(gettext("The exclusion has ended."))
    return redirect(url_for("exclusions.show"), HTTPStatus.SEE_OTHER)


def _form(rows: Session) -> ExclusionForm:
    def is_known(person_no: str) -> bool:
        return is_person(rows, person_no)

    return ExclusionForm(agents=all_agents(rows), is_known=is_known)


def _page(
    rows: Session, who: Actor, form: ExclusionForm, ending_form: EndExclusionForm, *, ending: int | None = None
) -> str:
    return render_template(
        "administration/exclusions.html",
        exclusions=all_exclusions(rows, by=who),
        form=form,
        ending_form=ending_form,
        ending=ending,
    )
