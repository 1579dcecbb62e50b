"""The viewer over a register with one customer of whom it holds everything, and what its pages say of each row."""

import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS
from fixtures_statement import (
    DOCUMENT_NUMBER,
    EMAIL,
    IDENTITY_CODE,
    NUMBER,
    OWN_ADDRESS,
    STREET,
    SWITCHBOARD,
    Statement,
    StatementMaker,
)
from fixtures_web import Browser, MakeViewer, Viewer

from calls.phone import for_reading
from ledger_link.records.protected_field import ProtectedField
from rights.access.permit import Permit
from rights.access.protection import REVEAL_TASKS
from rights.access.tasks import Task
from web.formats import NO_BREAK_SPACE
from web.parts import EXTENSION, Parts

ENGLISH = {"Accept-Language": "en"}
READER: tuple[Task | Permit, ...] = (Task.VIEW_REGISTER, Task.VIEW_LEDGER, *ALL_CALLS)
REVEALER: tuple[Task | Permit, ...] = (*READER, Task.FIND_BY_IDENTITY_CODE, *sorted(set(REVEAL_TASKS.values())))

# What the page of each row of the register statement says to who may read it, or is shown when it is revealed
SAID: dict[str, tuple[str, ...]] = {
    "applicant": ("Lease applicant · 1 Nov 2019 \N{EN DASH} 31 Jan 2020", "hakemus 73"),
    "possible-buyer": ("Possible buyer · since 1 Feb 2020", "kysyi myyntiä"),
    "tenant": ("Tenant · since 1 Feb 2020",),
    "co-tenant": ("Osmo Kirjava", "Co-tenant, since"),
    "joint-payer": ("Maija Maksaja", "Joint payer, since"),
    "other-occupant": ("Veera Kirjava", "Other occupant, since", "born 3 Jul 2015"),
    "name": ("Helmi Tuulikki Kirjava", "Called Helmi"),
    "identity-code": (IDENTITY_CODE,),
    "travel-document": ("Passport, EE",),
    "travel-document-number": (DOCUMENT_NUMBER,),
    "address": (f"{OWN_ADDRESS}, 00974 Kätkölä", "Postal address"),
    "phone": (for_reading(NUMBER),),
    "e-mail": (EMAIL,),
    "non-disclosure": (),
    "guardianship": ("Kaarina Edunvalvoja", for_reading("+358401000739"), "kaarina@valvonta.example", "talous ja"),
    "employment": ("Nauhatehdas Oy", "kelaaja", "Fixed-term, since 1 Feb 2020"),
    "income": ("2,731.73 €", "palkkalaskelma", "Salary"),
    "assets": ("9,730.73 €", "tiliote", "Savings"),
    "credit-data": ("Asiakastieto", "maksuhäiriö 2019", "Payment default entries"),
    "present-dwelling": ("With relatives", "sukulaisten yläkerta"),
    "need-for-a-dwelling": ("perhe kasvaa", "Uusikaupunki", "at least 4 rooms"),
    "marital-status": ("Registered partnership",),
    "contacts": ("vuokrantarkistus", "Riitta Kirjuri", "Letter"),
    "calls": ("Sanna Laine", "Mikko Salo", "Telephone call"),
    "participation": ("asukastoimikunta", "puheenjohtaja"),
    "marketing": ("Text message", "Banned, since 1 Feb 2020", "soitto asiakaspalveluun"),
    "lease-data": ("Lease V-7300", "12 34561", "RF341234561", "until further notice"),
    "rent": ("731.11 €", "Rent a month"),
    "charges": ("L-7301", "Charged 731.11 €"),
    "payments": ("M-7301", "Payment, Helmi Kirjava", "700.00 € to the charge L-7301"),
    "balance": ("Balance</dt>", "Arrears</dt>", ">Owed 31.11 €<", ">31.11 €<"),
    "deposit": ("K-7301", "Cash deposit", "1,462.22 €"),
    "reminders": ("H-7301", "Reminder 1", "fee 5.73 €"),
    "building": ("Kätkölinna, built 1973",),
    "apartment": (f"{STREET} 73 B 12 a, 00973 Piilola", "Rooms: 3", "T-73-B12"),
    "tenancies": ("Lease V-7300", "Helmi Kirjava", "Osmo Kirjava"),
    "fault-reports": ("hana tippuu", "F-7301", "Being repaired"),
    "organisation": ("Nauhatehdas Oy", "Business id 2077474-0", "O-73"),
    "organisation-numbers": (for_reading(SWITCHBOARD), "since 1 Feb 2020"),
    "employed": ("Helmi Kirjava", "fixed-term, since 1 Feb 2020"),
}


@dataclass
class Register:
    """The viewer over a register with one customer of whom it holds everything."""

    viewer: Viewer
    statement: Statement

    def addresses(self) -> dict[str, str]:
        made = self.statement
        return {
            "person": f"/register/persons/{made.helmi_id}",
            "lease": f"/register/leases/{made.lease_id}",
            "apartment": f"/register/apartments/{made.apartment_id}",
            "organisation": f"/register/organisations/{made.organisation_id}",
        }

    def text(self, browser: Browser, page: str, **query: str) -> str:
        answer = browser.get(self.addresses()[page], query_string=query, headers=ENGLISH)
        assert answer.status_code == HTTPStatus.OK
        return read(answer.text)

    def reveal(self, browser: Browser, field: ProtectedField, *, purpose: str = "request", part: bool = True) -> str:
        answer = browser.post(
            f"{self.addresses()['person']}/reveal",
            {"field": str(field), "purpose": purpose},
            headers={**ENGLISH, **({"X-Part": "revealed"} if part else {})},
        )
        assert answer.status_code == HTTPStatus.OK
        assert answer.headers["Cache-Control"] == "private, no-store"
        return read(answer.text)


def read(text: str) -> str:
    """Give a page as it is read: entities resolved, every kind of white space one space, tags left in."""
    return " ".join(html.unescape(text).replace(NO_BREAK_SPACE, " ").split())


RegisterMaker = Callable[..., Register]


@pytest.fixture
def make_register_pages(make_statement: StatementMaker, make_viewer: MakeViewer) -> RegisterMaker:
    def make(*, non_disclosure: bool = False) -> Register:
        statement, viewer = make_statement(non_disclosure=non_disclosure), make_viewer()
        parts: Parts = viewer.app.extensions[EXTENSION]
        viewer.app.extensions[EXTENSION] = replace(parts, keys=statement.keys)
        return Register(viewer, statement)

    return make


@pytest.fixture
def register_pages(make_register_pages: RegisterMaker) -> Register:
    return make_register_pages()
