"""Every row of the register statement is given in its place to who may see it, and to nobody else."""

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import pytest
from fixtures_database import import_every_model
from fixtures_register_pages import REVEALER, SAID, Register
from fixtures_rights import ALL_CALLS
from fixtures_statement import (
    DAY,
    DOCUMENT_NUMBER,
    EMAIL,
    IDENTITY_CODE,
    NUMBER,
    OWN_ADDRESS,
    STREET,
    SWITCHBOARD,
    Statement,
)

from calls.errors import NotFoundError, RefusedError
from ledger_link.records.protected_field import ProtectedField
from rights.access.actor import Actor
from rights.access.permit import Permit
from rights.access.protection import REVEAL_TASKS
from rights.access.tasks import Task
from rights.register.register_field import Page, RegisterField
from rights.register.register_fields import FIELDS
from rights.register.register_view import view_apartment, view_lease, view_organisation, view_person
from rights.register.reveals import reveal
from storage.database.base import Base
from storage.database.engine import Database

READERS: tuple[Task | Permit, ...] = (Task.VIEW_REGISTER, Task.VIEW_LEDGER, *ALL_CALLS)
REVEALERS = frozenset(REVEAL_TASKS.values())

# What stands in the part of each row, and nowhere else but there
GIVEN: dict[str, tuple[str, ...]] = {
    "applicant": ("applicant", "hakemus 73"),
    "possible-buyer": ("possible_buyer", "kysyi myyntiä"),
    "tenant": ("'tenant'", "V-7300"),
    "co-tenant": ("Osmo Kirjava", "co_tenant"),
    "joint-payer": ("Maija Maksaja", "joint_payer"),
    "other-occupant": ("Veera Kirjava", "other_occupant", "2015, 7, 3"),
    "name": ("Helmi Tuulikki", "'Helmi'", "'Kirjava'"),
    "identity-code": (IDENTITY_CODE,),
    "travel-document": ("passport", "'EE'"),
    "travel-document-number": (DOCUMENT_NUMBER,),
    "address": (OWN_ADDRESS, "00974", "Kätkölä"),
    "phone": (NUMBER,),
    "e-mail": (EMAIL,),
    "non-disclosure": ("non_disclosure=False",),
    "guardianship": ("Kaarina Edunvalvoja", "+358401000739", "kaarina@valvonta.example", "talous ja asuminen"),
    "employment": ("Nauhatehdas Oy", "kelaaja", "fixed_term", "2020, 2, 1"),
    "income": ("273173", "palkkalaskelma"),
    "assets": ("973073", "tiliote"),
    "credit-data": ("Asiakastieto", "maksuhäiriö 2019", "'entries'"),
    "present-dwelling": ("with_relatives", "sukulaisten yläkerta"),
    "need-for-a-dwelling": ("perhe kasvaa", "Uusikaupunki", "rooms_min=4"),
    "marital-status": ("registered_partnership",),
    "contacts": ("vuokrantarkistus", "Riitta Kirjuri", "letter"),
    "calls": ("Sanna Laine", "Mikko Salo"),
    "participation": ("asukastoimikunta", "puheenjohtaja"),
    "marketing": ("'sms'", "'ban'", "soitto asiakaspalveluun", "2020, 2, 1"),
    "lease-data": ("V-7300", "1234561", "2020, 2, 1"),
    "rent": ("amount_cents_per_month=73111",),
    "charges": ("L-7301", "amount_cents=73111"),
    "payments": ("M-7301", "amount_cents=-70000", "Helmi Kirjava"),
    "balance": ("balance_cents=3111", "arrears_cents=3111"),
    "deposit": ("K-7301", "146222"),
    "reminders": ("H-7301", "3111", "573"),
    "building": ("Kätkölinna", "1973"),
    "apartment": (f"{STREET} 73", "'B'", "door_number=12", "'a'"),
    "tenancies": ("V-7300", "Helmi Kirjava", "Osmo Kirjava"),
    "fault-reports": ("hana tippuu", "in_progress", "F-7301"),
    "organisation": ("Nauhatehdas Oy", "2077474-0", "business_id_valid=True", "O-73"),
    "organisation-numbers": (SWITCHBOARD, "2020, 2, 1"),
    "employed": ("Helmi Kirjava", "fixed_term", "2020, 2, 1"),
}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: records are read from both kinds in test_records, who may see a row is not asked in SQL."""
    return sqlite_database


def rows(fields: Iterable[RegisterField]) -> pytest.MarkDecorator:
    listed = list(fields)
    return pytest.mark.parametrize("row", listed, ids=[field.key for field in listed])


def viewed(statement: Statement, actor: Actor, page: Page) -> Any:  # noqa: ANN401 (one of three views)
    office = statement.office
    view, record_id = {
        Page.PERSON: (view_person, statement.helmi_id),
        Page.LEASE: (view_lease, statement.lease_id),
        Page.APARTMENT: (view_apartment, statement.apartment_id),
        Page.ORGANISATION: (view_organisation, statement.organisation_id),
    }[page]
    return view(office.database, actor, record_id, on=DAY, clock=office.clock)


def revealed(statement: Statement, actor: Actor, field: ProtectedField) -> Any:  # noqa: ANN401 (its parts by name)
    office = statement.office
    return reveal(
        office.database, statement.keys, actor, statement.helmi_id, field, purpose="request", clock=office.clock
    )


def part_of(statement: Statement, actor: Actor, row: RegisterField) -> str:
    given = revealed(statement, actor, row.protected) if row.protected else viewed(statement, actor, row.page)
    return repr(attrgetter(row.part)(given))


@rows(FIELDS)
def test_row_is_given_to_who_may_see_it(statement: Statement, row: RegisterField) -> None:
    actor = statement.actor("reader", *READERS, *({REVEAL_TASKS[row.protected]} if row.protected else ()))
    told = part_of(statement, actor, row)
    assert [value for value in GIVEN[row.key] if value not in told] == []


@rows(FIELDS)
def test_row_needs_each_of_its_tasks(statement: Statement, row: RegisterField) -> None:
    for number, missing in enumerate(row.tasks):
        actor = statement.actor(f"lacks{number}", *(set(Task) - {missing}))
        match missing:
            case Task.VIEW_REGISTER:
                with pytest.raises(NotFoundError):
                    part_of(statement, actor, row)
            case Task.VIEW_LEDGER:
                page = viewed(statement, actor, row.page)
                assert attrgetter(row.part.partition(".")[0])(page) is None or attrgetter(row.part)(page) is None
                assert GIVEN[row.key][0] not in repr(page)
            case _:
                with pytest.raises(RefusedError):
                    part_of(statement, actor, row)


@rows(field for field in FIELDS if field.protected)
def test_protected_row_is_on_no_page_even_of_who_may_reveal_it(statement: Statement, row: RegisterField) -> None:
    actor = statement.actor("revealer", *READERS, *REVEALERS)
    for page in Page:
        told = repr(viewed(statement, actor, page))
        assert [value for value in GIVEN[row.key] if value in told] == []
    person = viewed(statement, actor, Page.PERSON)
    assert row.protected in person.hidden & person.may_reveal


def test_every_row_stands_in_its_section_of_the_page(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("tiina", *REVEALER)
    for name in register_pages.addresses():
        page = register_pages.text(browser, name)
        sections = {part.partition('"')[0]: part for part in re.split(r'<h2 id="', page)}
        head = sections.pop(next(iter(sections)))
        for row in FIELDS:
            if row.page.split("/")[2] != f"{name}s":
                continue
            told = head if row.section is None else sections[row.section]
            words = SAID[row.key] if row.protected is None else (f'id="protected-{row.protected}"',)
            assert [word for word in words if word not in told] == [], row.key


def test_every_row_has_its_columns_in_the_schema_and_its_values_in_the_test() -> None:
    import_every_model()
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    assert [column for field in FIELDS for column in field.columns if column not in columns] == []
    assert list(GIVEN) == [field.key for field in FIELDS]


def test_every_table_that_the_register_keeps_is_in_the_statement() -> None:
    """A table that is added to the register is told of: a statement that lacks one is untrue."""
    import_every_model()
    kept = {table.name for table in Base.metadata.tables.values() if "source_digest" in table.columns}
    told = {column.partition(".")[0] for field in FIELDS for column in field.columns}
    assert kept - told == set()
