"""Writes docs/ref/permissions.md from the code: ``python docs/ref/make_permissions.py [--check]``.

Tasks and their words, scopes, second persons, the operator's tasks, the roles of a new house and the routes are read
from the very tables that decide.
"""

import importlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rights.access.actor import operator_actor
from rights.access.deeds import APPROVERS
from rights.access.four_eyes import APPROVER_TASKS, LISTENING_TASKS
from rights.access.tasks import SCOPED_TASKS, Task
from web.app import route_map
from web.labels import TASK_EXPLANATIONS
from web.route_rights import ROUTE_RIGHTS, Door

TARGET = Path(__file__).with_name("permissions.md")
INTRODUCTION = """\
# Permissions

Made by `docs/ref/make_permissions.py` from the tables that decide; do not edit. Why it is so:
[docs/design/permissions.md](../design/permissions.md).

A permission is a task, on a scope where the task is about calls, with its days and the reason it was given. What no
task permits is refused, and answered as if it were not there. A change of an account's permissions ends its sessions.
"""
SCOPES = """\
| scope | calls |
|---|---|
| `own` | answered as the agent that the account is |
| `team` | answered by an agent while in a team that the account leads now |
| `service:<number>` | of one service |
| `all` | every call |

To hear a call takes `view-calls` and `listen` that both reach it; to export one, `view-calls` and `export-audio`.
Nobody but who answered, on the scope `own`, hears or exports the call of an excluded agent or person.

`hear-for-copies` knows no scope: it opens the calls that go into the copy of a request for access which its holder
handles, while that is worked on or granted, on the request's own pages; those of excluded agents and persons too.
"""


def reference() -> str:
    """Give the whole page."""
    parts = [
        INTRODUCTION,
        "## Scopes\n",
        SCOPES,
        "## Tasks\n",
        *_table(("task", "scope", "what it is", "how"), _tasks()),
    ]
    parts += ["", "## Deeds of two people\n", *_table(("deed", "approved with"), _deeds())]
    parts += ["", "## Roles of a new house\n", "The administrator changes them; what was granted stays.\n"]
    parts += _table(("role", "tasks"), _roles())
    operator = ", ".join(f"`{permit}`" for permit in sorted(operator_actor("x").permits))
    parts += [
        "",
        "## The command line\n",
        f"The operator, named `cli:<user>` in the audit, holds {operator}: no listening.",
    ]
    parts += ["An export takes an approval, or breaks the glass with a reason that is kept (`tallenne calls audio`).\n"]
    parts += ["## Routes\n", *_table(("route", "methods", "opens with", "decides on the call"), _routes()), ""]
    return "\n".join(parts)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    head = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    return head + [f"| {' | '.join(row)} |" for row in rows]


def _tasks() -> Iterator[tuple[str, ...]]:
    for task in Task:
        how = "by two people" if task in LISTENING_TASKS else "by one"
        if task in APPROVER_TASKS:
            how = "by two people; by the operator alone"
        yield f"`{task}`", "yes" if task in SCOPED_TASKS else "", str(TASK_EXPLANATIONS[task]), how


def _deeds() -> Iterator[tuple[str, ...]]:
    return ((f"`{deed}`", f"`{task}`") for deed, task in APPROVERS.items())


def _roles() -> Iterator[tuple[str, ...]]:
    versions = "storage.database.migrations.versions"
    roles = importlib.import_module(f"{versions}.0012_permissions").ROLES
    later = importlib.import_module(f"{versions}.0028_copy_hearing")
    for code, *_names, permits in roles:
        added = later.ADDED if code == later.OFFICER else ()
        yield f"`{code}`", ", ".join(f"`{permit}`" for permit in (*permits, *added))


def _routes() -> Iterator[tuple[str, ...]]:
    for rule in sorted(route_map().iter_rules(), key=str):
        right = ROUTE_RIGHTS[rule.endpoint]
        opens = " or ".join(f"`{task}`" for task in right.any_of) if right.door is Door.TASK else str(right.door)
        methods = ", ".join(sorted((rule.methods or set()) & {"GET", "POST"}))
        yield f"`{rule}`", methods, opens, f"`{right.on_call}`" if right.on_call else ""


def main() -> None:
    """Write the page, or with ``--check`` see that it is as it would be written."""
    made = reference()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(made, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != made:
        raise SystemExit(f"{TARGET} is not what the code says: run 'python docs/ref/make_permissions.py'")


if __name__ == "__main__":
    main()
