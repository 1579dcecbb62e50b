"""Logging in and out."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.access.approvals import may_decide
from rights.access.tasks import Task
from rights.identity import log_in as door
from rights.identity.sessions import LogInMethod
from web.entrance import go_in, own_page, wanted_page
from web.forms.identity import PasskeyForm
from web.forms.log_in import LogInForm
from web.known_browser import remember_browser_for
from web.parts import parts
from web.relying_party import relying_party
from web.sections import ADMINISTRATION, PRIVACY, permitted_tabs
from web.visitor import actor, forget_visitor, has_come_by, open_to_all, visitor
from web.whence import whence

blueprint = Blueprint("log_in", __name__)


@blueprint.get("/")
def start() -> AnyResponse:
    """Go to where this person's work is."""
    who = actor()
    order = [
        (Task.HANDLE_CASES, "cases.show"),  # its clocks run: the officer's morning begins there
        (Task.VIEW_CALLS, "calls.show"),
        (Task.VIEW_REGISTER, "register.show"),
        (Task.ADMINISTER_ACCOUNTS, "accounts.show"),
    ]
    places = [page for task, page in order if who.may(task)]
    places += [tab.endpoint for tab in permitted_tabs(PRIVACY + ADMINISTRATION, who)]
    places += ["approvals.show"] if may_decide(who) else []
    return redirect(url_for(next(iter(places), "calls.show")), HTTPStatus.SEE_OTHER)


@blueprint.get("/log-in")
@open_to_all
def log_in() -> AnyResponse | str:
    """Ask who it is."""
    if visitor() is not None:
        return redirect(own_page(wanted_page()), HTTPStatus.SEE_OTHER)
    return log_in_page()


@blueprint.post("/log-in")
@open_to_all
def check() -> AnyResponse:
    """Compare login and password; a refusal says nothing about which of the two was wrong."""
    form, house = LogInForm(), parts()
    entered = None
    if form.validate():
        entered = door.log_in(
            house.database,
            login=form.login.data,
            password=form.password.data,
            clock=house.clock,
            whence=whence(),
        )
    if entered is None:
        is_filled = form.login.data and form.password.data
        refused = gettext("The user name or the password is wrong.") if is_filled else None
        return Response(log_in_page(form, refused=refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    remember_browser_for(form.login.data)
    return go_in(entered, wanted=wanted_page())


@blueprint.post("/log-out")
@open_to_all
def log_out() -> AnyResponse:
    """End the session, here and on the server; an idle one has ended by itself."""
    left = LogInMethod.PROVIDER if has_come_by(LogInMethod.PROVIDER) else None
    forget_visitor()
    flash(gettext("You have logged out."))
    return redirect(url_for("log_in.log_in", left=left), HTTPStatus.SEE_OTHER)


def log_in_page(form: LogInForm | None = None, *, refused: str | None = None) -> str:
    """Ask who it is, in every way there is here; ``refused`` is why the last one did not succeed."""
    provider, has_left = parts().provider, request.args.get("left") == LogInMethod.PROVIDER
    return render_template(
        "log_in.html",
        form=form or LogInForm(formdata=None),
        passkey=PasskeyForm(formdata=None) if relying_party() else None,
        provider=provider.name if provider else None,
        leave=provider.address_to_leave(come_back=f"{request.host_url}log-in") if provider and has_left else None,
        refused=refused,
    )
