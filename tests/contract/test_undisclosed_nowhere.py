"""Somebody with a turvakielto: no door of rights tells address, number or e-mail, however one asks, nor any audit row.

What is searched for stands nowhere else: in the person's own rows, in those of who shares them, and, as people do,
written into notes, subjects and payers' names. A door that is added has to be tried here (``DOORS``), or be one of
those that tell nothing of customers.
"""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fixtures_live import Switchboard
from fixtures_register import SAMPLE_REGISTER, import_into, no_progress
from fixtures_rights import Office
from fixtures_statement import DAY, EMAIL, IDENTITY_CODE, NUMBER, OWN_ADDRESS, STREET, Statement, StatementMaker
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

import rights
from ledger_link.exporting.export import ExportFormat, ExportScope
from ledger_link.linking.link_decisions import decide
from ledger_link.records.protected_field import ProtectedField
from ledger_link.tables.addresses import AddressKind, PersonAddressRow
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.tables.contacts import ContactDirection, ContactKind, ContactRow
from ledger_link.tables.dwellings import DwellingNeedRow, DwellingRow, Tenure
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.fault_reports import FaultReportRow, FaultState
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.tables.participations import ParticipationRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.undisclosed.concealment import CONCEALED
from rights.access.actor import Actor
from rights.access.exclusions import all_exclusions, exclude_person
from rights.access.tasks import Task
from rights.audit.log_view import LogFilter, view_log
from rights.audit.trail import rows_of_call
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import get_call, search_calls
from rights.calls.queue import QueueKind, list_queue, queue_counts
from rights.calls.ringing import ringing_calls
from rights.calls.viewing import list_calls, permitted_call, view_call, view_call_with_cards
from rights.linking.customer_links import decide_link, view_links
from rights.linking.link_withdrawals import view_decided, withdraw_link
from rights.listening.listeners import listeners_of, listeners_of_my_calls
from rights.register.identity_look_up import find_by_identity_code
from rights.register.look_up_view import view_look_ups
from rights.register.look_ups import lookups_of
from rights.register.person_marks import marks_seen
from rights.register.persons_shown import persons_in
from rights.register.register_export import export_register
from rights.register.register_finding import RegisterQuery, find_in_register
from rights.register.register_search import search_register
from rights.register.register_view import view_apartment, view_lease, view_organisation, view_person
from rights.register.reveals import Revealed, reveal
from rights.tables import AuditRow
from storage.vault.field_vault import FieldVault

DIGITS = NUMBER.removeprefix("+358")
SECRETS = ("salakuj", "00973", "piilola", "piilopol", "00974", "kätkölä", "helmi.kirjava@")
NAMES = ("Helmi", "Kirjava", "V-7300")
NOTE = f"soita {DIGITS[:2]} {DIGITS[2:5]} {DIGITS[5:]}, {STREET}lla odotetaan"

Door = Callable[[Statement, Actor], object]


def told(value: object) -> list[str]:
    """What of the secrets a value tells, in whatever it says of itself."""
    texts = [repr(value), str(value)]
    if hasattr(value, "to_json"):
        texts.append(json.dumps(value.to_json(), ensure_ascii=False))
    text = " ".join(texts).casefold()
    found = [secret for secret in SECRETS if secret in text]
    return found + ([DIGITS] if DIGITS in re.sub(r"(?<=\d)[\s-]+(?=\d)", "", text) else [])


@pytest.fixture
def protected(make_statement: StatementMaker) -> Statement:
    """Helmi has a turvakielto; Osmo shares number, e-mail and address with her, and people wrote them down.

    Her lease has ended, and Tauno lives in the apartment.
    """
    made = make_statement(non_disclosure=True)
    tauno = made.office.add_person("Tauno", "Uusi")
    with made.office.database.begin() as session:
        _shared_with(session, made.osmo_id)
        _written_down(session, made)
        _moved_in(session, made, tauno)
    return made


