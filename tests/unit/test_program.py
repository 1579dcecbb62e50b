"""A foreign program that will not end is ended, and so are the processes that it has started."""

from pathlib import Path

import psutil

from softphones.program import Program

# the shell of it takes no SIGTERM, as Kamailio's main process does not while it is busy
STUBBORN = "trap '' TERM; sleep 600 & echo $!; while true; do wait; done"


def test_who_will_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = Program(["bash", "-c", STUBBORN], folder=tmp_path, log=log)
    program.wait_for(lambda: log.read_text().endswith("\n"), what="its child", timeout_s=10)
    child = psutil.Process(int(log.read_text()))
    assert program.stop(grace_s=0.1) == -9
    _, left = psutil.wait_procs([child], timeout=10)
    assert not left
