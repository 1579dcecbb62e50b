"""A customer's and an employee's request for their data, from intake to the package that was handed over."""

import io
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures_browser import ROOT, Served, Visit
from fixtures_copies import AgeTool, heard, loudness
from fixtures_rights import GOOD_PASSWORD, added_account
from playwright.sync_api import Page, expect
from sqlalchemy import select

from privacy.copies.copy_rows import CopyRow
from privacy.copies.package import VERIFIER
from rights.access.tasks import Task
from rights.identity.accounts import set_password
from rights.tables import AuditRow

Visiting = Callable[..., Visit]
CUSTOMER_HZ, AGENT_HZ = 440, 1000  # of the calls that these tests record
COPY_MS = 150_000  # making one takes seconds, on a machine that is busy more


@pytest.fixture(scope="module")
def office(served: Served) -> Iterator[Served]:
    """The served house with a privacy officer, an approver, and the process that makes copies."""
    house = served.house
    with house.database.begin() as session:
        for name, login, tasks in (
            ("Outi Tietosuoja", "outi", (Task.HANDLE_CASES, Task.HEAR_FOR_COPIES, Task.VIEW_REGISTER)),
            ("Arto Hyväksyjä", "arto", (Task.APPROVE_EXPORTS,)),
        ):
            link = added_account(session, name=name, login=login, tasks=tasks, clock=house.clock)
            set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
    log = house.home / "copies.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tallenne", "--home", str(house.home), "copy", "run"],
            cwd=ROOT,
            env={**os.environ},
            stdout=output,
            stderr=output,
        )
    yield served
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0, log.read_text()
    for personal in ("Virtanen", "Laine", "outi"):
        assert personal not in log.read_text()


def open_case(page: Page, served: Served, choose: Callable[[Page], None]) -> str:
    """Take a request for access in; give its number."""
    page.goto(f"{served.address}/privacy/cases/new")
    choose(page)
    page.select_option("[name=identity]", "document-shown")
    page.select_option("[name=channel]", "in-person")
    page.fill("[name=request]", "Haluan jäljennöksen kaikista tiedoistani ja puheluistani.")
    page.click("main form button.primary")
    page.wait_for_url("**/privacy/cases/T-*")
    return page.url.rsplit("/", 1)[1]


def mask_by_keyboard(page: Page, served: Served, case_no: str, call_id: str) -> None:
    """Mask the customer's voice from 2 to 5 seconds, hear that it is masked, with the keyboard alone."""
    page.goto(f"{served.address}/privacy/cases/{case_no}/calls/{call_id}/masks")
    expect(page.locator("#wave canvas").nth(1)).to_be_attached()
    page.focus("[name=from_place]")
    page.keyboard.type("0:02")
    page.keyboard.press("Tab")
    page.keyboard.type("0:05")
    expect(page.locator("#chosen")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("td", has_text="Sivullisen puhe")).to_be_visible()
    expect(page.locator("#mask-layer [data-from]")).to_have_count(1)
    expect(page.locator("#play")).to_be_enabled()  # the page was loaded anew, and hears no key before
    page.focus("#wave")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#at")).to_have_text("0:05")
    page.keyboard.press("l")
    expect(page.locator("[name=to_place]")).to_have_value("0:05")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Tauko")
    expect(page.locator("#at")).to_have_text(re.compile("0:(0[6-9]|1[0-2])"))
    page.keyboard.press("Space")
    expect(page.locator("#player-error")).to_be_hidden()
    expect(page.locator("#review progress")).not_to_have_attribute("value", "0")  # at the pause it says what was heard


def say_of_a_part(page: Page) -> None:
    """Say of a call that was heard in part that nothing else has to be masked, and why the rest need not be heard."""
    expect(page.locator("#review")).to_contain_text("Vielä kuuntelematta")
    page.fill("#because", "Loppu on merkkiääntä.")
    page.locator("form[action$='/masks/reviewed'] button").click()
    page.wait_for_url("**/copies")
    expect(page.locator("main")).to_contain_text("Muuta peitettävää ei ole: Outi Tietosuoja")


