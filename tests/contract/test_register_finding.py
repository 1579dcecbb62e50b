"""Finding in the register: by name, number, address, apartment, reference number and business id; and by whom."""

import json
from datetime import date

import pytest
from fixtures_register import person_id
from fixtures_rights import Office
from sqlalchemy import event, select

from calls.errors import BadDataError, RefusedError
from ledger_link.tables.charges import ChargeKind, ChargeRow
from ledger_link.tables.employments import EmploymentNature, EmploymentRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.payments import PaymentRow
from ledger_link.tables.persons import PersonRow
from ledger_link.values.names import folded
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.register.register_finding import MAX_FOUND, Found, RegisterQuery, Within, find_in_register
from rights.tables import AuditPersonRow, AuditRow
from storage.database.engine import Database

_MOST_STATEMENTS = 22  # of one search: what is asked of the register, and its audit row


@pytest.fixture
def office_with_register(office: Office, register: Database) -> Office:
    assert office.database is register
    return office


@pytest.fixture
def clerk(office_with_register: Office) -> Actor:
    return office_with_register.actor(office_with_register.add_account("clerk", Task.VIEW_REGISTER))


def found(office: Office, actor: Actor, text: str, within: Within = Within.ALL) -> Found:
    return find_in_register(office.database, actor, RegisterQuery(text, within), clock=office.clock)


def audited(office: Office, action: Action) -> list[AuditRow]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("virtanen aino", ["Aino Virtanen", "Aino Virtanen"]),
        ("040 100 0002", ["Eero Korhonen", "Liisa Korhonen"]),
        ("p-0004", ["Matti Nieminen"]),
        ("+358401000027", []),  # of somebody with a turvakielto
        ("Rantanen", ["Henna Rantanen"]),
        ("_", []),
    ],
)
def test_persons_are_found(office_with_register: Office, clerk: Actor, text: str, names: list[str]) -> None:
    hits = found(office_with_register, clerk, text, Within.PERSONS)
    assert [hit.person.name for hit in hits.persons] == names
    assert (hits.leases, hits.apartments, hits.organisations) == ((), (), ())


