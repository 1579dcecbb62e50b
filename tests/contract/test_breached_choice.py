"""A password of the operator's list is chosen by nobody: neither by a one-time link nor by changing one's own."""

import hashlib
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR
from fixtures_web import Browser, Viewer

from calls.errors import BadConfigurationError
from rights.identity.accounts import account_of_link, renew_link, set_password
from rights.identity.breached_passwords import BreachedPasswords
from rights.identity.passwords import WeakPasswordError
from tallenne.commands.web import usable_breached_passwords
from tallenne.doctor import before_start, examine
from tallenne.finding import Health
from tallenne.house import House
from tallenne.installing import install
from web.parts import EXTENSION

LEAKED = "kolme vihreää ankkaa lammella"
BETTER = "neljä sinistä ankkaa lammella"


def leaked_file(folder: Path) -> Path:
    path = folder / "breached.txt"
    path.write_text(f"{hashlib.sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper()}:3\r\n", newline="")
    return path


@pytest.fixture
def browser(viewer: Viewer, tmp_path: Path) -> Browser:
    """Tiina's, in a house that keeps such a file."""
    kept = viewer.app.extensions[EXTENSION]
    viewer.app.extensions[EXTENSION] = replace(kept, breached=BreachedPasswords(leaked_file(tmp_path)))
    return viewer.browser("tiina", *ALL_CALLS)


def token_for(viewer: Viewer, password: str) -> str:
    """Give a one-time link's token, its account's password set to this one before."""
    with viewer.office.database.begin() as session:
        first = renew_link(session, login="tiina", by=OPERATOR, clock=viewer.office.clock)
        set_password(session, token=first.token, password=password, clock=viewer.office.clock)
        return renew_link(session, login="tiina", by=OPERATOR, clock=viewer.office.clock).token


def test_it_is_not_chosen_by_a_link_nor_for_ones_own(viewer: Viewer, browser: Browser, tmp_path: Path) -> None:
    token = token_for(viewer, GOOD_PASSWORD)
    viewer.log_in(browser)
    refused = browser.post("/account/password", {"old": GOOD_PASSWORD, "password": LEAKED, "again": LEAKED})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "tietovuo" in refused.text
    stranger = viewer.stranger()
    assert stranger.get(f"/link/{token}").location == "/password"
    assert (
        stranger.post("/password", {"password": LEAKED, "again": LEAKED}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    )
    with viewer.office.database.begin() as session:
        assert account_of_link(session, token=token, clock=viewer.office.clock).login == "tiina"
        with pytest.raises(WeakPasswordError):
            set_password(
                session,
                token=token,
                password=LEAKED,
                clock=viewer.office.clock,
                breached=BreachedPasswords(tmp_path / "breached.txt"),
            )
    assert stranger.post("/password", {"password": BETTER, "again": BETTER}).location == "/log-in"


def test_without_the_file_no_password_is_chosen(viewer: Viewer, browser: Browser, tmp_path: Path) -> None:
    token_for(viewer, GOOD_PASSWORD)
    viewer.log_in(browser)
    (tmp_path / "breached.txt").unlink()
    answer = browser.post("/account/password", {"old": GOOD_PASSWORD, "password": BETTER, "again": BETTER})
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE


def test_doctor_and_start_ask_for_a_file_that_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLENNE_ACCOUNTS__BREACHED_PASSWORDS", "breached.txt")
    install(tmp_path / "home")
    house = House(tmp_path / "home")
    found = [one for one in examine(house) if "breached" in one.subject]
    assert [one.health for one in found] == [Health.BAD]
    assert not [one for one in before_start(house) if "breached" in one.subject]  # calls are recorded without it
    with pytest.raises(BadConfigurationError, match="breached"):
        usable_breached_passwords(house)
    leaked_file(house.home)
    found = [one for one in examine(house) if "breached" in one.subject]
    assert [one.health for one in found] == [Health.GOOD]
    assert LEAKED in usable_breached_passwords(house)
    house.database.dispose()
