"""Makes a home: settings, keys, prompts, folders, and an empty database. Repeatable: what is there stays as it is."""

import os
import secrets
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from calls.errors import TallenneError
from rights.audit.append_only import withdraw_rights
from rights.audit.signing_key import make_signing_key
from storage.archive.key_parting import part_keys
from storage.database.migration import upgrade
from storage.spool.durable import write_whole
from storage.vault.key_ring import KeyRing
from tallenne.house import House
from tallenne.settings import SETTINGS_FILE

PROMPTS = ("disclosure-fi.wav", "disclosure-sv.wav", "disclosure-en.wav", "hold-music.wav")
_ACCESS_KEY_BYTES = 10
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Installed:
    """What was made now; what had been there is not named."""

    made: tuple[str, ...]


def install(home: Path) -> Installed:
    """Make what a home lacks.

    1. The folder, for its owner alone; 2. the settings; 3. the prompts; 4. keys and secrets, each 0600; 5. the spool;
    6. the database's schema, and a share of its key for each recording of before. Raise BadConfigurationError where
    settings that are there cannot be read.
    """
    made: list[str] = []
    home.mkdir(mode=0o750, parents=True, exist_ok=True)
    settings_file = home / SETTINGS_FILE
    if not settings_file.exists():
        template = files("tallenne") / "templates" / SETTINGS_FILE
        write_whole(settings_file, template.read_bytes())
        made.append(SETTINGS_FILE)
    made += _prompts(home)
    house = House(home)
    made += _secrets(house)
    house.spool.prepare()
    upgrade(house.database)
    made += [f"role {role}: may only read the audit and add to it" for role in withdraw_rights(house.database)]
    part_keys(house.database, keys=house.keys)
    house.database.dispose()
    return Installed(made=tuple(made))


def _prompts(home: Path) -> list[str]:
    folder = home / "prompts"
    folder.mkdir(mode=0o750, exist_ok=True)
    made = []
    for name in PROMPTS:
        if not (folder / name).exists():
            with (files("sample_audio") / name).open("rb") as source, (folder / name).open("wb") as target:
                shutil.copyfileobj(source, target)
            made.append(f"prompts/{name}")
    return made


def _secrets(house: House) -> list[str]:
    settings = house.settings
    keys = settings.path(settings.keys.folder)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    if not any(keys.glob("kek-*")):
        KeyRing.create(keys)
        made.append("a key-encryption key")
    if os.access(keys, os.W_OK) and make_signing_key(keys):
        made.append("the key that signs the audit")
    fresh = {
        settings.objects.access_key_file: secrets.token_hex(_ACCESS_KEY_BYTES),
        settings.objects.secret_key_file: secrets.token_urlsafe(_SECRET_BYTES),
        settings.web.secret_key_file: secrets.token_urlsafe(_SECRET_BYTES),
    }
    for file, secret in fresh.items():
        path = settings.path(file)
        if path.exists():
            continue
        try:
            write_whole(path, secret.encode(), mode=0o600)
        except OSError as error:
            raise TallenneError(what=f"a secret cannot be written: {error.strerror}", where=str(path)) from error
        made.append(file.name)
    return made
