"""Saying by hand whose call it was; names and numbers are posted, never put into an address."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from rights.customer_links import decide_link, view_links
from rights.register_search import search_register
from rights.tasks import Task
from web.forms.customer import CustomerForm, PickForm
from web.parts import parts
from web.views.call import number_shown
from web.visitor import actor_with

blueprint = Blueprint("customer", __name__)

QUEUE = "queue"


@blueprint.get("/calls/<call:call_id>/customer")
def show(call_id: str) -> str:
    """Show whose call it is said to be, and a search of the register."""
    return _page(call_id, CustomerForm())


@blueprint.post("/calls/<call:call_id>/customer")
def choose(call_id: str) -> AnyResponse:
    """Find persons, or keep the decision: the persons ticked and what the call was about, or nobody."""
    who, house, form = actor_with(Task.LINK_CUSTOMERS), parts(), CustomerForm()
    wanted = request.form.get("do")
    chosen = form.persons.data or []
    if not form.validate():
        return Response(_page(call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    if wanted not in {"link", "unlink"}:
        return Response(_page(call_id, form))
    if wanted == "link" and not (chosen or form.is_about_something):
        form.persons.errors = [gettext("Tick at least one customer, or choose what the call was about.")]
        return Response(_page(call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    about = form.about() if wanted == "link" else {}
    decide_link(house.database, who, call_id, chosen if wanted == "link" else (), **about, clock=house.clock)
    flash(gettext("The call was linked.") if wanted == "link" else gettext("The call is now nobody's."))
    return redirect(url_for("call.show", call_id=call_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/calls/<call:call_id>/pick")
def pick(call_id: str) -> AnyResponse:
    """Keep the pick of one candidate, or of nobody; then show the call, or the queue where it was picked."""
    who, house, form = actor_with(Task.LINK_CUSTOMERS), parts(), PickForm()
    if not form.validate():
        raise NotFoundError(what="no such person")
    person_id = form.person.data
    decide_link(house.database, who, call_id, () if person_id is None else (person_id,), clock=house.clock)
    if form.back.data == QUEUE:
        place = url_for("queue.show", cursor=form.cursor.data or None, done=call_id)
        return redirect(place, HTTPStatus.SEE_OTHER)
    flash(gettext("The call is now nobody's.") if person_id is None else gettext("The call was linked."))
    return redirect(url_for("call.show", call_id=call_id), HTTPStatus.SEE_OTHER)


def _page(call_id: str, form: CustomerForm) -> str:
    who, house = actor_with(Task.LINK_CUSTOMERS), parts()
    chosen = form.persons.data or []
    viewed = view_links(house.database, who, call_id, beside=chosen, register=house.register, clock=house.clock)
    wanted = "" if form.text.errors else form.text.data or ""
    found = search_register(house.database, who, call_id, wanted, register=house.register, clock=house.clock)
    link = viewed.call.link
    known = {card.person.id for card in viewed.cards}
    form.offer(viewed.choices, link)
    return render_template(
        "customer.html",
        call=viewed.call,
        number=number_shown(viewed.call),
        form=form,
        linked=viewed.cards,
        found=[hit for hit in found if hit.person.id not in known],
        searched=bool(form.text.data),
        ticked=set(chosen or (() if link.is_open else (person.id for person in link.persons))),
        decisions=viewed.decisions,
    )
