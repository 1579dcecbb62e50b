"""The page of an apartment: who lived there when, its faults, and the calls about it."""

from flask import Blueprint, render_template, request

from rights.register_view import view_apartment
from web.formats import local_day
from web.parts import parts
from web.register_day import day_asked, day_in_address
from web.views.register import back_to_search
from web.views.time_line import is_older_part, older_part, place_asked
from web.visitor import actor

blueprint = Blueprint("apartment", __name__)


@blueprint.get("/register/apartments/<int:apartment_id>")
def show(apartment_id: int) -> str:
    """Show an apartment as of a day; that it was looked at is in the audit."""
    house, on = parts(), day_asked(request.args.get("on"))
    before = place_asked(request.args.get("before"))
    viewed = view_apartment(house.database, actor(), apartment_id, on=on, before=before, clock=house.clock)
    if is_older_part():
        return older_part(viewed.record.time_line, "apartment.show", {"apartment_id": apartment_id}, on=on)
    return render_template(
        "apartment.html",
        viewed=viewed,
        before=before,
        on=on,
        day=day_in_address(on),
        today=local_day(house.clock.now()),
        back=back_to_search(),
    )
