"""The register's pages: what each shows to whom, and as of which day."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from fixtures_register_pages import ENGLISH, READER, REVEALER, SAID, Register, RegisterMaker, read
from fixtures_rights import ALL_CALLS, OWN_CALLS
from fixtures_statement import DAY, LONG_AGO

from ledger_link.records.protected_field import ProtectedField
from rights.access.tasks import Task
from rights.register.register_fields import FIELDS
from storage.database.engine import Database

BEFORE = datetime(2026, 11, 2, 8, 5, tzinfo=UTC)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def register(register_pages: Register) -> Register:
    return register_pages


def test_every_row_of_the_statement_stands_on_its_page_or_is_revealed_there(register: Register) -> None:
    browser = register.viewer.browser("tiina", *REVEALER)
    pages = {f"/register/{page}s/<id>": register.text(browser, page) for page in register.addresses()}
    shown = {field: register.reveal(browser, field) for field in ProtectedField}
    assert set(SAID) == {row.key for row in FIELDS}
    for row in FIELDS:
        page = pages[str(row.page)]
        for word in SAID[row.key]:
            is_revealed_only = row.protected not in {None, ProtectedField.UNDISCLOSED}
            assert (word in page) is not is_revealed_only, (row.key, word)
            if row.protected is not None:
                assert word in shown[row.protected], (row.key, word)


def test_who_has_the_register_alone_begins_there(register: Register) -> None:
    browser = register.viewer.browser("rea", Task.VIEW_REGISTER)
    assert browser.get("/").location == "/register"
    assert 'href="/register" aria-current="page"' in browser.get("/register").text
    assert register.viewer.browser("tiina", *READER).get("/").location == "/calls"


def test_money_needs_its_own_permission(register: Register) -> None:
    browser = register.viewer.browser("rea", Task.VIEW_REGISTER, *ALL_CALLS)
    money = [word for key in ("charges", "payments", "balance", "deposit", "reminders") for word in SAID[key]]
    for page in ("person", "lease"):
        told = register.text(browser, page)
        assert [word for word in money if word in told] == []
        assert '<svg class="balance"' not in told


def test_the_chart_and_the_table_tell_the_same(register: Register) -> None:
    browser = register.viewer.browser("tiina", *READER)
    for page in ("person", "lease"):
        told = register.text(browser, page)
        assert '<svg class="balance" role="img"' in told
        assert "Most was owed on 1 Oct 2026: 731.11 €. At the end the balance is 31.11 €." in told
        assert 'data-label="Balance">31.11 €</td>' in told


def test_calls_stand_on_the_time_line_of_who_may_see_them(register: Register) -> None:
    made = register.statement
    pages = {
        "all": register.viewer.browser("tiina", *READER),
        "own": register.viewer.browser(
            "sanna", Task.VIEW_REGISTER, *OWN_CALLS, agent_id=register.viewer.office.sanna_id
        ),
        "none": register.viewer.browser("rea", Task.VIEW_REGISTER),
    }
    seen = {name: register.text(browser, "person") for name, browser in pages.items()}
    assert {name: (made.sannas_call in told, made.mikkos_call in told) for name, told in seen.items()} == {
        "all": (True, True),
        "own": (True, False),
        "none": (False, False),
    }
    assert all("vuokrantarkistus" in told for told in seen.values())


def test_everything_is_as_of_the_day_that_was_asked_for(register: Register) -> None:
    browser = register.viewer.browser("tiina", *READER)
    assert f'value="{DAY:%-d.%-m.%Y}"' in register.text(browser, "person")
    before = register.text(browser, "person", on="2019-12-24")
    assert 'value="24.12.2019"' in before
    assert '<span class="tag good">Lease applicant' in before
    assert '<span class="tag good">Tenant' not in before
    assert "No charges or payments by this day" in before
    assert f"/register/leases/{register.statement.lease_id}?on=2019-12-24" in before
    events = [word for key in ("contacts", "calls", "participation", "marketing", "credit-data") for word in SAID[key]]
    assert [word for word in events if word in before and word != "Text message"] == []
    assert "hana tippuu" not in register.text(browser, "apartment", on="2019-12-24")
    for page in ("person", "lease", "apartment"):
        assert "Not yet begun" in register.text(browser, page, on="2019-12-24")
    assert LONG_AGO.isoformat() > "2019-12-24"


@pytest.mark.parametrize(
    ("day", "advice"),
    [
        ("2026-02-30", "There is no such day in the calendar. Check the day and the month."),
        ("31.2.2026", "There is no such day in the calendar. Check the day and the month."),
        ("yesterday", "Write the day as dd.mm.yyyy, for example 31.12.2026."),
        ("20261102x", "Write the day as dd.mm.yyyy, for example 31.12.2026."),
        ("\ud800", "Write the day as dd.mm.yyyy, for example 31.12.2026."),
        ("1800-01-01", "Give a day between the years 2000 and 2100."),
        ("9999-12-31", "Give a day between the years 2000 and 2100."),
    ],
)
@pytest.mark.parametrize("page", ["person", "lease", "apartment"])
def test_a_day_that_is_none_is_refused_and_told_why(register: Register, page: str, day: str, advice: str) -> None:
    browser = register.viewer.browser("tiina", *READER)
    query = {"on": day.encode("utf-8", "replace").decode()}
    answer = browser.get(register.addresses()[page], query_string=query, headers=ENGLISH)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert advice in answer.text


def test_a_card_beside_a_call_leads_to_the_person_on_that_day(register: Register) -> None:
    call = f"/calls/{register.statement.sannas_call}"
    leads_to = f"/register/persons/{register.statement.helmi_id}?on=2026-11-02"
    assert leads_to in register.viewer.browser("tiina", *READER).get(call).text
    assert "/register/" not in register.viewer.browser("mikko", *ALL_CALLS).get(call).text


def test_what_a_call_is_about_stands_first(register: Register) -> None:
    """Home, rent, balance, what is open and for what, what is broken: before the contact details and all the rest."""
    told = register.text(register.viewer.browser("tiina", *READER), "person")
    first = told[told.index('<h2 id="now">') : told.index('<h2 id="contact">')]
    for word in ("Salakuja 73 B 12 a", "V-7300", "731.11 €", "Owed 31.11 €", "Rent 10/2026", "hana tippuu"):
        assert word in first, word
    assert "Balance" not in register.text(register.viewer.browser("rea", Task.VIEW_REGISTER), "person")


def test_what_there_is_nothing_of_takes_one_line(register: Register) -> None:
    browser = register.viewer.browser("tiina", *REVEALER)
    osmo = read(browser.get(f"/register/persons/{register.statement.osmo_id}", headers=ENGLISH).text)
    assert "Nothing in the register: identity code and travel documents, guardianship, marital status" in osmo
    assert '<h2 id="circumstances">' not in osmo
    reader = register.viewer.browser("rea", Task.VIEW_REGISTER)
    of_helmi, of_osmo = (
        read(reader.get(f"/register/persons/{each}", headers=ENGLISH).text)
        for each in (register.statement.helmi_id, register.statement.osmo_id)
    )
    kept = "To see these you need a permission of its own: "
    assert kept + "guardianship, income and assets, credit data." in of_helmi
    assert kept + "identity code and travel documents, guardianship, income and assets, credit data." in of_osmo


def test_another_day_than_today_is_told_in_words(register: Register) -> None:
    browser = register.viewer.browser("tiina", *READER)
    for page in register.addresses():
        assert "You see the data of" not in register.text(browser, page)
        assert "You see the data of 24 Dec 2019." in register.text(browser, page, on="24.12.2019")


def test_older_entries_are_a_page_of_their_own_and_a_part_for_the_script(register: Register) -> None:
    browser, made = register.viewer.browser("tiina", *READER), register.statement
    before = f"{int(BEFORE.timestamp() * 10**6)}-1"
    for page, address in register.addresses().items():
        told = register.text(browser, page, before=before)
        assert "Older entries, until 2 Nov 2026 at 10:05." in told
        part = browser.get(address, query_string={"before": before}, headers={**ENGLISH, "X-Part": "older"}).text
        assert "<html" not in part
        assert made.sannas_call not in part
        assert browser.get(address, query_string={"before": "1-x"}).status_code == HTTPStatus.BAD_REQUEST


def test_where_somebody_with_a_turvakielto_works_is_masked_with_the_contact_details(
    make_register_pages: RegisterMaker,
) -> None:
    register = make_register_pages(non_disclosure=True)
    work = f"/register/organisations/{register.statement.organisation_id}"
    for login, tasks, words in (
        ("rea", READER, "Employer not disclosed: where somebody works tells where to find them.</p>"),
        ("tiina", REVEALER, "It is shown together with the contact details.</p>"),
    ):
        browser = register.viewer.browser(login, *tasks)
        told = register.text(browser, "person")
        section = told[told.index('<h2 id="circumstances">') :]
        assert words in section[: section.index("</section>")]
        assert [word for word in ("Nauhatehdas", "kelaaja", work) if word in told] == []
        assert "Nothing in the register: employment" not in told
    for part in (True, False):
        shown = register.reveal(browser, ProtectedField.UNDISCLOSED, part=part)
        assert [word for word in ("Nauhatehdas Oy", "kelaaja", f'href="{work}"') if word not in shown] == []