@pytest.mark.parametrize("text", ["virtanen aino", "korhonen", "040 100 0002"])
def test_what_a_search_asks_the_database_does_not_grow_with_what_it_finds(
    office_with_register: Office, clerk: Actor, text: str
) -> None:
    """The audit row and its place in the chain included; two persons are found as by one question."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    found(office_with_register, clerk, text)  # the first time makes the key of the clerk's name in the audit
    engine = office_with_register.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        found(office_with_register, clerk, text)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    asked = [statement for statement in statements if statement.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert len(asked) <= _MOST_STATEMENTS, "\n".join(asked)


@pytest.mark.parametrize(
    ("text", "apartments"),
    [
        ("Tallenteentie 4 A 2", ["T-01-A2"]),
        ("tallenteentie 4 a2, 00990 helsinki", ["T-01-A2"]),
        ("tallenteentie 4 a 2, Tampere", []),
        ("Tallenteentie 4 A", ["T-01-A1", "T-01-A2", "T-01-A3"]),
        ("mikrofonsgränden 3 1", ["T-04-1"]),
        ("MIKROFONSGRÄNDEN 3, 2", []),
        ("MIKROFONSGRÄNDEN 3 2, vasa", ["T-04-2"]),
        ("Nauhurinpolku 7 b", ["T-03-B"]),
        ("t-01-b4", ["T-01-B4"]),
        ("Tallenteentie 40 A 2", []),
        ("4 A 2", []),
        ("Tallenteentie%", []),
    ],
)
def test_apartments_are_found(office_with_register: Office, clerk: Actor, text: str, apartments: list[str]) -> None:
    hits = found(office_with_register, clerk, text).apartments
    assert [hit.apartment_no for hit in hits] == apartments


def test_a_part_of_a_street_finds_every_apartment_of_the_house(office_with_register: Office, clerk: Actor) -> None:
    hits = found(office_with_register, clerk, "nauhurinpolku", Within.APARTMENTS).apartments
    assert len(hits) > 1
    assert {hit.address.partition(" ")[0] for hit in hits} == {"Nauhurinpolku"}
    assert {hit.building_name for hit in hits} == {"Nauhurinrivi"}


def test_where_somebody_protected_lives_is_not_told_by_finding_it(office_with_register: Office, clerk: Actor) -> None:
    with office_with_register.database.begin() as session:
        session.get_one(PersonRow, person_id(session, "P-0003")).non_disclosure = True  # co-tenant of T-01-A2
    hits = found(office_with_register, clerk, "Tallenteentie 4 A 2")
    assert ([hit.apartment_no for hit in hits.apartments], hits.person_ids) == (["T-01-A2"], [])
    (lease,) = found(office_with_register, clerk, "V-1002").leases
    assert (lease.address, [person.name for person in lease.persons]) == (None, ["Eero Korhonen", "Liisa Korhonen"])


def test_namesakes_are_told_apart(office_with_register: Office, clerk: Actor) -> None:
    hits = found(office_with_register, clerk, "virtanen aino", Within.PERSONS).persons
    marks = {hit.marks.person_no: hit.marks for hit in hits if hit.marks}
    assert {no: each.birth_date for no, each in marks.items()} == {
        "P-0001": date(1985, 1, 1),
        "P-0037": date(1992, 1, 5),
    }
    (home,) = marks["P-0001"].homes
    assert (home.role, (home.address or "").startswith("Tallenteentie 4 A 1")) == ("tenant", True)


def test_an_apartment_tells_who_lives_there_now_and_of_an_empty_one_as_of_a_protected_one(
    office_with_register: Office, clerk: Actor
) -> None:
    with office_with_register.database.begin() as session:
        lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1001")).one()
        lease.ends_on = date(2020, 1, 1)
    hits = {hit.apartment_no: hit for hit in found(office_with_register, clerk, "Tallenteentie 4 A").apartments}
    assert hits["T-01-A1"].persons == ()
    assert [person.name for person in hits["T-01-A2"].persons] == ["Eero Korhonen", "Liisa Korhonen"]
    (row,) = audited(office_with_register, Action.REGISTER_SEARCHED)
    assert {person.id for hit in hits.values() for person in hit.persons} <= set(
        json.loads(row.detail or "")["persons"]
    )
    with office_with_register.database.begin() as session:
        session.get_one(PersonRow, person_id(session, "P-0003")).non_disclosure = True
    hits = {hit.apartment_no: hit for hit in found(office_with_register, clerk, "Tallenteentie 4 A").apartments}
    assert (hits["T-01-A1"].persons, hits["T-01-A2"].persons) == ((), ())


def test_leases_are_found_by_key_and_reference_number(office_with_register: Office, clerk: Actor) -> None:
    with office_with_register.database.begin() as session:
        leases = {row.lease_no: row for row in session.scalars(select(LeaseRow))}
        leases["V-1001"].reference_number = "1234561"
        session.add_all(
            [
                ChargeRow(
                    charge_no="L-1",
                    lease_id=leases["V-1003"].id,
                    kind=ChargeKind.DAMAGE,
                    due_on=date(2019, 12, 1),
                    amount_cents=5000,
                    reference_number="2348236",
                ),
                PaymentRow(
                    payment_no="M-1",
                    lease_id=leases["V-1004"].id,
                    reference_number="2348236",
                    paid_on=date(2020, 2, 1),
                    amount_cents=5000,
                    payer_name="",
                ),
            ]
        )
    for text, lease_nos in (
        ("v-1002", ["V-1002"]),
        ("1234561", ["V-1001"]),
        ("12 34561", ["V-1001"]),
        ("RF34 1234 561", ["V-1001"]),
        ("RF332348236", ["V-1004", "V-1003"]),
        ("1234562", []),
    ):
        assert [hit.lease_no for hit in found(office_with_register, clerk, text).leases] == lease_nos, text
    (lease,) = found(office_with_register, clerk, "V-1001", Within.LEASES).leases
    assert (lease.address, lease.persons[0].name) == ("Tallenteentie 4 A 1, 00990 Helsinki", "Aino Virtanen")


def test_organisations_are_found_with_who_works_there(office_with_register: Office, clerk: Actor) -> None:
    with office_with_register.database.begin() as session:
        aino = person_id(session, "P-0001")
        good = organisation("O-1", "Äänitalo Oy", "20774740", is_valid=True)
        typo = organisation("O-2", "Nauhapaja", "2077474-1", is_valid=False)
        session.add_all([good, typo])
        session.flush()
        session.add(OrganisationNumberRow(organisation_id=good.id, e164="+358102009000", raw="010 200 9000"))
        employment = EmploymentRow(
            person_id=aino,
            organisation_id=good.id,
            employer_name="Äänitalo Oy",
            occupation="leikkaaja",
            nature=EmploymentNature.PERMANENT,
            starts_on=date(2020, 1, 1),
        )
        session.add(employment)
    for text, names in (
        ("2077474-0", ["Äänitalo Oy"]),
        ("FI20774740", ["Äänitalo Oy"]),
        ("2077474-1", ["Nauhapaja"]),
        ("ÄÄNITALO", ["Äänitalo Oy"]),
        ("010 200 9000", ["Äänitalo Oy"]),
        ("0640915-7", []),
    ):
        assert [hit.name for hit in found(office_with_register, clerk, text).organisations] == names, text
    (hit,) = found(office_with_register, clerk, "Äänitalo").organisations
    assert (hit.business_id, hit.business_id_valid, [person.name for person in hit.persons]) == (
        "20774740",
        True,
        ["Aino Virtanen"],
    )
    with office_with_register.database.read() as session:
        last = max(session.scalars(select(AuditRow.id)))
        assert session.scalars(select(AuditPersonRow.person_id).where(AuditPersonRow.audit_id == last)).all() == [aino]


def organisation(number: str, name: str, business_id: str, *, is_valid: bool) -> OrganisationRow:
    return OrganisationRow(
        organisation_no=number,
        name=name,
        business_id=business_id,
        business_id_valid=is_valid,
        search_name=folded(name),
    )


def test_search_is_audited_by_whom_it_showed_and_not_by_its_text(office_with_register: Office, clerk: Actor) -> None:
    hits = found(office_with_register, clerk, "Korhonen Eero")
    found(office_with_register, clerk, "V-1002", Within.LEASES)
    found(office_with_register, clerk, "  ")
    found(office_with_register, clerk, "Xylander")
    rows = audited(office_with_register, Action.REGISTER_SEARCHED)
    details = [json.loads(row.detail or "") for row in rows]
    assert [detail["persons"] for detail in details] == [hits.person_ids, details[1]["persons"], []]
    assert len(details[1]["persons"]) == 2
    assert len(details[1]["leases"]) == 1
    assert {row.purpose for row in rows} == {"customer-service"}
    assert all("Korhonen" not in (row.detail or "") and "Xylander" not in (row.detail or "") for row in rows)


def test_no_more_is_given_than_is_shown(office_with_register: Office, clerk: Actor) -> None:
    hits = found(office_with_register, clerk, "a", Within.PERSONS)
    assert (len(hits.persons), hits.is_more) == (MAX_FOUND, True)
    assert not found(office_with_register, clerk, "Matti Nieminen").is_more


def test_who_may_not_view_the_register_finds_nothing(office_with_register: Office) -> None:
    office = office_with_register
    others = sorted(set(Task) - {Task.VIEW_REGISTER})
    other = office.actor(office.add_account("other", *others))
    with pytest.raises(RefusedError, match="view-register"):
        found(office, other, "Korhonen")
    (row,) = audited(office, Action.REFUSED)
    assert (row.login, json.loads(row.detail or "")) == ("other", {"wanted": "view-register"})
    assert audited(office, Action.REGISTER_SEARCHED) == []


@pytest.mark.parametrize("text", ["vir\x00ta", "\ud800", "x" * 501])
def test_what_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(BadDataError):
        RegisterQuery(text)