def _shared_with(session: Session, person_id: int) -> None:
    session.add_all(
        [
            PhoneNumberRow(person_id=person_id, e164=NUMBER, raw=NUMBER),
            EmailAddressRow(person_id=person_id, address=EMAIL),
            PersonAddressRow(
                person_id=person_id,
                kind=AddressKind.HOME,
                street_address=OWN_ADDRESS,
                postal_code="00974",
                city="Kätkölä",
                country="FI",
            ),
        ]
    )


def _written_down(session: Session, made: Statement) -> None:
    at, on = datetime(2026, 8, 1, 9, 0, tzinfo=UTC), date(2026, 8, 1)
    for person_id in (made.helmi_id, made.osmo_id):
        session.add_all(
            [
                ContactRow(
                    contact_no=f"Y-{person_id}",
                    person_id=person_id,
                    lease_id=made.lease_id,
                    at=at,
                    kind=ContactKind.VISIT,
                    direction=ContactDirection.IN,
                    subject=NOTE,
                    handled_by="Riitta Kirjuri",
                ),
                FaultReportRow(
                    fault_no=f"F-{person_id}",
                    apartment_id=made.apartment_id,
                    person_id=person_id,
                    reported_on=on,
                    subject=NOTE,
                    state=FaultState.OPEN,
                ),
                ParticipationRow(person_id=person_id, activity=f"talkoot, {OWN_ADDRESS}", part=EMAIL, starts_on=on),
                DwellingRow(person_id=person_id, tenure=Tenure.RENTED, description=f"{STREET} 73 B", recorded_on=on),
                DwellingNeedRow(person_id=person_id, reason=NOTE, municipality="Piilola", recorded_on=on),
            ]
        )
    session.add(
        PaymentRow(
            payment_no="M-7302",
            lease_id=made.lease_id,
            reference_number="1234561",
            paid_on=date(2026, 10, 6),
            amount_cents=100,
            payer_name=f"KIRJAVA HELMI {STREET.upper()} 73 B 12",
        )
    )


def _moved_in(session: Session, made: Statement, tauno: int) -> None:
    session.get_one(LeaseRow, made.lease_id).ends_on = date(2026, 10, 31)
    lease = LeaseRow(lease_no="V-7309", apartment_id=made.apartment_id, starts_on=date(2026, 11, 1))
    session.add(lease)
    session.flush()
    session.add(LeasePartyRow(lease_id=lease.id, person_id=tauno, role=PartyRole.TENANT))
    for serial, words in enumerate(
        (NOTE, f"avain on edellisellä, {EMAIL}", f"avain: {OWN_ADDRESS}", "avain Kirjavalla")
    ):
        fault = {"fault_no": f"F-739{serial}", "apartment_id": made.apartment_id, "reported_on": DAY}
        session.add(FaultReportRow(**fault, subject=words, state=FaultState.OPEN))


@pytest.fixture
def everything(protected: Statement) -> Actor:
    """Somebody who may do all there is to do, and reveals nothing."""
    return protected.actor("everything", *Task, agent_id=protected.office.sanna_id)


def _reading(door: Callable[[Session, Statement, Actor], object]) -> Door:
    def ask(made: Statement, actor: Actor) -> object:
        with made.office.database.read() as session:
            return door(session, made, actor)

    return ask


def _found(text: Callable[[Statement], str]) -> Door:
    def ask(made: Statement, actor: Actor) -> object:
        return find_in_register(made.office.database, actor, RegisterQuery(text(made)), clock=made.office.clock)

    return ask


def _link(made: Statement, actor: Actor) -> object:
    office = made.office
    decide_link(
        office.database,
        actor,
        made.mikkos_call,
        [made.helmi_id],
        lease_id=made.lease_id,
        clock=office.clock,
    )
    return view_call_with_cards(office.database, actor, made.mikkos_call, clock=office.clock)


def _withdraw(made: Statement, actor: Actor) -> object:
    office = made.office
    decision = view_decided(office.database, actor, made.mikkos_call, clock=office.clock)
    seen = decision.standing.id if decision.standing else 0
    withdraw_link(office.database, actor, made.mikkos_call, seen, clock=office.clock)
    return view_links(office.database, actor, made.mikkos_call, clock=office.clock)


