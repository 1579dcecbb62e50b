"""The page that tells who has looked at a person's data, for the privacy officer."""

from flask import Blueprint, render_template, request

from calls.errors import BadDataError
from rights.listening.purposes import all_purposes
from rights.register.look_up_view import view_look_ups
from web.bounds import is_number
from web.look_up_labels import looked_at
from web.parts import parts
from web.visitor import actor

blueprint = Blueprint("look_ups", __name__)


@blueprint.get("/register/persons/<int:person_id>/look-ups")
def show(person_id: int) -> str:
    """Show who looked at a person's data, the newest first; that this was looked at is in the audit."""
    house = parts()
    viewed = view_look_ups(
        house.database, actor(), person_id, before=_before(request.args.get("before")), clock=house.clock
    )
    with house.database.read() as rows:
        purposes = all_purposes(rows)
    return render_template(
        "look_ups.html",
        viewed=viewed,
        looks=[(each, *looked_at(each.look_up)) for each in viewed.look_ups],
        purposes=purposes,
        is_first=request.args.get("before") is None,
    )


def _before(text: str | None) -> int | None:
    if text is None:
        return None
    if not is_number(text):
        raise BadDataError(what="not a page of this list", remedy="start from its first page")
    return int(text)
