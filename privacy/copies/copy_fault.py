"""Why a copy could not be made: codes that its row keeps and the page says in words."""

from enum import StrEnum


class Fault(StrEnum):
    """Why a copy could not be made."""

    NOT_PERMITTED = "not-permitted"  # who ordered it may not handle the case any more
    DAMAGED = "damaged"  # something that is kept is not what it was
    TOO_LARGE = "too-large"
    TEXTS_CHANGED = "texts-changed"  # since words in them were blacked out
    NOT_REVIEWED = "not-reviewed"  # a text or a call came since it was ordered that nobody has looked through


class FaultError(Exception):
    """A copy cannot be made; its row keeps why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
