"""A visit: an account at this moment, in one session of its."""

from dataclasses import dataclass, replace

from calls.clock import Clock
from rights.access.actor import Actor
from rights.identity.accounts import actor_of
from rights.identity.compulsory_factor import is_compulsory
from rights.identity.sessions import OpenSession, find_session, touch_session
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, and in which session: what he may do, and how and when he proved who he is.

    ``lacks_second_factor``: his permissions need a session begun with two factors, and this one was not. The actor
    then has no permissions at all until he adds one.
    """

    actor: Actor
    session: OpenSession
    lacks_second_factor: bool


def visit_of_token(database: Database, *, token: str, clock: Clock, touch: bool = True) -> Visit | None:
    """Tell who a browser's token stands for at this moment, with the tasks valid now; None for nobody.

    Without ``touch`` the look does not count as activity: a page that asks by itself shows nobody's presence.
    """
    with database.read() as session:
        found = find_session(session, token=token, clock=clock)
        actor = actor_of(session, found.account_id, clock) if found else None
    if found is None or actor is None:
        return None
    if touch and found.needs_touch:
        with database.begin() as session:
            touch_session(session, token=token, clock=clock)
        found = replace(found, seen_at=max(found.seen_at, clock.now()), needs_touch=False)
    lacks = found.second_factor_at is None and is_compulsory(actor.tasks, is_partner=actor.is_partner)
    return Visit(
        actor=_without_permits(actor) if lacks else actor,
        session=found,
        lacks_second_factor=lacks,
    )


def _without_permits(actor: Actor) -> Actor:
    named = frozenset[str]() if actor.is_partner else None
    return replace(actor, permits=frozenset(), teams=frozenset(), named_calls=named)
