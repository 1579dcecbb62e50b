"""One clock for the audio of all calls: every 20 ms a frame of each, on a schedule that does not drift."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from softphones.sound import FRAME_MS

PHASES = 4
"""The frames of all calls are spread over the 20 ms in so many batches, as those of independent telephones are."""

_PHASE_S = FRAME_MS / 1000 / PHASES

SendFrame = Callable[[], None]


class FrameSender:
    """The sending loop, an asynchronous context.

    ``worst_lateness_ms`` and ``late_batches`` tell whether it kept its times: a bench that did not proves nothing.
    """

    def __init__(self) -> None:
        self.worst_lateness_ms = 0.0
        self.late_batches = 0
        self.batches = 0
        self._phases: list[dict[int, SendFrame]] = [{} for _ in range(PHASES)]
        self._task: asyncio.Task[None] | None = None
        self._next_key = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.get_running_loop().create_task(self._run(), name="frame sender")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def add(self, send: SendFrame) -> int:
        """Call ``send`` every 20 ms from now on; give the key by which to remove it."""
        key = self._next_key
        self._next_key += 1
        min(self._phases, key=len)[key] = send
        return key

    def remove(self, key: int) -> None:
        """Stop calling; may be repeated."""
        for phase in self._phases:
            phase.pop(key, None)

    async def _run(self) -> None:
        """Send batch after batch. One that is late is not left out, so a frame is late, never missing."""
        start = time.monotonic()
        while True:
            due = start + self.batches * _PHASE_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            lateness_ms = (time.monotonic() - due) * 1000
            self.worst_lateness_ms = max(self.worst_lateness_ms, lateness_ms)
            self.late_batches += lateness_ms > FRAME_MS
            for send in list(self._phases[self.batches % PHASES].values()):
                send()
            self.batches += 1
