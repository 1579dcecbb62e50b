"""Keeps what the agents' phones show of callers like the register: written when that changes, and when a day begins.

Leases and numbers are valid on days, so the file of yesterday is not that of today even where nobody imports.
"""

import threading
from datetime import date

import structlog
from sqlalchemy import func, select

from calls.errors import UnavailableError
from ledger_link.linking.caller_names import caller_names
from ledger_link.values.day import day_of
from rights.audit.trail import Action
from rights.tables import AuditRow
from storage.spool.caller_names import publish_caller_names
from tallenne.house import House

LOOK_EVERY_S = 30.0
_CHANGES = (Action.REGISTER_IMPORTED, Action.REGISTER_ROWS_DELETED)
_LOOK_BACK_ROWS = 1000  # rows are not committed in the order of their numbers

_log = structlog.get_logger("caller-names")


def publish_names(house: House) -> int:
    """Write the file by the register as it is today; give how many numbers have a name.

    Another company register than our own tables cannot be asked for all its numbers: then there are none.
    Raises UnavailableError where the database is away, OSError where the disk refuses; the file of before is gone then:
    it may name somebody who has a non-disclosure order by now, and no name is the safe state.
    """
    house.spool.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    try:
        if house.register_client is not None:
            return publish_caller_names(house.spool.callers, ())
        with house.database.read() as session:
            return publish_caller_names(house.spool.callers, caller_names(session, on=day_of(house.clock.now())))
    except (UnavailableError, OSError):
        house.spool.callers.unlink(missing_ok=True)
        raise


def try_to_publish_names(house: House) -> None:
    """Write the file where that is possible here; where not, the archive does within half a minute."""
    try:
        publish_names(house)
    except (UnavailableError, OSError) as error:
        _log.warning("the phones show no names", reason=str(error))


class CallerNamesKeeper:
    """Runs on a thread beside the archive: an import may have come from a machine that does not have this spool."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._day: date | None = None
        self._last_row = 0
        self._changes: frozenset[int] = frozenset()

    def run(self, stop: threading.Event) -> None:
        """Keep the file until ``stop``; what fails is tried again at the next look."""
        while not stop.is_set():
            try:
                self.step()
            except (UnavailableError, OSError) as error:
                _log.warning("the names that phones show could not be looked after", reason=str(error))
            except Exception as error:  # noqa: BLE001 (a fault of ours must not end the names of all later days)
                # by its kind alone: a foreign error's text may hold what was to be written
                _log.error("a fault in the callers' names", error=type(error).__name__)
            stop.wait(LOOK_EVERY_S)

    def step(self) -> bool:
        """Write the file where it is not of today, or of a register that was changed since; tell whether it was."""
        house = self._house
        today = day_of(house.clock.now())
        with house.database.read() as session:
            last_row = session.scalar(select(func.max(AuditRow.id))) or 0
            recent = AuditRow.id > self._last_row - _LOOK_BACK_ROWS
            changes = frozenset(session.scalars(select(AuditRow.id).where(recent, AuditRow.action.in_(_CHANGES))))
        if today == self._day and changes <= self._changes:
            return False
        count = publish_names(house)
        self._day, self._last_row, self._changes = today, last_row, changes | self._changes
        _log.info("the phones know callers", numbers=count)
        return True
