"""Who acts: an account as it stands at this moment, or the operator at the machine's own command line."""

from dataclasses import dataclass

from rights.access.tasks import Task


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, with the tasks that are valid for him now; made anew for every request.

    ``account_id`` is None for the operator, who is nobody's account but is named in the audit all the same.
    """

    account_id: int | None
    login: str
    name: str
    agent_id: int | None
    tasks: frozenset[Task]

    def may(self, task: Task) -> bool:
        """Tell whether this task is permitted."""
        return task in self.tasks


def operator_actor(unix_user: str, *, person: str | None = None) -> Actor:
    """Give the operator: whoever can run the command line on this home holds its keys and its database anyway.

    He sees every call and administers the accounts, and the audit names him ``cli:<user>``. No login can
    contain a colon, so that no account can be taken for him. ``person`` is who is behind a user that several people
    may be, such as root; his name in the audit is then ``<person> (cli:<user>)``.
    """
    login = f"cli:{unix_user}"
    return Actor(
        account_id=None,
        login=login,
        name=f"{person} ({login})" if person else login,
        agent_id=None,
        tasks=frozenset({Task.ALL_CALLS, Task.ADMINISTER_ACCOUNTS}),
    )
