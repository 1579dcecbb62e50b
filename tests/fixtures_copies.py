"""Copies for tests: a privacy desk with calls that can really be heard, and the house that makes their copies."""

import hashlib
import io
import os
import pty
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fixtures_cases import PrivacyDesk
from sqlalchemy import select

from privacy.cases.case import row_of
from privacy.cases.case_calls import calls_of_case
from privacy.cases.gathering import gather
from privacy.copies.copies import Copy, copies_of, release
from privacy.copies.copy_door import CopyDoor
from privacy.copies.copy_plan import PURPOSE
from privacy.copies.copy_texts import texts_of
from privacy.copies.making import CopyMaker
from privacy.copies.mask import Mask
from privacy.copies.masked_listening import MaskedWav
from privacy.copies.masks import mark, masks_of
from privacy.copies.ordering import order_copy
from privacy.copies.reviews import reviews_of, say_calls_reviewed, say_texts_reviewed
from privacy.copies.stored_copy import download
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask
from rights.access.approvals import decide as approve
from rights.access.deeds import Deed
from rights.listening.listening import audited_reader
from rights.listening.stating import begin_listening
from rights.tables import AuditRow
from storage.audio.channels import Frames
from storage.audio.peaks import make_peaks
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.objects.file_store import FileStore
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from storage.vault.sealing import Kind, Label, seal

RATE = 8000
CUSTOMER_HZ, AGENT_HZ = 440, 700
WAV_HEADER_BYTES = 44


def voices(seconds: float) -> Frames:
    """Both lanes: a tone each, so that it can be told who is heard where."""
    at = np.arange(int(seconds * RATE)) / RATE
    lanes = [np.sin(2 * np.pi * hertz * at) * 9000 for hertz in (CUSTOMER_HZ, AGENT_HZ)]
    return np.stack(lanes, axis=1).astype(np.int16)


def flac_of(frames: Frames) -> bytes:
    written = io.BytesIO()
    soundfile.write(written, frames, RATE, format="FLAC", subtype="PCM_16")
    return written.getvalue()


def keep_voices(
    database: Database, call_id: str, frames: Frames, *, objects: ObjectStore, keys: KeyRing, folder: Path
) -> None:
    """Seal and store a call's audio as the archive does."""
    flac, peaks = flac_of(frames), make_peaks([frames], sample_rate_hz=RATE)
    key, wrapped, version = keys.new_key(call_id)
    with database.begin() as session:
        row = session.get_one(RecordingRow, call_id)
        row.wrapped_key, row.key_version, row.samples = wrapped, version, len(frames)
        row.size_bytes, row.sha256 = len(flac), hashlib.sha256(flac).hexdigest()
        for kind, plain, object_key in ((Kind.AUDIO, flac, row.object_key), (Kind.PEAKS, peaks, row.peaks_key)):
            sealed = b"".join(seal([plain], key=key, label=Label(call_id, kind)))
            digest = hashlib.sha256(sealed).hexdigest()
            if kind is Kind.AUDIO:
                row.object_size_bytes, row.object_sha256 = len(sealed), digest
            else:
                row.peaks_size_bytes, row.peaks_sha256 = len(sealed), digest
            file = folder / f"{call_id}-{kind}"
            file.write_bytes(sealed)
            objects.put(object_key, file, sha256=digest)


def heard(mp3: bytes) -> np.ndarray:
    """Decode with ffmpeg, as any player would."""
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ar", str(RATE), "-ac", "2", "pipe:1"],
        input=mp3,
        check=True,
        capture_output=True,
    ).stdout
    return np.frombuffer(decoded, dtype="<i2").reshape(-1, 2).astype(np.float64)


def loudness(frames: np.ndarray, lane: int, hertz: int, from_ms: int, to_ms: int) -> float:
    """Tell how loud a tone is in the middle of a range: an MP3 begins 0.14 s late, and smears what changes."""
    piece = frames[(from_ms + 200) * RATE // 1000 : (to_ms - 200) * RATE // 1000, lane]
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(piece)) / RATE)
    return float(2 * abs((piece * wave).mean()))


class AgeTool:
    """The public age tool, which asks for a passphrase at a terminal alone."""

    def opened(self, sealed: Path, passphrase: str) -> bytes:
        """Open a file and give what was in it."""
        plain = sealed.with_suffix(".plain")
        child, terminal = pty.fork()
        if child == 0:
            os.execvp("age", ["age", "-d", "-o", str(plain), str(sealed)])  # noqa: S606
        said = b""
        while b"passphrase" not in said:
            said += os.read(terminal, 1000)
        os.write(terminal, passphrase.encode() + b"\n")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        os.close(terminal)
        return plain.read_bytes()


