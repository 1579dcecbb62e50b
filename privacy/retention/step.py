"""The steps of the shredding by name, so that a test can end the process after each."""

from enum import StrEnum


class Step(StrEnum):
    """The numbered steps of :mod:`privacy.retention.shredder`, in their order."""

    CLAIMED = "claimed"
    KEY_ERASED = "key_erased"
    ROWS_DELETED = "rows_deleted"
    OBJECTS_DELETED = "objects_deleted"
    SPACE_GIVEN_BACK = "space_given_back"
    PROVED = "proved"
