"""Staff as a subject is told of it: numbers in the order of first mention, the same for the same person throughout.

A partner's account is none of the staff: it is told as the organisation that received something.
"""

from collections.abc import Mapping
from types import MappingProxyType

from privacy.cases.gathered import RecipientName, StaffAlias

NO_PARTNERS: Mapping[str, str] = MappingProxyType({})


class StaffAliases:
    """The numbers of one gathering. ``own`` are the logins and the agent of the subject himself: he is no alias.

    ``partners`` are the organisations of the accounts that are partners', by login.
    """

    def __init__(self, *, own: frozenset[object] = frozenset(), partners: Mapping[str, str] = NO_PARTNERS) -> None:
        self._own = own
        self._partners = partners
        self._numbers: dict[object, int] = {}
        self._agents: dict[int, str] = {}

    def know(self, agent_id: int, login: str) -> None:
        """Say that an agent and an account are one person, before either is mentioned."""
        self._agents[agent_id] = login

    def of_login(self, login: str | None) -> StaffAlias | RecipientName | None:
        """Give what an account's login is told as; None for the subject himself, and where nobody is known."""
        if login is None or login in self._own:
            return None
        organisation = self._partners.get(login)
        return RecipientName(organisation) if organisation is not None else self._alias(login)

    def of_agent(self, agent_id: int | None) -> StaffAlias | None:
        """Give the alias of an agent; None for the subject himself, and where nobody answered."""
        if agent_id is None or agent_id in self._own:
            return None
        return self._alias(self._agents.get(agent_id, agent_id))

    def _alias(self, key: object) -> StaffAlias:
        return StaffAlias(self._numbers.setdefault(key, len(self._numbers) + 1))
