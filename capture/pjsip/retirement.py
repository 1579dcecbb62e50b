"""Where file players rest before they are destroyed.

pjmedia tells the end of a file on a thread of its own, and follows a pointer that the player's destruction clears
(measured with 2.15: a worker died of it about once in 600 calls that ended with their disclosure). A player that
nobody listens to reads no more, so what it had to tell is told long before its rest is over.
"""

from collections import deque
from typing import Any

from calls.clock import Clock

REST_S = 2.0


class Retirement:
    """Keeps what is no longer played for two seconds; the loop calls :meth:`release` between two polls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._resting: deque[tuple[float, Any]] = deque()

    def add(self, player: Any) -> None:
        """Take a player that was disconnected."""
        self._resting.append((self._clock.monotonic() + REST_S, player))

    def release(self) -> None:
        """Destroy what has rested long enough."""
        now = self._clock.monotonic()
        while self._resting and self._resting[0][0] <= now:
            self._resting.popleft()