def _of_my_calls(made: Statement, who: Actor) -> object:
    with made.office.database.begin() as session:
        return listeners_of_my_calls(session, who, clock=made.office.clock)


def _excluded(made: Statement, who: Actor) -> object:
    with made.office.database.begin() as session:
        person_no = session.get_one(PersonRow, made.helmi_id).person_no
        exclude_person(session, person_no, reason="works here", by=who, clock=made.office.clock)
        return all_exclusions(session, by=who)


DOORS: dict[str, Door] = {
    "rights.access.exclusions.all_exclusions": _excluded,
    "rights.listening.listeners.listeners_of_my_calls": _of_my_calls,
    "rights.listening.listeners.listeners_of": _reading(
        lambda session, made, _: listeners_of(session, made.sannas_call)
    ),
    "rights.audit.log_view.view_log": lambda made, who: view_log(
        made.office.database, who, LogFilter(person_id=made.helmi_id), clock=made.office.clock
    ),
    "rights.audit.trail.rows_of_call": _reading(
        lambda session, made, _: [row.detail for row in rows_of_call(session, made.sannas_call)]
    ),
    "rights.calls.catalogue.get_call": _reading(lambda session, made, who: get_call(session, who, made.sannas_call)),
    "rights.calls.catalogue.search_calls": _reading(lambda session, _, who: search_calls(session, who, CallFilter())),
    "rights.linking.customer_links.decide_link": _link,
    "rights.linking.customer_links.view_links": lambda made, who: view_links(
        made.office.database, who, made.sannas_call, beside=[made.helmi_id, made.osmo_id], clock=made.office.clock
    ),
    "rights.register.identity_look_up.find_by_identity_code": lambda made, who: find_by_identity_code(
        made.office.database, made.keys, who, IDENTITY_CODE, purpose="request", clock=made.office.clock
    ),
    "rights.linking.link_withdrawals.view_decided": lambda made, who: view_decided(
        made.office.database, who, made.sannas_call, clock=made.office.clock
    ),
    "rights.linking.link_withdrawals.withdraw_link": _withdraw,
    "rights.register.look_ups.lookups_of": _reading(lambda session, made, _: lookups_of(session, made.helmi_id)),
    "rights.register.look_up_view.view_look_ups": lambda made, who: view_look_ups(
        made.office.database, who, made.helmi_id, clock=made.office.clock
    ),
    "rights.register.person_marks.marks_seen": _reading(
        lambda session, made, who: marks_seen(
            session, who, {(person_id, DAY) for person_id in (made.helmi_id, made.osmo_id, made.maija_id)}
        )
    ),
    "rights.calls.queue.list_queue": lambda made, who: [
        list_queue(made.office.database, who, kind, limit=50, clock=made.office.clock) for kind in QueueKind
    ],
    "rights.calls.queue.queue_counts": _reading(lambda session, _, who: queue_counts(session, who)),
    "rights.register.register_finding.find_in_register": _found(lambda _: "Kirjava"),
    "rights.register.register_search.search_register": lambda made, who: search_register(
        made.office.database, who, made.sannas_call, "Kirjava", clock=made.office.clock
    ),
    "rights.register.register_view.view_lease": lambda made, who: view_lease(
        made.office.database, who, made.lease_id, on=DAY, clock=made.office.clock
    ),
    "rights.register.register_view.view_organisation": lambda made, who: view_organisation(
        made.office.database, who, made.organisation_id, on=DAY, clock=made.office.clock
    ),
    "rights.register.register_view.view_person": lambda made, who: [
        view_person(made.office.database, who, person_id, on=on, clock=made.office.clock)
        for person_id in (made.helmi_id, made.osmo_id, made.maija_id, made.veera_id)
        for on in (DAY, date(2019, 1, 1), date(2100, 1, 1))
    ],
    "rights.calls.viewing.list_calls": lambda made, who: list_calls(
        made.office.database, who, CallFilter(), limit=50, clock=made.office.clock
    ),
    "rights.calls.viewing.permitted_call": lambda made, who: permitted_call(
        made.office.database, who, made.sannas_call, wanted="show", clock=made.office.clock
    ),
    "rights.calls.viewing.view_call": lambda made, who: view_call(
        made.office.database, who, made.sannas_call, clock=made.office.clock
    ),
    "rights.calls.viewing.view_call_with_cards": lambda made, who: view_call_with_cards(
        made.office.database, who, made.sannas_call, clock=made.office.clock
    ),
}

