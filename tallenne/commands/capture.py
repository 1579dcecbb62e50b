"""``tallenne capture``: run the pool of capture workers."""

import os

import structlog
import typer

from calls.errors import UnavailableError
from capture.edge.configuration import edge_files
from capture.edge.control import EdgeControl
from capture.pjsip.worker import run_worker
from capture.plan import WorkerPlan
from capture.pool.supervisor import Supervisor
from storage.spool.spool import Spool
from tallenne.house import House
from tallenne.logs import log_to_stderr

app = typer.Typer(add_completion=False)
_log = structlog.get_logger("capture")


@app.command()
def capture(ctx: typer.Context) -> None:
    """Run the capture workers in the foreground; SIGTERM lets the running calls end first."""
    house: House = ctx.obj
    log_to_stderr("capture")
    os.umask(0o027)  # pjsip makes its files readable by everybody
    spool = house.spool  # reads the settings: a home that is not there is refused before any folder is made
    house.run_folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    spool.prepare()
    plan = house.capture_plan(keep_disclosures_in=spool.disclosures)
    control = EdgeControl(edge_files(home=house.home, run_folder=house.run_folder).control_socket)

    def be_worker(worker: WorkerPlan, its_spool: Spool, instance: str) -> None:
        run_worker(worker, spool=its_spool, instance=instance)

    def end_calls(worker: str, died_at: float) -> None:
        try:
            control.end_calls_of(worker, died_at=died_at)
        except UnavailableError as error:
            _log.warning("the parties of a dead worker's calls hear silence", worker=worker, reason=str(error))

    Supervisor(plan, spool=spool, status_file=house.pool_status_file, run_worker=be_worker, end_calls=end_calls).run()
