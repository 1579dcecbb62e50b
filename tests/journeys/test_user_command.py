"""``tallenne user`` as an operator runs it, on both databases."""

import json

import pytest
from fixtures_register import REGISTER_KEYS as KEYS
from fixtures_rights import GOOD_PASSWORD, SEE_OWN, RunCommand
from sqlalchemy import select

from calls.clock import SystemClock
from rights.access.permit import Permit
from rights.access.tasks import Task
from rights.identity.accounts import set_password
from rights.identity.log_in import actor_of_session, log_in
from rights.identity.sessions import start_session
from rights.identity.totp import add_totp, find_totp, new_secret
from rights.tables import AccountRow, AuditRow, OneTimeLinkRow
from storage.agents import add_agent
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

CLOCK = SystemClock()
PERMISSION = "administer-accounts"
PERMITTED = ("--permission", PERMISSION, "--reason", "administers")


@pytest.fixture
def sanna_id(database: Database) -> int:
    with database.begin() as session:
        made = add_agent(
            session, name="Sanna Laine", sip_user="sanna", domain="tallenne.internal", groups=(), clock=CLOCK
        )
        return made.agent_id


def add_sanna(run_command: RunCommand, *more: str) -> tuple[str, str]:
    done = run_command(
        "user",
        "add",
        "--name",
        "Sanna Laine",
        "--login",
        "sanna",
        "--permission",
        "view-calls:own,listen:own",
        "--reason",
        "answers calls",
        "--agent",
        "sip:sanna",
        *more,
    )
    assert done.exit_code == 0, done.stderr
    return done.stdout, done.stderr


def test_account_is_added_and_the_link_opens_it(database: Database, run_command: RunCommand, sanna_id: int) -> None:
    out, err = add_sanna(run_command)
    address = out.strip()
    assert address.startswith("http://127.0.0.1:8080/link/")
    token = address.rpartition("/")[2]
    assert token not in err
    assert "listen:own: waits until an account with approve-grants approves it" in err
    with database.begin() as session:
        assert session.scalars(select(OneTimeLinkRow.token_sha256)).one() != token
        set_password(session, token=token, password=GOOD_PASSWORD, clock=CLOCK)
    started = log_in(database, login="sanna", password=GOOD_PASSWORD, clock=CLOCK)
    assert started is not None
    actor = actor_of_session(database, token=started.token, clock=CLOCK)
    assert actor is not None
    assert (actor.agent_id, actor.permits) == (sanna_id, frozenset({SEE_OWN}))
    with database.read() as session:
        added = session.scalars(select(AuditRow).where(AuditRow.action == "account-added")).one()
    assert (added.login or "").startswith("cli:")


def test_every_permission_is_granted_and_taken_by_its_name(run_command: RunCommand) -> None:
    every = sorted(str(Permit(task)) for task in Task)
    words = ("--permission", ",".join(every), "--reason", "everything")
    assert run_command("user", "add", "--name", "Riitta Salo", "--login", "riitta", *words).exit_code == 0
    (riitta,) = json.loads(run_command("user", "list", "--json").stdout)
    waiting = {"listen:all", "export-audio:all", "hear-for-copies"}  # for a second person
    held = [one for one in every if one not in waiting]
    assert sorted(riitta["permissions"]) == held
    reveals = [task for task in Task if task.startswith("reveal-")]
    for task in reveals:
        assert run_command("user", "revoke", "--login", "riitta", "--permission", task).exit_code == 0
    (riitta,) = json.loads(run_command("user", "list", "--json").stdout)
    assert sorted(riitta["permissions"]) == [one for one in held if one not in reveals]


@pytest.mark.usefixtures("sanna_id")
def test_accounts_are_listed_disabled_and_linked_anew(run_command: RunCommand) -> None:
    first = json.loads(add_sanna(run_command, "--json", "--permission", "view-calls:all,link-customers")[0])
    assert set(first) == {"login", "link", "expires_at"}
    (sanna,) = json.loads(run_command("user", "list", "--json").stdout)
    assert sanna["permissions"] == ["link-customers", "view-calls:all", "view-calls:own"]
    assert (sanna["agent_aor"], sanna["password_set_at"], sanna["disabled_at"]) == (
        "sip:sanna@tallenne.internal",
        None,
        None,
    )
    again = run_command("user", "link", "--login", "sanna").stdout.strip()
    assert again != first["link"]
    assert run_command("user", "revoke", "--login", "sanna", "--permission", "view-calls:all").exit_code == 0
    assert run_command("user", "disable", "--login", "sanna").exit_code == 0
    (sanna,) = json.loads(run_command("user", "list", "--json").stdout)
    assert sanna["permissions"] == ["link-customers", "view-calls:own"]
    assert sanna["disabled_at"] is not None
    refused = run_command("user", "link", "--login", "sanna")
    assert (refused.exit_code, refused.stdout) == (65, "")
    assert run_command("user", "enable", "--login", "sanna").exit_code == 0
    listed = run_command("user", "list").stdout
    assert "no password yet" in listed


