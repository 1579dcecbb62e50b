"""Who runs the command line: the operator, named in the audit by his user on this machine.

Several people may share that user, by sudo or su. So the audit also names the person behind it where the system
knows one: first by the log-in's user id, which the kernel keeps through sudo and su (``proc(5)``), else by what sudo
says in the environment, which is as true as whoever runs the command.
"""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from rights.access.actor import Actor, operator_actor

_LOGIN_UID = Path("/proc/self/loginuid")
_NO_LOGIN = 2**32 - 1


def operator() -> Actor:
    """Give the operator. The user is the process's real one, not what ``$USER`` happens to say."""
    user = _user_name(os.getuid()) or str(os.getuid())  # a container may run as a user that has no name
    return operator_actor(user, person=person_behind(user, login_uid=_LOGIN_UID, environment=os.environ))


def person_behind(user: str, *, login_uid: Path, environment: Mapping[str, str]) -> str | None:
    """Tell the name of the person behind a user; None where the system knows none, or it is the user himself."""
    for name in (_logged_in(login_uid), _by_sudo(environment)):
        if name is not None and name != user:
            return name
    return None


def _logged_in(file: Path) -> str | None:
    try:
        user_id = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such file in a kernel without audit
        return None
    return None if user_id == _NO_LOGIN else _user_name(user_id)


def _by_sudo(environment: Mapping[str, str]) -> str | None:
    try:
        return pwd.getpwnam(environment.get("SUDO_USER", "")).pw_name
    except (KeyError, ValueError):
        return None


def _user_name(user_id: int) -> str | None:
    try:
        return pwd.getpwuid(user_id).pw_name
    except (KeyError, OverflowError):
        return None
