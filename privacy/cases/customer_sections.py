"""What the register keeps about a customer, whole: his own copy is the one place where nothing of his is masked.

What would tell where another person lives (turvakielto) stays hidden in it (GDPR 15(4)).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.ledger.ledger import Ledger, ledgers_of
from ledger_link.records.card import LeaseOnCard
from ledger_link.records.lease_record import LeaseRecord, lease_record
from ledger_link.records.person_record import PersonRecord, person_record
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.leases import LeasePartyRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.travel_documents import TRAVEL_DOCUMENT_FIELD, TravelDocumentRow
from ledger_link.undisclosed.concealment import Concealment, concealment_of
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from privacy.cases.gathered import FactKind, GatheredFact, GatheredSection
from privacy.cases.own_spans import OwnSpan, own_spans
from privacy.cases.part_facts import fact, section, section_of
from storage.vault.field_vault import FieldVault

_PARTS = (
    "numbers",
    "emails",
    "addresses",
    "guardianships",
    "employments",
    "incomes",
    "assets",
    "credit_checks",
    "dwellings",
    "dwelling_needs",
    "marital_statuses",
    "participations",
    "marketing_permissions",
)


def customer_sections(session: Session, vault: FieldVault, person_id: int, *, on: date) -> tuple[GatheredSection, ...]:
    """Give everything that the register keeps about a person; raise NotFoundError for an unknown one."""
    record = person_record(session, person_id, on=on, undisclosed=True)
    person = session.get_one(PersonRow, person_id)
    others = concealment_of(session, co_parties(session, person_id))
    lease_ids = [lease.lease_id for lease in record.leases if lease.lease_id is not None]
    leases = [lease_record(session, lease_id, on=on) for lease_id in lease_ids]
    ledgers, spans = ledgers_of(session, lease_ids, on=None), own_spans(session, person_id)
    sections = (
        section_of("person", [_person(record, _identity_code(vault, person))]),
        section_of("roles", [_role(asdict(role)) for role in record.roles]),
        _leases(record),
        *(section(name, getattr(record, name) or ()) for name in _PARTS),
        section_of("travel_documents", _documents(session, vault, person)),
        section("fault_reports", [report for report in record.fault_reports if report.is_own]),
        section_of("rents", _of_leases(leases, spans, "rents", until="valid_from")),
        section_of(
            "ledger",
            [line for lease in leases for line in _lines(lease, ledgers[lease.lease_id], spans[lease.lease_id])],
        ),
        section_of("deposits", _of_leases(leases, spans, "deposits", until="received_on")),
        section_of("reminders", _of_leases(leases, spans, "reminders", until="sent_on")),
        section_of("contacts", _contacts(session, person_id, others)),
    )
    return tuple(one for one in sections if one.entries)


def _person(record: PersonRecord, identity_code: str | None) -> tuple[GatheredFact, ...]:
    names = ("person_no", "first_names", "call_name", "surname", "birth_date")
    return (
        *(fact(name, getattr(record, name)) for name in names),
        fact("identity_code", identity_code),
        GatheredFact("language", FactKind.CODE, record.language),
        fact("non_disclosure", record.non_disclosure),
    )


def _role(role: dict[str, object]) -> tuple[GatheredFact, ...]:
    return tuple(fact(name, role[name]) for name in ("role", "lease_no", "starts_on", "ends_on", "note"))


def _leases(record: PersonRecord) -> GatheredSection:
    hides = any(other.person.non_disclosure for lease in record.leases for other in lease.others)
    return section_of("leases", [_lease(lease) for lease in record.leases], hides_others=hides)


def _lease(lease: LeaseOnCard) -> tuple[GatheredFact, ...]:
    named = ", ".join(other.person.name for other in lease.others if not other.person.non_disclosure)
    return (
        fact("lease_no", lease.lease_no),
        fact("role", lease.role.value),
        fact("starts_on", lease.starts_on),
        fact("ends_on", lease.ends_on),
        fact("address", lease.address),
        fact("others", named),
    )


def _of_leases(
    leases: list[LeaseRecord], spans: Mapping[int, OwnSpan], name: str, *, until: str
) -> list[tuple[GatheredFact, ...]]:
    """Give the entries of the leases that are not of a time when another had them; ``until`` names their day."""
    return [
        (fact("lease_no", lease.lease_no), *entry)
        for lease in leases
        for part in getattr(lease, name) or ()
        if _is_own(spans[lease.lease_id], getattr(part, until), is_state=name == "rents")
        for entry in section(name, [part]).entries
    ]


def _is_own(span: OwnSpan, day: object, *, is_state: bool) -> bool:
    """Tell whether an entry is the person's; a state that began before his time held in it too."""
    return span.has(day) or (is_state and isinstance(day, date) and span.first is not None and day < span.first)


def _lines(lease: LeaseRecord, ledger: Ledger, span: OwnSpan) -> list[tuple[GatheredFact, ...]]:
    lines: list[tuple[GatheredFact, ...]] = []
    for entry, balance_cents in ledger.lines:
        if not span.has(entry.on):
            continue
        kind = entry.kind.name.lower()
        is_charge = kind == "charge"
        lines.append(
            (
                fact("lease_no", lease.lease_no),
                fact("on", entry.on),
                fact("kind", kind),
                fact("what", entry.text if is_charge else None),
                fact("number", entry.number),
                fact("text", None if is_charge else entry.text),
                fact("amount_cents", entry.amount_cents),
                fact("balance_cents", balance_cents),
            )
        )
    return lines


def _contacts(session: Session, person_id: int, others: Concealment) -> list[tuple[GatheredFact, ...]]:
    rows = session.scalars(select(ContactRow).where(ContactRow.person_id == person_id).order_by(ContactRow.at))
    return [
        (
            fact("at", row.at),
            fact("kind", row.kind),
            fact("direction", row.direction),
            fact("subject", others.of(row.subject)),
            fact("contact_no", row.contact_no),
        )
        for row in rows
    ]


def co_parties(session: Session, person_id: int) -> set[int]:
    """Give who shares a lease with a person, or did."""
    leases = select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id == person_id)
    parties = session.scalars(select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id.in_(leases)))
    return set(parties) - {person_id}


def _identity_code(vault: FieldVault, person: PersonRow) -> str | None:
    if person.identity_code_sealed is None or person.identity_code_key_version is None:
        return None
    return vault.open(
        person.identity_code_sealed,
        person.identity_code_key_version,
        field=IDENTITY_CODE_FIELD,
        owner=person.person_no,
    )


def _documents(session: Session, vault: FieldVault, person: PersonRow) -> list[tuple[GatheredFact, ...]]:
    rows = session.scalars(
        select(TravelDocumentRow).where(TravelDocumentRow.person_id == person.id).order_by(TravelDocumentRow.id)
    )
    return [
        (
            fact("kind", row.kind),
            fact("issuer", row.issuer),
            fact(
                "number",
                vault.open(
                    row.number_sealed, row.number_key_version, field=TRAVEL_DOCUMENT_FIELD, owner=person.person_no
                ),
            ),
            fact("valid_until", row.valid_until),
        )
        for row in rows
    ]
