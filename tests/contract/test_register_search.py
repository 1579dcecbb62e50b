"""Searching the register in the viewer: whatever is known finds, and nothing of it stands in an address."""

import json
import re
from dataclasses import replace
from http import HTTPStatus

import pytest
from fixtures_register_pages import ENGLISH, READER, Register, read
from fixtures_statement import IDENTITY_CODE, NUMBER, STREET
from fixtures_web import Browser, MakeViewer
from sqlalchemy import select
from structlog.testing import capture_logs

from rights.access.tasks import Task
from rights.register.register_finding import MAX_FOUND
from rights.tables import AuditRow
from storage.database.engine import Database
from web.limits import CODES_OF_ACCOUNT

FINDER = (*READER, Task.FIND_BY_IDENTITY_CODE)
OTHER_CODE = "020516C903K"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def found(browser: Browser, text: str, within: str = "all") -> str:
    sent = browser.post("/register/search", {"text": text, "within": within})
    assert sent.status_code == HTTPStatus.SEE_OTHER
    return read(browser.get(sent.location, headers=ENGLISH).text)


@pytest.mark.parametrize(
    ("text", "page"),
    [("kirjava hel", "person"), ("Helmi Kirjava", "person"), ("040 100 0731", "person"), (NUMBER, "person"),
     (f"{STREET} 73 B 12 a", "apartment"), (f"{STREET.lower()} 73", "apartment"), ("T-73-B12", "apartment"),
     ("V-7300", "lease"), ("v-7300", "lease"), ("1234561", "lease"), ("RF34 1234 561", "lease"),
     ("\u202a040\u00a0100\u00a00731\u202c", "person"), ("2077474-0", "person"), ("Nauhatehdas", "person")],
)  # fmt: skip
def test_one_field_finds_whatever_is_known(register_pages: Register, text: str, page: str) -> None:
    told = found(register_pages.viewer.browser("tiina", *READER), text)
    assert f'href="{register_pages.addresses()[page]}"' in told


def test_it_looks_where_it_is_told(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("tiina", *READER)
    assert "Kirjava" in found(browser, "Kirjava", "persons")
    assert "Nothing was found" in found(browser, "Kirjava", "apartments")
    assert "Nauhatehdas Oy" in found(browser, "Nauhatehdas", "organisations")


def test_names_come_in_finnish_order_and_too_many_are_said_so(register_pages: Register) -> None:
    office = register_pages.viewer.office
    for surname in ("Öhman", "Åberg", "Ärling", "Zetterberg"):
        office.add_person("Ilona", surname)
    browser = register_pages.viewer.browser("tiina", *READER)
    told = found(browser, "ilona", "persons")
    places = [told.index(f"Ilona {surname}<") for surname in ("Zetterberg", "Åberg", "Ärling", "Öhman")]
    assert places == sorted(places)
    assert "There is more than can be shown" not in told
    for number in range(MAX_FOUND):
        office.add_person("Ilona", f"Moni{number}")
    told = found(browser, "ilona", "persons")
    assert f"the first {MAX_FOUND} of each kind are here" in told
    assert told.count('<a class="whole"') == MAX_FOUND


def test_nothing_is_said_so_and_nothing_asked_is_asked_again(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("tiina", *READER)
    nothing = found(browser, "Olematon")
    assert "Nothing was found" in nothing
    assert "write only the beginning of the surname" in nothing
    assert "Search everything instead" not in nothing
    assert "Search everything instead" in found(browser, "Olematon", within="leases")
    for wrong in ({"text": ""}, {"text": "x" * 101}, {"text": "a\0b"}, {"text": "a", "within": "cellar"}):
        refused = browser.post("/register/search", {"within": "all", **wrong})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
        assert 'aria-invalid="true"' in refused.text
    assert "You can search by" in browser.get("/register", headers=ENGLISH).text


@pytest.mark.parametrize("text", [IDENTITY_CODE, f"Helmi {OTHER_CODE.lower()}", f"{OTHER_CODE[:6]} {OTHER_CODE[6:]}"])
def test_an_identity_code_is_refused_before_it_is_sealed(register_pages: Register, text: str) -> None:
    rea, tiina = (register_pages.viewer.browser(login, *tasks) for login, tasks in (("rea", READER), ("tiina", FINDER)))
    told = {}
    for browser, where in ((rea, "a permission of its own"), (tiina, "the form for finding by identity code below")):
        refused = browser.post("/register/search", {"text": text, "within": "all"}, headers=ENGLISH)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "Location" not in refused.headers
        assert where in refused.text
        assert text not in refused.text
        told[where] = focused(refused.text)
    assert list(told.values()) == [["text"], ["code"]]


def focused(page: str) -> list[str]:
    return re.findall(r'<(?:input|select)[^>]* autofocus[ >][^>]*?id="(\w+)"', page)


@pytest.mark.parametrize(
    ("code", "purpose", "at"),
    [("zz", "", "code"), (IDENTITY_CODE, "", "purpose"), (OTHER_CODE, "identification", "code")],
)
def test_the_form_that_complains_has_the_focus(register_pages: Register, code: str, purpose: str, at: str) -> None:
    browser = register_pages.viewer.browser("tiina", *FINDER)
    told = browser.post("/register/identity-code", {"code": code, "purpose": purpose}, headers=ENGLISH).text
    assert (focused(told), told.count("autofocus")) == ([at], 1)
    assert "Correct the search above." not in told
    assert focused(browser.get("/register").text) == ["text"]


def test_a_search_stands_in_no_address_log_or_audit(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("tiina", *READER)
    with capture_logs() as logged:
        sent = browser.post("/register/search", {"text": "Helmi Kirjava", "within": "all"})
        shown = browser.get(sent.location)
    assert 'value="Helmi Kirjava"' in shown.text  # the form shows what was asked for
    with register_pages.viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "register-searched")).all()
    for told in (sent.location, str(logged), *(row.detail or "" for row in rows)):
        assert "elmi" not in told
        assert "irjava" not in told
    assert [json.loads(row.detail or "")["persons"] for row in rows] == [[register_pages.statement.helmi_id]]


def test_a_sealed_search_is_of_no_use_elsewhere(register_pages: Register) -> None:
    tiina, rea = (register_pages.viewer.browser(login, *READER) for login in ("tiina", "rea"))
    mine = tiina.post("/register/search", {"text": "Kirjava", "within": "all"}).location
    calls = tiina.post("/calls/search", {"customer": "Kirjava"}).location
    assert tiina.get(mine).status_code == HTTPStatus.OK
    assert rea.get(mine).status_code == HTTPStatus.NOT_FOUND
    assert tiina.get(mine[:-2] + "xx").status_code == HTTPStatus.NOT_FOUND
    assert tiina.get(calls.replace("/calls", "/register")).status_code == HTTPStatus.NOT_FOUND
    assert tiina.get(mine.replace("/register", "/calls")).status_code == HTTPStatus.NOT_FOUND


def test_pages_lead_back_to_what_was_found(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("tiina", *READER)
    address = browser.post("/register/search", {"text": "Kirjava", "within": "all"}).location
    browser.get(address)
    for page in register_pages.addresses():
        assert f'class="back" href="{address}"' in register_pages.text(browser, page)


def by_code(browser: Browser, code: str, purpose: str = "identification") -> tuple[int, str, str]:
    answer = browser.post("/register/identity-code", {"code": code, "purpose": purpose}, headers=ENGLISH)
    return answer.status_code, answer.headers.get("Location", ""), read(answer.text)


def test_an_identity_code_leads_to_its_person_for_a_purpose(register_pages: Register) -> None:
    browser = register_pages.viewer.browser("tiina", *FINDER)
    with capture_logs() as logged:
        status, location, _ = by_code(browser, f" {IDENTITY_CODE.lower()} ")
        nobody = by_code(browser, OTHER_CODE)
    assert (status, location) == (HTTPStatus.SEE_OTHER, register_pages.addresses()["person"])
    assert nobody[0] == HTTPStatus.OK
    assert "Nobody in the register has this identity code" in nobody[2]
    with register_pages.viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "identity-code-looked-up")).all()
    assert [row.purpose for row in rows] == ["identification"] * 2
    for told in (*nobody, str(logged), *(row.detail for row in rows)):
        for code in (IDENTITY_CODE, OTHER_CODE):
            assert code not in str(told)


