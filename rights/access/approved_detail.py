"""What the log tells of a deed that needs two people: who lets whom do what, from when, until when, and why.

The log alone answers it, for the table of approvals can be changed by whoever can write to the database. What an asking
says is told as it was asked for, but for what is long and stands elsewhere in the log (the marks of findings, which are
signed); what is not a code, a number or a moment of ours, nor the firm that a partner is of, is sealed like any words
(``rights.audit.subjects``): to whom calls were opened is to be told as long as the log stands.
"""

import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from rights.access.approval_rows import ApprovalRow
from rights.tables import AccountRow

ASKED_FOR = "asked_for"
"""Under which the rest of what was asked for stands; it is sealed."""
_ACCOUNTS = ("account:", "partner:")
_TOLD = {"partner": "recipient"}  # other rows have the number of his account under that name
_OURS = frozenset(
    {
        "account_id",
        "agent_id",
        "basis",
        "calls",
        "case",
        "copy",
        "factors",
        "leaders",
        "password_set_at",
        "permit",
        "purpose",
        "partner",
        "role",
        "root",
        "rows",
        "sha256",
        "since",
        "team",
        "until",
        "valid_from",
        "valid_until",
    }
)
_LONG = frozenset({"marks", "members"})


def approved_detail(session: Session, row: ApprovalRow) -> dict[str, object]:
    """Give the detail of an audit row about an asking, whatever became of it."""
    asked: Mapping[str, object] = json.loads(row.detail)
    told = {_TOLD.get(key, key): value for key, value in asked.items() if key in _OURS and value is not None}
    counts = {key: len(value) for key, value in asked.items() if key in _LONG and isinstance(value, list)}
    rest = {key: value for key, value in asked.items() if key not in _OURS | _LONG}
    return {
        **told,
        **counts,
        **({ASKED_FOR: rest} if rest else {}),
        **_account(session, row.subject, asked.get("account_id")),
        "approval": row.id,
        "deed": row.deed,
        "subject": row.subject,
        "asked_by": row.asked_by,
        "reason": row.reason,
        **({"decided_by": row.decided_by} if row.decided_by else {}),
        **({"note": row.note} if row.note else {}),
    }


def _account(session: Session, subject: str, named: object) -> dict[str, object]:
    """Tell whose account it is about by its login, as the rows of granting do: the subject's, or who is named."""
    kind = next((one for one in _ACCOUNTS if subject.startswith(one)), None)
    number = subject.removeprefix(kind) if kind else str(named)
    account = session.get(AccountRow, int(number)) if number.isdecimal() else None
    return {"account": account.login} if account else {}
