"""What a search of the register found, as its page lists it: in groups, each hit with its page's address."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from flask import url_for
from flask_babel import gettext

from ledger_link.linking.link import LinkedPerson
from ledger_link.records.person_marks import PersonMarks
from ledger_link.search.apartment_search import ApartmentHit
from ledger_link.search.lease_search import LeaseHit
from ledger_link.search.organisation_search import OrganisationHit
from ledger_link.search.person_search import PersonHit
from ledger_link.tables.person_roles import OwnRole
from rights.register.register_finding import Found, Within
from web.collation import finnish_order, person_order
from web.formats import date_text, period_text
from web.register_labels import PERSON_ROLES


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is named in a hit; ``address`` is of his page."""

    name: str
    address: str
    non_disclosure: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the list, with the address of its page."""

    name: str
    address: str
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
        Group(
            Within.PERSONS,
            _listed(
                found.persons,
                lambda hit: _person(hit, found.own_roles.get(hit.person.id, ())),
                by=lambda hit: person_order(hit.person.name),
            ),
        ),
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


def _person(hit: PersonHit, own_roles: tuple[OwnRole, ...]) -> Hit:
    """Tell namesakes apart: when born, which number in the register, what somebody is now, and of which home."""
    named, marks = _named(hit.person), hit.marks
    told = [] if marks is None else [_born(marks), marks.person_no]
    homes = () if marks is None else marks.homes
    told += [f"{PERSON_ROLES[home.role]}: {home.address or gettext('Address not disclosed')}" for home in homes]
    told += [str(PERSON_ROLES[role]) for role in own_roles]
    if not homes and not own_roles:
        told.append(gettext("No lease in force"))
    return Hit(named.name, named.address, tuple(text for text in told if text), non_disclosure=named.non_disclosure)


def _born(marks: PersonMarks) -> str:
    if marks.birth_date is not None:
        return str(gettext("born %(day)s", day=date_text(marks.birth_date)))
    return str(gettext("born in %(year)s", year=marks.birth_year)) if marks.birth_year else ""


def _lease(hit: LeaseHit) -> Hit:
    return Hit(
        gettext("Lease %(number)s", number=hit.lease_no),
        url_for("lease.show", lease_id=hit.id),
        (hit.address or gettext("Address not disclosed"), period_text(hit.starts_on, hit.ends_on)),
        _everybody(hit.persons),
    )


def _apartment(hit: ApartmentHit) -> Hit:
    nobody = () if hit.persons else (gettext("No tenant now who may be shown"),)
    told = tuple(text for text in (hit.building_name, hit.apartment_no, *nobody) if text)
    return Hit(hit.address, url_for("apartment.show", apartment_id=hit.id), told, _everybody(hit.persons))


def _organisation(hit: OrganisationHit) -> Hit:
    told = [gettext("Business id %(number)s", number=hit.business_id)] if hit.business_id else []
    if hit.business_id and not hit.business_id_valid:
        told.append(gettext("The business id fails its check"))
    address = url_for("organisation.show", organisation_id=hit.id)
    return Hit(hit.name, address, tuple(told), _everybody(hit.persons))


def _everybody(persons: Iterable[LinkedPerson]) -> tuple[Named, ...]:
    return tuple(_named(person) for person in sorted(persons, key=lambda each: person_order(each.name)))


def _named(person: LinkedPerson) -> Named:
    return Named(person.name, url_for("person.show", person_id=person.id), person.non_disclosure)
