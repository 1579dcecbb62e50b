"""What the audit keeps of a search of calls: no text that was typed, for it is kept for ever."""

import json
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from fixtures_rights import ALL_CALLS, Office
from fixtures_statement import IDENTITY_CODE, NUMBER
from sqlalchemy import select

from calls.outcome import CallState, Reason
from rights.audit.trail import Action
from rights.calls.call_filter import CallFilter
from rights.calls.viewing import list_calls
from rights.tables import AuditRow

TYPED = sorted(name for name, kind in get_type_hints(CallFilter).items() if kind == str | None)
DIGITS_ALONE = "131052-9083"  # some identity codes could be a telephone number


def audited(office: Office, wanted: CallFilter) -> dict[str, Any]:
    """Search calls as somebody who may see them all, and give the row's detail."""
    actor = office.actor(office.add_account("tiina", *ALL_CALLS))
    list_calls(office.database, actor, wanted, limit=50, clock=office.clock)
    with office.database.read() as session:
        (detail,) = session.scalars(select(AuditRow.detail).where(AuditRow.action == Action.CALLS_LISTED))
    told: dict[str, Any] = json.loads(detail or "")
    return told


@pytest.mark.parametrize("field", TYPED)
@pytest.mark.parametrize("text", [IDENTITY_CODE, DIGITS_ALONE, NUMBER])
def test_no_text_that_was_typed_is_kept(office: Office, field: str, text: str) -> None:
    office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER, caller_raw=NUMBER)
    typed: dict[str, Any] = {field: text}
    told = audited(office, CallFilter(**typed))
    assert told["filter"] == {field: "***"}
    assert text not in json.dumps(told)


def test_what_is_chosen_from_a_list_is_kept(office: Office) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    asked: dict[str, Any] = {
        "from_at": datetime(2026, 11, 1, tzinfo=UTC),
        "to_at": datetime(2026, 12, 1, tzinfo=UTC),
        "agent_id": office.sanna_id,
        "state": CallState.RECORDED,
        "reason": Reason.CALLER_HUNG_UP,
        "service": "+358102001000",
    }
    assert audited(office, CallFilter(**asked)) == {
        "calls": [call_id],
        "filter": {
            **asked,
            "from_at": "2026-11-01T00:00:00.000Z",
            "to_at": "2026-12-01T00:00:00.000Z",
        },
        "persons": [],
    }


def test_a_list_of_all_is_narrowed_by_nothing(office: Office) -> None:
    assert audited(office, CallFilter(number="", customer=None))["filter"] == {}
