"""Partners: their accounts, and the calls that are open to each."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from ledger_link.values.day import end_of
from privacy.disclosures.handovers import unseen_calls
from privacy.disclosures.opening import ask_to_open, askings_of_partner, close_call, open_calls, opening_of_asking
from privacy.disclosures.partners import READERS, Partner, add_partner, calls_of_partner, partner, partners
from rights.access.actor import Actor
from rights.access.refusals import record_refusal
from rights.access.tasks import Task
from rights.identity.accounts import get_account, list_accounts
from web.account_names import account_names
from web.call_names import call_names
from web.confirmation import require_confirmed
from web.formats import last_day, local_day
from web.forms.handover import call_ids_in
from web.forms.partner import OpeningForm, PartnerForm
from web.one_time_link_page import link_page
from web.parts import parts
from web.visitor import actor, actor_with

blueprint = Blueprint("partners", __name__, url_prefix="/privacy/partners")


@blueprint.get("/")
def show() -> str:
    """List the partners."""
    who, house = _reader(), parts()
    with house.database.read() as rows:
        listed = partners(rows, by=who, clock=house.clock)
    return render_template("privacy/partners.html", listed=listed, now=house.clock.now())


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new partner."""
    require_confirmed(fully=True)
    return render_template("privacy/partner_new.html", form=_partner_form(actor_with(Task.ADMINISTER_ACCOUNTS)))


@blueprint.post("/new")
def add() -> AnyResponse:
    """Make the partner's account and show its one-time link, this once."""
    who, house = actor_with(Task.ADMINISTER_ACCOUNTS), parts()
    require_confirmed(fully=True)
    form = _partner_form(who)
    if not form.validate():
        return Response(render_template("privacy/partner_new.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        link = add_partner(
            rows,
            login=form.login.data or "",
            name=form.name.data or "",
            organisation=form.organisation.data or "",
            expires_at=end_of(form.last_day.data or form.today),
            by=who,
            clock=house.clock,
        )
        account = get_account(rows, login=form.login.data or "", by=who, clock=house.clock)
    there = url_for("accounts.edit", account_id=account.id)
    return Response(link_page(account, link, to=there, told=gettext("To the account")))


@blueprint.get("/<int:account_id>")
def one(account_id: int) -> str:
    """Show a partner, the calls that are or were open to it, and what waits for a second person."""
    found = _partner(_reader(), account_id)
    return _page(found, _opening_form(found))


@blueprint.post("/<int:account_id>")
def ask_opening(account_id: int) -> AnyResponse:
    """Ask a second person to approve that calls are opened."""
    who, house = actor_with(Task.RECORD_DISCLOSURES), parts()
    require_confirmed()
    found = _partner(who, account_id)
    form = _opening_form(found)
    if not (form.validate() and _are_seen(who, form)):
        return Response(_page(found, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    ask_to_open(house.database, who, account_id, form.opening(), clock=house.clock)
    flash(gettext("A second person has to approve this now. Then open the calls here."), "good")
    return redirect(url_for("partners.one", account_id=account_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:account_id>/open/<int:approval_id>")
def open_approved(account_id: int, approval_id: int) -> AnyResponse:
    """Open what was approved."""
    who, house = actor_with(Task.RECORD_DISCLOSURES), parts()
    require_confirmed()
    open_calls(house.database, who, account_id, approval_id, clock=house.clock)
    flash(gettext("The calls were opened, and the hand-over was recorded."), "good")
    return redirect(url_for("partners.one", account_id=account_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:account_id>/close/<int:opened_id>")
def close(account_id: int, opened_id: int) -> AnyResponse:
    """Close a call at once."""
    who, house = actor_with(Task.RECORD_DISCLOSURES), parts()
    close_call(house.database, who, account_id, opened_id, clock=house.clock)
    flash(gettext("The call was closed."), "good")
    return redirect(url_for("partners.one", account_id=account_id), HTTPStatus.SEE_OTHER)


def _page(found: Partner, form: OpeningForm) -> str:
    house = parts()
    with house.database.read() as rows:
        calls = calls_of_partner(rows, found.account_id)
        asked = [(row, opening_of_asking(row)) for row in askings_of_partner(rows, found.account_id)]
        named = call_names(rows, (call.call_id for call in calls))
        accounts = account_names(rows, (by for row, _ in asked for by in (row.asked_by, row.decided_by)))
    return render_template(
        "privacy/partner.html",
        partner=found,
        calls=calls,
        named=named,
        accounts=accounts,
        asked=asked,
        form=form,
        now=house.clock.now(),
    )


def _reader() -> Actor:
    who, house = actor(), parts()
    if not any(who.may(task) for task in READERS):
        record_refusal(house.database, who, wanted="partners", clock=house.clock)
        raise NotFoundError(what="no such page")
    return who


def _partner(who: Actor, account_id: int) -> Partner:
    house = parts()
    with house.database.read() as rows:
        return partner(rows, account_id, by=who, clock=house.clock)


def _partner_form(who: Actor) -> PartnerForm:
    house = parts()
    with house.database.read() as rows:
        taken = [account.login for account in list_accounts(rows, by=who, clock=house.clock)]
    return PartnerForm(today=local_day(house.clock.now()), taken=taken)


def _opening_form(found: Partner) -> OpeningForm:
    return OpeningForm(today=local_day(parts().clock.now()), account_ends=last_day(found.expires_at))


def _are_seen(who: Actor, form: OpeningForm) -> bool:
    """See that the calls are there for the actor; what only the database knows stands at its field."""
    with parts().database.read() as rows:
        missing = unseen_calls(rows, who, call_ids_in(form.calls.data))
    if missing:
        told = gettext("Not found, or not among those that you see: %(what)s", what=", ".join(missing))
        form.calls.errors = (*form.calls.errors, told)
    return not missing
