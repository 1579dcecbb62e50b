"""Logging in and out."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.access.tasks import Task
from rights.identity import log_in as door
from web.forms.log_in import LogInForm
from web.parts import parts
from web.visitor import TOKEN, actor, forget_visitor, open_to_all, visitor

blueprint = Blueprint("log_in", __name__)


@blueprint.get("/")
def start() -> AnyResponse:
    """Go to where this person's work is."""
    who = actor()
    others = [
        (Task.VIEW_CALLS, "calls.show"),
        (Task.VIEW_REGISTER, "register.show"),
        (Task.ADMINISTER_ACCOUNTS, "accounts.show"),
    ]
    place = next((page for task, page in others if who.may(task)), "calls.show")
    return redirect(url_for(place), HTTPStatus.SEE_OTHER)


@blueprint.get("/log-in")
@open_to_all
def log_in() -> AnyResponse | str:
    """Ask who it is."""
    if visitor() is not None:
        return redirect(own_page(request.args.get("next")), HTTPStatus.SEE_OTHER)
    return render_template("log_in.html", form=LogInForm())


@blueprint.post("/log-in")
@open_to_all
def check() -> AnyResponse:
    """Compare login and password; a refusal says nothing about which of the two was wrong."""
    form, house = LogInForm(), parts()
    started = None
    if form.validate():
        started = door.log_in(
            house.database,
            login=form.login.data,
            password=form.password.data,
            clock=house.clock,
            address=request.remote_addr,
        )
    if started is None:
        page = render_template("log_in.html", form=form, refused=form.login.data and form.password.data)
        return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    forget_visitor()  # nothing of before the log-in, its forgery token included, is of use after it
    session[TOKEN] = started.token
    return redirect(own_page(request.args.get("next")), HTTPStatus.SEE_OTHER)


@blueprint.post("/log-out")
@open_to_all
def log_out() -> AnyResponse:
    """End the session, here and on the server; an idle one has ended by itself."""
    forget_visitor()
    flash(gettext("You have logged out."))
    return redirect(url_for("log_in.log_in"), HTTPStatus.SEE_OTHER)


def own_page(wanted: str | None) -> str:
    """Give an address of this viewer: the wanted one if it is ours, else the start page. Never another site's."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return url_for("log_in.start")
    return wanted
