"""The house itself, where it deletes what its rules say: the audit names it, and it is permitted nothing else."""

from rights.access.actor import Actor

HOUSE = Actor(account_id=None, login="system:retention", name="Tallenne", agent_id=None, permits=frozenset())
"""No login of an account contains a colon, so that none can be taken for it."""
