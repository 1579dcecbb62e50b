"""The queue of calls of which nobody has said whose they were."""

from flask import Blueprint, render_template, request

from rights.access.tasks import Task
from rights.calls.queue import COUNTED_AT_MOST, QueueKind, list_queue, queue_counts
from rights.linking.link_withdrawals import view_decided
from web.bounds import cursor_text
from web.call_id_path import is_call_id
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("queue", __name__)

DONE = "done"


@blueprint.get("/queue")
def show() -> str:
    """Show one page of the calls that wait, with whom to choose from; ``done`` is the call that was just decided."""
    who, house = actor_with(Task.LINK_CUSTOMERS), parts()
    kind = QueueKind.WITHHELD if request.args.get("kind") == QueueKind.WITHHELD else QueueKind.OPEN
    cursor = request.args.get("cursor", "")
    page = list_queue(
        house.database,
        who,
        kind,
        cursor=cursor_text(cursor),
        limit=house.settings.page_size,
        clock=house.clock,
    )
    with house.database.read() as rows:
        counts = queue_counts(rows, who)
    done = request.args.get(DONE, "")
    return render_template(
        "queue.html",
        page=page,
        kind=kind,
        kinds=QueueKind,
        counts={QueueKind.OPEN: counts.open, QueueKind.WITHHELD: counts.withheld},
        many=COUNTED_AT_MOST,
        cursor=cursor,
        done=view_decided(house.database, who, done, clock=house.clock) if is_call_id(done) else None,
    )
