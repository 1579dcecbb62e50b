"""The tasks that the administrator grants one by one (tehtäväkohtaiset käyttöoikeudet)."""

from enum import StrEnum

from calls.errors import BadDataError


class Task(StrEnum):
    """What an account may be permitted to do. Whatever no task permits is refused."""

    VIEW_CALLS = "view-calls"
    LISTEN = "listen"
    EXPORT_AUDIO = "export-audio"
    LINK_CUSTOMERS = "link-customers"
    VIEW_REGISTER = "view-register"
    VIEW_LEDGER = "view-ledger"
    FIND_BY_IDENTITY_CODE = "find-by-identity-code"
    REVEAL_IDENTITY = "reveal-identity"
    REVEAL_INCOME = "reveal-income"
    REVEAL_CREDIT = "reveal-credit"
    REVEAL_GUARDIANSHIP = "reveal-guardianship"
    REVEAL_UNDISCLOSED = "reveal-undisclosed"
    VIEW_LOOK_UPS = "view-look-ups"
    HANDLE_CASES = "handle-cases"
    HEAR_FOR_COPIES = "hear-for-copies"
    RECORD_DISCLOSURES = "record-disclosures"
    MANAGE_RETENTION = "manage-retention"
    MANAGE_HOLDS = "manage-holds"
    PUBLISH_DOCUMENTS = "publish-documents"
    VIEW_AUDIT = "view-audit"
    APPROVE_EXPORTS = "approve-exports"
    APPROVE_DELETIONS = "approve-deletions"
    APPROVE_GRANTS = "approve-grants"
    ADMINISTER_PURPOSES = "administer-purposes"
    ADMINISTER_ACCOUNTS = "administer-accounts"


SCOPED_TASKS = frozenset({Task.VIEW_CALLS, Task.LISTEN, Task.EXPORT_AUDIO})
"""The tasks on calls: each is granted on a scope (rights.access.scope)."""


def parse_task(text: str) -> Task:
    """Read a task's name; raise BadDataError that lists the names there are."""
    try:
        return Task(text.strip().lower())
    except ValueError as error:
        raise BadDataError(what=f"no such permission: {text!r}", remedy=f"one of {', '.join(Task)}") from error
