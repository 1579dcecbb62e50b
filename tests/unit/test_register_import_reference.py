"""docs/ref/register-import.md says what the schemas say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_page_is_current() -> None:
    command = [sys.executable, str(ROOT / "docs/ref/make_register_import.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
