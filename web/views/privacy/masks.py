"""Masking a call of a case on its time line, and listening to what is left of it."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.wrappers import Response as FlaskResponse
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError
from privacy.copies.copy_door import CopyDoor
from privacy.copies.copy_plan import PURPOSE
from privacy.copies.masked_listening import MaskedWav
from privacy.copies.masks import mark, masks_of, unmark
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.listening.listening import audio_peaks, audited_reader
from rights.listening.restrictions import standing_on_call
from rights.listening.stating import begin_listening
from storage.database.calls import CallRow, RecordingRow
from web.account_names import account_names
from web.copied_call import copied_call, facts_of_word
from web.errors import PurposeRequiredError
from web.forms.mask import MaskForm
from web.headers import csp_nonce
from web.parts import parts
from web.peaks import MAX_PIXELS, waveform_of
from web.ranged_answer import ranged_answer
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


@blueprint.post("/listening")
def listen(case_no: str, call_id: str) -> tuple[FlaskResponse, int]:
    """Begin to listen to the masked call: for the request, and under its number."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    copied_call(who, case_no, call_id)
    begun = begin_listening(
        house.database,
        who,
        call_id,
        purpose=PURPOSE,
        door=CopyDoor(case_no),
        clock=house.clock,
    )
    audio_address = url_for("masks.audio", case_no=case_no, call_id=call_id, listening=begun.id)
    peaks_address = url_for("masks.peaks", case_no=case_no, call_id=call_id, listening=begun.id)
    return jsonify(id=begun.id, audio=audio_address, peaks=peaks_address), HTTPStatus.CREATED


@blueprint.get("/peaks")
def peaks(case_no: str, call_id: str) -> Response:
    """Give the waveform, both lanes; of a restricted call under a listening alone."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    copied_call(who, case_no, call_id)
    dat = audio_peaks(
        house.database,
        who,
        call_id,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        listening_id=request.args.get("listening"),
        door=CopyDoor(case_no),
    )
    return jsonify(waveform_of(dat, max_pixels=MAX_PIXELS))


@blueprint.get("/audio")
def audio(case_no: str, call_id: str) -> Response:
    """Serve the call as the copy will have it; each piece only after its audit row."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    copied_call(who, case_no, call_id)
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
        door=CopyDoor(case_no),
        session_id=current_visit().session.id,
    )
    with house.database.read() as rows:
        recording = rows.get_one(RecordingRow, call_id)
        masks = [one.mask for one in masks_of(rows, case_no).get(call_id, ())]
    wav = MaskedWav(reader, masks, samples=recording.samples, sample_rate_hz=recording.sample_rate_hz)
    return ranged_answer(wav, mimetype=AUDIO_TYPE)


def _page(who: Actor, case_no: str, call_id: str, form: MaskForm) -> str:
    house, call = parts(), copied_call(who, case_no, call_id)
    with house.database.read() as rows:
        row = rows.get_one(CallRow, call_id)
        marked = masks_of(rows, case_no).get(call_id, ())
        recording = rows.get_one(RecordingRow, call_id)
        is_restricted = bool(standing_on_call(rows, call_id))
        names = account_names(rows, [one.marked_by for one in marked])
    return render_template(
        "privacy/masks.html",
        call=call,
        agent=row.agent_name,
        marked=marked,
        names=names,
        is_restricted=is_restricted,
        form=form,
        length_ms=recording.samples * 1000 // recording.sample_rate_hz,
        nonce=csp_nonce(),
        **facts_of_word(who, case_no, call_id),
    )


def _why(error: BadDataError) -> str:
    """Say in words what a range is refused for; its form was checked before."""
    words: str = (
        gettext("This range is masked already.")
        if "already" in error.what
        else gettext("The range is not within the recording, or the call has too many masks.")
    )
    return words
