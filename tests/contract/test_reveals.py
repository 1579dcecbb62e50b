"""Revealing a protected field: by its own task, for a purpose, audited first, and nowhere else afterwards."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures_register import REGISTER_KEYS, SAMPLE_REGISTER
from fixtures_register import person_id as _id_of
from fixtures_rights import Office
from fixtures_statement import (
    DOCUMENT_NUMBER,
    EMAIL,
    IDENTITY_CODE,
    NUMBER,
    OWN_ADDRESS,
    STREET,
    Statement,
    StatementMaker,
)
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from calls.errors import BadDataError, IntegrityError, NotFoundError, RefusedError
from ledger_link.records.protected_field import ProtectedField
from ledger_link.tables.persons import PersonRow
from rights.access.actor import Actor
from rights.access.protection import REVEAL_TASKS
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.register.identity_look_up import find_by_identity_code
from rights.register.look_ups import lookups_of
from rights.register.reveals import Revealed, reveal
from rights.tables import AuditRow
from storage.database.engine import Database
from storage.vault.key_ring import KeyRing

VALUES = {
    ProtectedField.IDENTITY_CODE: [IDENTITY_CODE],
    ProtectedField.TRAVEL_DOCUMENT: [DOCUMENT_NUMBER],
    ProtectedField.INCOME: ["273173", "973073", "palkkalaskelma"],
    ProtectedField.CREDIT_DATA: ["maksuhäiriö 2019"],
    ProtectedField.GUARDIANSHIP: ["Kaarina Edunvalvoja", "+358401000739"],
    ProtectedField.UNDISCLOSED: [NUMBER, EMAIL, OWN_ADDRESS, f"{STREET} 73 B 12 a, 00973 Piilola"],
}
every_field = pytest.mark.parametrize("field", ProtectedField)


@pytest.fixture
def protected(make_statement: StatementMaker) -> Statement:
    return make_statement(non_disclosure=True)


def revealer(statement: Statement, *tasks: Task) -> Actor:
    return statement.actor("revealer", Task.VIEW_REGISTER, *tasks)


def show(
    statement: Statement, actor: Actor, field: ProtectedField, *, purpose: str = "request", person_id: int | None = None
) -> Revealed:
    office = statement.office
    shown = statement.helmi_id if person_id is None else person_id
    return reveal(office.database, statement.keys, actor, shown, field, purpose=purpose, clock=office.clock)


def values_of(revealed: Revealed) -> str:
    return str([getattr(revealed, name) for name in Revealed.__slots__])


def audited(statement: Statement, action: Action) -> list[AuditRow]:
    with statement.office.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


@every_field
def test_one_field_is_revealed_and_no_other(protected: Statement, field: ProtectedField) -> None:
    told = values_of(show(protected, revealer(protected, REVEAL_TASKS[field]), field))
    for each, values in VALUES.items():
        assert [value for value in values if value in told] == (values if each is field else [])


@every_field
def test_it_is_audited_by_ids_field_and_purpose(protected: Statement, field: ProtectedField) -> None:
    actor = revealer(protected, REVEAL_TASKS[field])
    with capture_logs() as logged:
        revealed = show(protected, actor, field, purpose="Begäran från den registrerade")
    (row,) = audited(protected, Action.FIELD_REVEALED)
    detail = json.loads(row.detail or "")
    assert (row.login, row.purpose, detail["field"], row.at) == ("revealer", "request", field.value, revealed.at)
    beside = [protected.osmo_id, protected.maija_id, protected.veera_id]
    assert detail["persons"] == [protected.helmi_id, *(beside if field is ProtectedField.UNDISCLOSED else [])]
    told = str([getattr(row, column.key) for column in AuditRow.__table__.columns]) + str(logged) + repr(revealed)
    assert [value for values in VALUES.values() for value in values if value in told] == []
    with protected.office.database.read() as session:
        (look,) = lookups_of(session, protected.helmi_id)
    assert (look.action, look.field, look.purpose) == (Action.FIELD_REVEALED, field.value, "request")


@every_field
def test_without_its_own_task_it_is_refused(protected: Statement, field: ProtectedField) -> None:
    others = set(Task) - {REVEAL_TASKS[field]}
    with pytest.raises(RefusedError, match=REVEAL_TASKS[field]):
        show(protected, revealer(protected, *others), field)
    (row,) = audited(protected, Action.REFUSED)
    assert (row.login, json.loads(row.detail or "")) == (
        "revealer",
        {"wanted": "reveal", "field": field.value, "persons": [protected.helmi_id]},
    )
    assert audited(protected, Action.FIELD_REVEALED) == []


def test_unknown_and_forbidden_are_answered_alike(protected: Statement) -> None:
    forbidden = protected.actor("forbidden", *(set(Task) - {Task.VIEW_REGISTER}))
    permitted = protected.actor("permitted", *Task)
    refusals = []
    for actor, person_id in ((forbidden, protected.helmi_id), (permitted, 99_999), (permitted, 2**31), (permitted, 0)):
        with pytest.raises(NotFoundError) as refusal:
            show(protected, actor, ProtectedField.INCOME, person_id=person_id)
        refusals.append((refusal.value.what, refusal.value.remedy))
    assert len(set(refusals)) == 1
    assert [row.login for row in audited(protected, Action.REFUSED)] == ["forbidden", *["permitted"] * 3]


@pytest.mark.parametrize("purpose", ["", "  ", "curiosity", "training", "own-call", "customer-service"])
def test_without_a_purpose_nothing_is_revealed(protected: Statement, purpose: str) -> None:
    with pytest.raises(BadDataError, match="no such purpose"):
        show(protected, revealer(protected, *Task), ProtectedField.INCOME, purpose=purpose)
    assert audited(protected, Action.FIELD_REVEALED) == []


def test_somebody_without_the_data_has_nothing_to_reveal(protected: Statement) -> None:
    actor = revealer(protected, *Task)
    for field in ProtectedField:
        revealed = show(protected, actor, field, person_id=protected.maija_id)
        told = values_of(revealed)
        assert [value for values in VALUES.values() for value in values if value in told] == []
        assert revealed.identity_code is None


def test_the_home_of_a_co_tenant_tells_nothing_of_the_protected_person(protected: Statement) -> None:
    """Osmo has no turvakielto, so asking for what is not hidden of him tells nothing of the home he shares."""
    told = values_of(
        show(protected, revealer(protected, *Task), ProtectedField.UNDISCLOSED, person_id=protected.osmo_id)
    )
    assert STREET not in told
    assert NUMBER not in told


def test_what_does_not_open_is_not_given_but_was_audited(protected: Statement, tmp_path: Path) -> None:
    protected.keys = KeyRing.create(tmp_path / "other-keys")
    actor = revealer(protected, *Task)
    for field, value in (
        (ProtectedField.IDENTITY_CODE, IDENTITY_CODE),
        (ProtectedField.TRAVEL_DOCUMENT, DOCUMENT_NUMBER),
    ):
        with pytest.raises(IntegrityError) as fault:
            show(protected, actor, field)
        assert value not in str(fault.value)
    assert len(audited(protected, Action.FIELD_REVEALED)) == 2


def test_a_sealed_code_opens_in_its_own_row_alone(protected: Statement) -> None:
    with protected.office.database.begin() as session:
        helmi, maija = (session.get_one(PersonRow, one) for one in (protected.helmi_id, protected.maija_id))
        maija.identity_code_sealed, maija.identity_code_index = helmi.identity_code_sealed, b"other"
        maija.identity_code_key_version = helmi.identity_code_key_version
    with pytest.raises(IntegrityError):
        show(protected, revealer(protected, *Task), ProtectedField.IDENTITY_CODE, person_id=protected.maija_id)


class DyingDatabase(Database):
    """A database that is gone after its first commit, or before it."""

    def __init__(self, database: Database, *, commits: int) -> None:
        super().__init__(database.engine)
        self.commits = commits

    @contextmanager
    def begin(self) -> Iterator[Session]:
        if self.commits == 0:
            raise ConnectionError("gone")
        with super().begin() as session:
            yield session
        self.commits -= 1
        raise ConnectionError("gone")


@every_field
def test_nothing_is_given_unless_the_row_stands(protected: Statement, field: ProtectedField) -> None:
    actor, office = revealer(protected, *Task), protected.office
    for commits, rows in ((0, 0), (1, 1)):
        dying = DyingDatabase(office.database, commits=commits)
        with pytest.raises(ConnectionError):
            reveal(dying, protected.keys, actor, protected.helmi_id, field, purpose="request", clock=office.clock)
        assert len(audited(protected, Action.FIELD_REVEALED)) == rows


@pytest.mark.usefixtures("register")
def test_what_was_imported_is_found_and_revealed(office: Office) -> None:
    actor = office.actor(office.add_account("clerk", *Task))
    (written,) = [row for row in _rows("persons") if row["person_no"] == "P-0001"]
    person_id = find_by_identity_code(
        office.database, REGISTER_KEYS, actor, written["identity_code"], purpose="request", clock=office.clock
    )
    assert person_id is not None
    told = [(person_id, ProtectedField.IDENTITY_CODE, written["identity_code"])]
    with office.database.read() as session:
        told += [
            (_id_of(session, row["person_no"]), ProtectedField.TRAVEL_DOCUMENT, row["number"])
            for row in _rows("travel_documents")
        ]
    for shown, field, value in told:
        revealed = reveal(office.database, REGISTER_KEYS, actor, shown, field, purpose="request", clock=office.clock)
        assert value in values_of(revealed)


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE_REGISTER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
