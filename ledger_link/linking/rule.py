"""The linking rules: a number, a day and its holders in, whose call it was and on what evidence out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger_link.linking.link import CandidateRule, LinkRule, LinkStatus
from ledger_link.values.day import is_valid_on
from ledger_link.values.names import folded

MAX_EMPLOYEES = 9  # of a switchboard, one a key; beyond that a list of names is no help and shows too much


@dataclass(frozen=True, slots=True)
class LeaseTerm:
    """From when to when (both included) a person is party to a lease.

    ``lease_id`` tells leases apart; it is a row of ours unless the lease is another register's (``is_ours``).
    """

    lease_id: int
    starts_on: date
    ends_on: date | None
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """That a person has, or had, the number of the call.

    ``name`` is the one to sort by, surname first; ``leases`` are all that the person was ever party to.
    """

    person_id: int
    name: str
    valid_from: date | None
    valid_until: date | None
    leases: tuple[LeaseTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody who works, or worked, where a switchboard answers; days are of the employment."""

    person_id: int
    name: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Switchboard:
    """That the number of the call is, or was, an organisation's: whoever is behind it may be calling."""

    organisation_id: int
    valid_from: date | None
    valid_until: date | None
    employees: tuple[Employee, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """All that a register says of one number."""

    holdings: tuple[Holding, ...] = ()
    switchboards: tuple[Switchboard, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a person may be who called. Days are both included, None is open.

    ``number_since`` and ``number_until`` tell when the number was his (or his employer's), ``since`` and ``until``
    when he was party to the lease, or employed; there are none where the number is all that speaks for him.
    """

    person_id: int
    rule: CandidateRule
    number_since: date | None = None
    number_until: date | None = None
    since: date | None = None
    until: date | None = None
    lease_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What the rules found; persons are in the order of names, so that the same register gives the same link.

    ``person_ids`` are those whose call it was, or between whom the register cannot tell; ``candidates`` are these, or
    those whom somebody may choose from where nobody is linked.
    """

    status: LinkStatus
    rule: LinkRule
    person_ids: tuple[int, ...] = ()
    candidates: tuple[Evidence, ...] = ()


UNKNOWN = NumberRecord()


def match(*, number: str | None, withheld: bool, on: date, record: NumberRecord = UNKNOWN) -> Match:
    """Tell whose call it was. Invariant: a guess is never made, and only one sure holder opens a card.

    1. A withheld number is withheld, whatever else is known.
    2. A caller without a telephone number, or with one that is in no register, is nobody.
    3. A switchboard is nobody's: its holders and who works there on the day may be chosen.
    4. A number that nobody has on the day is nobody's; those who had it before may be chosen.
    5. Several holders stay several, with the lease that they have in common if there is one.
    6. One holder is the caller, unless all his leases have ended: a number outlives a lease, and is given on.
    """
    # 1, 2
    if withheld:
        return Match(LinkStatus.WITHHELD, LinkRule.WITHHELD)
    if number is None or not (record.holdings or record.switchboards):
        return Match(LinkStatus.NONE, LinkRule.NO_NUMBER if number is None else LinkRule.NUMBER_UNKNOWN)
    holders = _in_order(one for one in record.holdings if is_valid_on(on, one.valid_from, one.valid_until))
    boards = [board for board in record.switchboards if is_valid_on(on, board.valid_from, board.valid_until)]
    # 3
    if boards:
        evidence = tuple(_evidence(holder, on) for holder in holders)
        at_work = _at_work(boards, on, but={found.person_id for found in evidence})
        return Match(LinkStatus.NONE, LinkRule.NUMBER_OF_EMPLOYER, candidates=(*evidence, *at_work))
    # 4
    if not holders:
        former = _in_order(one for one in record.holdings if one.valid_until is not None and one.valid_until < on)
        evidence = tuple(_formerly(holding) for holding in former)
        return Match(LinkStatus.NONE, LinkRule.NUMBER_NOT_VALID_THEN, candidates=evidence)
    return _of_holders(holders, on)


def _of_holders(holders: Sequence[Holding], on: date) -> Match:
    person_ids = tuple(holder.person_id for holder in holders)
    evidence = tuple(_evidence(holder, on) for holder in holders)
    in_common = frozenset.intersection(*(_leases_on(on, holder) for holder in holders))
    # 5
    if len(holders) > 1:
        rule = LinkRule.NUMBER_SHARED_IN_LEASE if in_common else LinkRule.NUMBER_SHARED
        return Match(LinkStatus.SEVERAL, rule, person_ids, evidence)
    # 6
    if evidence[0].rule is CandidateRule.ENDED_LEASE:
        return Match(LinkStatus.NONE, LinkRule.NUMBER_OF_ENDED_LEASE, candidates=evidence)
    rule = LinkRule.NUMBER_OF_LEASE_PARTY if in_common else LinkRule.NUMBER_OF_PERSON
    return Match(LinkStatus.ONE, rule, person_ids, evidence)


def _in_order(holdings: Iterable[Holding]) -> list[Holding]:
    """Give each holder once, by name; of two periods the one that began last."""
    newest: dict[int, Holding] = {}
    for holding in holdings:
        known = newest.get(holding.person_id)
        if known is None or (known.valid_from or date.min) < (holding.valid_from or date.min):
            newest[holding.person_id] = holding
    if len(newest) < 2:  # noqa: PLR2004 (nothing to sort, and folding names takes time)
        return list(newest.values())
    return sorted(newest.values(), key=lambda holding: (folded(holding.name), holding.person_id))


def _leases_on(day: date, holding: Holding) -> frozenset[int]:
    return frozenset(term.lease_id for term in holding.leases if is_valid_on(day, term.starts_on, term.ends_on))


def _evidence(holding: Holding, on: date) -> Evidence:
    """Say what speaks for somebody who had the number on the day: a lease in force, one that ended, or nothing else."""
    current = [term for term in holding.leases if is_valid_on(on, term.starts_on, term.ends_on)]
    ended = [term for term in holding.leases if term.ends_on is not None and term.ends_on < on]
    if current:
        rule, term = CandidateRule.LEASE_PARTY, max(current, key=_begin)
    elif ended and len(ended) == len(holding.leases):
        rule, term = CandidateRule.ENDED_LEASE, max(ended, key=_end)
    else:
        return Evidence(holding.person_id, CandidateRule.PERSON, holding.valid_from, holding.valid_until)
    return Evidence(
        holding.person_id,
        rule,
        holding.valid_from,
        holding.valid_until,
        since=term.starts_on,
        until=term.ends_on,
        lease_id=term.lease_id if term.is_ours else None,
    )


def _formerly(holding: Holding) -> Evidence:
    """Say what speaks for somebody who had the number before the day."""
    evidence = Evidence(holding.person_id, CandidateRule.FORMER_NUMBER, holding.valid_from, holding.valid_until)
    if not holding.leases:
        return evidence
    last = max(holding.leases, key=_end)
    return replace(evidence, since=last.starts_on, until=last.ends_on, lease_id=last.lease_id if last.is_ours else None)


def _at_work(boards: Sequence[Switchboard], on: date, *, but: set[int]) -> list[Evidence]:
    """Give those who worked behind a switchboard on the day, by name, as many as may be chosen by a key."""
    found: dict[int, tuple[str, Evidence]] = {}
    for board in boards:
        for employee in board.employees:
            if employee.person_id in but or not is_valid_on(on, employee.starts_on, employee.ends_on):
                continue
            found[employee.person_id] = (
                folded(employee.name),
                Evidence(
                    employee.person_id,
                    CandidateRule.EMPLOYEE,
                    board.valid_from,
                    board.valid_until,
                    since=employee.starts_on,
                    until=employee.ends_on,
                    organisation_id=board.organisation_id,
                ),
            )
    ordered = sorted(found.values(), key=lambda named: (named[0], named[1].person_id))
    return [evidence for _, evidence in ordered[:MAX_EMPLOYEES]]


def _begin(term: LeaseTerm) -> tuple[date, int]:
    return term.starts_on, term.lease_id


def _end(term: LeaseTerm) -> tuple[date, int]:
    return term.ends_on or date.max, term.lease_id
