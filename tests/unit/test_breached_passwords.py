"""The operator's file of breached passwords: every line of it is found, nothing else is, and no other file is taken."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from calls.errors import BadConfigurationError, UnavailableError
from rights.identity.breached_passwords import BreachedPasswords
from rights.identity.passwords import PasswordFault, fault_of

WORD = "kolme vihreää ankkaa"


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def kept(folder: Path, *passwords: str, end: str = "\r\n", counted: bool = True) -> BreachedPasswords:
    lines = [f"{one}:{1 + int(one[:6], 16)}" if counted else one for one in sorted(map(sha1, passwords))]
    path = folder / "breached.txt"
    path.write_bytes("".join(line + end for line in lines).encode())
    return BreachedPasswords(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    there=some.sets(some.text(min_size=1, max_size=8, alphabet="abcä"), min_size=1, max_size=60),
    asked=some.sets(some.text(min_size=1, max_size=8, alphabet="abcä"), max_size=60),
    end=some.sampled_from(["\r\n", "\n"]),
    form=some.sampled_from(["counted", "bare"]),
)
def test_those_of_the_file_are_found_and_no_others(
    tmp_path: Path, there: set[str], asked: set[str], end: str, form: str
) -> None:
    breached = kept(tmp_path, *there, end=end, counted=form == "counted")
    breached.require_usable()
    assert {one for one in there | asked if one in breached} == there


def test_last_line_may_lack_its_end(tmp_path: Path) -> None:
    breached = kept(tmp_path, *map(str, range(50)))
    breached.path.write_bytes(breached.path.read_bytes().rstrip())
    breached.require_usable()
    assert all(str(number) in breached for number in range(50))


def test_a_password_of_the_file_is_refused_however_it_was_typed(tmp_path: Path) -> None:
    breached = kept(tmp_path, WORD)
    assert fault_of(WORD, login="sanna", name="Sanna Laine") is None
    assert fault_of(WORD, login="sanna", name="Sanna Laine", breached=breached) is PasswordFault.BREACHED
    decomposed = WORD.replace("ä", "a\u0308")
    assert fault_of(decomposed, login="sanna", name="Sanna Laine", breached=breached) is PasswordFault.BREACHED
    assert fault_of(f"{WORD} \ud800", login="sanna", name="Sanna Laine", breached=breached) is None


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"password\n123456\n", "no SHA-1"),
        (b"\x00" * 5000, "no SHA-1"),
        (f"{'A' * 32}:5\r\n".encode(), "no SHA-1"),  # NTLM
        (f"{'B' * 40}:50\r\n{'A' * 40}:9\r\n".encode(), "not ordered by hash"),  # by count
    ],
)
def test_another_file_is_not_taken(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "other.txt"
    path.write_bytes(content)
    with pytest.raises(BadConfigurationError, match=what):
        BreachedPasswords(path).require_usable()


def test_a_file_that_is_gone_refuses_the_start_and_later_the_choice(tmp_path: Path) -> None:
    breached = BreachedPasswords(tmp_path / "gone.txt")
    with pytest.raises(BadConfigurationError, match="No such file"):
        breached.require_usable()
    with pytest.raises(UnavailableError):
        fault_of(WORD, login="sanna", name="Sanna Laine", breached=breached)
