"""What the register's pages keep: protected fields, homes under a turvakielto, names out of addresses and logs."""

import html
import re
from http import HTTPStatus

import pytest
from fixtures_register_pages import ENGLISH, READER, REVEALER, SAID, Register, RegisterMaker, read
from fixtures_rights import ALL_CALLS
from fixtures_statement import EMAIL, IDENTITY_CODE, NUMBER, OWN_ADDRESS, STREET
from sqlalchemy import select
from structlog.testing import capture_logs

from calls.phone import for_reading
from ledger_link.records.protected_field import ProtectedField
from ledger_link.tables.contacts import ContactRow
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.persons import PersonRow
from rights.access.protection import REVEAL_TASKS
from rights.access.tasks import Task
from rights.register.register_fields import FIELDS
from rights.tables import AuditRow
from storage.database.engine import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def register(register_pages: Register) -> Register:
    return register_pages


@pytest.mark.parametrize("field", sorted(set(ProtectedField) - {ProtectedField.UNDISCLOSED}))
def test_what_is_revealed_stands_in_one_answer_alone(register: Register, field: ProtectedField) -> None:
    browser = register.viewer.browser("tiina", Task.VIEW_REGISTER, REVEAL_TASKS[field])
    secrets = [word for row in FIELDS if row.protected is field for word in SAID[row.key]]
    before = register.text(browser, "person")
    whole = register.reveal(browser, field, part=False)
    assert "<title>Helmi Kirjava" in whole
    assert "Shown for this purpose: Request of a data subject" in whole
    after = register.text(browser, "person")
    for secret in secrets:
        assert (secret in before, secret in whole, secret in after) == (False, True, False), secret
    with register.viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "field-revealed")).all()
    assert [(row.login, row.purpose) for row in rows] == [("tiina", "request")]


def test_only_who_may_is_offered_to_reveal(register: Register) -> None:
    reader, revealer = register.viewer.browser("rea", *READER), register.viewer.browser("tiina", *REVEALER)
    assert "For what purpose?" not in register.text(reader, "person")
    offered = register.text(revealer, "person")
    for field in set(ProtectedField) - {ProtectedField.UNDISCLOSED}:
        assert f'id="purpose-{field}"' in offered
    address = f"{register.addresses()['person']}/reveal"
    asked = {"field": "income", "purpose": "request"}
    assert reader.post(address, asked).status_code == HTTPStatus.FORBIDDEN
    assert revealer.post(address, {**asked, "purpose": ""}).status_code == HTTPStatus.BAD_REQUEST
    assert revealer.post(address, {**asked, "purpose": "curiosity"}).status_code == HTTPStatus.BAD_REQUEST
    assert revealer.post(address, {**asked, "field": "everything"}).status_code == HTTPStatus.BAD_REQUEST
    assert revealer.post(address.replace("persons/", "persons/9"), asked).status_code == HTTPStatus.NOT_FOUND
    assert revealer.client.post(address, data=asked).status_code == HTTPStatus.BAD_REQUEST  # without its token
    assert revealer.get(address).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_register_does_not_exist_for_others(register: Register) -> None:
    trainer = register.viewer.browser("tiina", *ALL_CALLS, Task.LINK_CUSTOMERS, *set(REVEAL_TASKS.values()))
    reader = register.viewer.browser("rea", *READER)
    for address in register.addresses().values():
        refused = trainer.get(address)
        nowhere = reader.get(re.sub(r"\d+$", "999", address))
        beyond = reader.get(re.sub(r"\d+$", "9" * 30, address))
        assert {refused.status_code, nowhere.status_code, beyond.status_code} == {HTTPStatus.NOT_FOUND}, address
        assert "Kirjava" not in refused.text
    assert trainer.get("/register").status_code == HTTPStatus.NOT_FOUND
    assert trainer.post("/register/search", {"text": "Kirjava", "within": "all"}).status_code == HTTPStatus.NOT_FOUND
    person = f"{register.addresses()['person']}/reveal"
    asked = {"field": "income", "purpose": "request"}
    assert trainer.post(person, asked).status_code == HTTPStatus.NOT_FOUND
    assert "/register" not in trainer.get("/calls").text
    with register.viewer.office.database.read() as session:
        refusals = session.scalars(select(AuditRow.login).where(AuditRow.action == "refused")).all()
    assert refusals.count("tiina") == len(register.addresses()) + 3  # the search, its form, and what was to be revealed


def addresses_in(text: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'(?:href|action|src)="([^"]*)"', text)]


