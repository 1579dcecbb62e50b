"""What can go wrong with a phone."""

from calls.errors import ExitCode, TallenneError


class PhoneError(TallenneError):
    """A phone did not start, register, call or stop as it was asked to."""

    exit_code = ExitCode.UNAVAILABLE
