"""What a search of the register found, as its page lists it: in groups, each hit with its page's address."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from flask import url_for
from flask_babel import gettext

from ledger_link.apartment_search import ApartmentHit
from ledger_link.lease_search import LeaseHit
from ledger_link.link import LinkedPerson
from ledger_link.organisation_search import OrganisationHit
from ledger_link.person_search import PersonHit
from rights.register_finding import Found, Within
from web.collation import finnish_order, person_order
from web.formats import period_text


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is named in a hit; ``address`` is of his page."""

    name: str
    address: str
    non_disclosure: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the list. ``address`` is None where there is no page; then the persons lead on."""

    name: str
    address: str | None
    told: tuple[str, ...] = ()
    persons: tuple[Named, ...] = ()
    non_disclosure: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind."""

    kind: Within
    hits: tuple[Hit, ...]


_Found = TypeVar("_Found")


def groups_of(found: Found) -> list[Group]:
    """Give the groups that are not empty; names in Finnish order, leases as they were found (newest first)."""
    groups = [
        Group(Within.PERSONS, _listed(found.persons, _person, by=lambda hit: person_order(hit.person.name))),
        Group(Within.APARTMENTS, _listed(found.apartments, _apartment)),
        Group(Within.LEASES, _listed(found.leases, _lease)),
        Group(
            Within.ORGANISATIONS, _listed(found.organisations, _organisation, by=lambda hit: finnish_order(hit.name))
        ),
    ]
    return [group for group in groups if group.hits]


def _listed(
    found: Iterable[_Found], hit_of: Callable[[_Found], Hit], *, by: Callable[[_Found], tuple[str, str]] | None = None
) -> tuple[Hit, ...]:
    in_order = sorted(found, key=by) if by else found
    return tuple(hit_of(each) for each in in_order)


def _person(hit: PersonHit) -> Hit:
    hidden = [gettext("Address not disclosed")] if hit.has_hidden_address or hit.person.non_disclosure else []
    named = _named(hit.person)
    told = (*hit.addresses, *hidden) or (gettext("No lease in force"),)
    return Hit(named.name, named.address, told, non_disclosure=named.non_disclosure)


def _lease(hit: LeaseHit) -> Hit:
    return Hit(
        gettext("Lease %(number)s", number=hit.lease_no),
        url_for("lease.show", lease_id=hit.id),
        (hit.address or gettext("Address not disclosed"), period_text(hit.starts_on, hit.ends_on)),
        _everybody(hit.persons),
    )


def _apartment(hit: ApartmentHit) -> Hit:
    told = tuple(text for text in (hit.building_name, hit.apartment_no) if text)
    return Hit(hit.address, url_for("apartment.show", apartment_id=hit.id), told)


def _organisation(hit: OrganisationHit) -> Hit:
    told = [gettext("Business id %(number)s", number=hit.business_id)] if hit.business_id else []
    if hit.business_id and not hit.business_id_valid:
        told.append(gettext("The business id fails its check"))
    return Hit(hit.name, None, tuple(told), _everybody(hit.persons))


def _everybody(persons: Iterable[LinkedPerson]) -> tuple[Named, ...]:
    return tuple(_named(person) for person in sorted(persons, key=lambda each: person_order(each.name)))


def _named(person: LinkedPerson) -> Named:
    return Named(person.name, url_for("person.show", person_id=person.id), person.non_disclosure)
