"""Verifies a copy of data: python3 verify.py [ZIP file or folder]. Needs Python 3.8 or newer, and nothing else.

Every file must be there, with the size and SHA-256 that manifest.json says, and no other file. Without an argument the
folder is looked at that this program is in. The exit status is 0 where all is well, 1 where something was changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import IO

MANIFEST = "manifest.json"
FORMAT = "tallenne-copy-1"
PIECE_BYTES = 1 << 20
WORDS = {
    "fi": {
        "missing": "puuttuu",
        "changed": "on muuttunut",
        "extra": "ei kuulu tähän jäljennökseen",
        "twice": "on mukana kahdesti",
        "bad": "manifest.json ei ole luettavissa",
        "good": "Kunnossa: {count} tiedostoa, kaikki muuttumattomia.",
        "wrong": "VIRHE: {count} poikkeamaa.",
        "manifest": "Vertaa tätä saatekirjeen tunnisteeseen: manifest.json, SHA-256",
    },
    "sv": {
        "missing": "saknas",
        "changed": "har ändrats",
        "extra": "hör inte till den här kopian",
        "twice": "finns med två gånger",
        "bad": "manifest.json kan inte läsas",
        "good": "I sin ordning: {count} filer, alla oförändrade.",
        "wrong": "FEL: {count} avvikelser.",
        "manifest": "Jämför detta med följebrevets kod: manifest.json, SHA-256",
    },
    "en": {
        "missing": "is missing",
        "changed": "was changed",
        "extra": "does not belong to this copy",
        "twice": "is there twice",
        "bad": "manifest.json cannot be read",
        "good": "All is well: {count} files, none of them changed.",
        "wrong": "ERROR: {count} deviations.",
        "manifest": "Compare this with the covering letter: manifest.json, SHA-256",
    },
}


class Folder:
    """An unpacked copy."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Name every file, but what Python itself leaves behind."""
        files = [path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file()]
        return [path.as_posix() for path in files if "__pycache__" not in path.parts]

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        return self.path.joinpath(*name.split("/")).open("rb")


class Package:
    """A copy as the ZIP file that it came in; a program may also have it in memory."""

    def __init__(self, file: Path | IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(file)

    def names(self) -> list[str]:
        """Name every file."""
        return [entry.filename for entry in self.zip.infolist() if not entry.is_dir()]

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        return self.zip.open(name)


_UNREADABLE = (OSError, KeyError, EOFError, ValueError, TypeError, zipfile.BadZipFile, zlib.error)


def verify(source: Folder | Package) -> tuple[str, str | None, int, list[tuple[str, str]]]:
    """Give the language of a copy, the SHA-256 of its manifest, the number of its files, and (file, fault) pairs."""
    try:
        with source.open(MANIFEST) as file:
            text = file.read()
        manifest = json.loads(text.decode("utf-8"))
        wanted = {entry["path"]: (entry["size_bytes"], entry["sha256"]) for entry in manifest["files"]}
        language = manifest["language"]
        known = manifest["format"] == FORMAT and language in WORDS
    except _UNREADABLE:
        known = False
    if not known:
        return "fi", None, 0, [(MANIFEST, "bad")]
    names = source.names()
    faults = [(name, "extra") for name in sorted(set(names) - set(wanted) - {MANIFEST})]
    faults += [(name, "twice") for name in sorted(set(names)) if names.count(name) > 1]
    for name in sorted(wanted):
        if name not in names:
            faults.append((name, "missing"))
        elif digest_of(source, name) != wanted[name]:
            faults.append((name, "changed"))
    return language, hashlib.sha256(text).hexdigest(), len(wanted), faults


def digest_of(source: Folder | Package, name: str) -> tuple[int, str] | None:
    """Give the size and the SHA-256 of a file; None where it cannot be read whole."""
    digest, size = hashlib.sha256(), 0
    try:
        with source.open(name) as file:
            for piece in iter(lambda: file.read(PIECE_BYTES), b""):
                digest.update(piece)
                size += len(piece)
    except _UNREADABLE:
        return None
    return size, digest.hexdigest()


def main(words: list[str]) -> int:
    """Verify what the command line names; give the exit status."""
    path = Path(words[0]) if words else Path(__file__).resolve().parent
    try:
        source = Folder(path) if path.is_dir() else Package(path)
    except (OSError, zipfile.BadZipFile) as error:
        sys.stdout.write(f"{error}\n")
        return 1
    language, manifest, count, faults = verify(source)
    told = WORDS[language]
    lines = [f"{name}: {told[fault]}" for name, fault in faults]
    lines.append(told["wrong" if faults else "good"].format(count=len(faults) or count))
    if manifest:
        lines += [told["manifest"], manifest]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # an old Windows window knows few letters
    sys.exit(main(sys.argv[1:]))
