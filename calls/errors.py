"""The errors of the whole system; each edge (exit code, HTTP status, SIP response) maps them once."""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line, after ``sysexits.h`` where it has one."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BAD_DATA = 65
    NOT_FOUND = 66
    UNAVAILABLE = 69
    BROKEN = 70
    NO_PERMISSION = 77
    BAD_CONFIGURATION = 78


@dataclass(eq=False)
class TallenneError(Exception):
    """Something a person has to know: what was wrong, where, and what to do about it."""

    what: str
    where: str = ""
    remedy: str = ""

    exit_code = ExitCode.FAILED

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        todo = f" ({self.remedy})" if self.remedy else ""
        return f"{place}{self.what}{todo}"


class BadConfigurationError(TallenneError):
    """A setting is unknown, missing, malformed or contradicts another: nothing starts."""

    exit_code = ExitCode.BAD_CONFIGURATION


class BadDataError(TallenneError):
    """Input was refused whole; nothing of it was kept."""

    exit_code = ExitCode.BAD_DATA


class NotFoundError(TallenneError):
    """No such thing, or none that this account may know of: the two are answered alike."""

    exit_code = ExitCode.NOT_FOUND


class RefusedError(TallenneError):
    """Known, but not permitted; refusals are audited where they happen."""

    exit_code = ExitCode.NO_PERMISSION


class UnavailableError(TallenneError):
    """A part outside this process does not answer now; trying again later may help."""

    exit_code = ExitCode.UNAVAILABLE


class IntegrityError(TallenneError):
    """Stored bytes or rows are not what they were when they were kept."""

    exit_code = ExitCode.BROKEN


class SpoolFullError(TallenneError):
    """The disk under the spool has less free space than is kept in reserve."""

    exit_code = ExitCode.UNAVAILABLE
