"""The linking rules: a number, a day and its holders in, whose call it was out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger_link.day import is_valid_on
from ledger_link.link import LinkRule, LinkStatus


@dataclass(frozen=True, slots=True)
class LeaseTerm:
    """From when to when (both included) a person is party to a lease."""

    lease_id: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Holding:
    """That a person has, or had, the number of the call; ``leases`` are all the person was ever party to."""

    person_id: int
    sort_name: str
    valid_from: date | None
    valid_until: date | None
    leases: tuple[LeaseTerm, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Match:
    """What the rules found; ``person_ids`` are in the order of names, so that the same register gives the same link."""

    status: LinkStatus
    rule: LinkRule
    person_ids: tuple[int, ...] = ()


def match(*, number: str | None, withheld: bool, on: date, holdings: Sequence[Holding]) -> Match:
    """Tell whose call it was. Invariant: a guess is never made; whoever shares a number is a candidate alike.

    1. A withheld number is withheld, whatever else is known.
    2. A caller without a telephone number, or with one that nobody ever had, is nobody.
    3. Only who had the number on the day of the call is a candidate.
    4. One candidate is the caller; several stay several, with the lease that they have in common if there is one.
    """
    # 1
    if withheld:
        return Match(LinkStatus.WITHHELD, LinkRule.WITHHELD)
    # 2
    if number is None:
        return Match(LinkStatus.NONE, LinkRule.NO_NUMBER)
    if not holdings:
        return Match(LinkStatus.NONE, LinkRule.NUMBER_UNKNOWN)
    # 3
    candidates = {
        holding.person_id: holding for holding in holdings if is_valid_on(on, holding.valid_from, holding.valid_until)
    }
    if not candidates:
        return Match(LinkStatus.NONE, LinkRule.NUMBER_NOT_VALID_THEN)
    # 4
    ordered = sorted(candidates.values(), key=lambda holding: (holding.sort_name, holding.person_id))
    person_ids = tuple(holding.person_id for holding in ordered)
    in_common = frozenset.intersection(*(_leases_on(on, holding) for holding in ordered))
    if len(ordered) == 1:
        rule = LinkRule.NUMBER_OF_LEASE_PARTY if in_common else LinkRule.NUMBER_OF_PERSON
        return Match(LinkStatus.ONE, rule, person_ids)
    rule = LinkRule.NUMBER_SHARED_IN_LEASE if in_common else LinkRule.NUMBER_SHARED
    return Match(LinkStatus.SEVERAL, rule, person_ids)


def _leases_on(day: date, holding: Holding) -> frozenset[int]:
    return frozenset(term.lease_id for term in holding.leases if is_valid_on(day, term.starts_on, term.ends_on))
