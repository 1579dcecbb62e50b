"""Where one's own account is logged in: ending one session, or all but this one, by who has proved who he is.

Who found a screen that was left open could otherwise shut its owner out everywhere else (OWASP ASVS 5.0, 7.5.2).
"""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.identity.session_ending import end_other_sessions, end_own_session
from web.confirmation import require_confirmed
from web.parts import parts
from web.visitor import current_visit

blueprint = Blueprint("own_sessions", __name__, url_prefix="/account/sessions")


@blueprint.post("/<uuid:session_id>/end")
def end(session_id: object) -> AnyResponse:
    """End one session; this one too, which is to log out."""
    require_confirmed(back=url_for("own_account.show"))
    house, visit = parts(), current_visit()
    with house.database.begin() as rows:
        end_own_session(rows, visit, str(session_id), clock=house.clock)
    flash(gettext("The session has ended."))
    return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/end-others")
def end_others() -> AnyResponse:
    """End all sessions but this one."""
    require_confirmed(back=url_for("own_account.show"))
    house, visit = parts(), current_visit()
    with house.database.begin() as rows:
        end_other_sessions(rows, visit, clock=house.clock)
    flash(gettext("You have been logged out everywhere else."))
    return redirect(url_for("own_account.show"), HTTPStatus.SEE_OTHER)
