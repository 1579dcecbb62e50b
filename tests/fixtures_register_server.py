"""A company's register that answers over HTTP as docs/ref/register-http.md says, in a real server.

It answers from a database of its own, so that nothing but what went over the wire can be known on the other side.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.records.card import card_of
from ledger_link.search.person_search import find_persons
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, term_of
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from storage.database.engine import Database

TOKEN = "open-sesame"  # noqa: S105 (of a server that lives as long as a test)


@dataclass
class RegisterServer:
    """The server's address, what it was asked, and what it is to do instead of answering."""

    url: str
    database: Database
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # answered first, one a question
    body: bytes | None = None  # answered instead
    stall: Event | None = None  # waited for before the body
    drip: bool = False  # the body comes byte by byte
    meanwhile: Callable[[], None] | None = None  # done before each answer


def person_json(person: PersonRow) -> dict[str, Any]:
    return {
        "person_no": person.person_no,
        "first_names": person.first_names,
        "call_name": person.call_name,
        "surname": person.surname,
        "non_disclosure": person.non_disclosure,
        "shoe_size": 42,  # what nobody asked about is passed over
    }


def numbers_json(session: Session, question: dict[str, Any]) -> dict[str, Any]:
    return {"numbers": {number: answer for number in question["numbers"] if (answer := _number(session, number))}}


def _number(session: Session, number: str) -> dict[str, Any]:
    holders = [
        {
            "person": person_json(session.get_one(PersonRow, row.person_id)),
            "valid_from": _day(row.valid_from),
            "valid_until": _day(row.valid_until),
            "leases": [
                {"lease_no": lease.lease_no, "starts_on": _day(term[0]), "ends_on": _day(term[1])}
                for party, lease in session.execute(
                    select(LeasePartyRow, LeaseRow)
                    .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
                    .where(LeasePartyRow.person_id == row.person_id)
                )
                if (term := term_of(lease, party))
            ],
        }
        for row in session.scalars(select(PhoneNumberRow).where(PhoneNumberRow.e164 == number))
    ]
    boards = [
        {
            "organisation_no": board.organisation_no,
            "name": board.name,
            "valid_from": _day(row.valid_from),
            "valid_until": _day(row.valid_until),
            "employees": [
                {
                    "person": person_json(session.get_one(PersonRow, work.person_id)),
                    "starts_on": _day(work.starts_on),
                    "ends_on": _day(work.ends_on),
                }
                for work in session.scalars(select(EmploymentRow).where(EmploymentRow.organisation_id == board.id))
            ],
        }
        for row, board in session.execute(
            select(OrganisationNumberRow, OrganisationRow)
            .join(OrganisationRow, OrganisationRow.id == OrganisationNumberRow.organisation_id)
            .where(OrganisationNumberRow.e164 == number)
        )
    ]
    return {"holders": holders, "switchboards": boards} if holders or boards else {}


def card_json(session: Session, question: dict[str, Any]) -> dict[str, Any] | None:
    """Tell more than the other side may show: a careless register gives addresses whatever the order says."""
    person = session.scalar(select(PersonRow).where(PersonRow.person_no == question["person_no"]))
    if person is None:
        return None
    on = date.fromisoformat(question["on"])
    card = card_of(session, person.id, on=on)
    numbers = session.scalars(select(PhoneNumberRow).where(PhoneNumberRow.person_id == person.id))
    return {
        "person": person_json(person),
        "numbers": [
            {"number": row.e164, "valid_from": _day(row.valid_from), "valid_until": _day(row.valid_until)}
            for row in numbers
            if (row.valid_from or on) <= on <= (row.valid_until or on)
        ],
        "leases": [
            {
                "lease_no": lease.lease_no,
                "role": lease.role,
                "starts_on": _day(lease.starts_on),
                "ends_on": _day(lease.ends_on),
                "address": lease.address or "Salaisenkatu 1, 00990 Helsinki",
                "others": [
                    {"person": person_json(session.get_one(PersonRow, other.person.id)), "role": other.role}
                    for other in lease.others
                ],
            }
            for lease in card.leases
        ],
    }


def search_json(session: Session, question: dict[str, Any]) -> dict[str, Any]:
    hits = find_persons(session, question["text"], on=date.fromisoformat(question["on"]), limit=question["limit"])
    return {
        "persons": [
            {
                "person": person_json(session.get_one(PersonRow, hit.person.id)),
                "addresses": ["Salaisenkatu 1"] if hit.person.non_disclosure else list(hit.addresses),
                "has_hidden_address": hit.has_hidden_address,
            }
            for hit in hits
        ]
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


ANSWERS: dict[str, Callable[[Session, dict[str, Any]], dict[str, Any] | None]] = {
    "/v1/numbers": numbers_json,
    "/v1/card": card_json,
    "/v1/persons/search": search_json,
}


class Server(ThreadingHTTPServer):
    """A server that knows what it is to do."""

    daemon_threads = True
    made: RegisterServer

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Keep the tests' output clean of those who went away in the middle."""


class Handler(BaseHTTPRequestHandler):
    """One question and its answer, or what a test wants instead."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        made = self.server.made
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        made.asked.append((self.path, question))
        if made.meanwhile is not None:
            made.meanwhile()
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send_error(401)
            return
        if made.statuses:
            self.send_error(made.statuses.pop(0))
            return
        with made.database.read() as session:
            answer = ANSWERS[self.path](session, question)
        if answer is None:
            self.send_error(404)
            return
        self._answer(json.dumps(answer).encode() if made.body is None else made.body)

    def _answer(self, body: bytes) -> None:
        made = self.server.made
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if made.stall is not None:
            made.stall.wait(10)
        for index in range(len(body) if made.drip else 0):
            self.wfile.write(body[index : index + 1])
            Event().wait(0.05)
        if not made.drip:
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serving_register(database: Database) -> Iterator[RegisterServer]:
    """Serve on a free port of loopback until the end of the block."""
    server = Server(("127.0.0.1", 0), Handler)
    made = server.made = RegisterServer(f"http://127.0.0.1:{server.server_port}/v1/", database)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        if made.stall is not None:
            made.stall.set()
        server.shutdown()
        server.server_close()
        thread.join()