CHANGING = (
    "rights.access.exclusions.all_exclusions",
    "rights.linking.customer_links.decide_link",
    "rights.linking.link_withdrawals.withdraw_link",
)
"""Each has a house of its own; those that only read go through one, one after the other."""
HOUSES = [
    {name: door for name, door in DOORS.items() if name not in CHANGING},
    *({name: DOORS[name]} for name in CHANGING),
]

TRIED_BELOW = {
    "rights.register.register_export.export_register",  # tells the addresses of houses, and nothing of the person
    "rights.register.register_view.view_apartment",  # tells its address, and nothing of the person
    "rights.register.reveals.reveal",  # tells it, for a purpose
    "rights.calls.ringing.ringing_calls",  # needs a call that rings
}

SILENT_PACKAGES = ("rights.identity.",)
SILENT_MODULES = {
    "rights.access.approvals",
    "rights.access.approved_detail",
    "rights.access.deciding",
    "rights.access.grants",
    "rights.access.listening_of_own",
    "rights.access.partner_calls",
    "rights.access.roles",
    "rights.access.team",
    "rights.access.team_leading",
    "rights.access.team_widening",
    "rights.access.teams",
    "rights.calls.reach",
    "rights.audit.acknowledging",
    "rights.audit.append_only",
    "rights.audit.changed_settings",
    "rights.audit.chaining",
    "rights.audit.checkpoints",
    "rights.audit.page_readers",
    "rights.audit.places",
    "rights.audit.subjects",
    "rights.audit.verifications",
    "rights.audit.verifying",
    "rights.listening.case_numbers",
    "rights.listening.export",
    "rights.listening.export_asking",
    "rights.listening.frame_index",
    "rights.listening.hearer",
    "rights.listening.purpose_keeping",
    "rights.listening.restrictions",
    "rights.listening.stating",
    "rights.listening.listening",
    "rights.access.permissions",
    "rights.listening.purposes",
    "rights.access.refusals",
}
"""They tell nothing of customers but the audio."""

WITHIN_RIGHTS = {
    "rights.access.exclusions.end_exclusion",
    "rights.access.exclusions.exclude_agent",
    "rights.access.exclusions.exclude_person",
    "rights.access.exclusions.is_person",
    "rights.audit.trail.record",
    "rights.calls.catalogue.page_of",
    "rights.calls.catalogue.hearable_row",
    "rights.calls.catalogue.permitted_row",
    "rights.linking.customer_links.linkable_row",
    "rights.linking.deciders.names_of",
    "rights.register.person_marks.with_marks",
    "rights.calls.ringing.pick_customer",
    "rights.calls.viewing.record_look",
}
"""They are parts of the doors, or tell nothing."""


def doors_there_are() -> Iterator[str]:
    for module in pkgutil.walk_packages(rights.__path__, prefix="rights."):
        if module.name in SILENT_MODULES or module.name.startswith(SILENT_PACKAGES):
            continue
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            if function.__module__ == module.name and not name.startswith("_") and first in {"database", "session"}:
                yield f"{module.name}.{name}"


def test_every_door_is_tried() -> None:
    assert sorted(doors_there_are()) == sorted({*DOORS, *TRIED_BELOW, *WITHIN_RIGHTS})


@pytest.mark.parametrize("doors", HOUSES, ids=["reading", *CHANGING])
@pytest.mark.parametrize("linked_to", ["helmi", "osmo", "nobody"])
def test_no_door_tells_it(protected: Statement, everything: Actor, doors: dict[str, Door], linked_to: str) -> None:
    office = protected.office
    persons = {"helmi": [protected.helmi_id], "osmo": [protected.osmo_id], "nobody": []}[linked_to]
    with office.database.begin() as session:
        for call_id in (protected.sannas_call, protected.mikkos_call):
            if persons:
                decide(session, call_id, persons, decided_by="tiina", lease_id=protected.lease_id, clock=office.clock)
    with capture_logs() as logged:
        found = {name: told(door(protected, everything)) for name, door in doors.items()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}
    assert told(logged) == []
    assert told_by_the_audit(protected) == []


