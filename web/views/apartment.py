"""The page of an apartment: who lived there when, its faults, and the calls about it."""

from flask import Blueprint

from rights.register.register_view import view_apartment
from web.parts import parts
from web.views.record_page import asked, record_page
from web.visitor import actor

blueprint = Blueprint("apartment", __name__)


@blueprint.get("/register/apartments/<int:apartment_id>")
def show(apartment_id: int) -> str:
    """Show an apartment as of a day; that it was looked at is in the audit."""
    house, wanted = parts(), asked()
    viewed = view_apartment(
        house.database, actor(), apartment_id, on=wanted.on, before=wanted.before, clock=house.clock
    )
    return record_page("apartment.html", viewed, wanted)
