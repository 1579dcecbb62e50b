"""What the doctor says of accounts: whether somebody can let people in, and somebody be the second of two."""

from collections.abc import Iterator

from rights.access.four_eyes import APPROVER_TASKS
from rights.access.tasks import Task
from rights.identity.accounts import list_accounts
from tallenne.finding import Finding, Health
from tallenne.house import House
from tallenne.operator import operator

_WANTED = (Task.ADMINISTER_ACCOUNTS, *sorted(APPROVER_TASKS))


def accounts_health(house: House) -> Iterator[Finding]:
    """See that for each task without which others wait for the operator there is an account that stands."""
    with house.database.read() as session:
        accounts = list_accounts(session, by=operator(), clock=house.clock)
    held = {task for account in accounts if account.disabled_at is None for task in account.tasks}
    for task in _WANTED:
        if task not in held:
            yield Finding(
                "accounts", Health.DOUBTFUL, f"nobody holds {task}", f"tallenne user add ... --permission {task}"
            )
    if held.issuperset(_WANTED):
        standing = sum(account.disabled_at is None for account in accounts)
        yield Finding("accounts", Health.GOOD, f"{standing}, with who administers and who approves")
