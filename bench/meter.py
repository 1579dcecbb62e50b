"""What the parts of a house cost: processor time and memory of their whole process trees, read from proc(5)."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.house import FurnishedHouse

PARTS = ("edge", "capture", "archive", "s3", "web")

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # fields 14 and 15 of stat, counted after the command's name
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds (user and system, since the start) and PSS of a part, all its processes together."""

    cpu_s: float
    pss_bytes: int


class Meter:
    """Measures the parts of a running house. Its processes are looked for once, which takes longer than to measure."""

    def __init__(self, furnished: FurnishedHouse) -> None:
        self._pids: dict[str, list[int]] = {}
        for name in PARTS:
            root = furnished.process(name)
            self._pids[name] = [root.pid, *(child.pid for child in root.children(recursive=True))]

    def costs(self) -> dict[str, Cost]:
        """Measure processor time and memory now."""
        return {name: Cost(sum(map(_cpu_s, pids)), sum(map(_pss_bytes, pids))) for name, pids in self._pids.items()}


def own_cpu_s() -> float:
    """Tell the processor seconds of the bench itself: it shares the machine with what it measures."""
    times = os.times()
    return times.user + times.system


def _cpu_s(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS_PER_S
    return 0.0


def _pss_bytes(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * _KIB
    return 0
