"""The calls at an agent's own phone: a page, a stream of server-sent events for every page, and a pick by one key.

The stream (WHATWG HTML section 9.2) carries the same part of a page each time anything changes. It holds a thread, so
it is ended after half a minute and asked for again: then the visitor's session is looked at as for any request. That
does not count as activity, or a screen that nobody sits at would never be logged out.
"""

import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Response, current_app, render_template, request, session, stream_with_context
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError, UnavailableError
from rights.access.actor import Actor
from rights.calls.ringing import RingingCall, has_a_phone, pick_customer, ringing_calls
from rights.identity.log_in import actor_of_session
from web.bounds import is_number
from web.errors import RETRY_AFTER_S, answer
from web.parts import parts
from web.ringing_hub import Heard, Listener, RingingHub
from web.visitor import TOKEN, actor

blueprint = Blueprint("ringing", __name__)

HUB = "tallenne-ringing"
STREAM_S = 30.0
HEARTBEAT_S = 10.0
_ID_CHARS = 16


@blueprint.get("/ringing")
def show() -> str:
    """Show what rings at the visitor's phone now; the page's script keeps it so."""
    who, house = _who_has_a_phone(), parts()
    return render_template(
        "ringing.html", calls=ringing_calls(house.database, who, register=house.register, clock=house.clock)
    )


@blueprint.get("/ringing/stream")
def stream() -> AnyResponse:
    """Tell at once, and then whenever it changes, what rings at the visitor's phone."""
    who, hub = _who_has_a_phone(), ringing_hub()
    listener = hub.join(who.agent_id or 0)
    if listener is None:
        full = answer(HTTPStatus.SERVICE_UNAVAILABLE)
        full.headers["Retry-After"] = str(RETRY_AFTER_S)
        return full
    events = _events(listener, who, known=request.headers.get("Last-Event-ID"))
    response = Response(stream_with_context(events), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # a proxy must not wait for more to come
    response.call_on_close(lambda: hub.leave(listener))
    return response


@blueprint.post("/ringing/<call:call_id>/pick")
def pick(call_id: str) -> AnyResponse:
    """Keep whose call it is: one of those who may be calling, or nobody of them."""
    who, house = actor(), parts()
    chosen = request.form.getlist("person")
    if not all(is_number(person) for person in chosen):
        raise BadDataError(what="person is no id")
    persons = [int(person) for person in chosen]
    pick_customer(house.database, who, call_id, persons, register=house.register, clock=house.clock)
    ringing_hub().wake(who.agent_id or 0)
    return Response(status=HTTPStatus.NO_CONTENT)


def ringing_hub() -> RingingHub:
    """Give the hub of the application that answers this request."""
    return cast("RingingHub", current_app.extensions[HUB])


def _who_has_a_phone() -> Actor:
    who = actor()
    if not has_a_phone(who):
        raise NotFoundError(what="no such page")
    return who


def _events(listener: Listener, who: Actor, *, known: str | None) -> Iterator[str]:
    """Give the events of one stream. Whatever ends it, the browser asks again, and is answered by what then is so."""
    ends_at = time.monotonic() + STREAM_S
    house, here = parts(), request.environ.get("gunicorn.socket")
    yield ": here\n\n"
    still: Actor | None = who
    while still is not None and has_a_phone(still) and still.agent_id == who.agent_id:
        try:
            calls = ringing_calls(house.database, still, register=house.register, clock=house.clock)
        except UnavailableError:
            return
        event_id = _identity_of(calls)
        if event_id != known:
            yield _event(event_id, render_template("ringing_calls.html", calls=calls))
            known = event_id
        heard = Heard.NOTHING
        while heard is Heard.NOTHING:
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                return
            heard = listener.wait(timeout_s=min(HEARTBEAT_S, left_s), connection=here)
            if heard is Heard.NOTHING:
                yield ": here\n\n"
        if heard is Heard.END:
            return
        # permissions, account and session may have ended since
        still = actor_of_session(house.database, token=str(session[TOKEN]), clock=house.clock, touch=False)


def _identity_of(calls: Sequence[RingingCall]) -> str:
    """Name what is shown, so that a browser that has it already is not told again; it says nothing of whom it shows."""
    told = repr([(call.call_id, call.revision, call.candidates, call.picked, call.may_pick) for call in calls])
    return sha256(told.encode()).hexdigest()[:_ID_CHARS]


def _event(event_id: str, text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()] or [""]
    data = "".join(f"data: {line}\n" for line in lines)
    return f"event: calls\nid: {event_id}\n{data}\n"
