"""Who must have a second factor."""

from collections.abc import Set as AbstractSet

from rights.access.tasks import Task

_ONE_IS_ENOUGH = frozenset(
    {
        Task.VIEW_CALLS,
        Task.LISTEN,
        Task.LINK_CUSTOMERS,
        Task.VIEW_REGISTER,
        Task.VIEW_LEDGER,
        Task.FIND_BY_IDENTITY_CODE,
        Task.REVEAL_IDENTITY,
        Task.REVEAL_INCOME,
        Task.REVEAL_CREDIT,
        Task.REVEAL_GUARDIANSHIP,
        Task.REVEAL_UNDISCLOSED,
    }
)
"""The daily work with customers. Every other task, also one that is added later, needs two factors."""


def is_compulsory(tasks: AbstractSet[Task], *, is_partner: bool = False) -> bool:
    """Tell whether an account with these tasks must have a second factor.

    A partner's always: he hears what is said to the house from wherever he sits, at a machine that is not the house's.
    """
    return is_partner or not tasks <= _ONE_IS_ENOUGH
