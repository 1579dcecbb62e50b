"""Changes of the settings are in the audit: what changed, from what to what, and nothing of a person."""

import json
from collections.abc import Sequence

import pytest
from fixtures_rights import Office
from sqlalchemy import select

from rights.audit.changed_settings import HIDDEN, SettingChange, audit_changed_settings, changes_of
from rights.audit.trail import Action
from rights.audit.verifying import verify
from rights.tables import AuditRow
from storage.database.engine import Database
from tallenne.changed_settings import ARCHIVE, WEB, audit_settings
from tallenne.house import House
from web.audit_told import told_detail


def written(database: Database) -> Sequence[tuple[str | None, list[list[str | None]]]]:
    with database.read() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.action == Action.SETTINGS_CHANGED).order_by(AuditRow.id)
        ).all()
        return [(row.login, json.loads(row.detail or "")["settings"]) for row in rows]


def test_what_is_not_as_it_was_is_written_once(office: Office) -> None:
    def start(settings: dict[str, str], *, process: str = "web") -> list[SettingChange]:
        return audit_changed_settings(office.database, settings, process=process, clock=office.clock)

    assert start({"web.port": "8080"}) == [("web.port", None, "8080")]
    assert start({"web.port": "8080"}) == []
    assert start({"web.port": "8081", "web.threads": "2"}) == [
        ("web.port", "8080", "8081"),
        ("web.threads", None, "2"),
    ]
    assert start({"web.port": "8080"}, process="archive") == [("web.port", None, "8080")]
    assert start({"web.threads": "2"}) == [("web.port", "8081", None)]
    assert start({"web.threads": "2"}) == []
    assert start({}) == [("web.threads", "2", None)]
    assert [login for login, _ in written(office.database)] == [
        "system:web",
        "system:web",
        "system:archive",
        "system:web",
        "system:web",
    ]
    assert verify(office.database, []).is_whole


def start_anew(house: House) -> None:
    """As the next process would: with the settings as the environment and the file have them now."""
    after = House(house.home, clock=house.clock)
    after.database = house.database
    for process in (WEB, ARCHIVE):
        audit_settings(after, process=process)


def test_each_process_answers_for_its_sections(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    start_anew(house)
    before = len(written(house.database))
    start_anew(house)
    assert len(written(house.database)) == before
    monkeypatch.setenv("TALLENNE_WEB__PAGE_SIZE", "25")
    monkeypatch.setenv("TALLENNE_AUDIT__LOCK_DAYS", "30")
    start_anew(house)
    assert written(house.database)[before:] == [
        ("system:web", [["web.page_size", None, "25"]]),
        ("system:archive", [["audit.lock_days", None, "30"]]),
    ]
    monkeypatch.delenv("TALLENNE_WEB__PAGE_SIZE")
    start_anew(house)
    assert written(house.database)[-1] == ("system:web", [["web.page_size", "25", None]])


def test_services_are_named_by_their_numbers(house: House) -> None:
    start_anew(house)
    names = [name for _, changes in written(house.database) for name, *_ in changes]
    service = house.settings.services[0]
    assert f"services.{service.number}.group" in names
    assert not [name for name in names if name == "home"]


def test_who_is_responsible_is_not_told_but_that_it_changed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for name in ("Sanna Salainen", "Sanna Salainen", "Kalle Salainen"):
        monkeypatch.setenv("TALLENNE_CONTROLLER__DPO", name)
        start_anew(house)
        seen += [
            change for _, changes in written(house.database) for change in changes if change[0] == "controller.dpo"
        ]
    (_, first, after), (_, *again) = seen[0], seen[-1]
    assert first is None
    assert str(after).startswith(HIDDEN)
    assert again[0] == after != again[1]
    with house.database.read() as session:
        assert "Salainen" not in str(session.scalars(select(AuditRow.plain_detail)).all())


def test_log_tells_changes_in_words(house: House) -> None:
    from flask import Flask  # noqa: PLC0415 - nothing else here needs it
    from flask_babel import Babel  # noqa: PLC0415 - as above

    changes = [["web.port", None, "8081"], ["controller.dpo", f"{HIDDEN}ab", f"{HIDDEN}cd"]]
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        told = told_detail("settings", json.dumps(changes), roles={}, accounts={})
        assert told == "web.port: default → 8081\ncontroller.dpo: not shown here → not shown here"
        many = json.dumps([[f"web.{number}", None, "1"] for number in range(15)])
        assert told_detail("settings", many, roles={}, accounts={}).endswith("\nand 3 others")
        assert told_detail("settings", '{"a": 1}', roles={}, accounts={}) == '{"a": 1}'
    assert changes_of(json.dumps(changes))[0].after == "8081"
    assert house.settings.web.port
