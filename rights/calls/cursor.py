"""Cursors of keyset paging: where a page ended and which way the next one goes, opaque outside."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from calls.clock import from_iso
from calls.errors import BadDataError, TallenneError
from calls.identity import parse_call_id

_MAX_CHARS = 200  # ours have about 110
_YEARS = range(2000, 2102)


class Way(StrEnum):
    """The way from the cursor, in a list with the newest first."""

    OLDER = "o"
    NEWER = "n"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between calls. A cursor grants nothing: every page is selected by permission anew."""

    way: Way
    started_at: datetime
    call_id: str

    def __str__(self) -> str:
        plain = json.dumps([self.way, self.started_at.astimezone(UTC).isoformat(), self.call_id])
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def parse_cursor(text: str) -> Cursor:
    """Read what ``str(cursor)`` wrote; raise BadDataError for anything else."""
    if len(text) > _MAX_CHARS:  # a long one could nest deeper than Python reads
        raise _no_page()
    try:
        plain = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        way, started_at, call_id = plain
        place = Cursor(way=Way(way), started_at=from_iso(started_at), call_id=parse_call_id(call_id))
    except (TallenneError, binascii.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _no_page() from error
    if place.started_at.year not in _YEARS:  # beyond them lie moments that no database holds
        raise _no_page()
    return place


def _no_page() -> BadDataError:
    return BadDataError(what="not a page of this list", remedy="start from its first page")