def hear_to_the_end(page: Page, served: Served, case_no: str) -> None:
    """Have every call of a copy served to its end, faster than anybody could listen."""
    page.goto(f"{served.address}/privacy/cases/{case_no}/copies")
    links = page.locator("a[href$='/masks']")
    for address in [links.nth(one).get_attribute("href") for one in range(links.count())]:
        page.goto(f"{served.address}{address}")
        page.evaluate(
            """async () => {
              const headers = { 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]').content }
              const listen = document.getElementById('masker').dataset.listen
              const stated = await (await fetch(listen, { method: 'POST', headers })).json()
              await (await fetch(stated.audio)).arrayBuffer()
            }"""
        )


def say_of_all(page: Page, served: Served, case_no: str) -> None:
    """Say of every call that was heard that nothing else has to be masked."""
    page.goto(f"{served.address}/privacy/cases/{case_no}/copies")
    page.locator("form[action$='/calls-reviewed'] button").click()
    expect(page.locator("form[action$='/calls-reviewed']")).to_have_count(0)


def black_out_by_choosing(page: Page, served: Served, case_no: str) -> None:
    """Choose the first word of what was asked with the mouse, and black it out."""
    page.goto(f"{served.address}/privacy/cases/{case_no}/copies")
    page.click("text=Käy tekstit läpi")
    page.wait_for_url("**/texts")
    page.wait_for_load_state()  # until then nothing listens to what is chosen
    page.locator("[data-copy-text]", has_text="Haluan jäljennöksen").dblclick(position={"x": 10, "y": 8})
    expect(page.locator("details[open] [name=words]")).to_have_value("Haluan")
    page.select_option("details[open] [name=reason]", "other")
    page.click("details[open] button.primary")
    expect(page.locator("del")).to_contain_text("Haluan")


def look_through(page: Page, served: Served, case_no: str) -> None:
    """Say of the copy's texts that they were looked through."""
    page.goto(f"{served.address}/privacy/cases/{case_no}/texts")
    page.locator("form[action$='/texts/reviewed'] button").click()
    page.wait_for_url("**/copies#order")


def decide_and_approve(
    page: Page, served: Served, case_no: str, visit: Visiting, *, heard_in_part: bool = False
) -> None:
    """Grant the request, ask for approval, and let the other person give it."""
    page.goto(f"{served.address}/privacy/cases/{case_no}")
    page.check("form[action$='/decide'] [name=outcome][value=granted]")
    page.fill("form[action$='/decide'] [name=text]", "Rekisteröidyllä on oikeus saada tietonsa.")
    page.click("form[action$='/decide'] button[type=submit]")
    expect(page.locator("form[action$='/decide']")).to_have_count(0)
    page.fill("form[action$='/ask-delivery'] [name=text]", "Jäljennös luovutetaan pyytäjälle.")
    page.click("form[action$='/ask-delivery'] button[type=submit]")
    expect(page.locator("form[action$='/ask-delivery']")).to_have_count(0)
    second = visit("arto").page
    second.goto(f"{served.address}/approvals")
    expect(second.locator("main")).to_contain_text(case_no)
    expect(second.locator("li.card", has_text=case_no)).to_contain_text("Outi Tietosuoja, ")
    if heard_in_part:
        expect(second.locator("li.card", has_text=case_no)).to_contain_text("Loppu on merkkiääntä. (1 puhelu, 0:")
    second.locator("li.card", has_text=case_no).locator("button[value=approve]").click()
    expect(second.locator("li.card", has_text=case_no)).to_have_count(0)
    second.context.close()


def fetched(page: Page, served: Served, case_no: str, age: AgeTool, folder: Path) -> zipfile.ZipFile:
    """Release the copy, download it, read its passphrase, and open it with the public age tool."""
    page.goto(f"{served.address}/privacy/cases/{case_no}/copies")
    page.click("form[action$='/release'] button")
    with page.expect_download() as waiting:
        page.click("form[action$='/file'] button")
    sealed = folder / waiting.value.suggested_filename
    waiting.value.save_as(sealed)
    assert sealed.name == f"{case_no}.zip.age"
    page.click("form[action$='/passphrase'] button")
    passphrase = page.locator("#passphrase").inner_text()
    return zipfile.ZipFile(io.BytesIO(age.opened(sealed, passphrase)))