@pytest.mark.parametrize("code", ["010594Y9033", "131052A308T", "010594", "", "x" * 30, "010594Y9032 or", "a\0b"])
def test_what_is_no_identity_code_is_asked_again_and_never_written_back(register_pages: Register, code: str) -> None:
    browser = register_pages.viewer.browser("tiina", *FINDER)
    status, _, told = by_code(browser, code)
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in told
    assert not code or code not in told
    status, _, told = by_code(browser, IDENTITY_CODE, purpose="")
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Choose the purpose." in told
    assert IDENTITY_CODE not in told


def test_the_code_has_a_permission_of_its_own_and_no_address(register_pages: Register) -> None:
    reader, finder = (
        register_pages.viewer.browser(login, *tasks) for login, tasks in (("rea", READER), ("tiina", FINDER))
    )
    assert "/register/identity-code" not in reader.get("/register").text
    assert by_code(reader, IDENTITY_CODE)[0] == HTTPStatus.NOT_FOUND
    assert 'action="/register/identity-code"' in finder.get("/register").text
    assert finder.get(f"/register/identity-code?code={IDENTITY_CODE}").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    alone = register_pages.viewer.browser("asa", Task.FIND_BY_IDENTITY_CODE)
    assert alone.get("/register").status_code == HTTPStatus.NOT_FOUND
    assert by_code(alone, IDENTITY_CODE)[0] == HTTPStatus.NOT_FOUND


def test_codes_are_not_tried_one_after_another(
    register_pages: Register, monkeypatch: pytest.MonkeyPatch, make_viewer: MakeViewer
) -> None:
    monkeypatch.setattr("web.limits.CODES_OF_ACCOUNT", replace(CODES_OF_ACCOUNT, most=3))
    register_pages.viewer = make_viewer()
    browser = register_pages.viewer.browser("tiina", *FINDER)
    tries = [by_code(browser, OTHER_CODE)[0] for _ in range(4)]
    assert tries == [HTTPStatus.OK] * 3 + [HTTPStatus.TOO_MANY_REQUESTS]
    assert by_code(register_pages.viewer.browser("rea", *FINDER), OTHER_CODE)[0] == HTTPStatus.OK
