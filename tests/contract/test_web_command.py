"""``tallenne web`` refuses to start half-able; that it serves is for the browser's journey."""

import logging
from pathlib import Path

import pytest
from fixtures_rights import RunCommand
from gunicorn.config import Config

from tallenne.house import House
from web.serve import ViewerLogger, server_options
from web.settings import WebSettings


@pytest.mark.usefixtures("_catalogues")
def test_a_short_secret_is_refused(house: House, run_command: RunCommand) -> None:
    file = house.settings.path(house.settings.web.secret_key_file)
    file.write_text("hunter2", encoding="utf-8")
    refused = run_command("web")
    assert refused.exit_code == 78
    assert str(file) in refused.stderr
    assert "hunter2" not in refused.stderr


def test_a_missing_secret_is_refused(house: House, run_command: RunCommand) -> None:
    house.settings.path(house.settings.web.secret_key_file).unlink()
    refused = run_command("web")
    assert refused.exit_code == 78
    assert "tallenne init" in refused.stderr


def test_uncompiled_messages_are_refused(
    house: House, run_command: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del house
    monkeypatch.setattr("web.languages.TRANSLATIONS", tmp_path)
    refused = run_command("web")
    assert refused.exit_code == 78
    assert "pybabel compile" in refused.stderr


def test_gunicorn_takes_every_option_and_writes_no_addresses(tmp_path: Path) -> None:
    options = server_options(WebSettings(), certificate=tmp_path / "crt", certificate_key=tmp_path / "key")
    config = Config()
    for name, value in options.items():
        config.set(name, value)
    assert config.control_socket_disable
    assert config.accesslog is None
    assert config.address == [("127.0.0.1", 8080)]
    logger = ViewerLogger(config)
    lines: list[str] = []

    class Catching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger.error_log.handlers = [Catching()]
    try:
        int("x")
    except ValueError:
        logger.exception("Error handling request %s", "/link/secret")
    logger.warning("Invalid request from ip=192.0.2.1: %s", "x")
    logger.warning("something %s", "else")
    assert lines == ["a request failed", "a malformed request was refused", "something else"]
