"""The JSON API: the same facts as the pages, as ``tallenne calls --json`` prints them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, request
from flask.wrappers import Response

from calls.errors import BadDataError
from calls.outcome import CallState
from rights.calls.viewing import view_call
from rights.listening.listening import audio_peaks
from web.bounds import FIRST_DAY, LAST_DAY, MAX_NUMBER, cursor_text, is_day, is_number, is_text
from web.call_list import list_calls
from web.parts import parts
from web.peaks import MAX_PIXELS, waveform_of
from web.posted import posted_object
from web.search import Search
from web.visitor import actor

blueprint = Blueprint("api", __name__, url_prefix="/api")

MAX_TEXT_CHARS = 200
_OPEN_FIELDS = frozenset({"from", "to", "agent_id", "service", "state", "cursor", "limit"})
_PERSONAL_FIELDS = frozenset({"number", "customer"})


@blueprint.get("/calls")
def calls() -> Response:
    """List calls, newest first. A number or a name may not stand in an address: post those to ``/api/calls/search``."""
    if personal := sorted(_PERSONAL_FIELDS & set(request.args)):
        raise BadDataError(what=f"personal data in an address: {', '.join(personal)}", remedy="POST /api/calls/search")
    return _page(request.args, known=_OPEN_FIELDS)


@blueprint.post("/calls/search")
def search() -> Response:
    """List calls by any field; the same names as in the address, and ``number`` and ``customer``."""
    return _page(posted_object(), known=_OPEN_FIELDS | _PERSONAL_FIELDS)


@blueprint.get("/calls/<call:call_id>")
def call(call_id: str) -> Response:
    """Give the facts of one call; that they were looked at is in the audit."""
    return jsonify(view_call(parts().database, actor(), call_id, clock=parts().clock).to_json())


@blueprint.get("/calls/<call:call_id>/peaks")
def peaks(call_id: str) -> Response:
    """Give the waveform, both lanes, in audiowaveform's JSON form; of a restricted call under a listening alone."""
    house = parts()
    dat = audio_peaks(
        house.database,
        actor(),
        call_id,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        listening_id=request.args.get("listening"),
    )
    return jsonify(waveform_of(dat, max_pixels=MAX_PIXELS))


def _page(asked: Mapping[str, Any], *, known: frozenset[str]) -> Response:
    if unknown := sorted(set(asked) - known):
        raise BadDataError(what=f"unknown fields: {', '.join(unknown)}", remedy=f"known are {', '.join(sorted(known))}")
    wanted = Search(
        from_day=_day(asked, "from"),
        to_day=_day(asked, "to"),
        customer=_text(asked, "customer"),
        number=_text(asked, "number"),
        agent_id=_number(asked, "agent_id"),
        service=_text(asked, "service"),
        state=_state(asked),
    )
    cursor, limit = cursor_text(_text(asked, "cursor")), _number(asked, "limit")
    page = list_calls(parts(), actor(), wanted, cursor=cursor, limit=limit)
    return jsonify(calls=[call.to_json() for call in page.calls], next=page.next_cursor, previous=page.previous_cursor)


def _text(asked: Mapping[str, Any], name: str) -> str:
    text = asked.get(name) or ""
    if not isinstance(text, str) or len(text) > MAX_TEXT_CHARS or not is_text(text):
        raise BadDataError(what=f"{name} is no text of one line, {MAX_TEXT_CHARS} characters at most")
    return text


def _day(asked: Mapping[str, Any], name: str) -> date | None:
    text = _text(asked, name)
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadDataError(what=f"{name} is no day such as 2026-01-31") from error
    if day is not None and not is_day(day):
        raise BadDataError(what=f"{name} is not between {FIRST_DAY} and {LAST_DAY}")
    return day


def _number(asked: Mapping[str, Any], name: str) -> int | None:
    text = str(asked.get(name) or "")
    if text and not is_number(text):
        raise BadDataError(what=f"{name} is no number from 0 to {MAX_NUMBER}")
    return int(text) if text else None


def _state(asked: Mapping[str, Any]) -> str:
    text = _text(asked, "state")
    if text and text not in set(CallState):
        raise BadDataError(what=f"no such state: {text!r}", remedy=f"one of {', '.join(CallState)}")
    return text
