"""How long each entry that could not be archived waits until it is tried again."""

from collections.abc import Collection
from dataclasses import dataclass

from calls.clock import Clock
from calls.identity import CallId

_FIRST_RETRY_S = 0.25
_MAX_DOUBLINGS = 40  # far beyond any longest pause, and no overflow


@dataclass(slots=True)
class _Wait:
    failures: int
    not_before: float  # the clock's monotonic seconds


class Patience:
    """Every entry waits for itself alone, twice as long after each failure. One that never failed waits for nothing."""

    def __init__(self, *, clock: Clock, max_s: float) -> None:
        self._clock = clock
        self._max_s = max_s
        self._waits: dict[CallId, _Wait] = {}

    def is_due(self, call_id: CallId) -> bool:
        """Tell whether an entry may be tried now."""
        wait = self._waits.get(call_id)
        return wait is None or self._clock.monotonic() >= wait.not_before

    def failed(self, call_id: CallId) -> float:
        """Count a failure; give the seconds until the entry is due again."""
        failures = self._waits[call_id].failures + 1 if call_id in self._waits else 1
        wait_s: float = min(self._max_s, _FIRST_RETRY_S * 2.0 ** min(failures - 1, _MAX_DOUBLINGS))
        self._waits[call_id] = _Wait(failures, self._clock.monotonic() + wait_s)
        return wait_s

    def end_all_waits(self) -> None:
        """Let every entry be tried at once; one that fails again waits longer than before."""
        for wait in self._waits.values():
            wait.not_before = self._clock.monotonic()

    def keep_only(self, present: Collection[CallId]) -> None:
        """Forget the entries that have left the spool."""
        self._waits = {call_id: wait for call_id, wait in self._waits.items() if call_id in present}
