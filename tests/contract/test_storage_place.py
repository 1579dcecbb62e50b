"""A start that keeps recordings outside the EEA is refused, or audited with the reason that the settings give."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from calls.errors import BadConfigurationError
from rights.audit.trail import Action
from rights.tables import AuditRow
from tallenne.doctor import examine
from tallenne.finding import Health
from tallenne.house import House
from tallenne.installing import install
from tallenne.storage_place import audit_storage_place

REASON = "Standard contractual clauses of 4.6.2021, GDPR 46(2)(c)"


@pytest.fixture
def distant(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    """A home whose objects are on a server elsewhere; the kind of database makes no difference."""
    install(tmp_path / "home")
    for name, value in {
        "DATABASE__URL": sqlite_url,
        "OBJECTS__EMBEDDED": "false",
        "OBJECTS__ENDPOINT": "https://s3.us-east-1.amazonaws.com",
        "OBJECTS__REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(f"TALLENNE_{name}", value)
    return House(tmp_path / "home")


def test_start_outside_the_eea_is_refused(distant: House) -> None:
    with pytest.raises(BadConfigurationError, match="us-east-1 is outside the EEA"):
        audit_storage_place(distant, process="web")
    told = [finding for finding in examine(distant) if finding.health is Health.BAD]
    assert [finding.subject for finding in told] == ["settings"]


def test_start_that_is_permitted_by_name_is_audited(distant: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLENNE_OBJECTS__OUTSIDE_EEA", "us-east-1")
    monkeypatch.setenv("TALLENNE_OBJECTS__OUTSIDE_EEA_REASON", REASON)
    audit_storage_place(distant, process="web")
    with distant.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == Action.STORAGE_OUTSIDE_EEA)).one()
        assert row.login == "system:web"
        assert json.loads(row.detail or "") == {
            "country": "outside the EEA",
            "reason": REASON,
            "region": "us-east-1",
        }
    distant.database.dispose()


def test_start_within_the_eea_is_not_audited(distant: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLENNE_OBJECTS__ENDPOINT", "https://s3.eu-north-1.amazonaws.com")
    monkeypatch.setenv("TALLENNE_OBJECTS__REGION", "eu-north-1")
    audit_storage_place(distant, process="web")
    with distant.database.read() as session:
        assert session.scalars(select(AuditRow)).all() == []
    distant.database.dispose()
