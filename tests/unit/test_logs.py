"""The log of a process: a line an event, whatever is in it."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import structlog
from gunicorn.config import Config

from tallenne.logs import log_to_stderr
from web.serve import ViewerLogger

INJECTED = "a\nlevel=error msg=forged\r\x1b[2J\u2028b\x85\ud800"


@contextmanager
def logged_lines() -> Iterator[io.StringIO]:
    """Log to a file of the test's alone; pytest's own handler would keep a surrogate that no report can carry."""
    written, handlers = io.StringIO(), logging.root.handlers[:]
    logging.root.handlers.clear()
    try:
        with redirect_stderr(written):
            log_to_stderr("web")
            yield written
    finally:
        logging.root.handlers[:] = handlers
        structlog.reset_defaults()


def test_an_event_is_one_line_with_its_time_in_utc() -> None:
    with logged_lines() as lines:
        structlog.get_logger("web").info("request", rule="/calls", took_ms=3, reason=None, error=ValueError(INJECTED))
    (line,) = lines.getvalue().splitlines()
    assert line.isprintable()
    stamp, rest = line.split(" ", 1)
    assert stamp.startswith("timestamp=")
    assert stamp.endswith("Z")
    assert rest.startswith("level=info process=web msg=request ")
    assert "rule=/calls took_ms=3" in rest
    assert "forged" in rest


def test_what_a_library_says_is_one_line_with_its_traceback() -> None:
    with logged_lines() as lines:
        try:
            int(INJECTED)
        except ValueError:
            logging.getLogger("library").exception("it failed: %s", INJECTED)
    (line,) = lines.getvalue().splitlines()
    assert line.isprintable()
    assert line.startswith("level=ERROR process=web msg=")
    assert "Traceback" in line


def test_what_gunicorn_says_is_in_the_same_form() -> None:
    with logged_lines() as lines:
        logger = ViewerLogger(Config())
        try:
            int(INJECTED)
        except ValueError:
            logger.exception("Error handling request %s", "/link/secret")
        logger.warning("something %s", INJECTED)
    failed, other = lines.getvalue().splitlines()
    assert failed.startswith("level=ERROR process=web msg='a request failed'")
    assert failed.isprintable()
    assert other.startswith("level=WARNING process=web msg=")
    assert other.isprintable()
