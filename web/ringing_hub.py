"""Tells every screen of one process when something changes at its agent's phone.

One thread asks the database for all, and only while somebody watches. A screen waits for its news and for the end of
its own connection at once, so that a browser that has left the page gives its thread back in that moment.
"""

import os
import select
import socket
import threading
from collections.abc import Callable, Mapping
from enum import Enum

import structlog

POLL_S = 0.3
MOST_OF_ONE_AGENT = 4

_MS = 1000
_log = structlog.get_logger("ringing")


class Heard(Enum):
    """What a screen that waited was told."""

    NEWS = "news"
    NOTHING = "nothing"
    END = "end"


class Listener:
    """One screen that waits. Made by :meth:`RingingHub.join` and given back by :meth:`RingingHub.leave`."""

    def __init__(self, agent_id: int) -> None:
        self.agent_id = agent_id
        self.is_ending = False
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def wake(self) -> None:
        """Let :meth:`wait` return; told twice before it waits, it returns once."""
        os.eventfd_write(self._wake, 1)

    def wait(self, *, timeout_s: float, connection: socket.socket | None) -> Heard:
        """Wait for news, the end, or the time; ``connection`` is the browser's, who has nothing more to say on it.

        So whatever can be read there is its end: a FIN, a reset, or the close of TLS.
        """
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        if connection is not None:
            poll.register(connection.fileno(), select.POLLIN | select.POLLRDHUP)
        ready = {descriptor for descriptor, _ in poll.poll(timeout_s * _MS)}
        if self.is_ending or ready - {self._wake}:
            return Heard.END
        if not ready:
            return Heard.NOTHING
        os.eventfd_read(self._wake)
        return Heard.NEWS

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._wake)


class RingingHub:
    """The screens of one process. ``read`` gives, for each agent at whose phone something is, what tells it apart."""

    def __init__(self, read: Callable[[], Mapping[int, object]], *, most: int, poll_s: float = POLL_S) -> None:
        self._read = read
        self._most = most
        self._poll_s = poll_s
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def join(self, agent_id: int) -> Listener | None:
        """Take a screen in; None where there are too many, of this agent or of all, or the process is about to end."""
        with self._lock:
            of_him = sum(listener.agent_id == agent_id for listener in self._listeners)
            if self._stop.is_set() or len(self._listeners) >= self._most or of_him >= MOST_OF_ONE_AGENT:
                return None
            listener = Listener(agent_id)
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="ringing", daemon=True)
                self._thread.start()
            return listener

    def leave(self, listener: Listener) -> None:
        """Let a screen go; may be repeated."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
                listener.close()

    def wake(self, agent_id: int) -> None:
        """Tell an agent's screens now what they would be told in a moment."""
        with self._lock:
            for listener in self._listeners:
                if listener.agent_id == agent_id:
                    listener.wake()

    def end(self) -> None:
        """End every screen's wait, for the process is about to end. Takes no lock: it is called by a signal."""
        self._stop.set()
        for listener in tuple(self._listeners):
            listener.is_ending = True
            try:
                listener.wake()
            except OSError:  # it left in this very moment
                continue

    def _watch(self) -> None:
        """Ask, compare, tell; until nobody watches."""
        before: Mapping[int, object] = {}
        is_away = False
        while True:
            with self._lock:
                if not self._listeners or self._stop.is_set():
                    self._thread = None
                    return
            try:
                seen = self._read()
                is_away = False
            except Exception as error:  # noqa: BLE001 (the thread's death would leave every screen without news)
                if not is_away:
                    _log.warning("no screen is told of calls for now", error=type(error).__name__)
                seen, is_away = before, True
            with self._lock:
                for listener in self._listeners:
                    if seen.get(listener.agent_id) != before.get(listener.agent_id):
                        listener.wake()
            before = seen
            self._stop.wait(self._poll_s)
