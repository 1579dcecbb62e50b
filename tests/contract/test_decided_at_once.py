"""Two people at two windows: of what one has done a moment ago the other's deed knows, once it has the lock.

On PostgreSQL alone: SQLite lets one transaction write at a time, from its beginning.
"""

from collections.abc import Iterator

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_rights import Office

from calls.errors import NotFoundError
from privacy.cases.case_words import Outcome
from privacy.cases.handlers import handled_row
from privacy.cases.handling import decide as decide_case
from privacy.cases.handling import withdraw
from privacy.cases.moves import IllegalMoveError
from rights.access.approval_rows import ApprovalRow
from rights.access.approvals import ask, decide
from rights.access.deeds import Deed
from rights.access.tasks import Task
from storage.database.engine import Database, open_database


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    """A migrated PostgreSQL database."""
    opened = open_database(postgresql_url)
    yield opened
    opened.dispose()


def test_what_one_has_refused_another_does_not_approve_in_the_same_moment(office: Office) -> None:
    asker, clock = office.actor(office.add_account("aino")), office.clock
    one, other = (office.actor(office.add_account(login, Task.APPROVE_EXPORTS)) for login in ("arto", "paula"))
    with office.database.begin() as session:
        asked = ask(session, deed=Deed.EXPORT_AUDIO, subject="c", reason="Poliisi", by=asker, clock=clock)
    with office.database.begin() as late:
        shown = late.get_one(ApprovalRow, asked.id)
        assert shown.decided_at is None
        with office.database.begin() as early:
            decide(early, asked.id, is_approved=False, by=one, clock=clock)
        with pytest.raises(NotFoundError):
            decide(late, asked.id, is_approved=True, by=other, clock=clock)
    with office.database.read() as session:
        row = session.get_one(ApprovalRow, asked.id)
        assert (row.decided_by, row.is_approved) == ("arto", False)


def test_a_case_that_was_ended_meanwhile_is_not_decided(office: Office) -> None:
    desk = PrivacyDesk(office)
    case_no, clock = desk.open().case_no, office.clock
    with office.database.begin() as late:
        shown = handled_row(late, desk.officer, case_no)
        with office.database.begin() as early:
            withdraw(early, case_no, reasons="Soitti ja perui.", by=desk.officer, clock=clock)
        with pytest.raises(IllegalMoveError):
            decide_case(late, case_no, outcome=Outcome.GRANTED, reasons="On.", by=desk.officer, clock=clock)
        assert shown.state == "withdrawn"
