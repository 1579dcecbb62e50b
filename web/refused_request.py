"""What gunicorn answers before the application sees a request: our headers, and nothing of what was sent.

Its own answers to malformed requests bear none of the headers that every answer of ours has (ASVS 3.4, 4.1.1), and
repeat what they complain of.
"""

import socket

from web.headers import headers_of_every_answer


class RefusingConnection:
    """A connection for gunicorn's ``write_error`` alone: of the answer that it writes, the status is taken."""

    def __init__(self, connection: socket.socket, *, has_tls: bool) -> None:
        self._connection = connection
        self._has_tls = has_tls

    def gettimeout(self) -> float | None:
        """Tell the connection's timeout."""
        return self._connection.gettimeout()

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 (socket's own signature)
        """Let sending wait, or not."""
        self._connection.setblocking(flag)

    def sendall(self, answer: bytes) -> None:
        """Send the answer of this status, as we word it."""
        status_line, _, _ = answer.partition(b"\r\n")
        self._connection.sendall(_worded(status_line.decode("ascii"), has_tls=self._has_tls))


def _worded(status_line: str, *, has_tls: bool) -> bytes:
    body = f"{status_line.partition(' ')[2]}\n"
    headers = {
        **headers_of_every_answer(has_tls=has_tls),
        "Connection": "close",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{status_line}\r\n{head}\r\n{body}".encode("ascii")