@dataclass
class CopyDesk:
    """A privacy desk whose calls can be heard, and the maker of its copies."""

    desk: PrivacyDesk
    objects: FileStore
    keys: KeyRing
    folder: Path
    maker: CopyMaker = field(init=False)

    def __post_init__(self) -> None:
        office = self.desk.office
        self.maker = CopyMaker(
            database=office.database,
            objects=self.objects,
            keys=self.keys,
            clock=office.clock,
            folder=self.folder / "on-the-way",
        )

    def call(self, *, seconds: float = 3.0) -> str:
        """Add a call of Aino's to Sanna, with both voices."""
        office = self.desk.office
        call_id = office.add_call(agent_id=office.sanna_id)
        keep_voices(office.database, call_id, voices(seconds), objects=self.objects, keys=self.keys, folder=self.folder)
        return call_id

    def case(self, *, agent_id: int | None = None) -> str:
        """Open an access case and take it in work; give its number."""
        return self.desk.open(agent_id=agent_id).case_no

    def masked(self, case_no: str, call_id: str, mask: Mask) -> int:
        """Let the officer mask a range; give the mask's number."""
        office = self.desk.office
        with office.database.begin() as session:
            return mark(session, case_no, call_id, mask, by=self.desk.officer, clock=office.clock).id

    def actions(self) -> list[str]:
        """Give what the audit says was done, in order."""
        with self.desk.office.database.read() as session:
            return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))

    def hear(
        self, case_no: str, call_id: str, *, from_ms: int = 0, to_ms: int | None = None, by: Actor | None = None
    ) -> None:
        """Let somebody (the officer) hear a range of a call in a case, to its end unless told, in as many bytes."""
        office, actor = self.desk.office, by or self.desk.officer
        with office.database.read() as session:
            recording = session.get_one(RecordingRow, call_id)
            samples, rate = recording.samples, recording.sample_rate_hz
        begun = begin_listening(
            office.database,
            actor,
            call_id,
            purpose=PURPOSE,
            door=CopyDoor(case_no),
            clock=office.clock,
        )
        reader = audited_reader(
            office.database,
            actor,
            begun.id,
            objects=self.objects,
            keys=self.keys,
            door=CopyDoor(case_no),
            clock=office.clock,
        )
        with office.database.read() as session:
            masks = [one.mask for one in masks_of(session, case_no).get(call_id, ())]
        wav = MaskedWav(reader, masks, samples=samples, sample_rate_hz=rate)
        stop = wav.size_bytes if to_ms is None else WAV_HEADER_BYTES + 4 * (to_ms * rate // 1000)
        for _ in wav.iterate(WAV_HEADER_BYTES + 4 * (from_ms * rate // 1000), stop):
            pass

    def reviewed(self, case_no: str) -> None:
        """Let the officer hear every call that nobody has spoken of, and say that all was looked through."""
        office = self.desk.office
        with office.database.read() as session:
            said = reviews_of(session, case_no).calls
            case_id = row_of(session, case_no).id
            calls = [one.call_id for one in calls_of_case(session, case_id, included_only=True) if one.has_audio]
        for call_id in calls:
            if call_id not in said:
                self.hear(case_no, call_id)
        with office.database.begin() as session:
            gathered = gather(session, self.keys, case_no, clock=office.clock)
            texts = [text.key for text in texts_of(gathered)]
            calls = [call.call_id for call in gathered.calls if call.audio is not None]
            say_texts_reviewed(session, case_no, texts, by=self.desk.officer, clock=office.clock)
            say_calls_reviewed(session, case_no, calls, by=self.desk.officer, clock=office.clock)

    def order(self, case_no: str, *, recipient: str | None = None) -> Copy:
        """Look everything through, and order a copy."""
        self.reviewed(case_no)
        office = self.desk.office
        with office.database.begin() as session:
            return order_copy(
                session, case_no, recipient=recipient, keys=self.keys, by=self.desk.officer, clock=office.clock
            )

    def made(self, case_no: str, *, recipient: str | None = None) -> Copy:
        """Order a copy and let the house make it."""
        ordered = self.order(case_no, recipient=recipient)
        assert self.maker.make_next() == ordered.id
        return self.copy(ordered)

    def copy(self, copy: Copy) -> Copy:
        """Give a copy as it is now."""
        with self.desk.office.database.read() as session:
            return next(one for one in copies_of(session, copy.case_no) if one.id == copy.id)

    def asked(self, copy: Copy) -> Approval:
        """Let the officer ask a second person for the release of a copy."""
        office = self.desk.office
        with office.database.begin() as session:
            return ask(
                session,
                deed=Deed.DELIVER_COPY,
                subject=copy.case_no,
                detail={"copy": copy.id, "sha256": copy.sha256},
                reason="Tarkastuspyyntö",
                by=self.desk.officer,
                clock=office.clock,
            )

    def approved(self, copy: Copy) -> None:
        """Let a second person approve the release of a copy."""
        office, asked = self.desk.office, self.asked(copy)
        with office.database.begin() as session:
            approve(session, asked.id, is_approved=True, by=self.desk.approver, clock=office.clock)

    def released(self, copy: Copy) -> Copy:
        """Let a second person approve a copy, and release it."""
        self.approved(copy)
        office = self.desk.office
        with office.database.begin() as session:
            return release(session, copy.id, by=self.desk.officer, clock=office.clock)

    def file(self, copy: Copy, *, by: Actor | None = None) -> bytes:
        """Download a released copy."""
        office = self.desk.office
        opened = download(
            office.database,
            copy.id,
            objects=self.objects,
            keys=self.keys,
            by=by or self.desk.officer,
            clock=office.clock,
        )
        return b"".join(opened.pieces())


@pytest.fixture
def copy_desk(desk: PrivacyDesk, tmp_path: Path) -> CopyDesk:
    """A desk that makes copies, on each of the two databases."""
    objects, keys = FileStore(tmp_path / "objects"), KeyRing.create(tmp_path / "keys")
    objects.prepare()
    return CopyDesk(desk, objects, keys, tmp_path)


@pytest.fixture
def age_tool() -> AgeTool:
    """The age tool of the system."""
    return AgeTool()
