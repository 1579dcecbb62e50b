"""Listing calls for a page or the API, and the audit of it: a list tells who called."""

import json

from rights.actor import Actor
from rights.audit import Action, record
from rights.catalogue import CallPage, search_calls
from web.parts import Parts
from web.search import Search


def list_calls(
    house: Parts, who: Actor, search: Search, *, cursor: str | None = None, limit: int | None = None
) -> CallPage:
    """Give one page of what is searched for among the permitted calls, and audit what was asked for.

    Raise BadDataError for a cursor or a limit that is none. The search reads first, so that it holds no write lock.
    """
    with house.database.read() as rows:
        page = search_calls(rows, who, search.filters(), cursor=cursor, limit=limit or house.settings.page_size)
    detail = {"filter": json.loads(search.to_json()), "calls": len(page.calls)}
    with house.database.begin() as rows:
        record(rows, actor=who, action=Action.CALLS_LISTED, detail=detail, clock=house.clock)
    return page
