"""Who has listened to my calls: for every employee who answers calls, of his own."""

from uuid import UUID

from flask import Blueprint, render_template, request

from calls.errors import NotFoundError
from rights.listening.listeners import listeners_of_my_calls
from rights.listening.purposes import all_purposes
from web.parts import parts
from web.visitor import actor

blueprint = Blueprint("my_listeners", __name__)


@blueprint.get("/my-calls/listeners")
def show() -> str:
    """Tell who else heard the calls that one answered, when, why and what of them; the look is in the audit."""
    who, house = actor(), parts()
    with house.database.begin() as rows:
        page = listeners_of_my_calls(rows, who, older_than=_place(request.args.get("older")), clock=house.clock)
        purposes = all_purposes(rows)
    return render_template("account/my_listeners.html", who=who, page=page, purposes=purposes)


def _place(text: str | None) -> str | None:
    try:
        return str(UUID(text)) if text else None
    except ValueError as error:
        raise NotFoundError(what="no such page") from error
