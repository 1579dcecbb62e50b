"""``tallenne calls`` as an operator runs it, on both databases: list, show, audio."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_rights import AUDIO, Office, RunCommand, keep_audio
from sqlalchemy import select

from calls.identity import new_call_id
from rights.access.approvals import decide, waiting_for
from rights.access.tasks import Task
from rights.listening.purpose_keeping import PurposeWords, add_purpose
from rights.listening.purposes import PurposeUse
from rights.tables import AuditRow
from storage.database.engine import Database
from tallenne.house import House


def audited(database: Database, action: str) -> list[AuditRow]:
    with database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


def test_calls_are_listed_newest_first_and_filtered(office: Office, run_command: RunCommand) -> None:
    office.add_person("Aino", "Virtanen", "+358401000001")
    first = office.add_call(agent_id=office.sanna_id)
    second = office.add_call(agent_id=None, recorded=False, caller_e164="+358401000999")
    third = office.add_call(agent_id=office.mikko_id, started_at=datetime(2026, 11, 3, 22, 30, tzinfo=UTC))

    def listed(*words: str) -> list[str]:
        done = run_command("calls", "--json", *words)
        assert done.exit_code == 0, done.stderr
        return [call["id"] for call in json.loads(done.stdout)]

    assert listed() == [third, second, first]
    assert listed("--limit", "2") == [third, second]
    assert listed("--agent", "sanna") == [first]
    assert listed("--state", "not_recorded") == [second]
    assert listed("--number", "040 100 0999") == [second]
    assert listed("--customer", "virta") == [third, first]
    assert listed("--to", "2026-11-03") == [second, first]  # 22:30 UTC is the next day in Finland
    assert listed("--from", "2026-11-04", "--to", "2026-11-04") == [third]
    assert listed("--from", "2026-11-03T22:30:00Z") == [third]
    assert listed("--service", "+358999999") == []
    table = run_command("calls").stdout
    for told in ("Sanna Laine", "+358 40 1000999", "Aino Virtanen", "no_answer", "2:00", "4.11.2026 00:30:00", first):
        assert told in table
    rows = audited(office.database, "calls-listed")
    assert len(rows) == 11
    assert (rows[0].login or "").startswith("cli:")
    assert json.loads(rows[4].detail or "")["filter"] == {"number": "***"}


def test_one_call_is_shown(office: Office, run_command: RunCommand) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    shown = json.loads(run_command("calls", "show", call_id, "--json").stdout)
    (listed,) = json.loads(run_command("calls", "--json").stdout)
    assert shown == listed
    assert shown["id"] == call_id
    assert "Sanna Laine" in run_command("calls", "show", call_id).stdout
    assert [row.call_id for row in audited(office.database, "call-shown")] == [call_id] * 2


def test_every_page_of_a_list_is_audited_by_its_calls(
    office: Office, run_command: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallenne.commands.calls.MAX_PAGE_CALLS", 2)
    calls = [office.add_call(agent_id=None) for _ in range(3)][::-1]
    assert len(json.loads(run_command("calls", "--json", "--service", "+358102001000").stdout)) == 3
    rows = [json.loads(row.detail or "") for row in audited(office.database, "calls-listed")]
    assert [row["calls"] for row in rows] == [calls[:2], calls[2:]]
    assert {json.dumps(row["filter"]) for row in rows} == {'{"service": "+358102001000"}'}


def test_personal_values_come_from_standard_input(
    office: Office, run_command: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.add_person("Aino", "Öhman", "+358401000001")
    own = office.add_call(agent_id=None)
    office.add_call(agent_id=None, caller_e164="+358401000999")

    def listed(words: tuple[str, ...], typed: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", StringIO(typed))
        done = run_command("calls", "--json", *words)
        return done.exit_code, done.stdout or done.stderr

    for words, typed in (
        (("--customer", "-"), "öhman\n"),
        (("--number", "-"), " 040 1000001 \nmore\n"),
        (("--number", "-", "--customer", "öhm"), "040 1000001"),
    ):
        code, told = listed(words, typed)
        assert code == 0, told
        assert [call["id"] for call in json.loads(told)] == [own]
    for words, typed in (
        (("--number", "-"), ""),
        (("--customer", "-"), " \n"),
        (("--number", "-", "--customer", "-"), "a\n"),
    ):
        code, told = listed(words, typed)
        assert code == 65, words
        assert "standard input" in told
    told = " ".join(run_command("calls", "--help").stdout.replace("│", " ").split())
    assert told.count("'-' reads it from standard input") == 2


def test_what_no_database_holds_is_refused(run_command: RunCommand) -> None:
    for words in (
        ("--customer", "a\udcff"),
        ("--number", "\x1b"),
        ("--from", "0001-01-01"),
        ("--to", "9999-12-31"),
        ("--from", "9999-12-31T23:59:59Z"),
    ):
        done = run_command("calls", *words)
        assert (done.exit_code, done.stdout) == (65, ""), words


def test_markup_of_callers_is_text(office: Office, run_command: RunCommand) -> None:
    office.add_person("[/x]", "[red]Virtanen", "+358401000001")
    name = "[/x] [red]Aino[/red] \x1b[2J"
    call_id = office.add_call(agent_id=None, caller_display_name=name, service_name="[bold]")
    unknown = office.add_call(agent_id=None, caller_e164=None, caller_raw="sip:[/green]@trunk")
    shown, listed = run_command("calls", "show", call_id), run_command("calls")
    assert (shown.exit_code, listed.exit_code) == (0, 0), (shown.stderr, listed.stderr)
    assert "[/x] [red]Aino[/red] \ufffd[2J" in shown.stdout
    assert "\x1b" not in shown.stdout
    for told in ("[/x] [red]Virtanen", "[bold]", "sip:[/green]@trunk", unknown):
        assert told in listed.stdout


def test_own_call_is_no_purpose_of_the_operator(office: Office, run_command: RunCommand, tmp_path: Path) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    out = tmp_path / "call.flac"
    refused = run_command("calls", "audio", call_id, "--purpose", "own-call", "--out", str(out))
    assert (refused.exit_code, out.exists()) == (77, False)
    assert "verify, training, request, technical" in refused.stderr
    assert "own-call" not in run_command("calls", "audio", "--help").stdout
    assert [row.call_id for row in audited(office.database, "refused")] == [call_id]


def test_unknown_call_is_not_found(run_command: RunCommand) -> None:
    for call_id in ("nonsense", new_call_id()):
        for words in (("show", call_id), ("audio", call_id, "--purpose", "verify", "--out", "never.flac")):
            done = run_command("calls", *words)
            assert (done.exit_code, done.stdout) == (66, "")
            assert "no such call" in done.stderr


def test_malformed_day_is_refused(run_command: RunCommand) -> None:
    for wrong in ("yesterday", "2026-11-31", "2026-11-03T22:30:00"):
        done = run_command("calls", "--from", wrong)
        assert (done.exit_code, done.stdout) == (65, "")
        assert "--from" in done.stderr


def test_audio_is_taken_out_and_accounted_for(
    office: Office, run_command: RunCommand, house: House, tmp_path: Path
) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    keep_audio(office.database, call_id, objects=house.objects, keys=house.keys, folder=tmp_path)
    out = tmp_path / "call.flac"
    refused = run_command("calls", "audio", call_id, "--purpose", "curiosity", "--out", str(out))
    assert refused.exit_code == 65
    assert "verify, training, request, technical" in refused.stderr
    assert not out.exists()
    alone = run_command("calls", "audio", call_id, "--purpose", "request", "--out", str(out))
    assert (alone.exit_code, out.exists()) == (77, False)
    assert "not approved" in alone.stderr
    assert run_command("calls", "ask-audio", call_id, "--purpose", "request", "--reason", "Pyyntö").exit_code == 0
    aapo = office.actor(office.add_account("aapo", Task.APPROVE_EXPORTS))
    with office.database.begin() as session:
        (waiting,) = waiting_for(session, by=aapo, clock=house.clock)
        decide(session, waiting.id, is_approved=True, by=aapo, clock=house.clock)
    done = run_command("calls", "audio", call_id, "--purpose", "request", "--out", str(out))
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_bytes() == AUDIO
    rows = audited(office.database, "exported")
    assert {row.purpose for row in rows} == {"request"}
    assert (rows[0].first_byte, rows[-1].stop_byte) == (0, len(AUDIO))
    assert "request" in run_command("calls", "show", call_id).stdout
    words = ("calls", "audio", call_id, "--purpose", "verify", "--out", str(out), "--break-glass", "Palvelin hajosi")
    assert run_command(*words).exit_code == 0
    (broken,) = audited(office.database, "glass-broken")
    assert "Palvelin hajosi" in (broken.detail or "")


def test_an_export_for_a_purpose_with_a_case_names_one_that_is_there(
    office: Office, run_command: RunCommand, house: House, tmp_path: Path
) -> None:
    call_id, case_no = office.add_call(agent_id=office.sanna_id), PrivacyDesk(office).open().case_no
    keep_audio(office.database, call_id, objects=house.objects, keys=house.keys, folder=tmp_path)
    words = PurposeWords("Valitus", "Klagomål", "Complaint", frozenset({PurposeUse.LISTENING}), requires_case=True)
    keeper = office.actor(office.add_account("kaisa", Task.ADMINISTER_PURPOSES))
    with office.database.begin() as session:
        purpose = add_purpose(session, words, by=keeper, clock=office.clock).code
    asked = ("calls", "ask-audio", call_id, "--purpose", purpose, "--reason", "Valitus")
    for number in ((), ("--case", "T-2026-0404")):
        refused = run_command(*asked, *number)
        assert refused.exit_code == 65, refused.stderr
    assert run_command(*asked, "--case", case_no).exit_code == 0


def test_call_without_audio_says_why(office: Office, run_command: RunCommand, tmp_path: Path) -> None:
    call_id = office.add_call(agent_id=None, recorded=False)
    done = run_command("calls", "audio", call_id, "--purpose", "verify", "--out", str(tmp_path / "call.flac"))
    assert done.exit_code == 66
    assert "no_answer" in done.stderr
    assert not (tmp_path / "call.flac").exists()
