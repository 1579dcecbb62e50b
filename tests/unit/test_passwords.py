"""What passwords are accepted, and that comparing one costs the same whoever it is for."""

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn.matching import RANKED_DICTIONARIES

from calls.errors import IntegrityError
from rights.identity.common_passwords import COMMON_PASSWORDS, is_common
from rights.identity.passwords import (
    MAX_PASSWORD_CHARS,
    MIN_PASSWORD_CHARS,
    PasswordFault,
    WeakPasswordError,
    fault_of,
    hash_password,
    is_outdated,
    require_strong,
    verify_password,
)

LOGIN, NAME = "sanna.laine", "Sanna Laine"


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elevenchars", PasswordFault.TOO_SHORT),
        ("a\u0308" * 6, PasswordFault.TOO_SHORT),  # six characters, however many code points they came in
        ("x y" * MAX_PASSWORD_CHARS, PasswordFault.TOO_LONG),
        ("Salasana1234", PasswordFault.COMMON),
        ("PASSWORDPASSWORD", PasswordFault.COMMON),
        ("ööööööööööööö", PasswordFault.COMMON),
        ("aaaaaaaaaaab", PasswordFault.COMMON),
        ("Liverpool2019", PasswordFault.COMMON),
        ("MonkeyDragon1", PasswordFault.COMMON),
        ("p4ssw0rdp4ssw0rd", PasswordFault.COMMON),
        ("sanna.laine1", PasswordFault.LIKE_NAME),
        ("Sanna Laine!!", PasswordFault.LIKE_NAME),
        ("sannasannasanna", PasswordFault.LIKE_NAME),
        ("laine-sanna-12", PasswordFault.LIKE_NAME),
    ],
)
def test_weak_passwords_are_refused(password: str, fault: PasswordFault) -> None:
    assert fault_of(password, login=LOGIN, name=NAME) is fault
    with pytest.raises(WeakPasswordError) as refusal:
        require_strong(password, login=LOGIN, name=NAME)
    assert refusal.value.fault is fault
    assert password not in str(refusal.value)


@pytest.mark.parametrize(
    "password", ["kolme vihreää", "sanna söi kolme banaania", "blue lamp seven", "yksi tupa ja perunamaa " * 4]
)
def test_length_is_enough(password: str) -> None:
    require_strong(password, login=LOGIN, name=NAME)


def test_every_listed_password_would_pass_by_length() -> None:
    assert [password for password in COMMON_PASSWORDS if len(password) < MIN_PASSWORD_CHARS] == []
    assert [password for password in COMMON_PASSWORDS if password != password.casefold()] == []


def test_the_first_thousands_of_twelve_characters_and_more_are_refused() -> None:
    """What people make of the most common ones, to have twelve characters: more than the 3,000 of ASVS 6.2.4."""
    ranked = RANKED_DICTIONARIES["passwords"]
    listed = {password for password in ranked if len(password) >= MIN_PASSWORD_CHARS}
    often = sorted(ranked, key=ranked.__getitem__)[:1500]
    made = {made for word in often for made in (word * 2, f"{word}123456", f"{word.title()}2024", f"{word}{often[0]}")}
    first = listed | {password for password in made if len(password) >= MIN_PASSWORD_CHARS}
    assert len(first) > 3000
    assert [password for password in first if not is_common(password)] == []


@pytest.mark.usefixtures("costly_passwords")
def test_hash_is_argon2id_of_the_low_memory_profile() -> None:
    hashed = hash_password("kolme vihreää ankkaa")
    assert hashed.startswith("$argon2id$")
    assert extract_parameters(hashed) == RFC_9106_LOW_MEMORY
    assert not is_outdated(hashed)
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)


def test_two_keyboards_write_one_password() -> None:
    hashed = hash_password(unicodedata.normalize("NFD", "kolme vihreää ankkaa"))
    assert verify_password(hashed, unicodedata.normalize("NFC", "kolme vihreää ankkaa"))
    assert not verify_password(hashed, "kolme vihreaa ankkaa")
    assert not verify_password(hashed, "kolme vihreää ankkaa" * MAX_PASSWORD_CHARS)


@pytest.mark.usefixtures("costly_passwords")
def test_nobody_is_compared_with_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    genuine = PasswordHasher.verify

    def watching(self: PasswordHasher, password_hash: str, password: str) -> bool:
        compared.append(password_hash)
        return genuine(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", watching)
    assert verify_password(None, "kolme vihreää ankkaa") is False
    assert verify_password(None, "") is False
    assert [extract_parameters(password_hash) for password_hash in compared] == [RFC_9106_LOW_MEMORY] * 2


def test_damaged_hash_is_an_error() -> None:
    with pytest.raises(IntegrityError):
        verify_password("plainly no hash", "kolme vihreää ankkaa")
