"""The body of a request, received whole and in time before the application sees anything of the request.

Whatever a client still sends when its connection is closed makes the kernel reset the connection, and a reset may
destroy an answer on its way (RFC 9112 section 9.6): a browser would show its own error page, not ours. So the rest of
a body that is too large is read away before it is refused, but neither without end nor for ever.
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from threading import Timer
from typing import IO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn.http.errors import NoMoreData

from web.settings import MAX_FORM_BYTES

MAX_REFUSED_BYTES = 2**20
RECEIVE_S = 10.0
_STEP_BYTES = 2**16


def receive_bodies(app: WSGIApplication) -> WSGIApplication:
    """Give ``app`` each request with its body in memory; for gunicorn, whose socket it needs.

    Of a body that is too large ``app`` gets more than MAX_FORM_BYTES or its length, and is to refuse it; up to
    MAX_REFUSED_BYTES of it are read, so that a client that sends no more gets the answer. A body that is not there
    after RECEIVE_S, or that its sender left unfinished, ends the connection without an answer: the application would
    take the half of a form for the whole.
    """

    def receive(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        declared = int(environ.get("CONTENT_LENGTH") or 0)  # gunicorn has refused what is no number
        if declared or "HTTP_TRANSFER_ENCODING" in environ:
            body = _body_of(environ["wsgi.input"], connection=environ["gunicorn.socket"], declared=declared)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(max(declared, len(body)))
            environ.pop("HTTP_TRANSFER_ENCODING", None)  # the chunks are joined (RFC 9112 section 7.1.3)
        return app(environ, start_response)

    return receive


def _body_of(stream: IO[bytes], *, connection: socket.socket, declared: int) -> bytes:
    """Give the body, or too much of it; raise NoMoreData where it did not come. ``declared`` is 0 if in chunks."""
    try:
        with _timing_out(connection, after_s=RECEIVE_S):
            body = b"" if declared > MAX_FORM_BYTES else stream.read(MAX_FORM_BYTES + 1)
            is_too_large = max(declared, len(body)) > MAX_FORM_BYTES
            if is_too_large:
                _read_away(stream)
    except OSError as error:
        _end_reading(connection)
        raise NoMoreData from error
    if is_too_large:
        _end_reading(connection)
    elif len(body) < declared:
        raise NoMoreData
    return body


def _read_away(stream: IO[bytes]) -> None:
    with suppress(OSError):  # the client has gone, or its time is over: what is left is to tell it the answer
        for _ in range(0, MAX_REFUSED_BYTES, _STEP_BYTES):
            if not stream.read(_STEP_BYTES):
                return


def _end_reading(connection: socket.socket) -> None:
    """Spare gunicorn the wait for the client's own end of the connection: its process serves nobody meanwhile.

    The method of ``socket``, not of ``SSLSocket``: that one drops the encryption, and the answer would go in clear.
    """
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RD)


@contextmanager
def _timing_out(connection: socket.socket, *, after_s: float) -> Iterator[None]:
    """Let reads from a connection time out: one that waits so long, and all that begin after so long.

    A timeout of the socket alone would begin anew with each byte, so that a client could dribble for hours. Nor can
    the socket's end be shut under a reader: TLS takes that for an attack, and says nothing more, not even the answer.
    """
    timer = Timer(after_s, connection.settimeout, [0])
    timer.daemon = True
    connection.settimeout(after_s)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # what it does to the socket, it does before the answer
        connection.settimeout(None)
