"""Staff as a subject is told of it: numbers in the order of first mention, the same for the same person throughout."""

from privacy.cases.gathered import StaffAlias


class StaffAliases:
    """The numbers of one gathering. ``own`` are the logins and the agent of the subject himself: he is no alias."""

    def __init__(self, *, own: frozenset[object] = frozenset()) -> None:
        self._own = own
        self._numbers: dict[object, int] = {}
        self._agents: dict[int, str] = {}

    def know(self, agent_id: int, login: str) -> None:
        """Say that an agent and an account are one person, before either is mentioned."""
        self._agents[agent_id] = login

    def of_login(self, login: str | None) -> StaffAlias | None:
        """Give the alias of an account's login; None for the subject himself, and where nobody is known."""
        return None if login is None or login in self._own else self._alias(login)

    def of_agent(self, agent_id: int | None) -> StaffAlias | None:
        """Give the alias of an agent; None for the subject himself, and where nobody answered."""
        if agent_id is None or agent_id in self._own:
            return None
        return self._alias(self._agents.get(agent_id, agent_id))

    def _alias(self, key: object) -> StaffAlias:
        return StaffAlias(self._numbers.setdefault(key, len(self._numbers) + 1))
