"""What one caller hears before an agent answers: his disclosures one after the other, then ring-back or music."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pjsua2 as pj
import structlog

from calls.clock import Clock
from capture.pjsip.prompts import OncePlayer, looped, ringback
from capture.pjsip.retirement import Retirement
from capture.plan import PlannedDisclosure, PlannedService
from capture.session import events as on
from storage.spool.journal import DisclosureEnded, DisclosureStarted, JournalEvent

_log = structlog.get_logger("announcer")


class Announcer:
    """Plays one thing at a time; the disclosures are noted in the journal as they begin and end.

    ``noted`` writes an event down and tells whether the disk took it; ``retirement`` takes what was played.
    """

    def __init__(
        self,
        service: PlannedService,
        *,
        clock: Clock,
        noted: Callable[[JournalEvent], bool],
        retirement: Retirement,
    ) -> None:
        self._music = service.hold_music
        self._left: deque[PlannedDisclosure] = deque(service.disclosures)
        self._clock = clock
        self._noted = noted
        self._retirement = retirement
        self._playing: Any | None = None
        self._listening: Any | None = None
        self._number = 0
        self._over: int | None = None

    @property
    def is_disclosing(self) -> bool:
        """Whether a disclosure plays."""
        return isinstance(self._playing, OncePlayer)

    def step(self, caller: Callable[[], Any | None]) -> on.Event | None:
        """Go on after a disclosure that ended in the last poll; tell when the last is over, or one failed.

        ``caller`` is only asked for his stream where something is played to it: asking costs a fifth of a millisecond,
        and in every turn of the loop it was a third of all that a worker did.
        """
        if self._over != self._number or not self.is_disclosing:
            return None
        self._retire()
        if not self._noted(DisclosureEnded(at=self._clock.now(), complete=True)):
            return on.DisclosureFailed()
        return self.play_next_disclosure(caller()) if self._left else on.DisclosuresFinished()

    def play_next_disclosure(self, caller: Any | None) -> on.Event | None:
        """Begin the next disclosure; tell when it cannot be played, or cannot be proved to have been."""
        disclosure = self._left.popleft()
        self._number += 1
        started = DisclosureStarted(
            at=self._clock.now(), name=disclosure.name, language=disclosure.language, sha256=disclosure.sha256
        )
        try:
            self._playing = OncePlayer(disclosure.path, at_end=partial(self._mark_over, self._number))
            if not self._noted(started):
                return on.DisclosureFailed()
            self.wire(caller)
        except pj.Error as error:
            _log.error("a disclosure cannot be played", name=disclosure.name, error=error.reason)
            return on.DisclosureFailed()
        return None

    def play_ringback(self, caller: Any | None, *, sample_rate_hz: int) -> None:
        """Let the caller hear that it rings: music where the service has some and it can be played, else the tone."""
        if self._playing is not None:
            return
        try:
            self._playing = looped(self._music) if self._music else ringback(sample_rate_hz=sample_rate_hz)
        except pj.Error as error:
            _log.error("the music cannot be played", error=error.reason)
            self._playing = ringback(sample_rate_hz=sample_rate_hz)
        self.wire(caller)

    def wire(self, caller: Any | None) -> None:
        """Connect what is being played with the caller's stream, which a re-INVITE replaces."""
        if self._playing is not None and caller is not None:
            self._playing.startTransmit(caller)
            self._listening = caller

    def stop(self) -> None:
        """End whatever is played; a disclosure that is cut short is noted as incomplete."""
        if self._playing is None:
            return
        if self.is_disclosing:
            self._noted(DisclosureEnded(at=self._clock.now(), complete=False))
        self._retire()

    def _mark_over(self, number: int) -> None:
        self._over = number

    def _retire(self) -> None:
        player, listener = self._playing, self._listening
        self._playing = self._listening = None
        if player is not None and listener is not None:
            with suppress(pj.Error):  # his stream is gone, and the connection with it
                player.stopTransmit(listener)
        self._retirement.add(player)
