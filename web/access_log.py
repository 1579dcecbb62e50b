"""Log lines of requests, without personal data: the rule that matched, never the address that was asked for.

An address may hold a one-time token or a sealed search; a rule such as ``/calls/<call:call_id>`` holds nothing.
No network address, account or browser name is written either: who did what is in the audit, not in a log.
"""

import traceback
from types import TracebackType

import structlog
from flask import Flask, Response, g, request

from calls.clock import Clock

_log = structlog.get_logger("web")


class QuietFlask(Flask):
    """Flask, but of a fault it logs neither the address nor the message, which may quote what was asked for."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Write which rule failed by which kind of exception, and where in the code."""
        kind, _, trace = exc_info
        _log.error(
            "a request failed",
            method=request.method,
            rule=_rule(),
            error=kind.__name__ if kind else None,
            trace="".join(traceback.format_tb(trace)),
        )


def write_access_log(app: Flask, *, clock: Clock) -> None:
    """Log every request of an application at its end."""

    @app.before_request
    def _start() -> None:
        g.request_began = clock.monotonic()

    @app.after_request
    def _end(response: Response) -> Response:
        began = g.get("request_began")
        _log.info(
            "request",
            method=request.method,
            rule=_rule(),
            status=response.status_code,
            took_ms=None if began is None else round((clock.monotonic() - began) * 1000),
        )
        return response


def _rule() -> str | None:
    return request.url_rule.rule if request.url_rule else None
