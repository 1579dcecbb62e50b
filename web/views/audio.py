"""Listening: a purpose is stated, then ranges of the audio are served under it (RFC 9110 section 14)."""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain

from flask import Blueprint, Response, jsonify, request, url_for
from flask.wrappers import Response as FlaskResponse

from rights.calls.viewing import permitted_call
from rights.listening.listening import STEP_BYTES, audited_reader
from rights.listening.stating import Listening, begin_listening
from web.byte_range import ByteRange, is_current, requested_range, whole
from web.case_numbers import KEPT_CASES
from web.errors import PurposeRequiredError, answer
from web.parts import parts
from web.posted import posted_object
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
        id=listening.id, purpose=listening.purpose, case=listening.case_number, audio=audio_address(listening)
    )
    return told, HTTPStatus.CREATED


def audio_address(listening: Listening) -> str:
    """Give the address under which a listening's audio is heard."""
    return url_for("audio.audio", call_id=listening.call_id, listening=listening.id)


@blueprint.get("/calls/<call:call_id>/audio")
def audio(call_id: str) -> Response:
    """Serve the bytes asked for, each range only after its audit row; HEAD tells the size and serves none."""
    who, house = actor(), parts()
    call = permitted_call(house.database, who, call_id, wanted="hear", clock=house.clock)
    if not (listening_id := request.args.get("listening")):
        raise PurposeRequiredError(what="no purpose was stated", remedy="post it to /api/calls/<id>/listenings")
    reader = audited_reader(
        house.database,
        who,
        listening_id,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        call_id=call.id,
        session_id=current_visit().session.id,
    )
    etag = f'"{reader.sha256}"'
    part: ByteRange | None = None
    if is_current(request.headers.get("If-Range"), etag=etag):
        part = requested_range(request.headers.get("Range"), size_bytes=reader.size_bytes)
    if part is not None and part.length == 0:
        refusal = answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refusal.headers["Content-Range"] = f"bytes */{reader.size_bytes}"
        return refusal
    served = part or whole(reader.size_bytes)
    _keep_little_in_flight()
    body = () if request.method == "HEAD" else _begun(reader.iterate(served.start, served.stop))
    response = Response(body, HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK, mimetype=AUDIO_TYPE)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Content-Length"] = str(served.length)
    if part:
        response.headers["Content-Range"] = part.content_range
    return response


def _keep_little_in_flight() -> None:
    """Let the connection hold no more than a piece: else megabytes that nobody ever received would count as heard."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STEP_BYTES)


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Fetch the first piece before the answer begins, so that damage or an absent store is a status, not a break."""
    return chain([next(pieces)], pieces)
