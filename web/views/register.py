"""The search of the customer register.

What is searched for may be anybody's name or number, so it is posted, sealed and redirected to; see ``web.seal``.
An identity code is not even sealed: it is posted, looked up, and leads to the person's page.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.listening.purposes import PurposeUse, active_purposes
from rights.register.identity_look_up import find_by_identity_code
from rights.register.register_finding import MAX_FOUND, RegisterQuery, Within, find_in_register
from web.formats import local_day
from web.forms.register import IdentityCodeForm, RegisterSearchForm
from web.languages import chosen_language
from web.parts import parts
from web.register_hits import groups_of
from web.visitor import actor_with

blueprint = Blueprint("register", __name__, url_prefix="/register")

REGISTER_PLACE = "register"
_TEXT, _WITHIN = "text", "within"


@blueprint.get("")
def show() -> str:
    """Show the search, and what was found where something was searched for."""
    who, sealed = actor_with(Task.VIEW_REGISTER), request.args.get("search")
    query = _opened(sealed, who) if sealed else None
    session[REGISTER_PLACE] = {"search": sealed} if sealed else {}
    data = {_TEXT: query.text, _WITHIN: query.within} if query else {}
    return _page(who, _search_form(who, data=data), query=query)


@blueprint.post("/search")
def search() -> AnyResponse:
    """Seal a search into an address of its own, so that reloading and going back work with it."""
    who = actor_with(Task.VIEW_REGISTER)
    form = _search_form(who)
    if not form.validate():
        return Response(_page(who, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("register.show", search=_sealed(form.query(), who)), HTTPStatus.SEE_OTHER)


@blueprint.post("/identity-code")
def by_identity_code() -> AnyResponse:
    """Find the person who has an identity code; who looked, when and why was recorded before."""
    actor_with(Task.VIEW_REGISTER)  # what is found is a page of the register
    who, house, form = actor_with(Task.FIND_BY_IDENTITY_CODE), parts(), _code_form()
    if not form.validate():
        return Response(_page(who, _search_form(who), code_form=form), HTTPStatus.UNPROCESSABLE_ENTITY)
    found = find_by_identity_code(
        house.database, house.keys, who, form.code.data, purpose=form.purpose.data, clock=house.clock
    )
    if found is None:
        return Response(_page(who, _search_form(who), code_form=form, code_missed=True))
    return redirect(url_for("person.show", person_id=found), HTTPStatus.SEE_OTHER)


def back_to_search() -> str:
    """Give the address of what was searched for last, for the pages that it led to."""
    return url_for("register.show", **session.get(REGISTER_PLACE, {}))


def _page(
    who: Actor,
    form: RegisterSearchForm,
    *,
    query: RegisterQuery | None = None,
    code_form: IdentityCodeForm | None = None,
    code_missed: bool = False,
) -> str:
    house = parts()
    found = find_in_register(house.database, who, query, clock=house.clock) if query else None
    if code_form is None and who.may(Task.FIND_BY_IDENTITY_CODE):
        code_form = _code_form()
    return render_template(
        "register_search.html",
        form=form,
        found=found,
        groups=groups_of(found) if found else [],
        limit=MAX_FOUND,
        code_form=code_form,
        code_missed=code_missed,
    )


def _search_form(who: Actor, *, data: Mapping[str, str] | None = None) -> RegisterSearchForm:
    return RegisterSearchForm(may_find_by_code=who.may(Task.FIND_BY_IDENTITY_CODE), data=data)


def _code_form() -> IdentityCodeForm:
    house = parts()
    with house.database.read() as rows:
        purposes = active_purposes(rows, use=PurposeUse.REGISTER)
    return IdentityCodeForm(purposes=purposes, language=chosen_language(), today=local_day(house.clock.now()))


def _sealed(query: RegisterQuery, who: Actor) -> str:
    plain = json.dumps({_TEXT: query.text, _WITHIN: query.within}, ensure_ascii=False)
    return parts().seal.close(plain, owner=_owner(who))


def _opened(sealed: str, who: Actor) -> RegisterQuery:
    plain = json.loads(parts().seal.open(sealed, owner=_owner(who)))
    return RegisterQuery(plain[_TEXT], Within(plain[_WITHIN]))


def _owner(who: Actor) -> str:
    """Name whose search it is, and of what: one of calls is none of the register."""
    return f"register {who.login}"
