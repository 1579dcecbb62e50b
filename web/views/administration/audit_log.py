"""The log: everything that was done, by whom and when, and how far it is known to be whole."""

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, render_template, request
from sqlalchemy import select

from privacy.retention.audit_detail import detail_due
from rights.access.roles import all_roles
from rights.access.tasks import Task
from rights.audit.log_view import LogFilter, view_log
from rights.listening.purposes import all_purposes
from rights.tables import AccountRow
from web.audit_labels import DETAILS, action_name
from web.audit_told import told_detail
from web.bounds import is_number
from web.forms.audit_log import log_form
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("audit_log", __name__)

_FIELDS = ("from_day", "to_day", "account", "action", "call", "person")


@blueprint.get("/administration/log")
def show() -> Response:
    """Show a page of the log; that it was looked at is in the log."""
    who, house = actor_with(Task.VIEW_AUDIT), parts()
    with house.database.read() as rows:
        named = rows.execute(select(AccountRow.id, AccountRow.name).order_by(AccountRow.name))
        accounts = [(row.id, row.name) for row in named]
        purposes = all_purposes(rows)
        roles = {role.code: role for role in all_roles(rows)}
        going = detail_due(rows, house.house_facts.log_detail_years, clock=house.clock)
    given = request.args.copy()
    form = log_form(given, accounts=accounts)
    is_valid = form.validate()
    before = request.args.get("before", "")
    page = view_log(
        house.database,
        who,
        form.wanted() if is_valid else LogFilter(),
        before=int(before) if is_number(before) else None,
        clock=house.clock,
    )
    asked = {name: request.args[name] for name in _FIELDS if request.args.get(name)}
    text = render_template(
        "administration/audit_log.html",
        form=form,
        page=page,
        going=going,
        asked=asked,
        is_first=not before,
        is_valid=is_valid,
        purposes=purposes,
        action_name=action_name,
        details=DETAILS,
        told_detail=partial(told_detail, roles=roles, accounts=dict(accounts), purposes=purposes),
        now=house.clock.now(),
    )
    return Response(text, HTTPStatus.OK if is_valid else HTTPStatus.UNPROCESSABLE_ENTITY)