def record_delivery(page: Page, served: Served, case_no: str) -> None:
    page.goto(f"{served.address}/privacy/cases/{case_no}")
    page.check("form[action$='/deliver'] [name=way][value=in-person]")
    page.fill("form[action$='/deliver'] [name=to_whom]", "Pyytäjä itse")
    page.check("form[action$='/deliver'] [name=method][value=document-shown]")
    page.click("form[action$='/deliver'] button[type=submit]")
    expect(page.locator("main")).to_contain_text("Vastattu")
    page.goto(f"{served.address}/privacy/cases/{case_no}/copies")
    expect(page.locator(".copy")).to_contain_text("Luovutettu")


def verified(package: zipfile.ZipFile, folder: Path) -> None:
    """Run the package's own verifier: whole, then with one changed byte."""
    package.extractall(folder)
    command = [sys.executable, "-I", VERIFIER]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0
    speech = next(folder.glob("puhelut/*.mp3"))
    content = speech.read_bytes()
    speech.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
    told = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert told.returncode == 1
    assert f"{speech.relative_to(folder)}: on muuttunut" in told.stdout


def test_a_customers_request_with_a_masked_third_voice(
    office: Served, visit: Visiting, age_tool: AgeTool, tmp_path: Path
) -> None:
    page = visit("outi").page
    case_no = open_case(page, office, lambda one: one.fill("[name=person_no]", "P-0001"))
    mask_by_keyboard(page, office, case_no, office.aino)
    say_of_a_part(page)
    black_out_by_choosing(page, office, case_no)
    look_through(page, office, case_no)
    page.locator("form:has([name=recipient]) button.primary").click()
    expect(page.locator(".copy .tag").first).to_have_text("Odottaa hyväksyntää", timeout=COPY_MS)
    decide_and_approve(page, office, case_no, visit, heard_in_part=True)
    package = fetched(page, office, case_no, age_tool, tmp_path)
    speech = [name for name in package.namelist() if name.endswith(".mp3")]
    assert len(speech) == 1
    assert "[peitetty: muu toista koskeva tieto] jäljennöksen" in package.read("tiedot.json").decode()
    frames = heard(package.read(speech[0]))
    assert loudness(frames, 0, CUSTOMER_HZ, 2000, 5000) < 100
    assert loudness(frames, 0, CUSTOMER_HZ, 5000, 9000) > 6000
    assert loudness(frames, 1, AGENT_HZ, 2000, 5000) > 6000
    verified(package, tmp_path / "unpacked")
    record_delivery(page, office, case_no)
    with office.house.database.read() as session:
        row = session.scalars(select(CopyRow).where(CopyRow.case_no == case_no)).one()
        assert (row.state, row.wrapped_key, row.sealed_passphrase) == ("delivered", None, None)
        heard_for = session.scalars(select(AuditRow.purpose).where(AuditRow.action == "listened")).all()
    assert set(heard_for) == {"request"}


def test_an_employees_request_for_the_calls_she_answered(
    office: Served, visit: Visiting, age_tool: AgeTool, tmp_path: Path
) -> None:
    page = visit("outi").page

    def sanna(one: Page) -> None:
        one.check("[name=subject][value=employee]")
        one.select_option("[name=agent_id]", label="Sanna Laine")

    case_no = open_case(page, office, sanna)
    mask_by_keyboard(page, office, case_no, office.aino)
    hear_to_the_end(page, office, case_no)
    say_of_all(page, office, case_no)
    look_through(page, office, case_no)
    page.locator("form:has([name=recipient]) button.primary").click()
    expect(page.locator(".copy .tag").first).to_have_text("Odottaa hyväksyntää", timeout=COPY_MS)
    decide_and_approve(page, office, case_no, visit)
    package = fetched(page, office, case_no, age_tool, tmp_path)
    assert len([name for name in package.namelist() if name.endswith(".mp3")]) == 2
    assert "Virtanen" not in package.read("tiedot.json").decode()
    verified(package, tmp_path / "unpacked")
    record_delivery(page, office, case_no)
