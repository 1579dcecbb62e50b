"""docs/ref/permissions.md says what the tables say, and every task and deed has its words and its group."""

import subprocess
import sys
from pathlib import Path

from rights.access.deeds import APPROVERS, Deed
from rights.access.tasks import Task
from web.permit_words import DEEDS, TASK_GROUPS

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_tables_say() -> None:
    command = [sys.executable, str(ROOT / "docs/ref/make_permissions.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_task_is_in_one_group_and_every_deed_has_a_name_and_an_approver() -> None:
    grouped = [task for _, tasks in TASK_GROUPS for task in tasks]
    assert sorted(grouped) == sorted(Task)
    assert set(DEEDS) == set(APPROVERS) == set(Deed)
