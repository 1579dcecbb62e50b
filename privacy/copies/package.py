"""The package that a subject is given: a ZIP of a PDF, JSON, the calls' audio, a manifest with hashes and a verifier.

It is put together in this process's memory: nothing of it is on a disk before it is encrypted.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path

from ledger_link.values.day import HELSINKI
from privacy.cases.gathered import Gathered, GatheredCall
from privacy.copies import verify_package
from privacy.copies.copy_words import said
from privacy.copies.mask import Mask
from privacy.copies.report import report_of
from privacy.copies.statements import Statement
from privacy.documents.ombudsman import OMBUDSMAN, OmbudsmanSettings

VERIFIER = "verify.py"
SPEECH_SUFFIX = ".mp3"


@dataclass(frozen=True, slots=True, repr=False)
class Speech:
    """The audio of one call as it is in the copy, and what is masked in it."""

    mp3: bytes
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Package:
    """The ZIP, and the SHA-256 of its manifest, which stands in the covering letter."""

    zipped: bytes
    manifest_sha256: str


def pack(
    gathered: Gathered,
    speech: Mapping[str, Speech],
    statements: Sequence[Statement] = (),
    *,
    blackouts: int = 0,
    ombudsman: OmbudsmanSettings = OMBUDSMAN,
) -> Package:
    """Put a package together; ``speech`` has the audio of the calls that have some, by call id.

    ``blackouts`` is in how many places words of the texts are blacked out.
    """
    language = gathered.language
    names = dict(file_names(gathered.calls, language))
    masks = {call_id: one.masks for call_id, one in speech.items()}
    heard = {call_id: name for call_id, name in names.items() if call_id in speech}
    files: dict[str, bytes] = {
        said("guide-file", language): _guide(gathered).encode("utf-8-sig"),  # an old Windows editor needs the mark
        said("report-file", language): report_of(
            gathered, masks=masks, names=heard, blackouts=blackouts, ombudsman=ombudsman
        ),
        said("data-file", language): _json({"copy": plain(gathered), "masks": plain(masks), "audio_files": heard}),
        **{statement.file_name: statement.pdf() for statement in statements},
        VERIFIER: Path(verify_package.__file__).read_bytes(),
        **{name: speech[call_id].mp3 for call_id, name in heard.items()},
    }
    manifest = _json(_manifest(gathered, files, masks, heard, blackouts=blackouts))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in ({verify_package.MANIFEST: manifest} | files).items():
            entry = zipfile.ZipInfo(name, date_time=gathered.gathered_at.astimezone(HELSINKI).timetuple()[:6])
            is_speech = name.endswith(SPEECH_SUFFIX)  # which does not get smaller
            package.writestr(entry, content, zipfile.ZIP_STORED if is_speech else zipfile.ZIP_DEFLATED)
    return Package(zipped=written.getvalue(), manifest_sha256=hashlib.sha256(manifest).hexdigest())


def file_names(calls: Sequence[GatheredCall], language: str) -> Iterator[tuple[str, str]]:
    """Name each call's file by its number in the copy and when it was: no names, no telephone numbers."""
    width = len(str(len(calls)))
    for number, call in enumerate(calls, start=1):
        began = call.started_at.astimezone(HELSINKI)
        folder = said("calls-folder", language)
        yield call.call_id, f"{folder}/{number:0{max(2, width)}}-{began:%Y-%m-%d-%H%M}{SPEECH_SUFFIX}"


def plain(value: object) -> object:
    """Give values that JSON knows: moments in UTC and days by ISO 8601, money in whole cents."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _manifest(
    gathered: Gathered,
    files: Mapping[str, bytes],
    masks: Mapping[str, Sequence[Mask]],
    heard: Mapping[str, str],
    *,
    blackouts: int,
) -> dict[str, object]:
    originals = {call.call_id: call.audio.sha256 for call in gathered.calls if call.audio}
    return {
        "format": verify_package.FORMAT,
        "case": gathered.case_no,
        "language": gathered.language,
        "gathered_at": gathered.gathered_at.isoformat(),
        "blacked_out_places": blackouts,
        "files": [
            {"path": name, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
        "calls": [
            {"call": call_id, "file": name, "original_sha256": originals.get(call_id), "masks": plain(masks[call_id])}
            for call_id, name in heard.items()
        ],
    }


def _guide(gathered: Gathered) -> str:
    language = gathered.language
    return said(
        "guide",
        language,
        case_no=gathered.case_no,
        report=said("report-file", language),
        data=said("data-file", language),
        calls=said("calls-folder", language),
    ).replace("\n", "\r\n")
