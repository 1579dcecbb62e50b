"""A package to a passphrase costs whoever guesses it real work, and opens to nothing else."""

import re

import pytest

from calls.errors import IntegrityError
from privacy.copies.age_file import decrypted, encrypted, new_passphrase

_LEAST_LOG_N = 14  # pyrage measures this machine for a second of scrypt's work; 2**14 is far below any that we run on


@pytest.mark.usefixtures("costly_passphrases")
def test_a_passphrase_is_stretched_by_real_work() -> None:
    passphrase = new_passphrase()
    sealed = encrypted(b"audio", recipient=None, passphrase=passphrase)
    stanza = re.match(rb"age-encryption\.org/v1\n-> scrypt [A-Za-z0-9+/]{22} ([0-9]+)\n", sealed)
    assert stanza is not None
    assert int(stanza[1]) >= _LEAST_LOG_N
    assert decrypted(sealed, passphrase=passphrase) == b"audio"


def test_another_passphrase_and_a_changed_byte_open_nothing() -> None:
    passphrase = new_passphrase()
    sealed = encrypted(b"audio", recipient=None, passphrase=passphrase)
    assert decrypted(sealed, passphrase=passphrase) == b"audio"
    for wrong, with_passphrase in ((sealed, new_passphrase()), (sealed[:-1] + bytes([sealed[-1] ^ 1]), passphrase)):
        with pytest.raises(IntegrityError):
            decrypted(wrong, passphrase=with_passphrase)
