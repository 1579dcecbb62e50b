"""The pool's status file: what operators, ``doctor`` and the tests read; replaced whole at every change."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from calls.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker process: its name at the edge, its process, and how many there were before it."""

    name: str
    pid: int
    restarts: int


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """The supervisor's process and its living workers."""

    pid: int
    workers: tuple[WorkerStatus, ...]


def write_status(path: Path, status: PoolStatus) -> None:
    """Replace the file; it lives in the run folder and need not survive a power cut."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(asdict(status)), encoding="utf-8")
    beside.replace(path)


def read_status(path: Path) -> PoolStatus:
    """Read the file of a living pool; raise UnavailableError where no pool runs."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        os.kill(plain["pid"], 0)
    except (OSError, ValueError, KeyError) as error:
        raise UnavailableError(what="no capture pool runs", where=str(path), remedy="run 'tallenne up'") from error
    return PoolStatus(pid=plain["pid"], workers=tuple(WorkerStatus(**worker) for worker in plain["workers"]))
