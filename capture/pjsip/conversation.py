"""A conversation: performs what its session decides, and tells the session what happens."""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pjsua2 as pj
import structlog

from calls.caller import Caller
from calls.clock import Clock
from calls.errors import SpoolFullError
from calls.identity import new_call_id
from calls.outcome import Direction, Reason
from capture.keeper import Keeper
from capture.pjsip.leg import Leg
from capture.pjsip.message import header, uri_of
from capture.pjsip.prompts import OncePlayer, looped, ringback
from capture.pjsip.recorders import RecorderPair
from capture.plan import PlannedDisclosure, PlannedService, WorkerPlan
from capture.session import actions as do
from capture.session import events as on
from capture.session.session import Session, State
from storage.spool.journal import Answered, Arrived, DisclosureEnded, DisclosureStarted, Ended, JournalEvent
from storage.spool.spool import Spool

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
        self._caller_confirmed = False
        self._prompt: Any | None = None
        self._retired: list[Any] = []
        self._disclosures: deque[PlannedDisclosure] = deque(service.disclosures)
        self._disclosure_over = False
        self._recorders: RecorderPair | None = None
        self._answered_monotonic: float | None = None
        self._ring_deadline: float | None = None
        self._hang_up_monotonic: float | None = None
        self.call_id = new_call_id()
        self._entry = self._reserve()
        self._caller_leg = leg
        leg.listener = self
        if leg.is_over:  # he gave up in the very turn in which he came
            self._events.append(on.CallerGone())
        self._entry.note(
            Arrived(
                at=around.clock.now(),
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

    def drain(self) -> None:
        """End the conversation now, in order: the worker must leave."""
        self._events.append(on.DrainEnded())

    def step(self) -> None:
        """Take what the last poll brought, move the session, do what it says."""
        self._retired.clear()  # players whose end callback has returned by now
        if self._disclosure_over:
            self._disclosure_over = False
            self._end_disclosure()
        if self._ring_deadline is not None and self._around.clock.monotonic() >= self._ring_deadline:
            self._ring_deadline = None
            self._events.append(on.RingTimedOut())
        while self._events:
            for action in self._session.handle(self._events.popleft()):
                self._perform(action)

    # what the legs say (inside the poll)

    def leg_ringing(self, leg: Leg) -> None:
        """Take note that the agents' phones ring."""
        if leg is self._agent_leg:
            self._events.append(on.AgentRinging())

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
            self._hang_up_monotonic = self._around.clock.monotonic()
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

    def _perform(self, action: do.Action) -> None:  # noqa: C901 - one flat case for each action
        match action:
            case do.AnswerCaller():
                self._caller_leg.answer_with(200)
            case do.PlayDisclosures():
                self._play_next_disclosure()
            case do.RingAgents():
                self._ring_agents()
            case do.PlayRingback():
                self._play_ringback()
            case do.OpenRecorders():
                self._open_recorders(action.aor)
            case do.Bridge():
                self._wire()
            case do.StopPrompts():
                self._stop_prompts()
            case do.HangUpCaller():
                self._caller_leg.end(action.code)
            case do.HangUpAgent():
                self._ring_deadline = None
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

    def _play_next_disclosure(self) -> None:
        disclosure = self._disclosures.popleft()
        caller = self._caller_leg.audio()
        try:
            player = OncePlayer(disclosure.path, at_end=self._mark_disclosure_over)
        except pj.Error as error:
            _log.error("a disclosure cannot be played", name=disclosure.name, error=error.reason)
            self._events.appendleft(on.DisclosureFailed())
            return
        started = DisclosureStarted(
            at=self._around.clock.now(),
            name=disclosure.name,
            language=disclosure.language,
            sha256=disclosure.sha256,
        )
        if not self._noted(started):
            self._events.appendleft(on.DisclosureFailed())  # what cannot be proved was not played
            return
        self._prompt = player
        if caller is not None:
            player.startTransmit(caller)

    def _mark_disclosure_over(self) -> None:
        self._disclosure_over = True

    def _end_disclosure(self) -> None:
        if self._session.state is not State.DISCLOSING or self._prompt is None:
            return
        self._retire_prompt()
        if not self._noted(DisclosureEnded(at=self._around.clock.now(), complete=True)):
            self._events.append(on.DisclosureFailed())
        elif self._disclosures:
            self._play_next_disclosure()
        else:
            self._events.append(on.DisclosuresFinished())

    def _ring_agents(self) -> None:
        around, service = self._around, self._service
        pool = around.plan.pool
        leg = Leg(around.account, self)
        self._agent_leg = leg
        self._ring_deadline = around.clock.monotonic() + service.ring_timeout_s
        try:
            leg.place(
                f"sip:{service.group}@127.0.0.1:{pool.edge_port}",
                local_uri=_calling_address(self._caller, domain=pool.domain),
                headers={"X-Tallenne-Call": self.call_id, "X-Tallenne-Service": service.number},
            )
        except pj.Error as error:
            _log.error("the agents cannot be rung", error=error.reason, call_id=self.call_id)
            self._events.appendleft(on.AgentsRefused(500))

    def _play_ringback(self) -> None:
        caller = self._caller_leg.audio()
        if self._prompt is not None or caller is None:
            return
        music = self._service.hold_music
        rate = self._around.plan.pool.settings.sample_rate_hz
        self._prompt = looped(music) if music else ringback(sample_rate_hz=rate)
        self._prompt.startTransmit(caller)

    def _open_recorders(self, aor: str) -> None:
        self._ring_deadline = None
        around = self._around
        try:
            self._recorders = RecorderPair(
                customer_wav=self._entry.customer_wav, agent_wav=self._entry.agent_wav, silence=around.silence
            )
        except pj.Error as error:
            _log.error("a recorder cannot be opened", error=error.reason, call_id=self.call_id)
            self._events.appendleft(on.RecorderFailed())
            return
        self._answered_monotonic = around.clock.monotonic()
        rate = around.plan.pool.settings.sample_rate_hz
        if self._noted(Answered(at=around.clock.now(), agent_aor=aor, sample_rate_hz=rate)):
            self._events.appendleft(on.RecordersOpen())
        else:  # without this line the archive would not know that there is audio
            self._answered_monotonic = None
            self._events.appendleft(on.RecorderFailed())

    def _wire(self) -> None:
        if self._recorders and self._agent_leg:
            self._recorders.wire(customer=self._caller_leg.audio(), agent=self._agent_leg.audio())

    def _stop_prompts(self) -> None:
        if self._prompt is None:
            return
        if self._session_was_disclosing():
            self._noted(DisclosureEnded(at=self._around.clock.now(), complete=False))
        self._retire_prompt()

    def _session_was_disclosing(self) -> bool:
        return isinstance(self._prompt, OncePlayer)

    def _retire_prompt(self) -> None:
        self._retired.append(self._prompt)
        self._prompt = None

    def _keep(self, reason: Reason) -> None:
        """Let go of the recorders, write the end and hand the entry to the keeper."""
        around = self._around
        now = around.clock.monotonic()
        duration_ms = None
        if self._answered_monotonic is not None:
            over = self._hang_up_monotonic or now
            duration_ms = round((over - self._answered_monotonic) * 1000)
        self._recorders = None
        late = timedelta(seconds=now - (self._hang_up_monotonic or now))
        self._noted(Ended(at=around.clock.now() - late, reason=reason, duration_ms=duration_ms))
        around.keeper.commit(self._entry, done=lambda _manifest: None)

    def _noted(self, event: JournalEvent) -> bool:
        """Write an event down; tell whether the disk took it. A full disk must not end the worker's other calls."""
        try:
            self._entry.note(event)
        except OSError as error:
            _log.error("the journal cannot be written", error=error.strerror, call_id=self.call_id)
            return False
        return True


def _calling_address(caller: Caller, *, domain: str) -> str:
    """Write the From that the agent's phone shows (RFC 3261 section 20.20; anonymous by RFC 3323)."""
    if caller.withheld or caller.number is None:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    display = caller.display_name.replace("\\", "\\\\").replace('"', '\\"')
    printable = "".join(character for character in display if character.isprintable())
    user = "".join(character for character in caller.number if character.isalnum() or character in "+-_.!~*'()")
    return f'"{printable}" <sip:{user}@{domain}>' if printable else f"<sip:{user}@{domain}>"
