"""Searches that lead to somebody with a turvakielto by a side way, and in how many questions a search asks."""

from collections.abc import Callable
from datetime import date

import pytest
from fixtures_register import SAMPLE_REGISTER, import_into
from fixtures_rights import HandClock, Office
from fixtures_statement import DAY, NUMBER, StatementMaker
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from ledger_link.register.client import RegisterClient
from ledger_link.register.http_register import HttpRegister
from ledger_link.register.messages import HitMessage, HitsMessage, PersonMessage
from ledger_link.search.lease_search import find_leases
from ledger_link.search.organisation_search import MOST_PERSONS, find_organisations
from ledger_link.tables.employments import EmploymentNature, EmploymentRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.organisations import OrganisationRow
from ledger_link.tables.payments import PaymentRow
from storage.database.engine import Database

UNKNOWN_NUMBER = "+358401999731"


class Answering(RegisterClient):
    """A client whose other side finds these persons, whatever it is asked."""

    def __init__(self, *persons: PersonMessage) -> None:
        super().__init__("http://127.0.0.1", token=None, timeout_s=1.0, cache_s=0.0, clock=HandClock())
        self.persons = persons

    def search(self, text: str, *, on: date, limit: int) -> HitsMessage:  # noqa: ARG002 (whatever it is asked)
        return HitsMessage(persons=tuple(HitMessage(person=person) for person in self.persons))


def person_message(*, non_disclosure: bool) -> PersonMessage:
    return PersonMessage(
        person_no="P-1", first_names="Helmi", call_name="Helmi", surname="Kirjava", non_disclosure=non_disclosure
    )


@pytest.mark.parametrize("text", [NUMBER, "040 1000731", UNKNOWN_NUMBER, "Kirjava"])
@pytest.mark.parametrize("non_disclosure", [False, True])
def test_another_register_confirms_no_protected_number(
    make_statement: StatementMaker, text: str, *, non_disclosure: bool
) -> None:
    """We know Helmi's number to be protected; of the other number only the other register says so, of whom it finds."""
    made = make_statement(non_disclosure=True)
    client = Answering(person_message(non_disclosure=non_disclosure))
    with made.office.database.begin() as session:
        hits = HttpRegister(session, client).find_persons(text, on=DAY)
    is_told = text == "Kirjava" or (text == UNKNOWN_NUMBER and not non_disclosure)
    assert [hit.person.name for hit in hits] == (["Helmi Kirjava"] if is_told else [])


@pytest.mark.parametrize("non_disclosure", [False, True])
def test_an_employer_does_not_lead_to_the_person(make_statement: StatementMaker, *, non_disclosure: bool) -> None:
    made = make_statement(non_disclosure=non_disclosure)
    with made.office.database.begin() as session:
        firm = session.scalars(select(OrganisationRow)).one()
        employ(session, firm, made.osmo_id)
        session.flush()
        (hit,) = find_organisations(session, "2077474-0", limit=5)
    expected = [made.osmo_id] if non_disclosure else [made.helmi_id, made.osmo_id]
    assert sorted(person.id for person in hit.persons) == expected


def employ(session: Session, firm: OrganisationRow, person_id: int, *, starts_on: date = DAY) -> None:
    session.add(
        EmploymentRow(
            person_id=person_id,
            employer_name=firm.name,
            organisation_id=firm.id,
            occupation="leikkaaja",
            nature=EmploymentNature.PERMANENT,
            starts_on=starts_on,
        )
    )


def test_each_employer_has_his_first_employees_each_once(office: Office) -> None:
    persons = [office.add_person(f"A{place:02}", "Aho") for place in range(MOST_PERSONS + 2)]
    with office.database.begin() as session:
        large, small, empty = (
            OrganisationRow(
                organisation_no=f"O-{place}",
                name=f"Nauha {place}",
                business_id=None,
                business_id_valid=False,
                search_name=f"nauha {place}",
            )
            for place in range(3)
        )
        session.add_all([large, small, empty])
        session.flush()
        for person_id in reversed(persons):
            employ(session, large, person_id)
        for starts_on in (DAY, date(2020, 1, 1)):
            employ(session, small, persons[3], starts_on=starts_on)
        session.flush()
        hits = find_organisations(session, "nauha", limit=5)
    found = [[person.id for person in hit.persons] for hit in hits]
    assert found == [persons[:MOST_PERSONS], [persons[3]], []]


@pytest.mark.parametrize("find", [find_leases, find_organisations])
def test_more_hits_are_no_more_questions(office: Office, find: Callable[..., tuple[object, ...]]) -> None:
    import_into(office.database, SAMPLE_REGISTER)
    with office.database.begin() as session:
        lease = session.scalars(select(LeaseRow)).first()
        assert lease is not None
        for place in range(5):
            session.add(
                PaymentRow(
                    payment_no=f"M-{place}",
                    lease_id=lease.id + place,
                    reference_number="1234561",
                    paid_on=DAY,
                    amount_cents=100,
                    payer_name="",
                )
            )
            session.add(
                OrganisationRow(
                    organisation_no=f"X-{place}",
                    name=f"1234561 {place}",
                    business_id=None,
                    business_id_valid=False,
                    search_name=f"1234561 {place}",
                )
            )
    counted = [count_questions(office.database, find, limit) for limit in (1, 5)]
    assert [hits for hits, _ in counted] == [1, 5]
    assert counted[0][1] == counted[1][1]


def count_questions(database: Database, find: Callable[..., tuple[object, ...]], limit: int) -> tuple[int, int]:
    """Tell how many hits there are, and how many questions they took."""
    questions: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        questions.append(statement)

    with database.read() as session:
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            hits = find(session, "1234561", limit=limit)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
    return len(hits), len(questions)
