"""Listening: a purpose is stated, then ranges of the audio are served under it (RFC 9110 section 14)."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request, url_for
from flask.wrappers import Response as FlaskResponse

from privacy.cases.kept_cases import KEPT_CASES
from rights.calls.viewing import permitted_call
from rights.listening.listening import AuditedReader, audited_reader
from rights.listening.stating import Listening, begin_listening
from storage.audio.channels import CHANNELS
from web.errors import PurposeRequiredError
from web.parts import parts
from web.posted import posted_object
from web.ranged_answer import ranged_answer
from web.visitor import actor, current_visit

blueprint = Blueprint("audio", __name__)

AUDIO_TYPE = "audio/flac"


@blueprint.post("/api/calls/<call:call_id>/listenings")
def listen(call_id: str) -> tuple[FlaskResponse, int]:
    """State a purpose; the answer names the address under which the audio is then heard."""
    house = parts()
    posted = posted_object() if request.is_json else request.form
    listening = begin_listening(
        house.database,
        actor(),
        call_id,
        purpose=str(posted.get("purpose", "")),
        case_number=str(posted.get("case", "")),
        cases=KEPT_CASES,
        clock=house.clock,
    )
    told = jsonify(
        id=listening.id, purpose=listening.purpose, case=listening.case_number, **listening_addresses(listening)
    )
    return told, HTTPStatus.CREATED


def listening_addresses(listening: Listening) -> dict[str, str]:
    """Give the addresses under which a listening's audio is heard, its frames are found and its outline is seen."""
    endpoints = {"audio": "audio.audio", "frames": "audio.frames", "peaks": "api.peaks"}
    return {
        name: url_for(endpoint, call_id=listening.call_id, listening=listening.id)
        for name, endpoint in endpoints.items()
    }


@blueprint.get("/calls/<call:call_id>/audio")
def audio(call_id: str) -> Response:
    """Serve the bytes asked for, each range only after its audit row; HEAD tells the size and serves none."""
    reader = _reader(call_id)
    return ranged_answer(reader, mimetype=AUDIO_TYPE, etag=f'"{reader.sha256}"')


@blueprint.get("/calls/<call:call_id>/audio/frames")
def frames(call_id: str) -> FlaskResponse:
    """Tell in which bytes each moment is, so that a player asks for no more than it plays; no starts: not known."""
    reader = _reader(call_id)
    return jsonify(
        channels=CHANNELS,
        sample_rate_hz=reader.sample_rate_hz,
        samples=reader.frames.samples,
        frame_samples=reader.frames.frame_samples,
        size_bytes=reader.size_bytes,
        starts=reader.frames.starts if reader.frames_are_known else (),
    )


def _reader(call_id: str) -> AuditedReader:
    who, house = actor(), parts()
    call = permitted_call(house.database, who, call_id, wanted="hear", clock=house.clock)
    if not (listening_id := request.args.get("listening")):
        raise PurposeRequiredError(what="no purpose was stated", remedy="post it to /api/calls/<id>/listenings")
    return audited_reader(
        house.database,
        who,
        listening_id,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        call_id=call.id,
        session_id=current_visit().session.id,
    )
