"""Looking at calls: the doors that also audit who looked at what (CJEU C-579/21: a person may ask for it)."""

from calls.clock import Clock
from calls.errors import NotFoundError
from rights.actor import Actor
from rights.audit import Action, record
from rights.catalogue import get_call
from rights.facts import CallFacts
from rights.refusals import record_refusal
from storage.database.engine import Database


def view_call(database: Database, actor: Actor, call_id: str, *, clock: Clock) -> CallFacts:
    """Give a permitted call and audit the look at it; raise NotFoundError as ``get_call``, and audit the attempt."""
    try:
        with database.begin() as session:
            call = get_call(session, actor, call_id)
            record(session, actor=actor, action=Action.CALL_SHOWN, call_id=call.id, clock=clock)
            return call
    except NotFoundError:
        record_refusal(database, actor, wanted="show", call_id=call_id, clock=clock)
        raise
