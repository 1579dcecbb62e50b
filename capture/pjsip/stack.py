"""The pjsip library of one worker process: set up once, polled by one thread, left by ``os._exit``."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pjsua2 as pj

from calls.errors import UnavailableError
from capture.pjsip.leg import Leg, Unheard
from capture.pjsip.message import text_of
from capture.plan import WorkerPlan
from capture.settings import LEGS_PER_CONVERSATION

POLL_MS = 100
"""How long a turn of the loop waits for SIP, which ends the wait at once: only our own deadlines wait that long.

Five times shorter, the empty turns were a quarter of what a worker needs for its calls.
"""
PROMPT_POLL_MS = 20
"""The same while something plays whose end nobody but the loop looks for."""
LAST_POLLS = 10
_WIDEBAND_HZ = 16000
# Jitter buffers, see docs/adr/0008: nothing is cut out of a call to catch up after a stall
_KEEP_ALL = 0  # PJMEDIA_JB_DISCARD_NONE
_LONGEST_BUFFER_MS = 200
_LOG_LEVEL = 1  # pjsip's errors; levels above print numbers and addresses of callers
_CODECS = {"PCMA/8000": 200, "PCMU/8000": 190}
_WIDEBAND_CODECS = {"G722/16000": 210}


class _InboundAccount(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    def __init__(self, on_invite: Callable[[Leg, str], None]) -> None:
        super().__init__()
        self._on_invite = on_invite

    def onIncomingCall(self, prm: Any) -> None:
        """Hand the INVITE on."""
        self._on_invite(Leg(self, Unheard(), int(prm.callId)), text_of(prm.rdata.wholeMsg))


class Stack:
    """Endpoint, transport, codecs and the one account. Every callback runs inside :meth:`poll`."""

    def __init__(self, plan: WorkerPlan, *, on_invite: Callable[[Leg, str], None]) -> None:
        settings = plan.pool.settings
        self.endpoint = pj.Endpoint()
        with _quiet():  # pjsip prints its start before it can be told not to
            self.endpoint.libCreate()
            self.endpoint.libInit(_endpoint_config(plan))
        self.endpoint.audDevManager().setNullDev()
        transport = pj.TransportConfig()
        transport.port = plan.sip_port
        transport.boundAddress = "127.0.0.1"  # workers never face a network: the edge stands in front
        try:
            self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        except pj.Error as error:
            raise UnavailableError(
                what=f"cannot listen: {error.reason}", where=f"127.0.0.1:{plan.sip_port}", remedy="is the port in use?"
            ) from error
        self._choose_codecs(wideband=settings.sample_rate_hz == _WIDEBAND_HZ)
        self.endpoint.libStart()
        self.account = _InboundAccount(on_invite)
        self.account.create(_account_config(plan), True)

    def poll(self, wait_ms: int) -> None:
        """Let pjsip work: what came is dealt with at once, else wait for up to ``wait_ms`` milliseconds."""
        self.endpoint.libHandleEvents(wait_ms)

    def close(self) -> None:
        """Hang up on whoever is left; the process must then leave by ``os._exit``.

        ``libDestroy`` is not called: it ends calls whose Python objects are still there, which aborts, and all that it
        would give back the end of the process gives back too.
        """
        self.endpoint.hangupAllCalls()
        for _ in range(LAST_POLLS):
            self.poll(PROMPT_POLL_MS)

    def _choose_codecs(self, *, wideband: bool) -> None:
        chosen = {**_CODECS, **(_WIDEBAND_CODECS if wideband else {})}
        infos = self.endpoint.codecEnum2()  # kept: iterating over a temporary reads freed memory
        for info in infos:
            name = str(info.codecId)
            priority = next((value for prefix, value in chosen.items() if name.startswith(prefix)), 0)
            self.endpoint.codecSetPriority(name, priority)


@contextmanager
def _quiet() -> Iterator[None]:
    """Send standard output nowhere for a moment; errors are raised, not printed."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _endpoint_config(plan: WorkerPlan) -> Any:
    settings = plan.pool.settings
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = settings.conversations_per_worker * LEGS_PER_CONVERSATION
    config.uaConfig.userAgent = "Tallenne"
    config.medConfig.clockRate = settings.sample_rate_hz
    config.medConfig.sndClockRate = settings.sample_rate_hz
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    config.medConfig.jbMax = _LONGEST_BUFFER_MS
    _let_jitter_buffers_keep_all(config.medConfig)
    config.logConfig.level = _LOG_LEVEL
    config.logConfig.consoleLevel = _LOG_LEVEL
    config.logConfig.msgLogging = 0
    return config


def _let_jitter_buffers_keep_all(media: Any) -> None:
    """Set ``jbDiscardAlgo``: its type has no Python name in the wheel, but configurations can be written and read."""
    written = pj.JsonDocument()
    media.writeObject(written.getRootContainer())
    settings = json.loads(written.saveString())
    settings["MediaConfig"]["jbDiscardAlgo"] = _KEEP_ALL
    read = pj.JsonDocument()
    read.loadString(json.dumps(settings))
    media.readObject(read.getRootContainer())


def _account_config(plan: WorkerPlan) -> Any:
    pool = plan.pool
    config = pj.AccountConfig()
    config.idUri = f"sip:{plan.name}@127.0.0.1:{plan.sip_port}"
    config.mwiConfig.enabled = False
    config.natConfig.contactRewriteUse = 0
    config.natConfig.viaRewriteUse = 0
    config.natConfig.sdpNatRewriteUse = 0
    # asked for even where the far end knows no session timers (RFC 4028): our refreshes find out that it is gone
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    media = config.mediaConfig.transportConfig
    media.port = plan.first_rtp_port
    media.portRange = pool.settings.rtp_ports_per_worker - 2
    media.publicAddress = str(pool.settings.media_address)
    if pool.settings.media_address.is_loopback:
        media.boundAddress = str(pool.settings.media_address)
    return config
