"""The steps of the archive by name, so that a test can end the process after each."""

from enum import StrEnum


class Step(StrEnum):
    """The numbered steps of :mod:`storage.archive`, in their order."""

    VERIFIED = "verified"
    MADE = "made"
    ANNOUNCED = "announced"
    PUT = "put"
    READ_BACK = "read_back"
    COMMITTED = "committed"
    DISCARDED = "discarded"
