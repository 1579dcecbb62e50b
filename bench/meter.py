"""What the parts of a house cost: processor time and memory of their whole process trees."""

from contextlib import suppress
from dataclasses import dataclass

import psutil

from bench.house import FurnishedHouse

PARTS = ("edge", "capture", "archive", "s3", "web")


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds (user and system, since the start) and PSS of a part, all its processes together."""

    cpu_s: float
    pss_bytes: int


def measure(furnished: FurnishedHouse, *, with_memory: bool = False) -> dict[str, Cost]:
    """Measure each part now. Memory only where asked for: the kernel counts long, and PSS is 0 without."""
    return {name: _cost(furnished.process(name), with_memory=with_memory) for name in PARTS}


def own_cpu_s() -> float:
    """Tell the processor seconds of the bench itself: it shares the machine with what it measures."""
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def _cost(root: psutil.Process, *, with_memory: bool) -> Cost:
    cpu_s, pss_bytes = 0.0, 0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a short-lived child
            times = process.cpu_times()
            cpu_s += times.user + times.system
            if with_memory:
                pss_bytes += process.memory_full_info().pss  # of smaps_rollup: shared pages are shared out
    return Cost(cpu_s=cpu_s, pss_bytes=pss_bytes)
