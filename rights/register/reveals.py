"""Revealing what the register protects: one field of one person, for a stated purpose.

1. See that the actor may view the register and reveal this field, that the person is there and the purpose is one.
2. Add the audit row: who, whose, which field, why. Commit it.
3. Only then read and open the values, and give them.

A failure in 1 or 2 gives nothing. A failure in 3 leaves a row that says more than was shown, never less. The values are
in what is returned and nowhere else: no row, log or ``repr`` has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.records.card import LeaseOnCard
from ledger_link.records.person_parts import (
    AddressPart,
    AssetPart,
    CreditCheckPart,
    EmailPart,
    EmploymentPart,
    GuardianshipPart,
    IncomePart,
    PhoneNumberPart,
)
from ledger_link.records.person_record import person_record
from ledger_link.records.protected_field import PROTECTED_PARTS, ProtectedField
from ledger_link.tables.leases import LeasePartyRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.travel_documents import TRAVEL_DOCUMENT_FIELD, TravelDocumentRow
from ledger_link.values.day import day_of
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.protection import REVEAL_TASKS
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from rights.listening.purposes import PurposeUse, require_purpose
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing


@dataclass(frozen=True, slots=True)
class RevealedDocument:
    """A travel document with its number; ``kind`` is a ``TravelDocumentKind``, ``issuer`` a country."""

    kind: str
    issuer: str
    number: str
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Revealed:
    """One field of one person. Of the values those alone are filled that the field protects.

    ``leases`` are those of somebody with a turvakielto, with their addresses.
    """

    person_id: int
    field: ProtectedField
    purpose: str
    at: datetime
    identity_code: str | None = None
    travel_documents: tuple[RevealedDocument, ...] = ()
    incomes: tuple[IncomePart, ...] = ()
    assets: tuple[AssetPart, ...] = ()
    credit_checks: tuple[CreditCheckPart, ...] = ()
    guardianships: tuple[GuardianshipPart, ...] = ()
    numbers: tuple[PhoneNumberPart, ...] = ()
    emails: tuple[EmailPart, ...] = ()
    addresses: tuple[AddressPart, ...] = ()
    employments: tuple[EmploymentPart, ...] = ()
    leases: tuple[LeaseOnCard, ...] = ()

    def __repr__(self) -> str:
        return f"Revealed(person_id={self.person_id}, field={str(self.field)!r}, ...)"  # it must not reach a log


def reveal(
    database: Database,
    keys: KeyRing,
    actor: Actor,
    person_id: int,
    field: ProtectedField,
    *,
    purpose: str,
    clock: Clock,
    on: date | None = None,
) -> Revealed:
    """Give one protected field of a person, as of today or of a day; it was audited before.

    Raises NotFoundError for an unknown person and without *view register* alike, RefusedError without the field's own
    task (``rights.access.protection``), and audits the attempt; BadDataError for a purpose that is none; IntegrityError
    where a sealed value does not open.
    """
    tried = {"field": field.value}
    # 1
    with (
        audited_refusals(database, actor, wanted="reveal", person_id=person_id, detail=tried, clock=clock),
        database.read() as session,
    ):
        is_there = 0 < person_id <= MAX_ID and session.get(PersonRow, person_id) is not None
        if not is_there or not actor.may(Task.VIEW_REGISTER):
            raise NotFoundError(what="no such person", where=str(person_id))
        require(actor, REVEAL_TASKS[field])
        stated = require_purpose(session, purpose, use=PurposeUse.REGISTER).code
        persons = [person_id, *_beside(session, person_id, field)]
    # 2
    with database.begin() as session:
        row = record(
            session,
            actor=actor,
            action=Action.FIELD_REVEALED,
            purpose=stated,
            persons=persons,
            detail=tried,
            clock=clock,
        )
    # 3
    day = on or day_of(row.at)
    with database.read() as session:
        values = _SEALED[field](session, keys, person_id) if field in _SEALED else _kept(session, person_id, field, day)
    return Revealed(person_id=person_id, field=field, purpose=stated, at=row.at, **values)


def _beside(session: Session, person_id: int, field: ProtectedField) -> list[int]:
    """Tell whose names, and homes, are given with a field: with a turvakielto's addresses, those in the same leases."""
    if field is not ProtectedField.UNDISCLOSED:
        return []
    own = select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id == person_id)
    others = select(LeasePartyRow.person_id).where(
        LeasePartyRow.lease_id.in_(own), LeasePartyRow.person_id != person_id
    )
    return sorted(set(session.scalars(others)))


def _kept(session: Session, person_id: int, field: ProtectedField, on: date) -> dict[str, Any]:
    is_undisclosed = field is ProtectedField.UNDISCLOSED
    whole = person_record(session, person_id, on=on, undisclosed=is_undisclosed)
    values: dict[str, Any] = {part: getattr(whole, part) for part in PROTECTED_PARTS[field]}
    return values | {"leases": whole.leases} if is_undisclosed else values


def _identity_code(session: Session, keys: KeyRing, person_id: int) -> dict[str, Any]:
    person = session.get_one(PersonRow, person_id)
    if person.identity_code_sealed is None or person.identity_code_key_version is None:
        return {}
    code = FieldVault(keys).open(
        person.identity_code_sealed,
        person.identity_code_key_version,
        field=IDENTITY_CODE_FIELD,
        owner=person.person_no,
    )
    return {"identity_code": code}


def _travel_documents(session: Session, keys: KeyRing, person_id: int) -> dict[str, Any]:
    owner, vault = session.get_one(PersonRow, person_id).person_no, FieldVault(keys)
    rows = session.scalars(
        select(TravelDocumentRow).where(TravelDocumentRow.person_id == person_id).order_by(TravelDocumentRow.id)
    )
    documents = tuple(
        RevealedDocument(
            kind=row.kind,
            issuer=row.issuer,
            number=vault.open(row.number_sealed, row.number_key_version, field=TRAVEL_DOCUMENT_FIELD, owner=owner),
            valid_until=row.valid_until,
        )
        for row in rows
    )
    return {"travel_documents": documents}


_SEALED: Mapping[ProtectedField, Callable[[Session, KeyRing, int], dict[str, Any]]] = MappingProxyType(
    {ProtectedField.IDENTITY_CODE: _identity_code, ProtectedField.TRAVEL_DOCUMENT: _travel_documents}
)
