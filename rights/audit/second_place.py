"""The second place of the audit's checkpoints: a file that is only appended to, or syslog."""

import base64
import os
import re
import socket
from collections.abc import Sequence
from pathlib import Path

from calls.errors import UnavailableError
from rights.audit.checkpoint import notes_in
from storage.spool.durable import fsync_folder

_NUMBER = re.compile(r"^checkpoint ([0-9]+)$", re.MULTILINE)
_IN_SYSLOG = re.compile(r"tallenne-audit: checkpoint [0-9]+ ([A-Za-z0-9+/]+={0,2})")
_PRIORITY = 10 * 8 + 5  # RFC 3164: facility authpriv, severity notice


class FilePlace:
    """A file of notes, one after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, notes: Sequence[tuple[int, str]]) -> None:
        """Append the notes that the file lacks, and see them on the disk."""
        try:
            known = set(notes_in(self._read()))
            missing = "".join(note for _, note in notes if note not in known)
            if missing:
                self._append(missing)
        except OSError as error:
            raise UnavailableError(
                what=f"the audit's checkpoints cannot be kept: {error.strerror}",
                where=str(self._path),
                remedy="see that the folder is there and may be written to: [audit] file",
            ) from error

    def _read(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def _append(self, text: str) -> None:
        self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(self._path.parent)


class SyslogPlace:
    """Syslog (RFC 3164): each note is one line, in base64. What was sent cannot be read back from here."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._sent: int | None = None

    def keep(self, notes: Sequence[tuple[int, str]]) -> None:
        """Send what is newer than what this process sent; when it has sent nothing yet, only the newest."""
        newer = [(number, note) for number, note in notes if self._sent is not None and number > self._sent]
        for number, note in newer if self._sent is not None else notes[-1:]:
            self._send(f"<{_PRIORITY}>tallenne-audit: {syslog_line(number, note)}")
            self._sent = number

    def _send(self, line: str) -> None:
        host, _, port = self._address.rpartition(":")
        is_remote = bool(host) and port.isdigit() and not self._address.startswith("/")
        family = socket.AF_INET if is_remote else socket.AF_UNIX
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as sending:
                sending.connect((host, int(port)) if is_remote else self._address)
                sending.send(line.encode())
        except OSError as error:
            raise UnavailableError(
                what=f"syslog does not take the audit's checkpoint: {error.strerror or error}",
                where=self._address,
                remedy="see [audit] syslog",
            ) from error


def syslog_line(number: int, note: str) -> str:
    """Write a note as one line."""
    return f"checkpoint {number} {base64.b64encode(note.encode()).decode()}"


def notes_of_file(path: Path) -> list[tuple[str, str]]:
    """Read the notes of a file of either kind, each with where it stands."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnavailableError(what=f"the file cannot be read: {error.strerror}", where=str(path)) from error
    lined = [base64.b64decode(found).decode(errors="replace") for found in _IN_SYSLOG.findall(text)]
    return [(_where(path, note), note) for note in (*notes_in(text), *lined)]


def _where(path: Path, note: str) -> str:
    found = _NUMBER.search(note)
    return f"{path.name} {found[1] if found else '?'}"
