"""A conversation: performs what its session decides, and tells the session what happens."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pjsua2 as pj
import structlog

from calls.caller import Caller
from calls.clock import Clock, SteadyClock
from calls.errors import SpoolFullError
from calls.identity import new_call_id
from calls.outcome import Direction, Reason
from calls.phone import to_e164
from capture.keeper import Keeper
from capture.pjsip.announcer import Announcer
from capture.pjsip.leg import Leg
from capture.pjsip.message import calling_address, header, uri_of
from capture.pjsip.recorders import RecorderPair
from capture.pjsip.retirement import Retirement
from capture.plan import PlannedService, WorkerPlan
from capture.session import actions as do
from capture.session import events as on
from capture.session.session import Session, State
from storage.spool.caller_names import CallerNames
from storage.spool.journal import Answered, Arrived, Ended, JournalEvent, Ringing
from storage.spool.spool import Spool

CONFIRM_TIMEOUT_S = 30.0

_log = structlog.get_logger("conversation")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all conversations of a worker share."""

    plan: WorkerPlan
    instance: str
    spool: Spool
    keeper: Keeper
    clock: Clock
    account: Any
    silence: Any
    retirement: Retirement
    caller_names: CallerNames


class Conversation:
    """One caller, his disclosures, the agent who answers, and the entry that keeps it all.

    Callbacks only queue events; :meth:`step`, called between two polls, moves the session and performs its actions.
    What an action leads to at once goes to the head of the queue: it happened before anything the network said.
    Making one raises OSError where not even a refusal can be written down.
    """

    def __init__(
        self, around: Surroundings, *, leg: Leg, sip_call_id: str, caller: Caller, service: PlannedService
    ) -> None:
        self._around = around
        self._service = service
        self._caller = caller
        self._session = Session()
        self._events: deque[on.Event] = deque()
        self._agent_leg: Leg | None = None
        self._agent_aor: str | None = None
        self._agent_confirmed = False
        self._ringing: tuple[str, ...] = ()
        self._caller_confirmed = False
        self._clock = SteadyClock(around.clock)
        self._announcer = Announcer(service, clock=self._clock, noted=self._noted, retirement=around.retirement)
        self._recorders: RecorderPair | None = None
        self._answered: tuple[datetime, float] | None = None
        self._deadline: tuple[float, on.Event] | None = None
        self._hang_up_monotonic: float | None = None
        self.call_id = new_call_id()
        self._entry = self._reserve()
        self._caller_leg = leg
        leg.listener = self
        if leg.is_over:  # he gave up in the very turn in which he came
            self._events.append(on.CallerGone())
        self._entry.note(
            Arrived(
                at=self._clock.now(),
                call_id=self.call_id,
                sip_call_id=sip_call_id,
                direction=Direction.INBOUND,
                service_number=service.number,
                service_name=service.name,
                caller=caller,
                worker=around.plan.name,
            )
        )
        around.keeper.watch(self._entry)

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left: the session ended and pjsip let go of both legs."""
        legs_over = self._caller_leg.is_over and (self._agent_leg is None or self._agent_leg.is_over)
        return self._session.state is State.ENDED and legs_over and not self._events

    @property
    def is_disclosing(self) -> bool:
        """Whether a disclosure plays, whose end only the next :meth:`step` finds."""
        return self._announcer.is_disclosing

    def drain(self) -> None:
        """End the conversation now, in order: the worker must leave."""
        self._events.append(on.DrainEnded())

    def step(self) -> None:
        """Take what the last poll brought, move the session, do what it says."""
        if said := self._announcer.step(self._caller_leg.audio):
            self._events.append(said)
        if self._deadline is not None and self._clock.monotonic() >= self._deadline[0]:
            self._events.append(self._deadline[1])
            self._deadline = None
        while self._events:
            for action in self._session.handle(self._events.popleft()):
                self._perform(action)

    def abort(self) -> None:
        """End after a fault of ours: whatever was recorded is kept, both parties are hung up on."""
        self._events.clear()
        if self._session.state is not State.ENDED:
            self._session.state = State.ENDED
            self._caller_leg.end(500)
            if self._agent_leg:
                self._agent_leg.end(0)
            self._keep(Reason.FAILED)

    # what the legs say (inside the poll)

    def leg_ringing(self, leg: Leg) -> None:
        """Take note that the agents' phones ring."""
        if leg is self._agent_leg:
            self._events.append(on.AgentRinging())

    def leg_hears(self, leg: Leg, message: str) -> None:
        """Take note of whose phone rings (the edge appends X-Tallenne-Ringing)."""
        rings = header(message, "X-Tallenne-Ringing")
        if leg is self._agent_leg and rings:
            self._events.append(on.PhoneRings(uri_of(rings)))

    def leg_confirmed(self, leg: Leg, message: str) -> None:
        """Take note that a party is there; the 2xx names the winner (the edge appends P-Asserted-Identity)."""
        if leg is self._caller_leg:
            self._caller_confirmed = True
            self._caller_is_there()
        else:
            self._agent_confirmed = True
            self._agent_aor = uri_of(header(message, "P-Asserted-Identity") or "unknown")
            self._agent_is_there()

    def leg_media(self, leg: Leg) -> None:
        """Take note of a new audio stream: the first lets things begin, later ones are wired anew."""
        if self._session.state is State.ANSWERING:
            self._caller_is_there()
        elif leg is self._agent_leg and self._session.state is State.RINGING:
            self._agent_is_there()
        elif self._session.state is not State.ARRIVED:
            self._events.append(on.MediaChanged())

    def leg_gone(self, leg: Leg, code: int) -> None:
        """Take note that a leg is over, and when."""
        if self._hang_up_monotonic is None:
            self._hang_up_monotonic = self._clock.monotonic()
        if leg is self._caller_leg:
            self._events.append(on.CallerGone())
        else:
            self._events.append(on.AgentGone() if self._agent_confirmed else on.AgentsRefused(code))

    def _caller_is_there(self) -> None:
        if self._caller_confirmed and self._caller_leg.audio() is not None:
            self._events.append(on.CallerConfirmed())
            self._caller_confirmed = False

    def _agent_is_there(self) -> None:
        if self._agent_aor and self._agent_leg and self._agent_leg.audio() is not None:
            self._events.append(on.AgentAnswered(self._agent_aor))
            self._agent_aor = None

    # what the session orders (between two polls)

    def _perform(self, action: do.Action) -> None:  # noqa: C901, PLR0912 - one flat case for each action
        match action:
            case do.AnswerCaller():
                self._caller_leg.answer_with(200)
                self._set_deadline(CONFIRM_TIMEOUT_S, on.ConfirmTimedOut())
            case do.PlayDisclosures():
                self._deadline = None
                if failed := self._announcer.play_next_disclosure(self._caller_leg.audio()):
                    self._events.appendleft(failed)
            case do.RingAgents():
                self._ring_agents()
            case do.PlayRingback():
                rate = self._around.plan.pool.settings.sample_rate_hz
                self._announcer.play_ringback(self._caller_leg.audio(), sample_rate_hz=rate)
            case do.NoteRinging():
                self._note_ringing(action.aor)
            case do.WirePrompt():
                self._announcer.wire(self._caller_leg.audio())
            case do.OpenRecorders():
                self._open_recorders(action.aor)
            case do.Bridge():
                self._wire()
            case do.StopPrompts():
                self._announcer.stop()
            case do.HangUpCaller():
                self._caller_leg.end(action.code)
            case do.HangUpAgent():
                if self._agent_leg:
                    self._agent_leg.end(0)
            case do.Keep():
                self._keep(action.reason)

    def _reserve(self) -> Any:
        around = self._around
        try:
            entry = around.spool.reserve(self.call_id, worker=around.instance)
        except SpoolFullError as error:
            _log.error("a call is refused", reason=str(error), call_id=self.call_id)
            self._events.append(on.PlaceRefused())
            return around.spool.reserve(self.call_id, worker=around.instance, even_if_full=True)
        self._events.append(on.PlaceTaken())
        return entry

    def _ring_agents(self) -> None:
        around, service = self._around, self._service
        pool = around.plan.pool
        leg = Leg(around.account, self)
        self._agent_leg = leg
        self._set_deadline(service.ring_timeout_s, on.RingTimedOut())
        try:
            leg.place(
                f"sip:{service.group}@127.0.0.1:{pool.edge_port}",
                local_uri=calling_address(self._caller, domain=pool.domain, name=self._known_name()),
                headers={"X-Tallenne-Call": self.call_id, "X-Tallenne-Service": service.number},
            )
        except pj.Error as error:
            _log.error("the agents cannot be rung", error=error.reason, call_id=self.call_id)
            self._events.appendleft(on.AgentsRefused(500))

    def _known_name(self) -> str | None:
        """Give what our register calls the caller; None for whoever it does not know for sure."""
        number = None if self._caller.withheld else to_e164(self._caller.number or "")
        return self._around.caller_names.name_of(number) if number else None

    def _note_ringing(self, aor: str) -> None:
        """Write down whose phones ring now; where that cannot be written, the call goes on without a word on screens.

        A group that is rung in order rings one agent at a time: whoever rang before rings no more.
        """
        ringing = (aor,) if self._service.rings_in_order else tuple(dict.fromkeys((*self._ringing, aor)))
        if ringing != self._ringing:
            self._ringing = ringing
            self._noted(Ringing(at=self._clock.now(), agent_aors=ringing))

    def _open_recorders(self, aor: str) -> None:
        self._deadline = None
        around = self._around
        try:
            self._recorders = RecorderPair(
                customer_wav=self._entry.customer_wav, agent_wav=self._entry.agent_wav, silence=around.silence
            )
        except pj.Error as error:
            _log.error("a recorder cannot be opened", error=error.reason, call_id=self.call_id)
            self._events.appendleft(on.RecorderFailed())
            return
        answered_at, answered_monotonic = self._clock.now(), self._clock.monotonic()
        rate = around.plan.pool.settings.sample_rate_hz
        if self._noted(Answered(at=answered_at, agent_aor=aor, sample_rate_hz=rate)):
            self._answered = (answered_at, answered_monotonic)
            self._events.appendleft(on.RecordersOpen())
        else:  # without this line the archive would not know that there is audio
            self._events.appendleft(on.RecorderFailed())

    def _wire(self) -> None:
        if self._recorders and self._agent_leg:
            self._recorders.wire(customer=self._caller_leg.audio(), agent=self._agent_leg.audio())

    def _set_deadline(self, after_s: float, event: on.Event) -> None:
        self._deadline = (self._clock.monotonic() + after_s, event)

    def _keep(self, reason: Reason) -> None:
        """Let go of the recorders, write the end and hand the entry to the keeper.

        The end is reckoned from the answer, so that no hang-up in the turn of the answer makes a call end before it
        began; nor does a step of the wall clock, for a call's clock is steady.
        """
        around = self._around
        self._recorders = None
        self._deadline = None
        ended_at, duration_ms = self._clock.now(), None
        if self._answered is not None:
            answered_at, answered_monotonic = self._answered
            over = self._hang_up_monotonic or self._clock.monotonic()
            duration_ms = max(0, round((over - answered_monotonic) * 1000))
            ended_at = answered_at + timedelta(milliseconds=duration_ms)
        self._noted(Ended(at=ended_at, reason=reason, duration_ms=duration_ms))
        around.keeper.commit(self._entry)

    def _noted(self, event: JournalEvent) -> bool:
        """Write an event down; tell whether the disk took it. A full disk must not end the worker's other calls."""
        try:
            self._entry.note(event)
        except OSError as error:
            _log.error("the journal cannot be written", error=error.strerror, call_id=self.call_id)
            return False
        return True
