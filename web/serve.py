"""Serves the viewer by gunicorn, configured from our settings: no configuration file, no environment, no secrets.

The application is made in each worker process, after the fork, so that none shares a database connection.
"""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.workers.gthread import ThreadWorker

from web.bounds import is_number
from web.refused_request import RefusingConnection
from web.request_body import receive_bodies
from web.settings import MAX_FORM_BYTES, WebSettings
from web.views.ringing import HUB

GRACEFUL_S = 10
KEEP_ALIVE_S = 5
HUNG_AFTER_S = 60

# Forward secrecy and authenticated encryption alone, the strongest first (Mozilla's "intermediate" without DHE, which
# OpenSSL would offer with parameters of its own; OpenSSL lists 256 bits before 128)
_TLS_1_2_CIPHERS = "@SECLEVEL=2:ECDHE+AESGCM:ECDHE+CHACHA20"


class ViewerLogger(Logger):
    """gunicorn's log, without the addresses of requests and of browsers that it would put into two messages.

    It goes where the log of the process goes, in the same form: a line an event, whatever is in it (ASVS 16.4.1).
    """

    def setup(self, cfg: Config) -> None:
        """Take the level of the settings, and leave the writing to the process's own log."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def exception(self, _msg: str, *_args: object, **_kwargs: object) -> None:
        """Write what went wrong, and not in which request: its address may hold a token."""
        self.error_log.exception("a request failed")

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:  # noqa: ANN401 (logging's own signature)
        """Write a warning; of a malformed request only that there was one."""
        if msg.startswith("Invalid request"):
            msg, args = "a malformed request was refused", ()
        super().warning(msg, *args, **kwargs)


class ViewerServer(BaseApplication):
    """gunicorn with options given in code. ``make_app`` is called once in each worker process."""

    def __init__(self, *, options: dict[str, Any], make_app: Callable[[], Flask], has_tls: bool) -> None:
        self.has_tls = has_tls
        self._options = options
        self._make_app = make_app
        self._app: Flask | None = None
        super().__init__()

    def load_config(self) -> None:
        """Take the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Make the application, in the worker."""
        self._app = self._make_app()
        return receive_bodies(self._app)

    def end_streams(self) -> None:
        """Let the screens that wait for calls go, in the worker: they would hold its end up."""
        if self._app is not None:
            self._app.extensions[HUB].end()


class ViewerWorker(ThreadWorker):
    """gunicorn's worker with threads, whose streams end when it is asked to, and whose own answers have our headers."""

    app: ViewerServer

    def handle_error(self, req: Request | None, client: socket.socket, addr: Any, exc: BaseException) -> None:  # noqa: ANN401 (as gunicorn has it)
        """Answer what never reached the application."""
        super().handle_error(req, RefusingConnection(client, has_tls=self.app.has_tls), addr, exc)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End in order (SIGTERM)."""
        self.app.end_streams()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """End at once (SIGINT, SIGQUIT): the process waits for its threads even so."""
        self.app.end_streams()
        super().handle_quit(sig, frame)


def server_options(
    settings: WebSettings, *, certificate: Path | None = None, certificate_key: Path | None = None
) -> dict[str, Any]:
    """Say to gunicorn what the settings say; the files are the settings' own, resolved from the home."""
    options: dict[str, Any] = {
        "bind": [f"{settings.listen_address}:{settings.port}"],
        "worker_class": ViewerWorker,
        "workers": settings.processes,
        "threads": settings.threads + settings.ringing_streams,
        "timeout": HUNG_AFTER_S,
        "graceful_timeout": GRACEFUL_S,
        "keepalive": KEEP_ALIVE_S,
        "accesslog": None,  # web.access_log writes it, without personal data
        "loglevel": "warning",
        "logger_class": ViewerLogger,
        "pre_request": close_after_large,
        "control_socket_disable": True,
        # gunicorn would let anybody on loopback say so, and whoever comes by a proxy there; ours is web.app's ProxyFix
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "proc_name": "tallenne-web",
    }
    if certificate and certificate_key:
        options |= {"certfile": str(certificate), "keyfile": str(certificate_key), "ssl_context": _modern_tls}
    return options


def serve(
    settings: WebSettings,
    *,
    make_app: Callable[[], Flask],
    certificate: Path | None = None,
    certificate_key: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; running requests then have ten seconds to end."""
    options = server_options(settings, certificate=certificate, certificate_key=certificate_key)
    ViewerServer(options=options, make_app=make_app, has_tls=settings.has_tls).run()


def close_after_large(_worker: object, request: Request) -> None:
    """End the connection with a request whose body will be refused: its rest must not be read as the next request."""
    sizes = [value for name, value in request.headers if name == "CONTENT-LENGTH"]
    if any(name == "TRANSFER-ENCODING" for name, _ in request.headers) or any(
        not is_number(size) or int(size) > MAX_FORM_BYTES for size in sizes
    ):
        request.force_close()


def _modern_tls(_config: object, make_default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = make_default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_TLS_1_2_CIPHERS)  # those of TLS 1.3 are all good, and are OpenSSL's to choose
    return context
