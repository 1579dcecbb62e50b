"""What all tests share: the fixtures of each part, one line a part."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from compiled_once import compile_routes_once, compile_statements_once

from softphones.ports import keep_to_share

pytest_plugins = [
    "cheap_secrets",
    "migrated_once",
    "fixtures_archive",
    "fixtures_archive_contents",
    "fixtures_compose",
    "fixtures_database",
    "fixtures_edge",
    "fixtures_s3",
    "fixtures_home",
    "fixtures_house",
    "fixtures_live",
    "fixtures_phones",
    "fixtures_provider",
    "fixtures_register",
    "fixtures_records",
    "fixtures_rights",
    "fixtures_spool",
    "fixtures_statement",
    "fixtures_web",
    "fixtures_cases",
    "fixtures_copies",
    "fixtures_copy_pages",
    "fixtures_linking_pages",
    "fixtures_register_asked",
    "fixtures_browser",
    "fixtures_register_pages",
]

_MEMORY = Path("/dev/shm")  # noqa: S108 (pytest makes a folder of this user's own in it)
_ROOM = 4 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where it has room, and tests that run side by side (pytest-xdist) apart.

    Hundreds of databases are made and dropped. Processes side by side never look for free ports in the same place.
    """
    compile_statements_once()
    compile_routes_once()
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM:
        tempfile.tempdir = str(_MEMORY)
    worker: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker is not None:
        keep_to_share(int(worker["workerid"].removeprefix("gw")), of=int(worker["workercount"]))


def pytest_collection_finish() -> None:
    """Look no more for garbage among what was loaded to begin with: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
