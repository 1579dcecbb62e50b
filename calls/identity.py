"""Identities of calls: UUIDv7, sortable by time of birth (RFC 9562 section 5.7)."""

from typing import NewType
from uuid import UUID

import uuid_utils

from calls.errors import BadDataError

CallId = NewType("CallId", str)


def new_call_id() -> CallId:
    """Give a fresh identity in its canonical form: 36 lower-case characters."""
    return CallId(str(uuid_utils.uuid7()))


def parse_call_id(text: str) -> CallId:
    """Read a call id in any form that RFC 9562 allows; raise BadDataError for anything else."""
    try:
        return CallId(str(UUID(text)))
    except ValueError as error:
        raise BadDataError(what=f"not a call id: {text!r}", remedy="copy it from 'tallenne calls'") from error
