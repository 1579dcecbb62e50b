"""Who acts: an account as it stands at this moment, or the operator at the machine's own command line."""

from dataclasses import dataclass

from rights.access.permit import Permit
from rights.access.scope import ALL, Scope
from rights.access.tasks import Task


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, with what is permitted to him now; made anew for every request.

    ``account_id`` is None for the operator, who is nobody's account but is named in the audit all the same. ``teams``
    are the ids of the teams that he leads now; known only where one of his permits is on them. ``named_calls`` are a
    partner's: the only calls that he may know of; None for everybody of the house.
    """

    account_id: int | None
    login: str
    name: str
    agent_id: int | None
    permits: frozenset[Permit]
    teams: frozenset[int] = frozenset()
    named_calls: frozenset[str] | None = None

    @property
    def is_partner(self) -> bool:
        """Whether he is of another organisation, and knows of calls that were opened to him by name alone."""
        return self.named_calls is not None

    @property
    def tasks(self) -> frozenset[Task]:
        """Give the tasks that are permitted on any scope."""
        return frozenset(permit.task for permit in self.permits)

    def may(self, task: Task) -> bool:
        """Tell whether this task is permitted, on whatever scope: what it reaches is said by ``rights.calls.reach``."""
        return any(permit.task is task for permit in self.permits)

    def scopes(self, task: Task) -> frozenset[Scope]:
        """Give the scopes on which a task is permitted."""
        return frozenset(permit.scope for permit in self.permits if permit.task is task)

    def may_everywhere(self, task: Task) -> bool:
        """Tell whether a task is permitted on everything."""
        return ALL in self.scopes(task)


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
        permits=frozenset({Permit(Task.VIEW_CALLS), Permit(Task.EXPORT_AUDIO), Permit(Task.ADMINISTER_ACCOUNTS)}),
    )
