"""Saying by hand whose call it was; names and numbers are posted, never put into an address."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.customer_links import decide_link, view_links
from rights.register_search import search_register
from rights.tasks import Task
from web.forms.customer import CustomerForm
from web.parts import parts
from web.views.call import number_shown
from web.visitor import actor_with

blueprint = Blueprint("customer", __name__)


@blueprint.get("/calls/<call:call_id>/customer")
def show(call_id: str) -> str:
    """Show whose call it is said to be, and a search of the register."""
    return _page(call_id, CustomerForm())


@blueprint.post("/calls/<call:call_id>/customer")
def choose(call_id: str) -> AnyResponse:
    """Find persons, or keep the decision: the persons ticked, or nobody."""
    who, house, form = actor_with(Task.LINK_CUSTOMERS), parts(), CustomerForm()
    wanted = request.form.get("do")
    chosen = form.persons.data or []
    if not form.validate():
        return Response(_page(call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    if wanted not in {"link", "unlink"}:
        return Response(_page(call_id, form))
    if wanted == "link" and not chosen:
        form.persons.errors = [gettext("Tick at least one customer.")]
        return Response(_page(call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    decide_link(house.database, who, call_id, chosen if wanted == "link" else (), clock=house.clock)
    flash(gettext("The call was linked.") if wanted == "link" else gettext("The call is now nobody's."))
    return redirect(url_for("call.show", call_id=call_id), HTTPStatus.SEE_OTHER)


def _page(call_id: str, form: CustomerForm) -> str:
    who, house = actor_with(Task.LINK_CUSTOMERS), parts()
    viewed = view_links(house.database, who, call_id, clock=house.clock)
    wanted = "" if form.text.errors else form.text.data or ""
    found = search_register(house.database, who, call_id, wanted, clock=house.clock)
    known = {card.person.id for card in viewed.cards}
    return render_template(
        "customer.html",
        call=viewed.call,
        number=number_shown(viewed.call),
        form=form,
        linked=viewed.cards,
        found=[hit for hit in found if hit.person.id not in known],
        searched=bool(form.text.data),
        ticked=set(form.persons.data or known),
        decisions=viewed.decisions,
    )
