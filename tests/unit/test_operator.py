"""Who the operator is: the user, and the person behind him where the system knows one."""

import pwd
from pathlib import Path

import pytest

from rights.access.actor import operator_actor
from tallenne.operator import operator, person_behind

ROOT, OTHER = pwd.getpwuid(0).pw_name, pwd.getpwnam("daemon")


@pytest.mark.parametrize(
    ("user", "login_uid", "sudo_user", "person"),
    [
        (ROOT, str(OTHER.pw_uid), None, OTHER.pw_name),
        (ROOT, f"{OTHER.pw_uid}\n", "nobody", OTHER.pw_name),  # what the kernel keeps comes first
        (ROOT, "4294967295", "daemon", "daemon"),  # nobody logged in: a service, or a container
        (ROOT, "0", "daemon", "daemon"),
        (ROOT, "0", None, None),
        (ROOT, "4294967295", None, None),
        (ROOT, "4294967295", "no-such-user", None),
        (ROOT, "4294967295", "", None),
        (ROOT, "4294967295", "\0", None),
        (ROOT, "4000000000", None, None),  # a user that has no name
        (ROOT, "nonsense", None, None),
        ("daemon", str(OTHER.pw_uid), "daemon", None),
    ],
)
def test_person_is_who_logged_in_else_whom_sudo_names(
    tmp_path: Path, user: str, login_uid: str, sudo_user: str | None, person: str | None
) -> None:
    file = tmp_path / "loginuid"
    file.write_text(login_uid, encoding="ascii")
    environment = {} if sudo_user is None else {"SUDO_USER": sudo_user}
    assert person_behind(user, login_uid=file, environment=environment) == person


def test_kernel_that_keeps_no_login_is_no_error(tmp_path: Path) -> None:
    assert person_behind(ROOT, login_uid=tmp_path / "nothing", environment={}) is None


def test_audit_names_user_and_person() -> None:
    alone, behind = operator_actor("root"), operator_actor("root", person="matti")
    assert (alone.login, alone.name) == ("cli:root", "cli:root")
    assert (behind.login, behind.name) == ("cli:root", "matti (cli:root)")
    assert operator().login.startswith("cli:")
