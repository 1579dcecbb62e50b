"""How a call ended: whether there is audio, and the reason a person is shown."""

from enum import StrEnum


class CallState(StrEnum):
    """Whether a recording exists."""

    RECORDED = "recorded"
    NOT_RECORDED = "not_recorded"


class Reason(StrEnum):
    """Why a call ended or, where nothing was recorded, why there is no audio."""

    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    DRAINED = "drained"
    INTERRUPTED = "interrupted"
    ABANDONED_IN_DISCLOSURE = "abandoned_in_disclosure"
    ABANDONED_WHILE_RINGING = "abandoned_while_ringing"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    NO_AGENT = "no_agent"
    DISCLOSURE_FAILED = "disclosure_failed"
    RECORDER_FAILED = "recorder_failed"
    SPOOL_FULL = "spool_full"
    FAILED = "failed"


class Direction(StrEnum):
    """Who placed the call, seen from the customer service."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
