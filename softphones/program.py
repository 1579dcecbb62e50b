"""A foreign program as a child process: its output in a file, its input kept open, its end seen to."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from softphones.errors import PhoneError

_LAST_LINES = 12
_POLL_S = 0.02
_KILL_TIMEOUT_S = 10.0


class Program:
    """One running program.

    Standard input is a pipe that stays open: baresip ends when it is closed. What it writes goes to ``log``, or what
    goes to standard output to ``output``.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        log: Path,
        output: Path | None = None,
    ) -> None:
        name = arguments[0]
        path = shutil.which(name)
        if path is None:
            raise PhoneError(
                what=f"{name} is not installed", remedy="apt-get install sip-tester baresip tshark kamailio"
            )
        self.name = Path(name).name
        self.log = log
        with log.open("wb") as said, (output or Path(os.devnull)).open("wb") as written:
            self._process = subprocess.Popen(  # noqa: S603 (the arguments are ours, no shell)
                [path, *arguments[1:]],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=written if output else said,
                stderr=said,
                start_new_session=True,  # a Ctrl-C in the terminal is for whoever started us, not for the phones
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def wait(self, *, timeout_s: float) -> int:
        """Wait for the end; raise PhoneError with the last lines of the log where it does not come in time."""
        if not self.ended_within(timeout_s):
            raise PhoneError(what=f"still running after {timeout_s:.0f} s; {self.last_lines()}", where=self.name)
        return self._process.wait()

    def ended_within(self, timeout_s: float) -> bool:
        """Give it time to end by itself; tell whether it did."""
        try:
            self._process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            return False
        if self._process.stdin is not None:
            self._process.stdin.close()
        return True

    def stop(self, *, grace_s: float = 3.0) -> int:
        """Ask it to end (SIGTERM), and end it and its children (SIGKILL) after ``grace_s``; give the exit code.

        May be repeated.
        """
        if self._process.poll() is None:
            self._process.terminate()
            if not self.ended_within(grace_s):
                os.killpg(self.pid, signal.SIGKILL)  # it leads a session, and so a group, of its own
        return self.wait(timeout_s=_KILL_TIMEOUT_S)

    def interrupt(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def wait_for(self, condition: Callable[[], bool], *, what: str, timeout_s: float) -> None:
        """Wait until a condition holds; raise PhoneError where the program ends or the time is over before."""
        deadline = time.monotonic() + timeout_s
        while True:
            ended = self.exit_code is not None
            if condition():
                return
            if ended:
                raise PhoneError(
                    what=f"ended with {self.exit_code} before {what}; {self.last_lines()}", where=self.name
                )
            if time.monotonic() > deadline:
                raise PhoneError(what=f"no {what} within {timeout_s:.0f} s; {self.last_lines()}", where=self.name)
            time.sleep(_POLL_S)

    def wait_for_line(self, text: str, *, timeout_s: float) -> None:
        """Wait until the log contains ``text``, as :meth:`wait_for` does."""
        self.wait_for(lambda: text in self.output(), what=repr(text), timeout_s=timeout_s)

    def output(self) -> str:
        """Give all that it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def last_lines(self) -> str:
        """Give the end of its log, for error messages."""
        lines = [line for line in self.output().splitlines() if line.strip()]
        return " | ".join(lines[-_LAST_LINES:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
