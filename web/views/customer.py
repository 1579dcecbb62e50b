"""Saying by hand whose call it was; names and numbers are posted, never put into an address."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from ledger_link.linking.link_decisions import Withdrawal
from rights.access.tasks import Task
from rights.linking.customer_links import decide_link, view_links
from rights.linking.link_withdrawals import withdraw_link
from rights.register.register_search import search_register
from web.forms.customer import CustomerForm, PickForm, UndoForm
from web.parts import parts
from web.views.call import number_shown
from web.visitor import actor_with

blueprint = Blueprint("customer", __name__)

_UNDONE = {
    Withdrawal.DONE: (_l("The decision was withdrawn."), "message"),
    Withdrawal.NOTHING: (_l("The decision had been withdrawn already. Nothing was changed."), "warn"),
    Withdrawal.SUPERSEDED: (
        _l("Somebody has decided about this call anew since your page was opened. That decision stands: see below."),
        "warn",
    ),
}


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
    if (place := form.queue_place) is not None:
        return redirect(url_for("queue.show", kind=place.kind, cursor=place.cursor, done=call_id), HTTPStatus.SEE_OTHER)
    flash(gettext("The call is now nobody's.") if person_id is None else gettext("The call was linked."))
    return redirect(url_for("call.show", call_id=call_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/calls/<call:call_id>/undo")
def undo(call_id: str) -> AnyResponse:
    """Take back the decision that was shown; the call waits in the queue again unless a rule says whose it was."""
    who, house, form = actor_with(Task.LINK_CUSTOMERS), parts(), UndoForm()
    if not form.validate() or form.decision.data is None:
        raise NotFoundError(what="no such decision")
    outcome = withdraw_link(
        house.database, who, call_id, form.decision.data, register=house.register, clock=house.clock
    )
    text, kind = _UNDONE[outcome]
    flash(str(text), kind)
    if (place := form.queue_place) is not None and outcome is not Withdrawal.SUPERSEDED:
        address = url_for("queue.show", kind=place.kind, cursor=place.cursor, _anchor=f"call-{call_id}")
        return redirect(address, HTTPStatus.SEE_OTHER)
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
        deciders=viewed.deciders,
        marks=viewed.marks,
    )
