"""Finding by identity code: permitted by itself, for a purpose, and the code is nowhere afterwards."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from fixtures_rights import Office
from sqlalchemy import select
from structlog.testing import capture_logs

from calls.errors import BadDataError, RefusedError
from ledger_link.tables.persons import PersonRow
from ledger_link.values.identity_code import IDENTITY_CODE_FIELD
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.register.identity_look_up import find_by_identity_code
from rights.register.look_ups import lookups_of
from rights.tables import AuditRow
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing

CODE = "010594Y9032"
OTHER_CODE = "010594-9032"  # another person's: all eleven characters are the key


@dataclass
class Desk:
    """An office in whose register Aino has an identity code, and a clerk who may find her by it."""

    office: Office
    keys: KeyRing
    clerk: Actor
    aino_id: int

    def find(self, code: str, *, purpose: str = "identification", by: Actor | None = None) -> int | None:
        return find_by_identity_code(
            self.office.database, self.keys, by or self.clerk, code, purpose=purpose, clock=self.office.clock
        )

    def rows(self, action: Action) -> list[AuditRow]:
        with self.office.database.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    keys = KeyRing.create(tmp_path / "keys")
    aino_id = office.add_person("Aino", "Virtanen")
    with office.database.begin() as session:
        aino, vault = session.get_one(PersonRow, aino_id), FieldVault(keys)
        aino.identity_code_sealed, aino.identity_code_key_version = vault.seal(
            CODE, field=IDENTITY_CODE_FIELD, owner=aino.person_no
        )
        aino.identity_code_index = vault.index(CODE, field=IDENTITY_CODE_FIELD)
    return Desk(office, keys, office.actor(office.add_account("clerk", Task.FIND_BY_IDENTITY_CODE)), aino_id)


def test_the_one_person_is_found_and_the_look_is_kept(desk: Desk) -> None:
    assert desk.find(f" {CODE.lower()} ") == desk.aino_id
    assert desk.find(OTHER_CODE, purpose="Hyresreskontra och indrivning") is None
    found, missed = desk.rows(Action.IDENTITY_CODE_LOOKED_UP)
    assert (found.login, found.purpose, json.loads(found.detail or "")) == (
        "clerk",
        "identification",
        {"persons": [desk.aino_id]},
    )
    assert (missed.login, missed.purpose, json.loads(missed.detail or "")) == ("clerk", "rent-ledger", {"persons": []})
    with desk.office.database.read() as session:
        (look,) = lookups_of(session, desk.aino_id)
    assert (look.action, look.purpose) == (Action.IDENTITY_CODE_LOOKED_UP, "identification")


@pytest.mark.parametrize("purpose", ["", "curiosity", "training", "customer-service"])
def test_without_a_purpose_nothing_is_looked_up(desk: Desk, purpose: str) -> None:
    with pytest.raises(BadDataError, match="no such purpose"):
        desk.find(CODE, purpose=purpose)
    assert desk.rows(Action.IDENTITY_CODE_LOOKED_UP) == []


def test_who_may_not_is_refused_and_that_is_kept(desk: Desk) -> None:
    other = desk.office.actor(desk.office.add_account("other", *(set(Task) - {Task.FIND_BY_IDENTITY_CODE})))
    for code in (CODE, OTHER_CODE, "nonsense"):
        with pytest.raises(RefusedError, match="find-by-identity-code") as refusal:
            desk.find(code, by=other)
        assert code not in str(refusal.value)
    assert [(row.login, json.loads(row.detail or "")) for row in desk.rows(Action.REFUSED)] == [
        ("other", {"wanted": "find-by-identity-code"})
    ] * 3
    assert desk.rows(Action.IDENTITY_CODE_LOOKED_UP) == []


@pytest.mark.parametrize("code", ["131052-308U", "010190Y999K", "310252-308Y", "131052A308T", "", "x" * 10_000, "\x00"])
def test_what_is_no_code_is_not_looked_up_and_not_repeated(desk: Desk, code: str) -> None:
    with pytest.raises(BadDataError, match="not an identity code") as fault:
        desk.find(code)
    assert not code or code not in str(fault.value)
    assert fault.value.__cause__ is None
    assert desk.rows(Action.IDENTITY_CODE_LOOKED_UP) == []


def test_the_code_is_in_no_row_and_no_log(desk: Desk) -> None:
    with capture_logs() as logged:
        desk.find(CODE)
        desk.find(OTHER_CODE)
    with desk.office.database.read() as session:
        rows = [
            str([getattr(row, column.key) for column in AuditRow.__table__.columns])
            for row in session.scalars(select(AuditRow))
        ]
    for text in (*rows, str(logged)):
        for code in (CODE, OTHER_CODE, "9032"):
            assert code not in text
