"""The purposes that may be stated: a list that the administrator keeps."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.listening.purpose_keeping import (
    NameTakenError,
    add_purpose,
    change_purpose,
    move_purpose,
    retire_purpose,
    revive_purpose,
)
from rights.listening.purposes import BUILT_IN, CUSTOMER_SERVICE, OWN_CALL, Purpose, PurposeUse, all_purposes
from web.confirmation import require_confirmed
from web.forms.purpose import PurposeForm
from web.languages import chosen_language
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("purposes", __name__, url_prefix="/administration/purposes")


@blueprint.get("/")
def show() -> str:
    """List them: those in use in their order, then those that are stated no more."""
    _keeper()
    with parts().database.read() as rows:
        known = list(all_purposes(rows).values())
    return render_template(
        "administration/purposes.html",
        used=[purpose for purpose in known if purpose.retired_at is None],
        retired=[purpose for purpose in known if purpose.retired_at is not None],
        Use=PurposeUse,
        BUILT_IN=BUILT_IN,
        CUSTOMER_SERVICE=CUSTOMER_SERVICE,
    )


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new one."""
    _keeper()
    require_confirmed()
    return _page(None, PurposeForm())


@blueprint.post("/new")
def add() -> AnyResponse:
    """Add it at the end of the list."""
    who, house, form = _keeper(), parts(), PurposeForm()
    require_confirmed()
    if not form.validate():
        return Response(_page(None, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with house.database.begin() as rows:
            added = add_purpose(rows, form.words(), by=who, clock=house.clock)
    except BadDataError as error:
        return _refused(None, form, error)
    flash(gettext("The purpose %(name)s was added.", name=added.name(chosen_language())), "good")
    return redirect(url_for("purposes.show"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<code>")
def edit(code: str) -> str:
    """Show one, to whoever has proved lately who he is: it may be one that restrictions do not hold back."""
    _keeper()
    require_confirmed()
    purpose = _purpose(code)
    return _page(purpose, PurposeForm(purpose))


@blueprint.post("/<code>")
def change(code: str) -> AnyResponse:
    """Change what is said of it, from now on."""
    who, house = _keeper(), parts()
    require_confirmed()
    purpose = _purpose(code)
    form = PurposeForm(purpose)
    if not form.validate():
        return Response(_page(purpose, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with house.database.begin() as rows:
            changed = change_purpose(rows, code, form.words(), by=who, clock=house.clock)
    except BadDataError as error:
        return _refused(purpose, form, error)
    flash(gettext("The purpose %(name)s was changed.", name=changed.name(chosen_language())), "good")
    return redirect(url_for("purposes.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<code>/<any(up, down):way>")
def move(code: str, way: str) -> AnyResponse:
    """Move it by one place."""
    who, house = _keeper(), parts()
    with house.database.begin() as rows:
        move_purpose(rows, code, up=way == "up", by=who, clock=house.clock)
    return redirect(url_for("purposes.show", _anchor=f"purpose-{code}"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<code>/retire")
def retire(code: str) -> AnyResponse:
    """Let it be stated no more."""
    who, house = _keeper(), parts()
    with house.database.begin() as rows:
        retire_purpose(rows, code, by=who, clock=house.clock)
    name = _purpose(code).name(chosen_language())
    flash(gettext("The purpose %(name)s is not offered any more. What was stated with it stays.", name=name), "good")
    return redirect(url_for("purposes.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<code>/revive")
def revive(code: str) -> AnyResponse:
    """Let it be stated again."""
    who, house = _keeper(), parts()
    with house.database.begin() as rows:
        revive_purpose(rows, code, by=who, clock=house.clock)
    flash(gettext("The purpose %(name)s is offered again.", name=_purpose(code).name(chosen_language())), "good")
    return redirect(url_for("purposes.show"), HTTPStatus.SEE_OTHER)


def _keeper() -> Actor:
    return actor_with(Task.ADMINISTER_PURPOSES)


def _purpose(code: str) -> Purpose:
    with parts().database.read() as rows:
        known = all_purposes(rows)
    if code not in known:
        raise NotFoundError(what="no such purpose")
    return known[code]


def _refused(purpose: Purpose | None, form: PurposeForm, error: BadDataError) -> AnyResponse:
    """Say at its field what will not do."""
    if not isinstance(error, NameTakenError):
        raise error
    field = form[error.field]
    field.errors = (*field.errors, gettext("Another purpose has this name. Choose another."))
    return Response(_page(purpose, form), HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(purpose: Purpose | None, form: PurposeForm) -> str:
    return render_template(
        "administration/purpose.html",
        purpose=purpose,
        form=form,
        is_built_in=purpose is not None and purpose.code in BUILT_IN,
        may_require_case=purpose is None or purpose.code not in {OWN_CALL, CUSTOMER_SERVICE},
    )
