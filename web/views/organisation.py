"""The page of an organisation: its business id and numbers, and who of the register works there."""

from flask import Blueprint

from rights.register.register_view import view_organisation
from web.parts import parts
from web.views.record_page import asked, record_page
from web.visitor import actor

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/register/organisations/<int:organisation_id>")
def show(organisation_id: int) -> str:
    """Show an organisation as of a day; that it was looked at is in the audit."""
    house, wanted = parts(), asked()
    viewed = view_organisation(
        house.database, actor(), organisation_id, on=wanted.on, before=wanted.before, clock=house.clock
    )
    return record_page("organisation.html", viewed, wanted)
