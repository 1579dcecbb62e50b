"""The privacy officer's day: every kind of request, of a customer and of an employee, from intake to the answer.

Only what a page offers is done: each step's form has to be on the page that the officer is on.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

import pytest
from fixtures_copies import CopyDesk
from fixtures_rights import ALL_CALLS
from fixtures_web import Viewer

from privacy.cases.case_words import CaseKind
from privacy.cases.moves import State
from rights.access.tasks import Task
from storage.database.engine import Database

CASES = "/privacy/cases"
DONE, REFUSED_FORM = HTTPStatus.SEE_OTHER, HTTPStatus.UNPROCESSABLE_ENTITY
ANSWER = {"way": "in-person", "to_whom": "Hän itse", "delivered_on": "2.11.2026", "method": "document-shown"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


class Day:
    """One officer at his browser, with one request, and a second person at hers."""

    def __init__(self, viewer: Viewer, copies: CopyDesk, *, is_employee: bool) -> None:
        self.viewer, self.copies = viewer, copies
        self.call_id = copies.call()
        self.browser = viewer.browser("ossi", Task.HANDLE_CASES, Task.VIEW_REGISTER, *ALL_CALLS)
        self.second = viewer.browser("aapo", Task.APPROVE_EXPORTS, Task.APPROVE_DELETIONS)
        agent = str(viewer.office.sanna_id)
        self.subject = {"subject": "employee", "agent_id": agent} if is_employee else {"person_no": "P1"}
        self.at = ""

    @property
    def state(self) -> State:
        return self.copies.desk.case(self.at.rpartition("/")[2]).state

    def take_in(self, kind: CaseKind) -> None:
        """Take the request in before it is known who asks, ask for proof, and see it."""
        form = {
            "subject": "in-register",
            "kind": kind.value,
            "channel": "mail",
            "received_on": "2.11.2026",
            "request": "Pyyntö",
            "language": "fi",
            "identity": "",
            **self.subject,
        }
        answer = self.browser.post(f"{CASES}/new", form)
        assert answer.status_code == DONE
        self.at = answer.location
        self.do("ask-identity", {"text": "Emme tiedä, kuka pyytää."})
        self.opens(f"{self.at}/letters/identity.pdf")
        self.do("confirm-identity", {"method": "document-shown"})

    def do(self, deed: str, form: Mapping[str, object] | None = None) -> None:
        """Send the form of a deed that the request's page has."""
        address = f"{self.at}/{deed}"
        assert f'action="{address}"' in self.page(), deed
        answer = self.browser.post(address, form or {})
        assert (answer.status_code, answer.location) == (DONE, self.at), deed

    def page(self) -> str:
        return self.browser.get(self.at).text

    def opens(self, address: str) -> None:
        """Follow a link that the request's page has."""
        assert f'href="{address}"' in self.page(), address
        assert self.browser.get(address).status_code == HTTPStatus.OK

    def approve(self) -> None:
        """Let the second person approve what waits, from her own page."""
        waiting = re.search(r'action="(/approvals/\d+)"', self.second.get("/approvals/").text)
        assert waiting is not None
        assert self.second.post(waiting[1], {"verdict": "approve", "note": ""}).status_code == DONE

    def hear(self) -> None:
        """Let the officer hear the call in the request, to its end."""
        officer = self.viewer.office.actor(self.browser.account_id)
        self.copies.hear(self.at.rpartition("/")[2], self.call_id, by=officer)

    def weeks_go_by(self, weeks: int) -> None:
        """Let both come back after so long."""
        self.viewer.office.clock.advance(weeks=weeks)
        for browser in (self.browser, self.second):
            self.viewer.log_in(browser)

    def end(self) -> None:
        """Make the letter, hand the answer over, and see that nothing is left to do."""
        self.opens(f"{self.at}/letters/decision.pdf")
        assert self.browser.post(f"{self.at}/deliver", {**ANSWER, "to_whom": ""}).status_code == REFUSED_FORM
        self.do("deliver", ANSWER)
        assert self.state is State.CLOSED
        for deed in ("decide", "deliver", "withdraw", "extend"):
            assert f'action="{self.at}/{deed}"' not in self.page()
        assert self.at in self.browser.get(f"{CASES}/?over=1").text


@pytest.fixture(params=[False, True], ids=["customer", "employee"])
def day(request: pytest.FixtureRequest, viewer: Viewer, copies: CopyDesk) -> Day:
    """The day of one request of a customer, and of an employee."""
    return Day(viewer, copies, is_employee=request.param)


