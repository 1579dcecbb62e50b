"""The doctor tells when nobody lets people in, or nobody is the second of two: then only the operator helps."""

import pytest
from fixtures_rights import Done, RunCommand

from rights.access.tasks import Task
from tallenne.accounts_health import accounts_health
from tallenne.finding import Finding, Health
from tallenne.house import House


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what differs between databases is tested below the command line."""
    return sqlite_url


def added(run_command: RunCommand, login: str, role: str) -> Done:
    done = run_command("user", "add", "--name", login.title(), "--login", login, "--role", role, "--reason", "alku")
    assert done.exit_code == 0
    return done


def test_the_first_accounts_of_the_guide_lack_nobody(house: House, run_command: RunCommand) -> None:
    assert {finding.remedy.rpartition(" ")[2] for finding in accounts_health(house)} == {
        Task.ADMINISTER_ACCOUNTS,
        Task.APPROVE_DELETIONS,
        Task.APPROVE_EXPORTS,
        Task.APPROVE_GRANTS,
    }
    added(run_command, "pekka", "administrator")
    assert Task.ADMINISTER_ACCOUNTS not in " ".join(finding.what for finding in accounts_health(house))
    added(run_command, "heikki", "approver")
    added(run_command, "paula", "privacy-officer")
    [finding] = accounts_health(house)
    assert finding == Finding("accounts", Health.GOOD, "3, with who administers and who approves")


def test_the_only_approver_who_was_disabled_is_missed(house: House, run_command: RunCommand) -> None:
    added(run_command, "pekka", "administrator")
    added(run_command, "heikki", "approver")
    assert run_command("user", "disable", "--login", "heikki").exit_code == 0
    findings = list(accounts_health(house))
    assert [finding.health for finding in findings] == [Health.DOUBTFUL] * 3
    assert "nobody holds approve-grants" in [finding.what for finding in findings]
