"""What the pages of the register's records have in common: a day, a time line told a page at a time, the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from flask import render_template, request

from ledger_link.records.time_line import TimeLinePage
from ledger_link.records.time_line_window import TimeLinePlace, parse_place
from web.formats import local_day
from web.page_part import OLDER, PART_HEADER
from web.parts import parts
from web.register_day import day_asked, day_in_address
from web.views.register import back_to_search


class _Record(Protocol):
    @property
    def time_line(self) -> TimeLinePage: ...


class _Viewed(Protocol):
    @property
    def record(self) -> _Record: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """As of which day a record is asked for, and from where on its time line; None for the newest entries."""

    on: date
    before: TimeLinePlace | None = None


def asked() -> Asked:
    """Read what the address asks for; BadDataError for what is no day, or no place on a time line."""
    before = request.args.get("before")
    return Asked(day_asked(request.args.get("on")), parse_place(before) if before else None)


def record_page(template: str, viewed: _Viewed, wanted: Asked, **more: object) -> str:
    """Write the page of a record, or where our script asks, the older entries of its time line alone."""
    if request.headers.get(PART_HEADER) == OLDER:
        return _older(viewed.record.time_line, wanted, request.endpoint or "", request.view_args or {})
    return render_template(
        template,
        viewed=viewed,
        on=wanted.on,
        before=wanted.before,
        day=day_in_address(wanted.on),
        today=local_day(parts().clock.now()),
        back=back_to_search(),
        **more,
    )


def _older(line: TimeLinePage, wanted: Asked, endpoint: str, record_id: Mapping[str, Any]) -> str:
    day = day_in_address(wanted.on)
    return render_template("time_line_part.html", line=line, endpoint=endpoint, id=record_id, before=None, day=day)
