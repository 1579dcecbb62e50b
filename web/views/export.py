"""Exporting a recording: asked for here, approved by a second person, then taken once."""

from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import RefusedError
from privacy.cases.kept_cases import KEPT_CASES
from rights.calls.viewing import permitted_call
from rights.listening.case_numbers import CaseNumberError
from rights.listening.export import export_reader
from rights.listening.export_asking import (
    ExportState,
    ask_export,
    begin_export,
    exports_asked,
    finish_export,
    require_exportable,
)
from rights.listening.purposes import all_purposes
from rights.listening.restrictions import RestrictedError
from web.bounds import is_number
from web.confirmation import require_confirmed
from web.forms.export import ExportForm
from web.languages import chosen_language
from web.listening_choices import choices_for
from web.parts import parts
from web.ranged_answer import keep_little_in_flight
from web.views.audio import AUDIO_TYPE
from web.visitor import actor, current_visit

blueprint = Blueprint("export", __name__, url_prefix="/calls/<call:call_id>/export")


@blueprint.get("")
def show(call_id: str) -> str:
    """Show what was asked for on a call, and how to ask."""
    return _page(call_id, _form(call_id))


@blueprint.post("")
def ask(call_id: str) -> AnyResponse:
    """Ask a second person."""
    house, form = parts(), _form(call_id)
    if not form.validate():
        return Response(_page(call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        ask_export(
            house.database,
            actor(),
            call_id,
            purpose=form.purpose.data,
            reason=form.reason.data or "",
            case_number=form.case.data or "",
            cases=KEPT_CASES,
            clock=house.clock,
        )
    except CaseNumberError:
        form.case.errors = (*form.case.errors, gettext("There is no case of this number. Check the number."))
        return Response(_page(call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(gettext("A second person has to approve it. After that you take the file on this page."), "good")
    return redirect(url_for("export.show", call_id=call_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/file")
def take(call_id: str) -> AnyResponse:
    """Give the file, once whole, where a second person approved it and whoever takes it has just proved who he is."""
    who, house = actor(), parts()
    require_exportable(house.database, who, call_id, clock=house.clock)
    require_confirmed(back=url_for("export.show", call_id=call_id))
    number = request.form.get("approval", "")
    approval_id = int(number) if is_number(number) else 0
    try:
        listening = begin_export(house.database, who, call_id, approval_id=approval_id, clock=house.clock)
    except RestrictedError:
        restricted = gettext(
            "A data subject has had the processing of this call restricted. It cannot be exported now. "
            "The privacy officer can tell more."
        )
        flash(restricted, "warn")
        return redirect(url_for("export.show", call_id=call_id), HTTPStatus.SEE_OTHER)
    except RefusedError:
        flash(gettext("A second person has not approved this export, or it was taken already."), "warn")
        return redirect(url_for("export.show", call_id=call_id), HTTPStatus.SEE_OTHER)
    reader = export_reader(
        house.database,
        who,
        listening,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        session_id=current_visit().session.id,
    )
    pieces = reader.iterate()
    finish = partial(finish_export, house.database, who, listening, approval_id=approval_id, clock=house.clock)
    body = _whole(next(pieces), pieces, then=finish)
    keep_little_in_flight()
    headers = Headers({"Content-Length": str(reader.size_bytes)})
    headers.set("Content-Disposition", "attachment", filename=f"{listening.call_id}.flac")
    return Response(body, mimetype=AUDIO_TYPE, headers=headers)


def _whole(first: bytes, rest: Iterator[bytes], *, then: Callable[[], None]) -> Iterator[bytes]:
    """Give all pieces; what follows is done when the last of them was sent, not where the connection broke before."""
    yield first
    yield from rest
    then()


def _form(call_id: str) -> ExportForm:
    who, house = actor(), parts()
    call = permitted_call(house.database, who, call_id, wanted="export", clock=house.clock)
    require_exportable(house.database, who, call.id, clock=house.clock)
    with house.database.read() as rows:
        choices = choices_for(rows, who, call, clock=house.clock)
    open_ones = [choice.purpose for choice in choices.offered if choice.blocked_by is None]
    return ExportForm(purposes=open_ones, language=chosen_language())


def _page(call_id: str, form: ExportForm) -> str:
    who, house = actor(), parts()
    with house.database.read() as rows:
        asked = exports_asked(rows, who, call_id, clock=house.clock)
        purposes = all_purposes(rows)
    return render_template(
        "export.html",
        call_id=call_id,
        form=form,
        asked=asked,
        purposes=purposes,
        State=ExportState,
        is_waiting=any(one.state in {ExportState.WAITING, ExportState.APPROVED} for one in asked),
    )
