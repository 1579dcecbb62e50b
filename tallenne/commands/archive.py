"""``tallenne archive``: empty the spool into object store and database."""

import threading
from functools import partial
from typing import Annotated

import structlog
import typer

from storage.archive.archive import Archive
from storage.database.migration import require_head
from storage.live_mirror import LiveMirror
from storage.objects.opening import open_store
from storage.settings import ObjectStore as StoreKind
from tallenne.audit_keeping import AuditKeeper
from tallenne.call_linking import CallLinking
from tallenne.caller_names import CallerNamesKeeper
from tallenne.changed_settings import ARCHIVE, audit_settings
from tallenne.house import House
from tallenne.logs import log_to_stderr
from tallenne.stopping import stop_on_signals
from tallenne.storage_place import audit_storage_place

app = typer.Typer(add_completion=False)
_log = structlog.get_logger("archive")


@app.command()
def archive(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Archive what is there now, then end.")] = False,
) -> None:
    """Archive committed calls and link them to customers, in the foreground; SIGTERM ends it between two calls."""
    house: House = ctx.obj
    log_to_stderr("archive")
    stop = stop_on_signals()
    settings = house.settings
    house.spool.prepare()
    require_head(house.database)
    audit_storage_place(house, process="archive")
    audit_settings(house, process=ARCHIVE)

    linking = CallLinking(database=house.database, register=house.register, clock=house.clock)
    worker = Archive(
        spool=house.spool,
        database=house.database,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        link=linking.link,
        prepare=linking.prepare,
        poll_s=settings.archive.poll_interval_ms / 1000,
        retry_max_s=settings.archive.retry_max_s,
    )
    ready = threading.Event()
    if not once:
        _start_beside(house, stop, ready=ready)
    endpoint = str(settings.objects.endpoint) if settings.objects.store is StoreKind.S3 else None
    bucket = settings.objects.bucket
    if not open_store(house.objects, endpoint=endpoint, bucket=bucket, clock=house.clock, stop=stop):
        return
    ready.set()
    if once:
        typer.echo(f"{worker.run_once()} calls archived")
        return
    _log.info("the archive is ready")
    worker.run(stop)
    _log.info("the archive ended in order")


def _start_beside(house: House, stop: threading.Event, *, ready: threading.Event) -> None:
    """Start what no upload may delay, on threads that end with the process: nothing is lost when they do.

    ``ready`` is set when the object store answers.
    """
    mirror = LiveMirror(spool=house.spool, database=house.database, clock=house.clock)
    for name, run in (
        ("live-calls", mirror.run),
        ("caller-names", CallerNamesKeeper(house).run),
        ("audit", partial(AuditKeeper(house).run, ready=ready)),
    ):
        threading.Thread(target=run, args=(stop,), name=name, daemon=True).start()
