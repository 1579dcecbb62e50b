"""What all tests share: the fixtures of each part, one line a part."""

import pytest

from softphones.ports import keep_to_share

pytest_plugins = [
    "fixtures_archive",
    "fixtures_archive_contents",
    "fixtures_compose",
    "fixtures_database",
    "fixtures_edge",
    "fixtures_s3",
    "fixtures_house",
    "fixtures_live",
    "fixtures_phones",
    "fixtures_register",
    "fixtures_records",
    "fixtures_rights",
    "fixtures_spool",
    "fixtures_statement",
    "fixtures_web",
    "fixtures_browser",
    "fixtures_register_pages",
]


def pytest_configure(config: pytest.Config) -> None:
    """Tests that run side by side (pytest-xdist) never look for free ports in the same place."""
    worker: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker is not None:
        keep_to_share(int(worker["workerid"].removeprefix("gw")), of=int(worker["workercount"]))
