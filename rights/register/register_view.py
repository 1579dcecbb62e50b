"""Looking into the register: the doors to its records, each look audited before it is given.

Invariants
----------
1. What is protected is not in what is given (``rights.access.protection``): a page cannot show what it does not have.
2. Of calls those alone are given that the actor may see: it is part of the question
   (``rights.calls.reach.permitted``), so that no page is cut before it.
3. Unknown and not permitted are answered alike, with NotFoundError; the attempt is audited.
4. The audit row names everybody whose name was given, and the record, by ids alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.ledger.ledger import Ledger, ledger_of, ledgers_of
from ledger_link.records.apartment_record import ApartmentRecord, apartment_record
from ledger_link.records.lease_record import LeaseRecord, lease_record
from ledger_link.records.organisation_record import OrganisationRecord, organisation_record
from ledger_link.records.person_record import PersonRecord, person_record
from ledger_link.records.protected_field import ProtectedField
from ledger_link.records.time_line_window import TimeLinePlace, TimeLineWindow
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.protection import hidden_in, may_reveal, without_protected
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from rights.calls.reach import permitted
from rights.listening.purposes import CUSTOMER_SERVICE
from rights.register.persons_shown import persons_in
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class ViewedPerson:
    """A person's record as of a day, without what is protected.

    ``hidden`` fields are masked; those also in ``may_reveal`` can be revealed for a purpose. ``ledgers`` are by the id
    of the lease, None where the actor may not view ledgers.
    """

    record: PersonRecord
    hidden: frozenset[ProtectedField]
    may_reveal: frozenset[ProtectedField]
    ledgers: Mapping[int, Ledger] | None


@dataclass(frozen=True, slots=True)
class ViewedLease:
    """A lease's record as of a day. Without *view ledger* it has no ledger, deposits or reminders: they are None."""

    record: LeaseRecord
    ledger: Ledger | None


@dataclass(frozen=True, slots=True)
class ViewedApartment:
    """An apartment's record as of a day."""

    record: ApartmentRecord


@dataclass(frozen=True, slots=True)
class ViewedOrganisation:
    """An organisation's record as of a day."""

    record: OrganisationRecord


def view_person(
    database: Database,
    actor: Actor,
    person_id: int,
    *,
    on: date,
    before: TimeLinePlace | None = None,
    clock: Clock,
) -> ViewedPerson:
    """Give a person's record as of a day, and audit the look; ``before`` asks for what is older on the time line.

    Raises NotFoundError for an unknown person and without *view register* alike, and audits the attempt.
    """
    with (
        audited_refusals(database, actor, wanted="person", person_id=person_id, clock=clock),
        _reading(database, actor, person_id, what="person") as session,
    ):
        whole = person_record(session, person_id, on=on, is_past=_is_past(on, clock), window=_window(actor, before))
        lease_ids = [lease.lease_id for lease in whole.leases if lease.lease_id is not None]
        ledgers = ledgers_of(session, lease_ids, on=on) if actor.may(Task.VIEW_LEDGER) else None
    hidden = hidden_in(whole, actor)
    viewed = ViewedPerson(
        record=without_protected(whole, hidden),
        hidden=hidden,
        may_reveal=may_reveal(actor),
        ledgers=ledgers,
    )
    _audit(database, actor, viewed, detail={"page": "person", "person": person_id, "on": on.isoformat()}, clock=clock)
    return viewed


def view_lease(
    database: Database,
    actor: Actor,
    lease_id: int,
    *,
    on: date,
    before: TimeLinePlace | None = None,
    clock: Clock,
) -> ViewedLease:
    """Give a lease's record as of a day, and audit the look; raises and audits as :func:`view_person`."""
    detail = {"page": "lease", "lease": lease_id, "on": on.isoformat()}
    with (
        audited_refusals(database, actor, wanted="lease", clock=clock),
        _reading(database, actor, lease_id, what="lease") as session,
    ):
        record_ = lease_record(session, lease_id, on=on, is_past=_is_past(on, clock), window=_window(actor, before))
        ledger = ledger_of(session, lease_id, on=on) if actor.may(Task.VIEW_LEDGER) else None
    if ledger is None:
        record_ = replace(record_, deposits=None, reminders=None)
    viewed = ViewedLease(record=record_, ledger=ledger)
    _audit(database, actor, viewed, detail=detail, clock=clock)
    return viewed


def view_apartment(
    database: Database,
    actor: Actor,
    apartment_id: int,
    *,
    on: date,
    before: TimeLinePlace | None = None,
    clock: Clock,
) -> ViewedApartment:
    """Give an apartment's record as of a day, and audit the look; raises and audits as :func:`view_person`."""
    detail = {"page": "apartment", "apartment": apartment_id, "on": on.isoformat()}
    with (
        audited_refusals(database, actor, wanted="apartment", clock=clock),
        _reading(database, actor, apartment_id, what="apartment") as session,
    ):
        viewed = ViewedApartment(record=apartment_record(session, apartment_id, on=on, window=_window(actor, before)))
    _audit(database, actor, viewed, detail=detail, clock=clock)
    return viewed


def view_organisation(
    database: Database,
    actor: Actor,
    organisation_id: int,
    *,
    on: date,
    before: TimeLinePlace | None = None,
    clock: Clock,
) -> ViewedOrganisation:
    """Give an organisation's record as of a day, and audit the look; raises and audits as :func:`view_person`."""
    detail = {"page": "organisation", "organisation": organisation_id, "on": on.isoformat()}
    with (
        audited_refusals(database, actor, wanted="organisation", clock=clock),
        _reading(database, actor, organisation_id, what="organisation") as session,
    ):
        window, is_past = _window(actor, before), _is_past(on, clock)
        viewed = ViewedOrganisation(
            organisation_record(session, organisation_id, on=on, is_past=is_past, window=window)
        )
    _audit(database, actor, viewed, detail=detail, clock=clock)
    return viewed


def _window(actor: Actor, before: TimeLinePlace | None) -> TimeLineWindow:
    """Tell of which calls the time line may tell."""
    return TimeLineWindow(permitted(actor), before)


def _is_past(on: date, clock: Clock) -> bool:
    return on < day_of(clock.now())


@contextmanager
def _reading(database: Database, actor: Actor, record_id: int, *, what: str) -> Iterator[Session]:
    """Read for one who may view the register; to anybody else the record is not there."""
    if not actor.may(Task.VIEW_REGISTER) or not 0 < record_id <= MAX_ID:
        raise NotFoundError(what=f"no such {what}", where=str(record_id))
    with database.read() as session:
        yield session


def _audit(database: Database, actor: Actor, viewed: object, *, detail: Mapping[str, object], clock: Clock) -> None:
    with database.begin() as session:
        record(
            session,
            actor=actor,
            action=Action.REGISTER_PAGE_SHOWN,
            purpose=CUSTOMER_SERVICE,
            persons=sorted(persons_in(viewed)),
            detail=detail,
            clock=clock,
        )
