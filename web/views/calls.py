"""The call list and its search.

A search may hold a name or a number, so it is posted, sealed, and redirected to; see ``web.seal``.
"""

from http import HTTPStatus
from itertools import groupby

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from rights.access.actor import Actor
from rights.access.scope import OWN
from rights.access.tasks import Task
from web.bounds import cursor_text
from web.call_list import list_calls
from web.choices import agents_for
from web.formats import local_day
from web.forms.search import search_form
from web.parts import parts
from web.search import Search, search_from_json
from web.visitor import actor

blueprint = Blueprint("calls", __name__)

LIST_PLACE = "list"


@blueprint.get("/calls")
def show() -> str:
    """Show one page of the calls that were searched for, newest first."""
    who, house = actor(), parts()
    sealed = request.args.get("search")
    search = search_from_json(house.seal.open(sealed, owner=who.login)) if sealed else Search()
    with house.database.read() as rows:
        form = search_form(search, agents=agents_for(rows, who), services=house.services)
    page = list_calls(house, who, search, cursor=cursor_text(request.args.get("cursor", "")))
    session[LIST_PLACE] = {name: value for name, value in request.args.items() if name in {"search", "cursor"}}
    days = [(day, list(calls)) for day, calls in groupby(page.calls, key=lambda call: local_day(call.started_at))]
    return render_template(
        "calls.html", form=form, search=search, sealed=sealed, page=page, days=days, sees_calls=_sees_calls(who)
    )


@blueprint.post("/calls/search")
def search() -> AnyResponse:
    """Seal a search into an address of its own, so that paging, reloading and going back work with it."""
    who, house = actor(), parts()
    with house.database.read() as rows:
        form = search_form(Search(), agents=agents_for(rows, who), services=house.services)
    if not form.validate():
        page = render_template(
            "calls.html", form=form, search=Search(), sealed=None, page=None, days=[], sees_calls=_sees_calls(who)
        )
        return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = form.search()
    sealed = None if wanted.is_empty else house.seal.close(wanted.to_json(), owner=who.login)
    return redirect(url_for("calls.show", search=sealed), HTTPStatus.SEE_OTHER)


def _sees_calls(who: Actor) -> bool:
    if who.is_partner:
        return bool(who.named_calls)
    scopes = who.scopes(Task.VIEW_CALLS)
    return bool(scopes - {OWN}) or (OWN in scopes and who.agent_id is not None)
