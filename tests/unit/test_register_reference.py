"""docs/ref/register.md says what the tables of fields say, and the tests that it names are there."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from rights.calls.recording_fields import RECORDING_FIELDS
from rights.register.register_fields import FIELDS

ROOT = Path(__file__).parents[2]


def test_page_is_current() -> None:
    command = [sys.executable, str(ROOT / "docs/ref/make_register.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "test", sorted({*(field.test for field in FIELDS), *(field.test for field in RECORDING_FIELDS)})
)
def test_every_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name.partition("[")[0] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