def test_nothing_personal_stands_in_an_address(register: Register) -> None:
    browser = register.viewer.browser("tiina", *REVEALER)
    personal = ("irjava", "elmi", NUMBER[-7:], EMAIL, IDENTITY_CODE, OWN_ADDRESS, STREET, "1234561", "V-7300")
    found = browser.post("/register/search", {"text": "Kirjava", "within": "all"})
    pages = [browser.get(found.location).text, *(browser.get(page).text for page in register.addresses().values())]
    told = [found.location, *(address for page in pages for address in addresses_in(page))]
    assert len(told) > 60
    assert [(word, address) for address in told for word in personal if word in address] == []


def test_hostile_words_are_only_text(register: Register) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    with register.viewer.office.database.begin() as session:
        person = session.get_one(PersonRow, register.statement.helmi_id)
        person.surname = hostile
        for row in session.scalars(select(ContactRow)):
            row.subject = row.handled_by = hostile
        for employment in session.scalars(select(EmploymentRow)):
            employment.employer_name = employment.occupation = hostile
    browser = register.viewer.browser("tiina", *READER)
    found = browser.post("/register/search", {"text": "Helmi", "within": "all"})
    for address in (found.location, *register.addresses().values()):
        page = browser.get(address).text
        assert "&lt;script&gt;alert(1)" in page, address
        assert "<script>alert" not in page
        assert "<img" not in page


def where_she_is() -> list[str]:
    """List what a turvakielto keeps from every page: in each way in which it may be written there."""
    written = for_reading(NUMBER)
    return [STREET, OWN_ADDRESS, "Piilola", "Kätkölä", "00973", "00974", EMAIL, NUMBER, written, NUMBER[-7:]]


def test_a_turvakielto_is_kept_on_every_page(make_register_pages: RegisterMaker) -> None:
    register = make_register_pages(non_disclosure=True)
    made = register.statement
    browser = register.viewer.browser("tiina", *REVEALER, Task.LINK_CUSTOMERS)
    found = browser.post("/register/search", {"text": "Kirjava", "within": "all"}).location
    everybody = (made.helmi_id, made.osmo_id, made.maija_id, made.veera_id)
    addresses = [
        found,
        register.addresses()["lease"],
        *(f"/register/persons/{person_id}" for person_id in everybody),
        *(f"/register/persons/{person_id}?on=2021-01-01" for person_id in everybody),
        f"/calls/{made.sannas_call}",
        f"/calls/{made.sannas_call}/customer",
        "/calls",
    ]
    for address in addresses:
        answer = browser.get(address, headers=ENGLISH)
        assert answer.status_code == HTTPStatus.OK, address
        told = read(answer.text)
        assert "Kirjava" in told or "Maksaja" in told
        assert [word for word in where_she_is() if word in told] == [], address
    assert "Non-disclosure for personal safety" in register.text(browser, "person")
    # her home may have a page, but nobody can tell from it that it is hers
    home = register.text(browser, "apartment")
    for name in ("Kirjava", "Maksaja", "V-7300", "hana tippuu", made.sannas_call, made.mikkos_call):
        assert name not in home
    for wanted in (NUMBER, f"{STREET} 73", f"{STREET} 73 B 12 a", "1234561"):
        hits = browser.get(browser.post("/register/search", {"text": wanted, "within": "persons"}).location)
        assert "Kirjava" not in hits.text
    assert "Nothing was found" in browser.get(
        browser.post("/register/search", {"text": NUMBER, "within": "all"}).location, headers=ENGLISH
    ).text  # fmt: skip


def test_a_turvakielto_is_revealed_in_one_answer_alone(make_register_pages: RegisterMaker) -> None:
    register = make_register_pages(non_disclosure=True)
    browser = register.viewer.browser("tiina", *REVEALER)
    shown = register.reveal(browser, ProtectedField.UNDISCLOSED)
    for word in (f"{OWN_ADDRESS}, 00974 Kätkölä", EMAIL, for_reading(NUMBER), f"{STREET} 73 B 12 a, 00973 Piilola"):
        assert word in shown
    whole = register.reveal(browser, ProtectedField.UNDISCLOSED, part=False)
    assert EMAIL in whole
    assert [word for word in where_she_is() if word in register.text(browser, "person")] == []


def test_nothing_of_the_register_is_in_a_log(register: Register) -> None:
    browser = register.viewer.browser("tiina", *REVEALER)
    with capture_logs() as logged:
        browser.get(browser.post("/register/search", {"text": "Kirjava", "within": "all"}).location)
        for page in register.addresses():
            register.text(browser, page)
        for field in ProtectedField:
            register.reveal(browser, field)
    words = [word for row in FIELDS for word in SAID[row.key]]
    assert [word for word in (*words, "Kirjava") if word in str(logged)] == []
    assert "/register/persons/<int:person_id>/reveal" in {line["rule"] for line in logged}
