"""Who asks: the actor behind a request's session, and the door that is shut unless a view says otherwise."""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask, current_app, g, request, session

from calls.errors import BadConfigurationError, NotFoundError, TallenneError
from rights.access.actor import Actor
from rights.access.refusals import record_refusal
from rights.access.tasks import Task
from rights.identity.log_in import log_out
from rights.identity.sessions import LogInMethod
from rights.identity.visits import Visit, visit_of_token
from web.parts import parts
from web.route_rights import ROUTE_RIGHTS, Door

ASKED_BY_SCRIPTS = frozenset(
    {"copies.listed", "ringing.stream", "session_watch.left"}
)  # again and again, whether or not somebody sits there
TOKEN = "token"  # noqa: S105 (the name of the place in the cookie)
PENDING = "pending"
LINK_TOKEN = "link"  # noqa: S105 (likewise)

View = TypeVar("View", bound=Callable[..., object])


class UnauthenticatedError(TallenneError):
    """Nobody is logged in: the log-in page, or 401 from the API."""


def open_to_all(view: View) -> View:
    """Mark a view that needs no log-in. Every other one is refused without: a forgotten mark shuts, not opens."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


class SecondFactorRequiredError(TallenneError):
    """Somebody is logged in whose permissions need a second factor that he has not added yet."""


def open_before_second_factor(view: View) -> View:
    """Mark a view that leads to a second factor: it alone is open to who must still add one."""
    view.open_before_second_factor = True  # type: ignore[attr-defined]
    return view


def guard(app: Flask) -> None:
    """Find out before each request who asks, and turn unknown visitors away from all that is not open."""

    @app.before_request
    def _who() -> None:
        g.visit = None
        if request.endpoint == "static":
            return
        if token := session.get(TOKEN):
            touch = request.endpoint not in ASKED_BY_SCRIPTS
            g.visit = visit_of_token(parts().database, token=str(token), clock=parts().clock, touch=touch)
        if request.endpoint is None:  # no such page, whoever asks
            return
        view = current_app.view_functions[request.endpoint]
        if getattr(view, "open_to_all", False):
            return
        if g.visit is None:
            raise UnauthenticatedError(what="nobody is logged in")
        if g.visit.lacks_second_factor and not getattr(view, "open_before_second_factor", False):
            raise SecondFactorRequiredError(what="a second factor is needed", remedy="add one")
        _require_task(request.endpoint, g.visit.actor)


def _require_task(endpoint: str, who: Actor) -> None:
    """Let who has no task that opens a route find nothing there, and audit it; a route that is in no table is shut."""
    right = ROUTE_RIGHTS.get(endpoint)
    if right is None:
        raise BadConfigurationError(
            what="a route that nobody's tasks open", where=endpoint, remedy="web/route_rights.py"
        )
    if right.door is Door.TASK and not any(who.may(task) for task in right.any_of):
        call_id = (request.view_args or {}).get("call_id")
        record_refusal(parts().database, who, wanted=right.any_of[0], call_id=call_id, clock=parts().clock)
        raise NotFoundError(what="no such page")


def forget_visitor() -> None:
    """End whatever session this browser had, on the server too, and empty its cookie."""
    if token := session.get(TOKEN):
        log_out(parts().database, token=str(token), clock=parts().clock)
    session.clear()
    g.visit = None


def visitor() -> Actor | None:
    """Give the actor, or None where nobody is logged in."""
    visit = cast("Visit | None", g.get("visit"))
    return visit.actor if visit else None


def actor() -> Actor:
    """Give the actor; raise UnauthenticatedError where nobody is logged in."""
    return current_visit().actor


def current_visit() -> Visit:
    """Give the actor with the session that he asks in; raise UnauthenticatedError where nobody is logged in."""
    visit = cast("Visit | None", g.get("visit"))
    if visit is None:
        raise UnauthenticatedError(what="nobody is logged in")
    return visit


def is_session(session_id: str) -> bool:
    """Tell whether somebody is logged in, in this very session."""
    visit = cast("Visit | None", g.get("visit"))
    return visit is not None and str(visit.session.id) == session_id and not visit.lacks_second_factor


def staff() -> Actor:
    """Give the actor if he is of the house; to a partner the page does not exist (NotFoundError, audited)."""
    who, house = actor(), parts()
    if who.is_partner:
        record_refusal(house.database, who, wanted=request.endpoint or "page", clock=house.clock)
        raise NotFoundError(what="no such page")
    return who


def has_come_by(method: LogInMethod) -> bool:
    """Tell whether somebody is logged in, and came in so."""
    visit = cast("Visit | None", g.get("visit"))
    return visit is not None and visit.session.method is method


def actor_with(task: Task) -> Actor:
    """Give the actor if this task is permitted; to anybody else the page does not exist (NotFoundError, audited)."""
    who, house = actor(), parts()
    if not who.may(task):
        call_id = (request.view_args or {}).get("call_id")
        record_refusal(house.database, who, wanted=task, call_id=call_id, clock=house.clock)
        raise NotFoundError(what="no such page")
    return who
