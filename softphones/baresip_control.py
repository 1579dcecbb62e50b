"""The control connection of a baresip (module ctrl_tcp): JSON commands, responses and events as netstrings."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from softphones.errors import PhoneError
from softphones.ports import LOOPBACK

_POLL_S = 0.02
_RESPONSE_TIMEOUT_S = 5.0

Event = dict[str, Any]


class BaresipControl:
    """One connection. ``on_event`` runs on the reading thread, and on no other."""

    def __init__(self, *, port: int, timeout_s: float, on_event: Callable[[Event], None]) -> None:
        self._socket = _connect(port, timeout_s=timeout_s)
        self._on_event = on_event
        self._responses: dict[str, str] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._next_token = 0
        self._reader = threading.Thread(target=self._read, name=f"baresip-{port}", daemon=True)
        self._reader.start()

    def send(self, command: str, parameters: str = "") -> str:
        """Send a command without waiting; give the token that its response will carry."""
        with self._changed:
            self._next_token += 1
            token = str(self._next_token)
            message = json.dumps({"command": command, "params": parameters, "token": token}).encode()
            try:
                self._socket.sendall(b"%d:%b," % (len(message), message))
            except OSError as error:
                raise PhoneError(what=f"the control connection is gone: {error}", where="baresip") from error
        return token

    def ask(self, command: str, parameters: str = "") -> str:
        """Send a command and wait for what it prints. Not from inside ``on_event``: nobody would read the answer."""
        token = self.send(command, parameters)
        with self._changed:
            if not self._changed.wait_for(lambda: token in self._responses or self._closed, _RESPONSE_TIMEOUT_S):
                raise PhoneError(what=f"no response to {command}", where="baresip")
            return self._responses.pop(token, "")

    def close(self) -> None:
        """Close the connection and wait for the reading thread."""
        with suppress(OSError):  # baresip closed it first
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._reader:
            self._reader.join()
        self._socket.close()

    def _read(self) -> None:
        waiting = b""
        while chunk := _receive(self._socket):
            waiting += chunk
            messages, waiting = _netstrings(waiting)
            for message in messages:
                self._take(json.loads(message))
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, message: Event) -> None:
        if message.get("event"):
            self._on_event(message)
            return
        with self._changed:
            self._responses[str(message.get("token", ""))] = str(message.get("data", ""))
            self._changed.notify_all()


def _connect(port: int, *, timeout_s: float) -> socket.socket:
    """Connect as soon as baresip listens."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            connection = socket.create_connection((LOOPBACK, port), timeout=timeout_s)
        except OSError as error:
            if time.monotonic() > deadline:
                raise PhoneError(what=f"no control connection: {error}", where="baresip") from error
            time.sleep(_POLL_S)
        else:
            connection.settimeout(None)
            return connection


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def _netstrings(data: bytes) -> tuple[list[bytes], bytes]:
    """Split ``12:hello world!,`` records (D. J. Bernstein, 1997); the incomplete rest comes back."""
    found: list[bytes] = []
    while True:
        length, colon, rest = data.partition(b":")
        if not colon or len(rest) <= int(length):
            return found, data
        found.append(rest[: int(length)])
        data = rest[int(length) + 1 :]