def told_by_the_audit(made: Statement) -> list[str]:
    """Look into what stands in the columns, and into what of it is sealed."""
    columns = [column.key for column in AuditRow.__table__.columns]
    with made.office.database.read() as session:
        rows = session.scalars(select(AuditRow)).all()
    return told([tuple(getattr(row, name) for name in columns) for row in rows])


@pytest.mark.parametrize(
    "text",
    [NUMBER, f"0{DIGITS}", f"0{DIGITS[:2]} {DIGITS[2:5]} {DIGITS[5:]}", EMAIL, OWN_ADDRESS, f"{OWN_ADDRESS}, 00974"],
)
def test_what_is_secret_finds_nobody(protected: Statement, everything: Actor, text: str) -> None:
    """To find somebody by it would confirm it."""
    office = protected.office
    found = find_in_register(office.database, everything, RegisterQuery(text), clock=office.clock)
    assert (found.person_ids, found.persons, found.leases, found.organisations) == ([], (), (), ())
    hits = search_register(office.database, everything, protected.sannas_call, text, clock=office.clock)
    calls = list_calls(office.database, everything, CallFilter(text=text), limit=50, clock=office.clock).calls
    assert (hits, calls) == ((), [])
    assert told_by_the_audit(protected) == []


@pytest.mark.parametrize("text", ["V-7300", "1234561", "RF341234561", "P1", "Helmi Kirjava", "Osmo"])
def test_what_finds_the_person_does_not_tell_it(protected: Statement, everything: Actor, text: str) -> None:
    office = protected.office
    found = find_in_register(office.database, everything, RegisterQuery(text), clock=office.clock)
    assert found.person_ids != []
    assert told(found) == []


def test_the_apartment_does_not_tell_who_lives_there(protected: Statement, everything: Actor) -> None:
    office = protected.office
    viewed = view_apartment(office.database, everything, protected.apartment_id, on=DAY, clock=office.clock)
    assert [tenancy.lease_no for tenancy in viewed.record.tenancies] == ["V-7309"]
    assert viewed.record.time_line.entries == ()
    assert [name for name in (*NAMES, DIGITS, EMAIL) if name in repr(viewed)] == []
    found = find_in_register(office.database, everything, RegisterQuery(f"{STREET} 73 B 12"), clock=office.clock)
    assert [hit.apartment_no for hit in found.apartments] == ["T-73-B12"]
    assert [name for name in NAMES if name in repr(found)] == []
    with office.database.read() as session:
        shown = session.scalars(select(AuditRow.detail).where(AuditRow.action == "register-page-shown")).one()
    assert json.loads(shown or "")["persons"] == [_tauno(protected)]


def test_who_lives_there_now_is_not_told_of_who_lived_there(protected: Statement, everything: Actor) -> None:
    """On his pages the street is his own; number, e-mail and new address of her before him are nowhere, nor is she."""
    office, tauno = protected.office, _tauno(protected)
    person = view_person(office.database, everything, tauno, on=DAY, clock=office.clock)
    lease = view_lease(office.database, everything, person.record.leases[0].lease_id or 0, on=DAY, clock=office.clock)
    call_id = office.add_call(agent_id=office.sanna_id)
    decide_link(office.database, everything, call_id, [tauno], clock=office.clock)
    call = view_call_with_cards(office.database, everything, call_id, clock=office.clock)
    assert STREET in repr(person)
    assert [fault.subject for fault in person.record.fault_reports] == [CONCEALED] * 4
    new_home = set(told(OWN_ADDRESS))
    for page in (person, lease, call):
        assert {DIGITS, "helmi.kirjava@", *new_home}.isdisjoint(told(page))
        assert [name for name in NAMES if name in repr(page)] == []


def _tauno(made: Statement) -> int:
    with made.office.database.read() as session:
        return session.scalars(select(PersonRow.id).where(PersonRow.surname == "Uusi")).one()


