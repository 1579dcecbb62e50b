"""Older entries of a time line: as the page itself, or as the part that our script puts below the newer ones."""

from collections.abc import Mapping
from datetime import date

from flask import render_template, request

from ledger_link.time_line import TimeLinePage
from ledger_link.time_line_window import TimeLinePlace, parse_place
from web.page_part import OLDER, PART_HEADER
from web.register_day import day_in_address


def place_asked(text: str | None) -> TimeLinePlace | None:
    """Read from where older entries are asked for, None for the newest; BadDataError for what is no such place."""
    return parse_place(text) if text else None


def is_older_part() -> bool:
    """Tell whether our script asks, for the entries alone."""
    return request.headers.get(PART_HEADER) == OLDER


def older_part(line: TimeLinePage, endpoint: str, record_id: Mapping[str, int], *, on: date) -> str:
    """Write the entries alone, with the way to still older ones."""
    return render_template(
        "time_line_part.html", line=line, endpoint=endpoint, id=record_id, before=None, day=day_in_address(on)
    )
