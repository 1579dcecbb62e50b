"""The page of an organisation: its business id and numbers, and who of the register works there."""

from flask import Blueprint, render_template, request

from rights.register_view import view_organisation
from web.formats import local_day
from web.parts import parts
from web.register_day import day_asked, day_in_address
from web.views.register import back_to_search
from web.views.time_line import is_older_part, older_part, place_asked
from web.visitor import actor

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/register/organisations/<int:organisation_id>")
def show(organisation_id: int) -> str:
    """Show an organisation as of a day; that it was looked at is in the audit."""
    house, on = parts(), day_asked(request.args.get("on"))
    before = place_asked(request.args.get("before"))
    viewed = view_organisation(house.database, actor(), organisation_id, on=on, before=before, clock=house.clock)
    if is_older_part():
        return older_part(viewed.record.time_line, "organisation.show", {"organisation_id": organisation_id}, on=on)
    return render_template(
        "organisation.html",
        viewed=viewed,
        before=before,
        on=on,
        day=day_in_address(on),
        today=local_day(house.clock.now()),
        back=back_to_search(),
    )
