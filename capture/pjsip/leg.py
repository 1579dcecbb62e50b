"""A leg: one party's call. The callbacks of its pjsua2 object are handed on as plain words."""

from collections.abc import Callable
from typing import Any, Protocol

import pjsua2 as pj

from capture.pjsip.message import status_of, text_of

_REFUSE = 603
_RINGING = 180  # to 189: RFC 3261 section 21.1 has 180 to 183


class LegListener(Protocol):
    """Who is told what a leg does. Called inside the poll, on its thread."""

    def leg_ringing(self, leg: "Leg") -> None:
        """Be told that the far end rings."""

    def leg_hears(self, leg: "Leg", message: str) -> None:
        """Be told what the far end says while it rings: ``message`` is the raw 18x, from each phone of a group."""

    def leg_confirmed(self, leg: "Leg", message: str) -> None:
        """Be told that the dialog is confirmed (ACK); ``message`` is the raw 2xx that we were sent, or empty."""

    def leg_media(self, leg: "Leg") -> None:
        """Be told that the audio stream is there, or was replaced."""

    def leg_gone(self, leg: "Leg", code: int) -> None:
        """Be told that the leg is over, with its last SIP status code."""


class Unheard:
    """The listener of a leg that is refused: nobody needs to know what becomes of it."""

    def leg_ringing(self, leg: "Leg") -> None:
        """Ignore it."""

    def leg_hears(self, leg: "Leg", message: str) -> None:
        """Ignore it."""

    def leg_confirmed(self, leg: "Leg", message: str) -> None:
        """Ignore it."""

    def leg_media(self, leg: "Leg") -> None:
        """Ignore it."""

    def leg_gone(self, leg: "Leg", code: int) -> None:
        """Ignore it."""


class Leg:
    """One party's call, which outlives its pjsua2 object: that is destroyed in the callback that says it is over.

    Later would be too late. The destructor of a pjsua2 call clears its slot in the library, and when somebody else's
    call has got the slot meanwhile, nobody is ever told again what becomes of that one.

    An incoming leg is made inside the callback (pjsua2 answers 500 for a call that has no object when the callback
    returns); whoever takes it afterwards sets ``listener`` and looks at ``is_over``.
    """

    def __init__(self, account: Any, listener: LegListener, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        self.listener = listener
        self._answer = ""
        self._call: _Call | None = _Call(self, account, call_id)

    @property
    def is_over(self) -> bool:
        """Whether pjsip has let go of the call, or never took it."""
        return self._call is None

    def answer_with(self, code: int) -> None:
        """Send a final response to an INVITE that we were sent."""
        param = pj.CallOpParam(True)
        param.statusCode = code
        self._unless_over(lambda call: call.answer(param))

    def place(self, uri: str, *, local_uri: str, headers: dict[str, str]) -> None:
        """Send an INVITE to the edge; raise pj.Error where pjsip refuses, and then the leg is over."""
        if self._call is None:
            return
        param = pj.CallOpParam(True)
        param.opt.audioCount, param.opt.videoCount = 1, 0
        param.txOption.localUri = local_uri
        vector = pj.SipHeaderVector()
        for name, value in headers.items():
            line = pj.SipHeader()
            line.hName, line.hValue = name, value
            vector.append(line)
        param.txOption.headers = vector
        try:
            self._call.makeCall(uri, param)
        except pj.Error:
            self._call = None
            raise

    def end(self, code: int) -> None:
        """Send BYE, CANCEL or the final status ``code``, whichever fits; harmless on a leg that is over."""
        param = pj.CallOpParam()
        param.statusCode = code
        self._unless_over(lambda call: call.hangup(param))

    def audio(self) -> Any | None:
        """Give the audio stream's conference port; None while there is none (no SDP yet, or on hold)."""
        if self._call is None:
            return None
        info = self._call.getInfo()  # kept: its media vector dies with it
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in {
                pj.PJSUA_CALL_MEDIA_ACTIVE,
                pj.PJSUA_CALL_MEDIA_REMOTE_HOLD,
            }:
                return self._call.getAudioMedia(index)
        return None

    def state_changed(self, prm: Any) -> None:
        """Hand on what the dialog did."""
        if self._call is None:
            return
        info = self._call.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY:
            self.listener.leg_ringing(self)
        elif info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._answer = _message_of(prm)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.listener.leg_confirmed(self, self._answer)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._call = None
            self.listener.leg_gone(self, int(info.lastStatusCode))

    def transaction_changed(self, prm: Any) -> None:
        """Hand on each 18x to our INVITE: the state of the dialog tells of the first phone that rings alone."""
        if self._call is None:
            return
        message = _message_of(prm)
        if _RINGING <= status_of(message) < _RINGING + 10:
            self.listener.leg_hears(self, message)

    def media_changed(self) -> None:
        """Hand on that there is a new audio stream."""
        self.listener.leg_media(self)

    def _unless_over(self, operate: Callable[["_Call"], None]) -> None:
        """Operate on a call that still exists: a method of a call without an id aborts the process."""
        if self._call is None or self._call.getId() == pj.PJSUA_INVALID_ID:
            return
        try:
            operate(self._call)
        except pj.Error:
            # it ended between our decision and our deed; leg_gone is on its way
            return


class _Call(pj.Call):  # type: ignore[misc]  # pjsua2 has no types
    """The pjsua2 object of a leg: hands every callback on. Only the leg holds it."""

    def __init__(self, leg: Leg, account: Any, call_id: int) -> None:
        super().__init__(account, call_id)
        self._leg = leg

    def onCallState(self, prm: Any) -> None:
        """Hand on what the dialog did."""
        self._leg.state_changed(prm)

    def onCallTsxState(self, prm: Any) -> None:
        """Hand on what a transaction of the dialog did."""
        self._leg.transaction_changed(prm)

    def onCallMediaState(self, prm: Any) -> None:
        """Hand on that there is a new audio stream."""
        del prm
        self._leg.media_changed()

    def onCallTransferRequest(self, prm: Any) -> None:
        """Refuse REFER."""
        prm.statusCode = _REFUSE  # a worker rings only whom the edge rings

    def onCallReplaceRequest(self, prm: Any) -> None:
        """Refuse Replaces (RFC 3891): it would take a recorded call over."""
        prm.statusCode = _REFUSE


def _message_of(prm: Any) -> str:
    """Give the received message behind a state change: the 2xx, where we sent the INVITE."""
    event = prm.e
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return ""
    state = event.body.tsxState
    return text_of(state.src.rdata.wholeMsg) if state.type == pj.PJSIP_EVENT_RX_MSG else ""
