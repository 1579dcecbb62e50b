"""Sealed fields: bound to their place, found by a keyed index, and untouched by a rotation of the key."""

from pathlib import Path

import pytest

from calls.errors import IntegrityError
from storage.vault.field_vault import FINGERPRINT_BYTES, INDEX_BYTES, FieldVault
from storage.vault.key_ring import KeyRing

CODE = "010594Y9032"
FIELD = "identity_code"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    KeyRing.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_sealed_text_opens_after_a_reload(keys: Path) -> None:
    sealed, version = FieldVault(KeyRing.load(keys)).seal(CODE, field=FIELD, owner="P-1")
    assert FieldVault(KeyRing.load(keys)).open(sealed, version, field=FIELD, owner="P-1") == CODE
    assert CODE.encode() not in sealed


def test_the_same_text_is_never_sealed_alike(keys: Path) -> None:
    vault = FieldVault(KeyRing.load(keys))
    assert vault.seal(CODE, field=FIELD, owner="P-1") != vault.seal(CODE, field=FIELD, owner="P-1")


def test_a_sealed_text_is_worthless_elsewhere(keys: Path) -> None:
    vault = FieldVault(KeyRing.load(keys))
    sealed, version = vault.seal(CODE, field=FIELD, owner="P-1")
    for field, owner in ((FIELD, "P-2"), ("travel_document", "P-1"), ("identity_codeP", "-1")):
        with pytest.raises(IntegrityError) as refusal:
            vault.open(sealed, version, field=field, owner=owner)
        assert CODE not in str(refusal.value)


def test_anything_changed_does_not_open(keys: Path) -> None:
    vault = FieldVault(KeyRing.load(keys))
    sealed, version = vault.seal(CODE, field=FIELD, owner="P-1")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(IntegrityError):
            vault.open(bytes(changed), version, field=FIELD, owner="P-1")
    for cut in (b"", sealed[:12], sealed[:-1]):
        with pytest.raises(IntegrityError):
            vault.open(cut, version, field=FIELD, owner="P-1")
    with pytest.raises(IntegrityError, match="kek-9"):
        vault.open(sealed, 9, field=FIELD, owner="P-1")


def test_rotation_keeps_what_was_sealed_and_found(keys: Path) -> None:
    before = FieldVault(KeyRing.load(keys))
    sealed, version = before.seal(CODE, field=FIELD, owner="P-1")
    after = FieldVault(KeyRing.rotate(keys))
    assert after.seal(CODE, field=FIELD, owner="P-1")[1] == version + 1
    assert after.open(sealed, version, field=FIELD, owner="P-1") == CODE
    assert after.index(CODE, field=FIELD) == before.index(CODE, field=FIELD)
    assert after.fingerprint(b"row") == before.fingerprint(b"row")


def test_an_index_is_of_its_field_text_and_key(keys: Path, tmp_path: Path) -> None:
    vault = FieldVault(KeyRing.load(keys))
    index = vault.index(CODE, field=FIELD)
    assert len(index) == INDEX_BYTES
    assert len(vault.fingerprint(b"")) == FINGERPRINT_BYTES
    assert index == vault.index(CODE, field=FIELD)
    others = {
        vault.index(CODE, field="travel_document"),
        vault.index("010594-9032", field=FIELD),  # another person: the sign is part of the key
        FieldVault(KeyRing.create(tmp_path / "other")).index(CODE, field=FIELD),
    }
    assert index not in others
    assert len(others) == 3