def test_an_export_does_not_tell_it(protected: Statement, everything: Actor, tmp_path: Path) -> None:
    office, folder = protected.office, tmp_path / "exported"
    export_register(
        office.database,
        FieldVault(protected.keys),
        everything,
        folder,
        ExportFormat.CSV,
        scope=ExportScope(),
        purpose=None,
        clock=office.clock,
        progress=no_progress,
    )
    files = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    houses = files.pop("buildings.csv")
    assert STREET in houses
    assert {name: told(text) for name, text in files.items() if told(text)} == {}
    assert [line for line in files["leases.csv"].splitlines() if "T-73-B12" in line and "V-7309" not in line] == []


def test_what_rings_does_not_tell_it(protected: Statement, everything: Actor, switchboard: Switchboard) -> None:
    switchboard.ringing_call("sanna", number=NUMBER)
    (call,) = ringing_calls(protected.office.database, everything, clock=protected.office.clock)
    assert call.is_masked
    assert told(call) == []
    assert told_by_the_audit(protected) == []


def test_only_a_reveal_tells_it_and_only_in_what_it_returns(protected: Statement, everything: Actor) -> None:
    office, who = protected.office, protected.helmi_id
    with capture_logs() as logged:
        revealed = {
            field: reveal(
                office.database, protected.keys, everything, who, field, purpose="request", clock=office.clock
            )
            for field in ProtectedField
        }
    for field, values in revealed.items():
        whole: list[Any] = [getattr(values, name) for name in Revealed.__slots__]
        assert (told(whole) != []) == (field is ProtectedField.UNDISCLOSED), field
        assert told(values) == []  # what it says of itself
    assert told(logged) == told_by_the_audit(protected) == []
    assert told(view_person(office.database, everything, who, on=DAY, clock=office.clock)) == []


def test_nobody_of_the_sample_register_is_told_of_on_any_page(office: Office) -> None:
    """As it is imported: each page of each record, before somebody who may do all there is.

    A home is somebody else's too, before and after: it may stand on pages that do not name who may not be found there.
    """
    import_into(office.database, SAMPLE_REGISTER)
    who = office.actor(office.add_account("everything", *Task))
    with office.database.read() as session:
        person_ids = session.scalars(select(PersonRow.id)).all()
        lease_ids = session.scalars(select(LeaseRow.id)).all()
        protected = session.scalars(select(PersonRow.id).where(PersonRow.non_disclosure)).all()
        reached, homes = set(_reached(session, protected)), set(_homes(session, protected))
    assert min(len(reached), len(homes)) > 0
    pages: list[object] = [
        *(view_person(office.database, who, person_id, on=DAY, clock=office.clock) for person_id in person_ids),
        *(view_lease(office.database, who, lease_id, on=DAY, clock=office.clock) for lease_id in lease_ids),
    ]
    for page in pages:
        secrets = reached if persons_in(page).isdisjoint(protected) else reached | homes
        assert [secret for secret in secrets if secret in repr(page)] == []


def _reached(session: Session, person_ids: Sequence[int]) -> Iterator[str]:
    yield from session.scalars(select(PhoneNumberRow.e164).where(PhoneNumberRow.person_id.in_(person_ids)))
    yield from session.scalars(select(EmailAddressRow.address).where(EmailAddressRow.person_id.in_(person_ids)))
    yield from session.scalars(
        select(PersonAddressRow.street_address).where(PersonAddressRow.person_id.in_(person_ids))
    )


def _homes(session: Session, person_ids: Sequence[int]) -> Iterator[str]:
    homes = (
        select(BuildingRow, ApartmentRow)
        .join(ApartmentRow, ApartmentRow.building_id == BuildingRow.id)
        .join(LeaseRow, LeaseRow.apartment_id == ApartmentRow.id)
        .join(LeasePartyRow, LeasePartyRow.lease_id == LeaseRow.id)
        .where(LeasePartyRow.person_id.in_(person_ids))
    )
    for building, apartment in session.execute(homes):
        yield str(address_of(building, apartment))
