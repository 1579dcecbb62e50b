"""Masking a call of a case on its time line, and listening to what is left of it."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.wrappers import Response as FlaskResponse
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError
from privacy.cases.case import case_of
from privacy.cases.case_calls import CaseCall, calls_of_case
from privacy.cases.handlers import handled_row
from privacy.cases.kept_cases import KEPT_CASES
from privacy.copies.copied_case import MAY_CHANGE
from privacy.copies.copy_plan import PURPOSE
from privacy.copies.masked_listening import MaskedWav
from privacy.copies.masks import mark, masks_of, unmark
from privacy.copies.reviews import reviews_of, say_calls_reviewed
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.calls.reach import may_hear
from rights.listening.listening import audited_reader
from rights.listening.restrictions import standing_on_call
from rights.listening.stating import begin_listening
from storage.database.calls import CallRow, RecordingRow
from web.account_names import account_names
from web.errors import PurposeRequiredError
from web.forms.mask import MaskForm
from web.headers import csp_nonce
from web.parts import parts
from web.ranged_answer import ranged_answer
from web.seen import is_as_seen, seen_mark
from web.visitor import actor_with, current_visit

blueprint = Blueprint("masks", __name__, url_prefix="/privacy/cases/<case_no>/calls/<call:call_id>/masks")

AUDIO_TYPE = "audio/wav"


@blueprint.get("")
def show(case_no: str, call_id: str) -> str:
    """Show a call's time line with what is masked."""
    return _page(actor_with(Task.HANDLE_CASES), case_no, call_id, MaskForm())


@blueprint.post("")
def add(case_no: str, call_id: str) -> AnyResponse:
    """Mask a range."""
    who, house, form = actor_with(Task.HANDLE_CASES), parts(), MaskForm()
    if form.validate():
        try:
            with house.database.begin() as rows:
                mark(rows, case_no, call_id, form.mask(), by=who, clock=house.clock)
        except BadDataError as error:
            form.from_place.errors = [_why(error)]
        else:
            flash(gettext("The range is masked in the copies that are made from now on."))
            return redirect(url_for("masks.show", case_no=case_no, call_id=call_id), HTTPStatus.SEE_OTHER)
    return Response(_page(who, case_no, call_id, form), HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post("/<int:mask_id>/remove")
def remove(case_no: str, call_id: str, mask_id: int) -> AnyResponse:
    """Take a mask away."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    with house.database.begin() as rows:
        if unmark(rows, case_no, mask_id, by=who, clock=house.clock) != call_id:
            raise NotFoundError(what="no such mask")
    flash(gettext("The range is heard again in the copies that are made from now on."))
    return redirect(url_for("masks.show", case_no=case_no, call_id=call_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/reviewed")
def reviewed(case_no: str, call_id: str) -> AnyResponse:
    """Keep that the visitor says that nothing else of the call has to be masked than the page showed."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    _call(_included(who, case_no), call_id)
    with house.database.begin() as rows:
        if not is_as_seen(seen_mark(one.id for one in masks_of(rows, case_no).get(call_id, ()))):
            flash(gettext("Masks have changed since the page was loaded. Look at them again."), "warn")
            return redirect(url_for("masks.show", case_no=case_no, call_id=call_id), HTTPStatus.SEE_OTHER)
        say_calls_reviewed(rows, case_no, [call_id], by=who, clock=house.clock)
    flash(gettext("It is kept that you said so."), "good")
    return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)


@blueprint.post("/listening")
def listen(case_no: str, call_id: str) -> tuple[FlaskResponse, int]:
    """Begin to listen to the masked call: for the request, and under its number."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    _call(_included(who, case_no), call_id)
    begun = begin_listening(
        house.database, who, call_id, purpose=PURPOSE, case_number=case_no, cases=KEPT_CASES, clock=house.clock
    )
    audio_address = url_for("masks.audio", case_no=case_no, call_id=call_id, listening=begun.id)
    peaks_address = url_for("api.peaks", call_id=call_id, listening=begun.id)
    return jsonify(id=begun.id, audio=audio_address, peaks=peaks_address), HTTPStatus.CREATED


@blueprint.get("/audio")
def audio(case_no: str, call_id: str) -> Response:
    """Serve the call as the copy will have it; each piece only after its audit row."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    _call(_included(who, case_no), call_id)
    if not (listening_id := request.args.get("listening")):
        raise PurposeRequiredError(what="no purpose was stated", remedy="post it to the page's listening")
    reader = audited_reader(
        house.database,
        who,
        listening_id,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        call_id=call_id,
        session_id=current_visit().session.id,
    )
    with house.database.read() as rows:
        recording = rows.get_one(RecordingRow, call_id)
        masks = [one.mask for one in masks_of(rows, case_no).get(call_id, ())]
    wav = MaskedWav(reader, masks, samples=recording.samples, sample_rate_hz=recording.sample_rate_hz)
    return ranged_answer(wav, mimetype=AUDIO_TYPE)


def _included(who: Actor, case_no: str) -> list[CaseCall]:
    """Give the calls that go into a case's copy; NotFoundError, audited, where the case is not his to handle."""
    house = parts()
    with audited_refusals(house.database, who, wanted="masks", clock=house.clock), house.database.read() as rows:
        return calls_of_case(rows, handled_row(rows, who, case_no).id, included_only=True)


def _call(included: list[CaseCall], call_id: str) -> CaseCall:
    found = next((call for call in included if call.call_id == call_id and call.has_audio), None)
    if found is None:
        raise NotFoundError(what="this call is not in the copy")
    return found


def _page(who: Actor, case_no: str, call_id: str, form: MaskForm) -> str:
    house, call = parts(), _call(_included(who, case_no), call_id)
    with house.database.read() as rows:
        case = case_of(handled_row(rows, who, case_no))
        row = rows.get_one(CallRow, call_id)
        hears = may_hear(rows, who, row, Task.LISTEN)
        marked = masks_of(rows, case_no).get(call_id, ())
        recording = rows.get_one(RecordingRow, call_id)
        is_restricted = bool(standing_on_call(rows, call_id))
        review = reviews_of(rows, case_no).calls.get(call_id)
        names = account_names(rows, [*(one.marked_by for one in marked), review.said_by if review else None])
    return render_template(
        "privacy/masks.html",
        case=case,
        call=call,
        agent=row.agent_name,
        marked=marked,
        seen=seen_mark(one.id for one in marked),
        review=review,
        names=names,
        may_change=case.state in MAY_CHANGE,
        hears=hears,
        is_restricted=is_restricted,
        form=form,
        length_ms=recording.samples * 1000 // recording.sample_rate_hz,
        nonce=csp_nonce() if hears else None,
    )


def _why(error: BadDataError) -> str:
    """Say in words what a range is refused for; its form was checked before."""
    words: str = (
        gettext("This range is masked already.")
        if "already" in error.what
        else gettext("The range is not within the recording, or the call has too many masks.")
    )
    return words
