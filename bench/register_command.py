"""Running ``tallenne register import`` as its user does: what it costs, and killing it on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_TOLD = """
import json, sys
from tallenne.command_line import main
from tallenne.commands import register

class Told(register.Steps):
    def __call__(self, step, done, total):
        print(json.dumps([step, done, total]), file=sys.stderr, flush=True)

register.Steps = Told
sys.argv = ["tallenne", "register", "import", sys.argv[1], "--json"]
sys.exit(main())
"""
"""The command, but that each step of its progress is a line of JSON: by it a chosen moment is met again."""

_LAST_LINES = 10  # of what a command that failed said


@dataclass(frozen=True, slots=True)
class ImportCost:
    """What one run took, the start of Python included; ``changed`` counts the rows that were added or changed."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    changed: int


def run_import(folder: Path) -> ImportCost:
    """Import a folder; the memory is the process's greatest resident set."""
    began = time.monotonic()
    report, told = folder.with_suffix(".json"), folder.with_suffix(".log")
    command = [sys.executable, "-m", "tallenne", "register", "import", str(folder), "--json"]
    with report.open("wb") as out, told.open("wb") as error:
        actions = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, error.fileno(), 2)]
        child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
    if status:
        last = "\n".join(told.read_text().splitlines()[-_LAST_LINES:])
        raise SystemExit(f"the import ended with {os.waitstatus_to_exitcode(status)}:\n{last}")
    files = json.loads(report.read_text())["files"].values()
    changed = sum(counts["added"] + counts["changed"] for counts in files)
    return ImportCost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, changed)


def kill_import(folder: Path, is_moment: Callable[[str, float], bool]) -> float:
    """Import a folder and kill the command (SIGKILL) when it tells a step and a part of it (0 to 1) that is the moment.

    Give after how many seconds that was; raise SystemExit where the moment never came.
    """
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", _TOLD, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr or ():
            if not line.startswith("["):
                continue  # what the command says besides
            step, done, total = json.loads(line)
            if is_moment(step, done / total if total else 1.0):
                process.send_signal(signal.SIGKILL)
                break
        else:
            raise SystemExit("the import ended before it was to be killed")
        if process.wait() != -signal.SIGKILL:
            raise SystemExit(f"the import was not killed but ended with {process.returncode}")
    return time.monotonic() - began
