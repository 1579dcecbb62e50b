"""What a single administrator does not grant alone."""

from rights.access.actor import Actor
from rights.access.permit import Permit
from rights.access.tasks import Task

LISTENING_TASKS = frozenset({Task.LISTEN, Task.EXPORT_AUDIO, Task.HEAR_FOR_COPIES})
APPROVER_TASKS = frozenset({Task.APPROVE_GRANTS, Task.APPROVE_EXPORTS, Task.APPROVE_DELETIONS})


def needs_second_person(permit: Permit, *, by: Actor) -> bool:
    """Tell whether a grant waits for an approval.

    To hear or take out any recording does, one's own calls too: whose own calls an account's are, the administrator
    says himself. So does being an approver, or an administrator would make himself one under another name; of these
    the operator alone makes the first, who holds the machine and its keys anyway.
    """
    return permit.task in LISTENING_TASKS or (permit.task in APPROVER_TASKS and by.account_id is not None)
