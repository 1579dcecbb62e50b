"""Listing calls for a page or the API, and the audit of it: a list tells who called."""

from rights.access.actor import Actor
from rights.calls import viewing
from rights.calls.catalogue import CallPage
from web.parts import Parts
from web.search import Search


def list_calls(
    house: Parts, who: Actor, search: Search, *, cursor: str | None = None, limit: int | None = None
) -> CallPage:
    """Give one page of what is searched for among the permitted calls, and audit what was asked for and shown.

    Raise BadDataError for a search, a cursor or a limit that is none.
    """
    return viewing.list_calls(
        house.database,
        who,
        search.filters(),
        cursor=cursor,
        limit=limit or house.settings.page_size,
        clock=house.clock,
    )
