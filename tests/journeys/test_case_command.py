"""``tallenne case list`` as an operator runs it: numbers and days, and nobody's name."""

import json
from datetime import timedelta

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_rights import HandClock, Office, RunCommand
from sqlalchemy import select

from calls.clock import SystemClock
from rights.audit.trail import Action
from rights.tables import AuditRow
from storage.database.engine import Database


@pytest.fixture
def desk(database: Database) -> PrivacyDesk:
    """A desk whose clock shows the time of the command."""
    return PrivacyDesk(Office(database, HandClock(SystemClock().now())))


def test_the_open_cases_by_number_the_next_due_first(desk: PrivacyDesk, run_command: RunCommand) -> None:
    fresh = desk.open().case_no
    late = desk.open(received_on=desk.today - timedelta(days=40)).case_no
    listed = json.loads(run_command("case", "list", "--json").stdout)
    assert [(one["case"], one["urgency"]) for one in listed] == [(late, "overdue"), (fresh, "in-time")]
    table = run_command("case", "list").stdout
    assert late in table
    assert "Virtanen" not in table + json.dumps(listed)
    with desk.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == Action.CASES_LISTED)).all()
        assert len(rows) == 2
        assert all((row.login or "").startswith("cli:") for row in rows)
