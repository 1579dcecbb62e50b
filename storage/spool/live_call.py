"""What a call that is going on is to the agents: read from the journals of open entries, while workers write them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from calls.caller import Caller
from calls.errors import BadDataError
from calls.identity import CallId
from storage.spool.journal import Answered, Arrived, Ended, JournalEvent, Ringing, read_journal
from storage.spool.open_entry import JOURNAL_FILE
from storage.spool.spool import Spool


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call that rings or is being talked. ``ringing`` are the addresses that ring now, ``rung`` all that ever did."""

    call_id: CallId
    service_number: str
    service_name: str
    caller: Caller
    arrived_at: datetime
    ringing: tuple[str, ...] = ()
    rung: tuple[str, ...] = ()
    answered_by: str | None = None
    answered_at: datetime | None = None
    is_over: bool = False


def live_call_of(events: Iterable[JournalEvent]) -> LiveCall | None:
    """Add a journal up; None where the call has not rung at any agent's phone."""
    live: LiveCall | None = None
    for event in events:
        match event:
            case Arrived():
                live = LiveCall(
                    call_id=event.call_id,
                    service_number=event.service_number,
                    service_name=event.service_name,
                    caller=event.caller,
                    arrived_at=event.at,
                )
            case Ringing() if live:
                rung = tuple(dict.fromkeys((*live.rung, *event.agent_aors)))
                live = replace(live, ringing=event.agent_aors, rung=rung)
            case Answered() if live:
                live = replace(live, ringing=(), answered_by=event.agent_aor, answered_at=event.at)
            case Ended() if live:
                live = replace(live, ringing=(), is_over=True)
    return live if live and (live.rung or live.answered_by) else None


class LiveCalls:
    """The calls that are going on in a spool. A journal is read again only when it has grown."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._read: dict[Path, tuple[int, LiveCall | None]] = {}

    def now(self) -> dict[CallId, LiveCall]:
        """Give them by their ids; a call whose entry was committed is no longer among them.

        An entry may be committed, and its folder move, at any moment: what vanishes meanwhile is over. A journal that
        cannot be read says nothing here; the recovery of the spool deals with it.
        """
        read: dict[Path, tuple[int, LiveCall | None]] = {}
        for folder in self._open_folders():
            journal = folder / JOURNAL_FILE
            try:
                size = journal.stat().st_size
                known = self._read.get(folder)
                read[folder] = known if known and known[0] == size else (size, live_call_of(read_journal(journal)))
            except (OSError, BadDataError):
                continue
        self._read = read
        return {live.call_id: live for _, live in read.values() if live is not None and not live.is_over}

    def _open_folders(self) -> list[Path]:
        """List the open entries by two levels of folders; ``glob`` would read each entry as well."""
        folders: list[Path] = []
        try:
            for worker in os.scandir(self._spool.open):
                try:
                    folders += [Path(entry.path) for entry in os.scandir(worker.path)]
                except OSError:  # the folder of a worker that is gone
                    continue
        except OSError:
            return []
        return folders
