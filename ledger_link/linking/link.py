"""Whose call it was: the values that are told to others."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from calls.clock import iso
from ledger_link.records.person_marks import PersonMarks


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
    NUMBER_OF_ENDED_LEASE = "number-of-ended-lease"  # one holder, whose leases had all ended by that day
    NUMBER_OF_EMPLOYER = "number-of-employer"  # an organisation's switchboard on that day
    NUMBER_NOT_VALID_THEN = "number-not-valid-then"  # somebody's number, but nobody's on that day
    NUMBER_UNKNOWN = "number-unknown"  # not in the register
    NO_NUMBER = "no-number"  # the caller's identity is no telephone number
    WITHHELD = "withheld"
    DECIDED = "decided"  # a person linked or unlinked it
    REGISTER_UNAVAILABLE = "register-unavailable"  # the register did not answer; the next relink asks again
    NOT_LINKED_YET = "not-linked-yet"  # no link was ever worked out


class CandidateRule(StrEnum):
    """Why a person may be who called."""

    LEASE_PARTY = "number-of-lease-party"  # had the number on that day, party to a lease on that day
    PERSON = "number-of-person"  # had the number on that day, and never had a lease, or has one to come
    ENDED_LEASE = "number-of-ended-lease"  # had the number on that day, but every lease had ended
    FORMER_NUMBER = "number-formerly"  # had the number, to a day before
    EMPLOYEE = "number-of-employer"  # worked on that day where the number is the switchboard


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """A person as a link names him. ``non_disclosure``: show neither address nor number, the caller's included."""

    id: int
    name: str
    non_disclosure: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be who called, and the days that say so: both included, None open.

    ``number_since`` and ``number_until`` are of the number; ``since`` and ``until`` of the part in the lease
    ``lease_no``, or of the employment with ``employer``. ``marks`` tell him from a namesake, where they were asked for.
    """

    person: LinkedPerson
    rule: CandidateRule
    number_since: date | None
    number_until: date | None
    since: date | None
    until: date | None
    lease_id: int | None
    lease_no: str | None
    employer: str | None
    marks: PersonMarks | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Whose call it was; ``decided_by`` and ``decided_at`` are None unless a person decided.

    ``persons`` are who the call is linked to, or between whom the register cannot tell; ``candidates`` whom the rules
    offered to choose from, nobody of them linked where the status is none. What the call was about (``lease_id``,
    ``apartment_id``, ``fault_report_id``) only a person says; the last two are None also where a turvakielto hides
    them.
    """

    status: LinkStatus
    rule: str
    persons: tuple[LinkedPerson, ...] = ()
    decided_by: str | None = None
    decided_at: datetime | None = None
    candidates: tuple[Candidate, ...] = ()
    lease_id: int | None = None
    apartment_id: int | None = None
    fault_report_id: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to say whose call it was: the rules could not, and nobody has."""
        return self.decided_by is None and self.status in {LinkStatus.NONE, LinkStatus.SEVERAL}

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
            "lease_id": self.lease_id,
            "apartment_id": self.apartment_id,
            "fault_report_id": self.fault_report_id,
        }


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """One entry of a call's link history; without persons it unlinked the call, or withdrew what was decided before.

    ``id`` grows with every decision. ``decided_by`` is a login. ``apartment_id`` and ``fault_report_id`` are None also
    where a turvakielto hides them.
    """

    id: int
    persons: tuple[LinkedPerson, ...]
    decided_by: str
    decided_at: datetime
    lease_id: int | None = None
    apartment_id: int | None = None
    fault_report_id: int | None = None
    withdraws: bool = False
