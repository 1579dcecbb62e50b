"""When a call can be played: watched from the hang-up on, by looking for its recording in the database."""

import threading
import time

from sqlalchemy import select

from calls.errors import UnavailableError
from storage.database.calls import CallRow, RecordingRow
from tallenne.house import House

_POLL_S = 0.05


class PlayableWatch:
    """A thread that asks for the recordings of calls until it has seen all; what it finds can be played at once.

    The row of a recording is written after its object was read back, and the viewer asks for nothing else.
    """

    def __init__(self, house: House, *, count: int) -> None:
        self._house = house
        self._count = count
        self._hung_up_at: dict[str, float] = {}
        self._delays_s: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="playable", daemon=True)
        self._thread.start()

    def hung_up(self, sip_call_id: str) -> None:
        """Start the clock of a call."""
        self._hung_up_at[sip_call_id] = time.monotonic()

    def delays_s(self, *, timeout_s: float) -> list[float]:
        """Wait until all calls can be played; give how long each took. Raise UnavailableError where one cannot."""
        self._thread.join(timeout_s)
        self._stop.set()
        if len(self._delays_s) < self._count:
            missing = self._count - len(self._delays_s)
            raise UnavailableError(what=f"{missing} calls were not archived in {timeout_s:.0f} s", where="archive")
        return sorted(self._delays_s.values())

    def _watch(self) -> None:
        wanted = select(CallRow.sip_call_id).join(RecordingRow, RecordingRow.call_id == CallRow.id)
        while len(self._delays_s) < self._count and not self._stop.wait(_POLL_S):
            if not self._hung_up_at:
                continue
            with self._house.database.read() as session:
                found = set(session.scalars(wanted))
            now = time.monotonic()
            for sip_call_id in found & self._hung_up_at.keys() - self._delays_s.keys():
                self._delays_s[sip_call_id] = now - self._hung_up_at[sip_call_id]