def test_access(day: Day) -> None:
    day.take_in(CaseKind.ACCESS)
    day.do("extend", {"months": "1", "text": "Puheluja on paljon."})
    day.opens(f"{day.at}/letters/extension.pdf")
    day.do("decide", {"outcome": "granted", "text": "Oikeus on."})
    day.opens(f"{day.at}/copies")
    for there in (f"{day.at}/texts", f"{day.at}/calls/{day.call_id}/masks"):
        assert f'href="{there}"' in day.browser.get(f"{day.at}/copies").text
        assert day.browser.get(there).status_code == HTTPStatus.OK
    assert day.browser.post(f"{day.at}/copies", {"recipient": ""}).status_code == REFUSED_FORM
    day.hear()
    for page, said in (
        (f"{day.at}/texts", f"{day.at}/texts/reviewed"),
        (f"{day.at}/copies", f"{day.at}/copies/calls-reviewed"),
    ):
        seen = re.search(rf'action="{said}".*?name="seen" value="(\w+)"', day.browser.get(page).text, re.DOTALL)
        assert seen is not None, said
        assert day.browser.post(said, {"seen": seen[1]}).status_code == DONE
    assert day.browser.post(f"{day.at}/copies", {"recipient": ""}).status_code == DONE
    assert day.copies.maker.make_next() is not None
    day.do("ask-delivery", {"text": "Tarkastuspyyntö"})
    day.approve()
    day.weeks_go_by(1)  # nobody has released it, and the approval is over
    day.do("ask-delivery", {"text": "Tarkastuspyyntö"})
    day.approve()
    listed = day.browser.get(f"{day.at}/copies").text
    for step in ("release", "passphrase", "file"):
        found = re.search(rf'action="({day.at}/copies/[0-9a-f-]+/{step})"', listed)
        assert found is not None, step
        assert day.browser.post(found[1]).status_code in {DONE, HTTPStatus.OK}
        listed = day.browser.get(f"{day.at}/copies").text
    day.end()


def test_rectification(day: Day) -> None:
    day.take_in(CaseKind.RECTIFICATION)
    day.do("decide", {"outcome": "partly-granted", "text": "Nimi oikaistaan."})
    day.do("note-beside", {"call_id": "", "text": "Nimi on Aino."})
    day.do("note-beside", {"call_id": day.call_id, "text": "Puhelussa sanottu nimi on väärä."})
    day.end()


def test_erasure(day: Day) -> None:
    day.take_in(CaseKind.ERASURE)
    day.do("decide", {"outcome": "granted", "text": "Peruste poistui."})
    day.do("ask-erasure")
    day.approve()
    day.do("erase")
    day.end()


def test_restriction(day: Day) -> None:
    day.take_in(CaseKind.RESTRICTION)
    day.do("decide", {"outcome": "granted", "text": "Kiistää."})
    day.do("restrict")
    day.end()
    day.do("announce-lifting", {"text": "Tieto on oikein."})
    day.opens(f"{day.at}/letters/lifting.pdf")
    day.do("lift", {"told_on": "2.11.2026"})


def test_objection(day: Day) -> None:
    day.take_in(CaseKind.OBJECTION)
    day.do("decide", {"outcome": "granted", "text": "Etu ei ylitä."})
    assert day.browser.post(f"{day.at}/restrict", {}).status_code == REFUSED_FORM  # to what?
    day.do("restrict", {"purposes": ["training"]})
    day.end()


@pytest.mark.parametrize("kind", CaseKind)
def test_a_refusal(day: Day, kind: CaseKind) -> None:
    day.take_in(kind)
    day.do("decide", {"outcome": "refused", "text": "Ei perustetta."})
    day.do("reconsider", {"text": "Luettiin väärin."})
    day.do("decide", {"outcome": "refused", "text": "Ei perustetta vieläkään."})
    day.end()


@pytest.mark.parametrize("kind", CaseKind)
def test_nothing_is_kept_about_a_stranger(viewer: Viewer, copies: CopyDesk, kind: CaseKind) -> None:
    day = Day(viewer, copies, is_employee=False)
    day.subject = {"subject": "outside", "name": "Veikko Vieras"}
    day.take_in(kind)
    day.do("decide", {"outcome": "nothing-kept", "text": "Rekistereissä ei ole tietojasi."})
    day.end()
