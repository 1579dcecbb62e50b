"""The house's own work on copies of data: makes what was ordered, ends what is old, erases what is over."""

import threading

import structlog

from calls.errors import UnavailableError
from privacy.copies.making import CopyMaker
from privacy.copies.stored_copy import expire_copies, shred_copies
from tallenne.house import House

POLL_S = 1.0
TIDY_EVERY_S = 60
BEAT_FILE = "copies.beat"
_log = structlog.get_logger("copies")


class CopyHouse:
    """Works through the orders of one house. Several at once do no harm: each copy is claimed by one."""

    def __init__(self, house: House, *, poll_s: float = POLL_S) -> None:
        self._house = house
        self._poll_s = poll_s
        self._maker = CopyMaker(
            database=house.database,
            objects=house.objects,
            keys=house.keys,
            clock=house.clock,
            folder=house.run_folder / "copies",
            ombudsman=house.settings.ombudsman,
        )

    def run_once(self) -> int:
        """Do what is due now; give how many copies came to an end. Raise UnavailableError while a part is away."""
        self.tidy()
        made = 0
        while self._maker.make_next() is not None:
            made += 1
        return made

    def tidy(self) -> None:
        """End the copies whose time is over, and erase what is left of those that ended."""
        house = self._house
        expire_copies(house.database, clock=house.clock)
        shred_copies(house.database, objects=house.objects, keys=house.keys, clock=house.clock)

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``; what cannot be done now is tried again."""
        tidied_at: float | None = None
        self._beat()
        while not stop.is_set():
            try:
                now = self._house.clock.monotonic()
                if tidied_at is None or now - tidied_at >= TIDY_EVERY_S:
                    tidied_at = now
                    self.tidy()
                    self._beat()
                if (copy_id := self._maker.make_next()) is not None:
                    _log.info("a copy was made", copy=copy_id)
                    continue
            except UnavailableError as error:
                _log.warning("copies wait", reason=str(error))
            stop.wait(self._poll_s)

    def _beat(self) -> None:
        """Show who asks whether this process still works (containers/healthy.py)."""
        self._house.run_folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        (self._house.run_folder / BEAT_FILE).write_text(self._house.clock.now().isoformat(), encoding="ascii")
