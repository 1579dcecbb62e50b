"""Capacity: N recorded two-party calls at once through the whole edge and pool, and what they cost and lose.

Run from the top of the repository: ``.venv/bin/python -m bench.capacity --calls 10 --seconds 60``. It makes a house of
its own in a temporary folder, on loopback, and takes it down again. README.md beside this file explains the figures.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from sqlalchemy import select

from bench.figures import Figures, Spread
from bench.house import FurnishedHouse, furnish, started
from bench.load import Conversation, Load
from bench.meter import PARTS, Cost, Meter, own_cpu_s
from bench.playable import PlayableWatch
from softphones.frame_check import FrameCheck, check_channel
from softphones.pulse import Party
from softphones.sound import read_channels
from storage.database.calls import CallRow
from tallenne.settings import HOME_VARIABLE

MOST_CALLS = 64
MOST_SECONDS = 600
CALLS_PER_WORKER = 2
_ARCHIVE_TIMEOUT_S = 120.0
_QUIET_TIMEOUT_S = 30.0
_QUIET_CORES = 0.15
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured while the house ran."""

    conversations: list[Conversation]
    before: dict[str, Cost]
    talk_began: dict[str, Cost]
    talk_ended: dict[str, Cost]
    after: dict[str, Cost]
    talk_s: float
    playable_s: list[float]
    own_cpu_s: float
    worst_lateness_ms: float
    late_batches: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure once, print, and give the exit code: 0 where nothing is missing that was sent, 1 otherwise."""
    options = _options(arguments)
    workers = options.workers or -(-options.calls // CALLS_PER_WORKER)
    say = Console(stderr=True).print
    with tempfile.TemporaryDirectory(prefix="tallenne-bench-") as folder:
        # 1. a house of its own
        furnished = furnish(Path(folder) / "home", workers=workers, agents={})
        say(f"starting a house with {workers} workers")
        with started(furnished):
            _wait_until_quiet(furnished)
            # 2. the calls, 3. their end
            say(f"{options.calls} calls, {options.seconds} s each")
            run = asyncio.run(_converse(furnished, calls=options.calls, seconds=options.seconds))
            # 4. what was kept of them
            say("checking every frame of the recordings")
            checks = {one.number: _checks(furnished, one, Path(folder)) for one in run.conversations}
    figures = _figures(run, checks, options=options, workers=workers)
    if options.json:
        print(figures.to_json())
    else:
        figures.show()
    return 0 if figures.missing_frames == figures.foreign_frames == figures.unequal_channels == 0 else 1


async def _converse(furnished: FurnishedHouse, *, calls: int, seconds: float) -> Run:
    """Let all talk for ``seconds``, hang up, and wait until everything can be played."""
    meter = Meter(furnished)
    before = meter.costs()
    watch = PlayableWatch(furnished.house, count=calls)
    _be_punctual()
    async with Load(furnished) as load:
        await load.begin(calls)
        # beside the loop, which must not be kept from sending
        began, own_began = time.monotonic(), own_cpu_s()
        talk_began = await asyncio.to_thread(meter.costs)
        await asyncio.sleep(seconds)
        talk_ended = await asyncio.to_thread(meter.costs)
        ended, own_ended = time.monotonic(), own_cpu_s()
        await load.end(on_hang_up=watch.hung_up)
        playable_s = await asyncio.to_thread(watch.delays_s, timeout_s=_ARCHIVE_TIMEOUT_S)
        return Run(
            conversations=load.conversations(),
            before=before,
            talk_began=talk_began,
            talk_ended=talk_ended,
            after=meter.costs(),
            talk_s=ended - began,
            playable_s=playable_s,
            own_cpu_s=own_ended - own_began,
            worst_lateness_ms=load.sender.worst_lateness_ms,
            late_batches=load.sender.late_batches,
        )


def _checks(furnished: FurnishedHouse, conversation: Conversation, folder: Path) -> tuple[FrameCheck, FrameCheck, int]:
    """Fetch a recording by the command line; give the checks of its channels and the samples that one is longer."""
    house = furnished.house
    with house.database.read() as session:
        call_id = session.scalars(select(CallRow.id).where(CallRow.sip_call_id == conversation.sip_call_id)).one()
    out = folder / f"{conversation.number}.flac"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "tallenne",
            "calls",
            "audio",
            call_id,
            "--purpose",
            "technical",
            "--out",
            str(out),
            "--break-glass",
            "bench",
        ],
        check=True,
        capture_output=True,
        env={**os.environ, HOME_VARIABLE: str(house.home)},
    )
    customer, agent = read_channels(out)
    out.unlink()
    return (
        check_channel(customer, party=Party.CUSTOMER, call=conversation.number),
        check_channel(agent, party=Party.AGENT, call=conversation.number),
        abs(len(customer) - len(agent)),
    )


def _figures(
    run: Run,
    checks: dict[int, tuple[FrameCheck, FrameCheck, int]],
    *,
    options: argparse.Namespace,
    workers: int,
) -> Figures:
    channels = [check for customer, agent, _ in checks.values() for check in (customer, agent)]
    call_minutes = sum(check.expected + check.before + check.after for check in channels) / 2 / 50 / 60
    expected_at_phones = sum(one.expected_at_phones for one in run.conversations)
    return Figures(
        calls=options.calls,
        seconds=options.seconds,
        workers=workers,
        recorded_call_minutes=call_minutes,
        cpu_s_per_call_minute={part: (run.after[part].cpu_s - run.before[part].cpu_s) / call_minutes for part in PARTS},
        talking_cpu_s_per_call_minute={
            part: (run.talk_ended[part].cpu_s - run.talk_began[part].cpu_s) / (options.calls * run.talk_s / 60)
            for part in PARTS
        },
        pss_mib={part: run.talk_ended[part].pss_bytes / _MIB for part in PARTS},
        capture_pss_mib_per_conversation=run.talk_ended["capture"].pss_bytes / _MIB / options.calls,
        answer_ms=Spread.of([one.answer_ms for one in run.conversations]),
        playable_s=Spread.of(run.playable_s),
        expected_frames=sum(check.expected for check in channels),
        missing_frames=sum(check.missing for check in channels),
        repeated_frames=sum(check.repeated for check in channels),
        foreign_frames=sum(check.foreign for check in channels),
        worst_channel_missing_share=max(check.missing_share for check in channels),
        missing_at_phones_share=sum(one.missing_at_phones for one in run.conversations) / max(1, expected_at_phones),
        unequal_channels=sum(difference > 0 for _, _, difference in checks.values()),
        bench_cores=run.own_cpu_s / run.talk_s,
        bench_worst_lateness_ms=run.worst_lateness_ms,
        bench_late_batches=run.late_batches,
    )


def _be_punctual() -> None:
    """Let the telephones go before everything else: real ones have processors of their own.

    Real-time scheduling needs root; without it the figures tell how late the telephones were. The collector would
    stand in their way for tens of milliseconds, and a run is short.
    """
    gc.collect()
    gc.disable()
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _wait_until_quiet(furnished: FurnishedHouse) -> None:
    """Let the start-up of the house pass: wait until it needs little for a second, for half a minute at most."""
    deadline = time.monotonic() + _QUIET_TIMEOUT_S
    while time.monotonic() < deadline:
        meter = Meter(furnished)
        before = sum(cost.cpu_s for cost in meter.costs().values())
        time.sleep(1.0)
        if sum(cost.cpu_s for cost in meter.costs().values()) - before < _QUIET_CORES:
            return


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--calls", type=_between(1, MOST_CALLS), default=2, help=f"at once, at most {MOST_CALLS}")
    parser.add_argument("--seconds", type=_between(2, MOST_SECONDS), default=60, help=f"at most {MOST_SECONDS}")
    parser.add_argument("--workers", type=_between(1, MOST_CALLS), help="default: half as many as calls")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args(arguments)


class _between:  # noqa: N801 (argparse prints the name of the type)
    """A whole number in a range, for argparse."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most
        self.__name__ = f"number from {least} to {most}"

    def __call__(self, text: str) -> int:
        number = int(text)
        if not self._least <= number <= self._most:
            raise ValueError(text)
        return number


if __name__ == "__main__":
    raise SystemExit(main())
