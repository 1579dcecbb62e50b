"""The page of one call: facts, disclosure, customer, player, and who listened."""

from flask import Blueprint, render_template, session, url_for

from calls.outcome import Direction
from privacy.cases.subject_notes import notes_beside_call
from privacy.disclosures.handovers import handovers_told
from privacy.retention.scheduling import erased_at_the_earliest
from rights.access.partner_calls import basis_of_call
from rights.calls.facts import CallFacts
from rights.calls.viewing import permitted_call, view_call_with_cards
from rights.listening.hearer import may_export_call
from rights.listening.listeners import listeners_of
from rights.listening.purposes import all_purposes
from web.headers import csp_nonce
from web.listening_choices import choices_for
from web.parts import parts
from web.views.audio import listening_addresses
from web.views.calls import LIST_PLACE
from web.visitor import actor, staff

blueprint = Blueprint("call", __name__)


@blueprint.get("/calls/<call:call_id>")
def show(call_id: str) -> str:
    """Show a call; that it was looked at is in the audit."""
    who, house = actor(), parts()
    viewed = view_call_with_cards(house.database, who, call_id, register=house.register, clock=house.clock)
    call = viewed.call
    with house.database.read() as rows:
        listeners, purposes = listeners_of(rows, call.id), all_purposes(rows)
        choices = choices_for(rows, who, call, clock=house.clock)
        may_export = call.recording is not None and may_export_call(rows, who, call.id)
        handovers = handovers_told(rows, who, call_id=call.id)
        opened_on = basis_of_call(rows, who, call.id, clock=house.clock)
        erased_from = erased_at_the_earliest(rows, call.id)
        notes = notes_beside_call(rows, who, call.id) if opened_on is None else []
    return render_template(
        "call.html",
        call=call,
        number=number_shown(call),
        viewed=viewed,
        cards=viewed.cards,
        listeners=listeners,
        purposes=purposes,
        handovers=handovers,
        opened_on=opened_on,
        erased_from=erased_from,
        notes=notes,
        now=house.clock.now(),
        choices=choices,
        may_export=may_export,
        heard_at=listening_addresses(choices.standing) if choices.standing else None,
        back=url_for("calls.show", **session.get(LIST_PLACE, {})),
        nonce=csp_nonce() if call.recording else None,
    )


@blueprint.get("/calls/<call:call_id>/listeners")
def listeners(call_id: str) -> str:
    """Show who listened, to be put into the page again after something was heard."""
    who, house = staff(), parts()
    call = permitted_call(house.database, who, call_id, wanted="listeners", clock=house.clock)
    with house.database.read() as rows:
        heard, purposes = listeners_of(rows, call.id), all_purposes(rows)
    return render_template("listeners.html", call=call, listeners=heard, purposes=purposes)


def number_shown(call: CallFacts) -> str | None:
    """Give the customer's number for reading; None where it was withheld, or somebody linked has a turvakielto."""
    if call.caller_masked:
        return None
    if call.direction == Direction.OUTBOUND:
        return call.dialled
    return None if call.caller_withheld else call.caller or call.caller_raw
