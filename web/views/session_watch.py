"""How long the session of an open page stands yet, for the page's own script; and that somebody is still there.

Says the seconds that are left, 0 for a session that is over or another's than the page's, and nothing else.
"""

from flask import Blueprint, jsonify
from flask.wrappers import Response

from web.session_watch import is_of_this_session, seconds_left
from web.visitor import open_to_all, visitor

blueprint = Blueprint("session_watch", __name__, url_prefix="/session")


@blueprint.get("/left")
@open_to_all
def left() -> Response:
    """Tell how long it stands; to ask is no activity (``ASKED_BY_SCRIPTS``)."""
    return _answer()


@blueprint.post("/stay")
@open_to_all
def stay() -> Response:
    """Tell the same, when a person has pressed the button or typed: like every request, it counts as activity."""
    return _answer()


def _answer() -> Response:
    return jsonify(seconds_left=seconds_left() if visitor() is not None and is_of_this_session() else 0)
