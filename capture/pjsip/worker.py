"""A worker process: one pjsip stack, one loop, up to ``conversations_per_worker`` conversations."""

import gc
import os
import signal
import sys
from types import FrameType

import pjsua2 as pj
import structlog

from calls.caller import caller_from_headers
from calls.clock import Clock, SystemClock
from calls.errors import TallenneError
from capture.keeper import Keeper
from capture.pjsip.conversation import Conversation, Surroundings
from capture.pjsip.leg import Leg
from capture.pjsip.message import header, request_user
from capture.pjsip.prompts import looped, write_silence
from capture.pjsip.retirement import Retirement
from capture.pjsip.stack import POLL_MS, PROMPT_POLL_MS, Stack
from capture.plan import PlannedService, WorkerPlan
from storage.spool.caller_names import CallerNames
from storage.spool.spool import Spool

_log = structlog.get_logger("worker")

LAST_WORDS_S = 3.0
BUSY_HERE = 486
NOT_FOUND = 404
TEMPORARILY_UNAVAILABLE = 480
UNAVAILABLE = 503


class Worker:
    """The loop. Long work on the disk is the keeper's, decisions are the session's."""

    def __init__(self, plan: WorkerPlan, *, spool: Spool, instance: str, clock: Clock) -> None:
        self._plan = plan
        self._clock = clock
        self._arrivals: list[tuple[Leg, str]] = []
        self._conversations: list[Conversation] = []
        self._refused: list[Leg] = []
        self._drain_deadline: float | None = None
        self._stop_wanted = False
        self._is_ending = False
        self._keeper = Keeper()
        self._stack = Stack(plan, on_invite=lambda leg, message: self._arrivals.append((leg, message)))
        settings = plan.pool.settings
        silence = write_silence(
            plan.pool.run_folder / f"silence-{plan.name}.wav", sample_rate_hz=settings.sample_rate_hz
        )
        self._around = Surroundings(
            plan=plan,
            instance=instance,
            spool=spool,
            keeper=self._keeper,
            clock=clock,
            account=self._stack.account,
            silence=looped(silence),
            retirement=Retirement(clock),
            caller_names=CallerNames(spool.callers),
        )

    def run(self) -> None:
        """Work until asked to stop and the last conversation is over."""
        while not (self._stop_wanted and self._is_drained()):
            is_disclosing = any(conversation.is_disclosing for conversation in self._conversations)
            self._stack.poll(PROMPT_POLL_MS if is_disclosing else POLL_MS)
            arrivals, self._arrivals = self._arrivals, []
            for leg, message in arrivals:
                self._take(leg, message)
            for conversation in self._conversations:
                self._step(conversation)
            self._let_go_of_what_is_over()
            self._around.retirement.release()
            self._refused = [leg for leg in self._refused if not leg.is_over]
        self._keeper.stop()
        self._stack.close()

    def _step(self, conversation: Conversation) -> None:
        """Let one conversation move; a fault in it ends it, never its neighbour."""
        try:
            conversation.step()
        except (pj.Error, TallenneError, OSError) as error:
            reason = error.reason if isinstance(error, pj.Error) else str(error)
            _log.error("a fault in a conversation ends it", call_id=conversation.call_id, reason=reason)
            conversation.abort()

    def _let_go_of_what_is_over(self) -> None:
        """Forget conversations that are over, and destroy their pjsua2 objects here, on the thread of the loop."""
        left = [one for one in self._conversations if not one.is_over]
        if len(left) < len(self._conversations):
            self._conversations = left
            gc.collect()  # a conversation and its legs know one another: counting references does not free them

    def stop(self) -> None:
        """Take no more calls; let the running ones end by themselves, for ``drain_timeout_s`` at most."""
        if not self._stop_wanted:
            self._stop_wanted = True
            self._drain_deadline = self._clock.monotonic() + self._plan.pool.settings.drain_timeout_s

    def _is_drained(self) -> bool:
        """Tell whether nothing is left to wait for; end what is left when its time is over."""
        if not self._conversations or self._drain_deadline is None:
            return not self._conversations
        late_s = self._clock.monotonic() - self._drain_deadline
        if late_s >= 0 and not self._is_ending:
            self._is_ending = True
            for conversation in self._conversations:
                conversation.drain()
        return late_s >= LAST_WORDS_S  # a far end that does not answer our BYE must not keep us

    def _take(self, leg: Leg, message: str) -> None:
        """Take a call or refuse it; the edge tries the next worker on 486 and 503."""
        service = self._plan.pool.services.get(request_user(message))
        if self._stop_wanted:
            self._refuse(leg, UNAVAILABLE)
        elif len(self._conversations) >= self._plan.pool.settings.conversations_per_worker:
            self._refuse(leg, BUSY_HERE)
        elif service is None:
            self._refuse(leg, NOT_FOUND)
        else:
            self._converse(leg, message, service)

    def _converse(self, leg: Leg, message: str, service: PlannedService) -> None:
        caller = caller_from_headers(
            from_header=header(message, "From") or "",
            asserted=header(message, "P-Asserted-Identity"),
            privacy=header(message, "Privacy"),
        )
        sip_call_id = header(message, "Call-ID") or ""
        try:
            conversation = Conversation(self._around, leg=leg, sip_call_id=sip_call_id, caller=caller, service=service)
        except OSError as error:
            _log.error("a call is refused: the spool cannot be written", error=error.strerror, sip_call_id=sip_call_id)
            self._refuse(leg, TEMPORARILY_UNAVAILABLE)
        else:
            self._conversations.append(conversation)

    def _refuse(self, leg: Leg, code: int) -> None:
        leg.end(code)
        self._refused.append(leg)


def run_worker(plan: WorkerPlan, *, spool: Spool, instance: str) -> None:
    """Be a worker until SIGTERM, then leave the process: never returns."""
    # Left alone, the collector runs on whichever thread allocates, the keeper's too; and pjlib aborts the process when
    # a thread that it does not know destroys a call or a player. So it runs when the loop says so, and only then.
    gc.disable()
    gc.freeze()
    code = 0
    try:
        worker = Worker(plan, spool=spool, instance=instance, clock=SystemClock())

        def stop(_number: int, _frame: FrameType | None) -> None:
            worker.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor decides
        worker.run()
    except (TallenneError, pj.Error) as error:
        _log.error("the worker stops", worker=plan.name, error=getattr(error, "reason", str(error)))
        code = 1
    except BaseException:  # noqa: BLE001 - the process is left by os._exit, so nobody else would say why
        _log.exception("the worker dies", worker=plan.name)
        code = 70
    sys.stderr.flush()
    os._exit(code)
