"""The caller pops up where the phone rings: a real edge, a real worker, two phones, two browsers, one register."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fixtures_browser import PATIENCE_MS
from fixtures_register import SAMPLE_REGISTER, no_progress
from fixtures_rights import GOOD_PASSWORD, OWN_CALLS, added_account
from fixtures_waiting import until
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bench.house import SERVICE, FurnishedHouse, furnish, started
from ledger_link.importing.folder import import_folder
from ledger_link.linking.linker import link_of
from ledger_link.tables.buildings import ApartmentRow, BuildingRow, address_of
from ledger_link.undisclosed.homes import undisclosed_apartments
from rights.access.tasks import Task
from rights.identity.accounts import set_password
from rights.tables import AuditRow
from softphones.baresip import Baresip, PhoneCallState
from softphones.caller_identity import CallerIdentity
from softphones.sipp import SippCaller
from storage.agents import agent_by_user
from storage.database.calls import CallRow
from storage.database.live_calls import LiveCallRow
from storage.vault.field_vault import FieldVault

AINO = "+358401000001"
AINO_SHOWN = "Aino Virtanen, Tallenteentie 4 A 1"
KORHONENS = "+358401000002"
NON_DISCLOSED = "+358401000027"
UNKNOWN = "+358409999999"
AGENTS = {"sanna": "Sanna Laine", "mikko": "Mikko Salo"}
MEMBER_S = 15  # within which all is looked at that is on the first agent's screen
GIVEN_UP_S = 12.0


@dataclass
class Desk:
    """An agent at work: his phone, and his browser on the list of calls."""

    phone: Baresip
    page: Page
    complaints: list[str]
    taken: int = 0

    def rings(self) -> str:
        """Wait until the phone rings again; give the name that it shows."""
        self.taken += 1
        return self.phone.wait_for_call(PhoneCallState.RINGING, number=self.taken).peer_name


@dataclass
class Office:
    """A running house with two agents at their desks."""

    furnished: FurnishedHouse
    folder: Path
    desks: dict[str, Desk]
    calls: list[SippCaller] = field(default_factory=list)

    def call(self, caller: CallerIdentity, *, talk_s: float = 60.0) -> SippCaller:
        """Let a customer call; he hangs up after ``talk_s``, or when the test lets him."""
        folder = self.folder / f"caller-{len(self.calls)}"
        made = SippCaller(folder=folder, edge=self.furnished.edge, service=SERVICE, caller=caller, talk_s=talk_s)
        self.calls.append(made)
        return made


@pytest.fixture(scope="module")
def rung_in_order(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedHouse]:
    """A house whose group is rung in order, with the sample register in it."""
    groups = [
        {"name": "asiakaspalvelu", "strategy": "order", "ring_timeout_s": 60, "member_timeout_s": MEMBER_S},
        {"name": "joukko"},
    ]
    services = [{"number": SERVICE, "name": "Asiakaspalvelu", "group": "asiakaspalvelu", "disclosures": ["short-fi"]}]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLENNE_GROUPS", json.dumps(groups))
        patch.setenv("TALLENNE_SERVICES", json.dumps(services))
        furnished = furnish(tmp_path_factory.mktemp("pop") / "home", workers=2, agents=AGENTS)
        house = furnished.house
        with house.database.begin() as session:
            import_folder(session, SAMPLE_REGISTER, vault=FieldVault(house.keys), progress=no_progress)
            for user, name in AGENTS.items():
                link = added_account(
                    session,
                    name=name,
                    login=user,
                    tasks=(*OWN_CALLS, Task.LINK_CUSTOMERS),
                    agent_id=agent_by_user(session, user).id,
                    clock=house.clock,
                )
                set_password(session, token=link.token, password=GOOD_PASSWORD, clock=house.clock)
        house.database.dispose()
        with started(furnished):
            until(house.spool.callers.exists, what="the phones know callers")
            yield furnished
        house.database.dispose()


@pytest.fixture
def office(
    rung_in_order: FurnishedHouse,
    chromium: Browser,
    _catalogues: None,
    _vendor: None,
    tmp_path: Path,
    agent_speech: Path,
) -> Iterator[Office]:
    """Both agents at their desks."""
    house = rung_in_order.house
    with ExitStack() as stack:
        desks = {}
        for user in AGENTS:
            phone = stack.enter_context(
                Baresip(
                    name=user,
                    folder=tmp_path / user,
                    registrar=rung_in_order.edge,
                    aor_user=user,
                    domain=house.settings.edge.domain,
                    password=rung_in_order.sip_passwords[user],
                    speech=agent_speech,
                )
            )
            phone.wait_until_registered()
            context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page, complaints = context.new_page(), list[str]()
            page.on("console", complaint_into(complaints))
            page.on("pageerror", fault_into(complaints))
            page.goto(f"{house.settings.web.address}/")
            page.fill("#login", user)
            page.fill("#password", GOOD_PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_selector(".who")
            desks[user] = Desk(phone, page, complaints)
        made = Office(rung_in_order, tmp_path, desks)
        yield made
        for caller in made.calls:
            caller.stop()
        assert [said for desk in desks.values() for said in desk.complaints] == []


def complaint_into(complaints: list[str]) -> Callable[..., None]:
    return lambda message: complaints.append(message.text) if message.type == "error" else None


def fault_into(complaints: list[str]) -> Callable[..., None]:
    return lambda error: complaints.append(str(error))


def audited(house: FurnishedHouse, login: str) -> list[list[int]]:
    with house.house.database.read() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.action == "screen-popped", AuditRow.login == login).order_by(AuditRow.id)
        )
        return [json.loads(row.detail or "{}")["persons"] for row in rows]


def test_the_caller_is_seen_where_the_phone_rings_and_nowhere_else(office: Office) -> None:
    sanna, mikko = office.desks["sanna"], office.desks["mikko"]
    caller = office.call(CallerIdentity(AINO, display_name="Nobody You Know"))
    assert sanna.rings() == AINO_SHOWN
    expect(sanna.page.locator(".pop h2")).to_have_text("Aino Virtanen")
    expect(sanna.page.locator(".pop")).to_contain_text("Tallenteentie 4 A 1")
    expect(sanna.page.locator(".pop")).to_contain_text("Asiakaspalvelu")
    expect(mikko.page.locator(".pop")).to_have_count(0)
    assert audited(office.furnished, "mikko") == []

    assert mikko.rings() == AINO_SHOWN, "her time is over"
    expect(mikko.page.locator(".pop h2")).to_have_text("Aino Virtanen")
    expect(sanna.page.locator(".pop")).to_have_count(0)

    mikko.page.goto(f"{office.furnished.house.settings.web.address}/ringing")
    expect(mikko.page.locator("main .pop h2")).to_have_text("Aino Virtanen")
    mikko.phone.answer()
    expect(mikko.page.locator(".pop.answered")).to_have_count(1)
    mikko.phone.hang_up()
    expect(mikko.page.locator(".pop")).to_have_count(0)
    expect(mikko.page.locator(".ringing-none")).to_be_visible()
    caller.wait()
    assert len(audited(office.furnished, "sanna")) == len(audited(office.furnished, "mikko")) == 1


def test_a_call_that_is_given_up_leaves_the_screen(office: Office) -> None:
    sanna = office.desks["sanna"]
    caller = office.call(CallerIdentity(AINO), talk_s=GIVEN_UP_S)
    sanna.rings()
    expect(sanna.page.locator(".pop")).to_have_count(1)
    caller.wait()
    expect(sanna.page.locator(".pop")).to_have_count(0)
    house = office.furnished.house

    def rows() -> int:
        with house.database.read() as session:
            return len(session.scalars(select(LiveCallRow)).all())

    until(lambda: rows() == 0, what="the archive takes the rows along")


def test_a_shared_number_is_resolved_by_one_key_and_becomes_the_decision(office: Office) -> None:
    sanna = office.desks["sanna"]
    caller = office.call(CallerIdentity(KORHONENS))
    assert sanna.rings() == "", "the register cannot tell, so the phone shows the number alone"
    expect(sanna.page.locator(".pop-choice")).to_have_count(3)
    sanna.phone.answer()
    expect(sanna.page.locator(".pop.answered")).to_have_count(1)
    sanna.page.focus("#number")
    sanna.page.keyboard.press("2")
    expect(sanna.page.locator("#number")).to_have_value("2")
    expect(sanna.page.locator(".pop h2")).not_to_contain_text("Korhonen")
    sanna.page.locator("body").click(position={"x": 5, "y": 500})
    expect(sanna.page.locator("html[data-pop-keys='lit']")).to_have_count(1)
    sanna.page.keyboard.press("2")
    expect(sanna.page.locator(".pop h2")).to_have_text("Liisa Korhonen")
    sanna.phone.hang_up()
    expect(sanna.page.locator(".pop")).to_have_count(0)
    sip_call_id = caller.wait().sip_call_id
    house = office.furnished.house

    def decided() -> tuple[str | None, list[str]] | None:
        with house.database.read() as session:
            call_id = session.scalar(select(CallRow.id).where(CallRow.sip_call_id == sip_call_id))
            link = link_of(session, call_id) if call_id else None
        return (link.decided_by, [person.name for person in link.persons]) if link else None

    assert until(decided, what="the call is archived") == ("sanna", ["Liisa Korhonen"])


@pytest.mark.parametrize(
    ("caller", "heading"),
    [
        (CallerIdentity(UNKNOWN, display_name="Aino Virtanen"), "+358 40 9999999"),
        (CallerIdentity(AINO, withheld=True, asserted=True, display_name="Aino Virtanen"), "Withheld number"),
    ],
    ids=["unknown", "withheld"],
)
def test_who_is_not_known_has_no_name(office: Office, caller: CallerIdentity, heading: str) -> None:
    sanna = office.desks["sanna"]
    office.call(caller)
    assert sanna.rings() in {"", "Anonymous"}
    expect(sanna.page.locator(".pop h2")).to_have_text(heading)
    expect(sanna.page.locator(".pop")).not_to_contain_text("Aino")
    expect(sanna.page.locator(".pop-choice")).to_have_count(0)
    sanna.phone.hang_up()
    office.desks["mikko"].phone.wait_for_call(PhoneCallState.RINGING)
    office.desks["mikko"].phone.hang_up()
    expect(office.desks["mikko"].page.locator(".pop")).to_have_count(0)


def test_turvakielto_has_no_name_on_the_phone_and_no_address_on_the_screen(office: Office) -> None:
    sanna = office.desks["sanna"]
    office.call(CallerIdentity(NON_DISCLOSED, display_name="Somebody"))
    assert sanna.rings() == ""
    expect(sanna.page.locator(".pop")).to_contain_text("Address not disclosed")
    shown = sanna.page.content()
    for hidden in (NON_DISCLOSED, NON_DISCLOSED[-7:], "Somebody", *homes_of_the_protected(office.furnished)):
        assert hidden not in shown.replace(" ", "").replace("\N{NO-BREAK SPACE}", ""), hidden
    sanna.phone.hang_up()
    office.desks["mikko"].phone.wait_for_call(PhoneCallState.RINGING)
    office.desks["mikko"].phone.hang_up()


def homes_of_the_protected(house: FurnishedHouse) -> list[str]:
    """Where those live, or lived, whose address must not be told; without blanks."""
    with house.house.database.read() as session:
        rows = session.execute(
            select(BuildingRow, ApartmentRow)
            .join(ApartmentRow, ApartmentRow.building_id == BuildingRow.id)
            .where(ApartmentRow.id.in_(undisclosed_apartments()))
        ).all()
    homes = [f"{building.street_address}{address_of(building, apartment).apartment}" for building, apartment in rows]
    assert homes
    return [home.replace(" ", "") for home in homes]
