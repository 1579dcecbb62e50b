"""The log is searched the same way on both databases: page by page nothing is left out and nothing comes twice."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from fixtures_rights import OPERATOR, Office
from sqlalchemy import select

from rights.audit import log_view
from rights.audit.log_view import LogFilter
from rights.audit.trail import Action, record
from rights.tables import AuditRow

CALL_ID = "0199a1b2-0000-7000-8000-000000000001"
ROWS = 23


def pages(office: Office, wanted: LogFilter) -> list[Sequence[int]]:
    """Read all pages, the next from where the one before ended."""
    found: list[Sequence[int]] = []
    before = None
    with office.database.read() as session:
        while True:
            rows = session.scalars(log_view._rows(wanted, before=before)).all()
            found.append([row.id for row in rows[: log_view.PAGE_ROWS]])
            if len(rows) <= log_view.PAGE_ROWS:
                return found
            before = found[-1][-1]


@pytest.mark.parametrize("narrowed", ["period", "call", "action", "nothing"])
def test_pages_hold_every_row_once_the_newest_first(
    office: Office, monkeypatch: pytest.MonkeyPatch, narrowed: str
) -> None:
    """Some rows bear one moment, and one bears an earlier one than the row before it."""
    monkeypatch.setattr(log_view, "PAGE_ROWS", 4)
    begun = office.clock.now()
    for number in range(ROWS):
        if number % 3 == 0:
            office.clock.advance(minutes=1 if number != 12 else -1)
        with office.database.begin() as session:
            record(session, actor=OPERATOR, action=Action.CALL_SHOWN, call_id=CALL_ID, clock=office.clock)
    period = LogFilter(from_at=begun + timedelta(minutes=2), to_at=begun + timedelta(minutes=6))
    wanted = {
        "period": period,
        "call": LogFilter(call_id=CALL_ID),
        "action": LogFilter(action=Action.CALL_SHOWN),
        "nothing": LogFilter(),
    }[narrowed]
    with office.database.read() as session:
        every = session.execute(select(AuditRow.id, AuditRow.at)).all()
    if narrowed == "period":
        within = [row for row in every if period.from_at <= row.at < period.to_at]
        expected = [row.id for row in sorted(within, key=lambda row: (row.at, row.id), reverse=True)]
    else:
        expected = sorted((row.id for row in every), reverse=True)
    found = pages(office, wanted)
    assert [audit_id for page in found for audit_id in page] == expected
    assert all(len(page) == 4 for page in found[:-1])
