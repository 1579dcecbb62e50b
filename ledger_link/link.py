"""Whose call it was: the values that are told to others."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from calls.clock import iso


class LinkStatus(StrEnum):
    """How many persons a call is linked to, or that it cannot be because its number was withheld."""

    ONE = "one"
    SEVERAL = "several"
    NONE = "none"
    WITHHELD = "withheld"


class LinkRule(StrEnum):
    """Why a call is linked as it is."""

    NUMBER_OF_LEASE_PARTY = "number-of-lease-party"  # one holder, party to a lease on that day
    NUMBER_OF_PERSON = "number-of-person"  # one holder, party to no lease on that day
    NUMBER_SHARED_IN_LEASE = "number-shared-in-lease"  # several holders, all parties to one lease on that day
    NUMBER_SHARED = "number-shared"  # several holders, no lease in common
    NUMBER_NOT_VALID_THEN = "number-not-valid-then"  # somebody's number, but nobody's on that day
    NUMBER_UNKNOWN = "number-unknown"  # not in the register
    NO_NUMBER = "no-number"  # the caller's identity is no telephone number
    WITHHELD = "withheld"
    DECIDED = "decided"  # a person linked or unlinked it
    NOT_LINKED_YET = "not-linked-yet"  # no link was ever worked out


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A person as a link names him. ``non_disclosure``: show neither address nor number, the caller's included."""

    id: int
    name: str
    non_disclosure: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Whose call it was; ``decided_by`` and ``decided_at`` are None unless a person decided."""

    status: LinkStatus
    rule: str
    persons: tuple[LinkedPerson, ...] = ()
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def non_disclosure(self) -> bool:
        """Whether anybody in the link has a turvakielto, so that the caller's number must not be shown."""
        return any(person.non_disclosure for person in self.persons)

    def to_json(self) -> dict[str, Any]:
        """Give the plain object that ``tallenne calls --json`` and the JSON API print."""
        return {
            "status": self.status.value,
            "rule": self.rule,
            "persons": [{"id": person.id, "name": person.name} for person in self.persons],
            "decided_by": self.decided_by,
            "decided_at": iso(self.decided_at),
        }


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """One entry of a call's link history; without persons it unlinked the call."""

    persons: tuple[LinkedPerson, ...]
    decided_by: str
    decided_at: datetime
