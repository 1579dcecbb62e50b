"""One log line a request, without personal data: the rule that matched, never the address that was asked for.

An address may hold a one-time token or a sealed search; a rule such as ``/calls/<call:call_id>`` holds nothing.
No network address, account or browser name is written either: who did what is in the audit, not in a log.
"""

import structlog
from flask import Flask, Response, g, request

from calls.clock import Clock

_log = structlog.get_logger("web")


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
            rule=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            took_ms=None if began is None else round((clock.monotonic() - began) * 1000),
        )
        return response
