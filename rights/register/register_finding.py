"""Finding in the register, for whoever may view it: persons, leases, apartments, organisations.

What is given was audited before, by the ids of what was found. The text is not kept: it may be the name or the number
of somebody who is not in the register. An identity code finds nothing here (``rights.register.identity_look_up``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.phone import to_e164
from ledger_link.search.apartment_search import ApartmentHit, find_apartments
from ledger_link.search.lease_search import LeaseHit, find_leases
from ledger_link.search.organisation_search import OrganisationHit, find_organisations
from ledger_link.search.person_search import PersonHit, find_persons, hits_of
from ledger_link.tables.person_roles import OwnRole, own_roles_on
from ledger_link.tables.persons import PersonRow
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.search_text import searchable
from rights.listening.purposes import CUSTOMER_SERVICE
from rights.register.person_marks import as_seen
from storage.database.engine import Database

MAX_FOUND = 25  # of each kind


class Within(StrEnum):
    """What is searched."""

    ALL = "all"
    PERSONS = "persons"
    LEASES = "leases"
    APARTMENTS = "apartments"
    ORGANISATIONS = "organisations"


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """A text as anybody writes it: a name, a number, an address, a key, a reference number or a business id.

    Raises BadDataError for a text that no database can compare, or that is too long.
    """

    text: str
    within: Within = Within.ALL

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", searchable(self.text, where="register"))  # frozen, but not made yet

    def asks_for(self, kind: Within) -> bool:
        """Tell whether a kind is to be searched."""
        return self.within in {Within.ALL, kind}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, at most ``MAX_FOUND`` of each kind; ``is_more`` where there is more of any.

    ``own_roles`` are those that persons found have today without a lease, by their ids.
    """

    persons: tuple[PersonHit, ...] = ()
    own_roles: Mapping[int, tuple[OwnRole, ...]] = field(default_factory=dict)
    leases: tuple[LeaseHit, ...] = ()
    apartments: tuple[ApartmentHit, ...] = ()
    organisations: tuple[OrganisationHit, ...] = ()
    is_more: bool = False

    @property
    def person_ids(self) -> list[int]:
        """The ids of everybody who is named in it."""
        named = [hit.person for hit in self.persons]
        named += [person for lease in self.leases for person in lease.persons]
        named += [person for apartment in self.apartments for person in apartment.persons]
        named += [person for organisation in self.organisations for person in organisation.persons]
        return sorted({person.id for person in named})


def find_in_register(database: Database, actor: Actor, query: RegisterQuery, *, clock: Clock) -> Found:
    """Find what a query asks for, as of today; an empty one asks for nothing and is not audited.

    Raises RefusedError without *view register*, and audits the attempt.
    """
    with audited_refusals(database, actor, wanted=Task.VIEW_REGISTER, clock=clock):
        require(actor, Task.VIEW_REGISTER)
    if not query.text:
        return Found()
    with database.read() as session:
        found = _found(session, actor, query, on=day_of(clock.now()))
    detail = {
        "leases": [hit.id for hit in found.leases],
        "apartments": [hit.id for hit in found.apartments],
        "organisations": [hit.id for hit in found.organisations],
    }
    with database.begin() as session:
        record(
            session,
            actor=actor,
            action=Action.REGISTER_SEARCHED,
            purpose=CUSTOMER_SERVICE,
            persons=found.person_ids,
            detail=detail,
            clock=clock,
        )
    return found


def _found(session: Session, actor: Actor, query: RegisterQuery, *, on: date) -> Found:
    text, limit = query.text, MAX_FOUND + 1
    persons = _persons(session, query, on=on, limit=limit) if query.asks_for(Within.PERSONS) else ()
    leases = find_leases(session, text, limit=limit) if query.asks_for(Within.LEASES) else ()
    apartments = find_apartments(session, text, on=on, limit=limit) if query.asks_for(Within.APARTMENTS) else ()
    organisations = find_organisations(session, text, limit=limit) if query.asks_for(Within.ORGANISATIONS) else ()
    shown = persons[:MAX_FOUND]
    return Found(
        persons=tuple(replace(hit, marks=hit.marks and as_seen(actor, hit.marks)) for hit in shown),
        own_roles=own_roles_on(session, {hit.person.id for hit in shown}, on=on),
        leases=leases[:MAX_FOUND],
        apartments=apartments[:MAX_FOUND],
        organisations=organisations[:MAX_FOUND],
        is_more=any(len(hits) > MAX_FOUND for hits in (persons, leases, apartments, organisations)),
    )


def _persons(session: Session, query: RegisterQuery, *, on: date, limit: int) -> tuple[PersonHit, ...]:
    """Find by name, number, or the key in the source system, which a person has on every letter.

    Where everything is searched, a text with digits that is no number is taken for an address or a key: names have no
    digits, and to look for one reads all persons.
    """
    text = query.text
    keyed = session.scalars(select(PersonRow).where(PersonRow.person_no.in_({text, text.upper()})).limit(1)).all()
    if keyed:
        return hits_of(session, keyed, on=on, marked=True)
    if query.within is Within.ALL and any(character.isdigit() for character in text) and to_e164(text) is None:
        return ()
    return find_persons(session, text, on=on, limit=limit, marked=True)