@pytest.mark.usefixtures("sanna_id")
def test_agent_of_an_account_is_changed(database: Database, run_command: RunCommand) -> None:
    add_sanna(run_command)

    def agent_now() -> object:
        return json.loads(run_command("user", "list", "--json").stdout)[0]["agent_aor"]

    taken = run_command("user", "agent", "--login", "sanna", "--agent", "none")
    assert taken.exit_code == 0
    assert "own calls shows nothing" in taken.stderr
    assert agent_now() is None
    given = run_command("user", "agent", "--login", "sanna", "--agent", "sip:sanna@tallenne.internal")
    assert (given.exit_code, given.stderr) == (0, "")
    assert agent_now() == "sip:sanna@tallenne.internal"
    assert run_command("user", "agent", "--login", "sanna", "--agent", "nobody").exit_code == 66
    assert run_command("user", "agent", "--login", "nobody", "--agent", "none").exit_code == 66
    with database.read() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "agent-changed")).all()) == 2


def test_the_last_administrator_stays(run_command: RunCommand) -> None:
    assert run_command("user", "add", "--name", "[/x]", "--login", "pekka", *PERMITTED).exit_code == 0
    for words in (("disable", "--login", "pekka"), ("revoke", "--login", "pekka", "--permission", PERMISSION)):
        refused = run_command("user", *words)
        assert (refused.exit_code, refused.stdout) == (65, "")
        assert "another account first" in refused.stderr
    assert "[/x]" in run_command("user", "list").stdout
    assert run_command("user", "add", "--name", "P", "--login", "pirkko", *PERMITTED).exit_code == 0
    assert run_command("user", "disable", "--login", "pekka").exit_code == 0


def test_mistakes_are_told_and_change_nothing(database: Database, run_command: RunCommand) -> None:
    reason = ("--reason", "r")
    new = ("add", "--name", "N", "--login", "new", *reason)
    for words, exit_code, told in (
        ((*new, "--permission", "listen"), 65, "listen:own or listen:all"),
        ((*new, "--permission", "own-calls"), 65, "one of view-calls, listen"),
        ((*new, "--role", "king"), 66, "king"),
        (("add", "--name", "N", "--login", "cli:x", *reason, "--permission", "view-calls:all"), 65, "not a login"),
        ((*new, "--permission", "view-calls:own", "--agent", "nobody"), 66, "nobody"),
        ((*new, "--permission", "view-calls:all", "--until", "soon"), 65, "2027-12-31"),
        (new, 65, "--permission or --role"),
        ((*new[:-2], "--permission", PERMISSION), 2, "--reason"),
        (("disable", "--login", "nobody"), 66, "nobody"),
        (("link", "--login", "nobody"), 66, "nobody"),
    ):
        done = run_command("user", *words)
        assert (done.exit_code, done.stdout) == (exit_code, ""), words
        assert told in done.stderr
    with database.read() as session:
        assert session.scalars(select(AuditRow)).all() == []


def test_own_calls_without_an_agent_is_warned_of(run_command: RunCommand) -> None:
    done = run_command("user", "add", "--name", "N", "--login", "new", "--role", "agent", "--reason", "r")
    assert done.exit_code == 0
    assert "--agent" in done.stderr


def test_a_lost_second_factor_is_reset_and_sessions_are_ended(database: Database, run_command: RunCommand) -> None:
    assert run_command("user", "add", "--name", "Pekka", "--login", "pekka", *PERMITTED).exit_code == 0
    secret = new_secret()
    with database.begin() as session:
        account = session.scalars(select(AccountRow)).one()
        add_totp(session, account_id=account.id, secret=secret, step=1, vault=FieldVault(KEYS), clock=CLOCK)
        token = start_session(session, account_id=account.id, clock=CLOCK, has_second_factor=True).token
    assert run_command("user", "end-sessions", "--login", "pekka").exit_code == 0
    assert actor_of_session(database, token=token, clock=CLOCK) is None
    assert run_command("user", "reset-second-factor", "--login", "pekka").exit_code == 0
    with database.read() as session:
        assert find_totp(session, account.id) is None
        done = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert done[-2:] == ["sessions-ended", "second-factor-reset"]
    for command in ("end-sessions", "reset-second-factor"):
        assert run_command("user", command, "--login", "nobody").exit_code == 66
