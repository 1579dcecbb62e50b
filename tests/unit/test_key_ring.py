"""The key ring: private files, versions, and wrapping that notices every change."""

from pathlib import Path

import pytest

from calls.errors import BadConfigurationError, IntegrityError
from storage.vault.key_ring import DataKey, KeyRing

CALL = "0199a1b2-0000-7000-8000-000000000001"
OTHER = "0199a1b2-0000-7000-8000-000000000002"


def test_a_key_unwraps_to_itself_after_a_reload(tmp_path: Path) -> None:
    key, wrapped, version = KeyRing.create(tmp_path / "keys").new_key(CALL)
    assert KeyRing.load(tmp_path / "keys").unwrap(wrapped, version, CALL) == key
    assert key.secret not in wrapped
    assert key.secret.hex() not in repr(key)


def test_every_key_is_another(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path)
    assert ring.new_key(CALL)[0] != ring.new_key(CALL)[0]


def test_anything_changed_does_not_unwrap(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path)
    _, wrapped, version = ring.new_key(CALL)
    KeyRing.rotate(tmp_path)
    rotated = KeyRing.load(tmp_path)
    for position in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(IntegrityError, match=CALL):
            ring.unwrap(bytes(changed), version, CALL)
    for arguments in ((wrapped, version, OTHER), (wrapped, 2, CALL), (wrapped[:-1], version, CALL), (b"", 1, CALL)):
        with pytest.raises(IntegrityError):
            rotated.unwrap(*arguments)
    with pytest.raises(IntegrityError, match="kek-9"):
        ring.unwrap(wrapped, 9, CALL)


def test_rotation_adds_a_version_and_keeps_the_old(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path)
    key, wrapped, version = ring.new_key(CALL)
    before = (tmp_path / "kek-1").read_bytes()
    rotated = KeyRing.rotate(tmp_path)
    assert (rotated.version, sorted(rotated.versions)) == (2, [1, 2])
    assert rotated.unwrap(wrapped, version, CALL) == key
    assert rotated.new_key(CALL)[2] == 2
    assert (tmp_path / "kek-1").read_bytes() == before


def test_create_never_overwrites(tmp_path: Path) -> None:
    KeyRing.create(tmp_path)
    with pytest.raises(BadConfigurationError, match="already"):
        KeyRing.create(tmp_path)


def test_files_are_private_and_wider_ones_are_refused(tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "keys")
    path = tmp_path / "keys" / "kek-1"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    for mode in (0o640, 0o604, 0o620, 0o610):
        path.chmod(mode)
        with pytest.raises(BadConfigurationError, match=f"{mode:04o}"):
            KeyRing.load(tmp_path / "keys")
    path.chmod(0o400)
    KeyRing.load(tmp_path / "keys")


def test_a_damaged_or_missing_key_is_named_and_never_shown(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="no key-encryption key"):
        KeyRing.load(tmp_path)
    KeyRing.create(tmp_path)
    path = tmp_path / "kek-1"
    text = path.read_text()
    for damaged in (text[:-3], "zz" + text[2:], "", "\N{SNOWMAN}"):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(BadConfigurationError, match="kek-1") as caught:
            KeyRing.load(tmp_path)
        assert text[4:60] not in str(caught.value)


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    KeyRing.create(tmp_path)
    for name in ("kek-0", "kek-1.bak", "web-secret"):
        (tmp_path / name).write_text("x")
    assert KeyRing.load(tmp_path).versions == {1}


def test_a_mac_holds_for_its_facts_and_its_key(tmp_path: Path) -> None:
    ring = KeyRing.create(tmp_path / "a")
    mac, version = ring.mac(b"facts")
    assert ring.verify(b"facts", mac, version)
    assert not ring.verify(b"Facts", mac, version)
    assert not KeyRing.create(tmp_path / "b").verify(b"facts", mac, version)
    assert isinstance(ring.new_key(CALL)[0], DataKey)
