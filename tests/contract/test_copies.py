"""Copies: made by the house, let out by two people, opened by the public tools, and gone when they are over."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest
from fixtures_copies import AGENT_HZ, CUSTOMER_HZ, RATE, AgeTool, CopyDesk, heard, loudness

from calls.errors import BadDataError, RefusedError
from privacy.cases.case_words import Outcome
from privacy.cases.handling import decide, reconsider
from privacy.copies.claims import ATTEMPTS_MAX, CLAIM_LIFETIME, KILLED
from privacy.copies.copies import (
    COPY_LIFETIME,
    deliver,
    passphrase_of,
    withdraw,
    withdraw_copies_with,
)
from privacy.copies.copy_fault import Fault
from privacy.copies.copy_rows import CopyRow
from privacy.copies.copy_state import CopyState
from privacy.copies.making import CopyMaker, Step
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.package import VERIFIER
from privacy.copies.stored_copy import expire_copies, shred_copies
from privacy.copies.verify_package import Package, verify
from privacy.documents.document_rows import DocumentTextRow, DocumentVersionRow
from rights.access.tasks import Task
from rights.identity.accounts import disable_account
from storage.database.calls import RecordingRow
from storage.vault.call_shares import ErasedError

THIRD = Mask(Lane.CUSTOMER, 1000, 2000, Way.SILENCE, MaskReason.THIRD_PERSON)
CODE = Mask(Lane.BOTH, 200, 900, Way.TONE, MaskReason.IDENTITY_CODE)


def opened(copies: CopyDesk, case_no: str, tmp_path: Path) -> zipfile.ZipFile:
    """Make a copy to an age key, release it, and open it with the public age tool."""
    key = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", str(key)], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", str(key)], check=True, capture_output=True, text=True).stdout
    released = copies.released(copies.made(case_no, recipient=recipient))
    sealed = tmp_path / released.file_name
    sealed.write_bytes(copies.file(released))
    plain = subprocess.run(["age", "-d", "-i", str(key), str(sealed)], check=True, capture_output=True).stdout
    return zipfile.ZipFile(io.BytesIO(plain))


def test_a_copy_opens_with_age_plays_in_ffmpeg_and_does_not_let_hear_what_is_masked(
    copy_desk: CopyDesk, tmp_path: Path
) -> None:
    call_id, case_no = copy_desk.call(), copy_desk.case()
    copy_desk.masked(case_no, call_id, THIRD)
    copy_desk.masked(case_no, call_id, CODE)
    with copy_desk.desk.office.database.read() as session:
        before = session.get_one(RecordingRow, call_id).sha256
    package = opened(copy_desk, case_no, tmp_path)
    names = package.namelist()
    speech = next(name for name in names if name.endswith(".mp3"))
    frames = heard(package.read(speech))
    assert abs(len(frames) - 3 * RATE) < RATE // 4  # an MP3 begins and ends with a little silence
    assert loudness(frames, 0, CUSTOMER_HZ, 2000, 2900) > 6000
    assert loudness(frames, 1, AGENT_HZ, 900, 2900) > 6000
    assert loudness(frames, 0, CUSTOMER_HZ, 1000, 2000) < 100
    for lane, hertz in ((0, CUSTOMER_HZ), (1, AGENT_HZ)):
        assert loudness(frames, lane, hertz, 200, 900) < 400
        assert loudness(frames, lane, 1000, 200, 900) > 1000

    data = json.loads(package.read("tiedot.json"))
    assert data["copy"]["subject_name"] == "Aino Virtanen"
    assert [mask["reason"] for mask in data["masks"][call_id]] == ["identity-code", "third-person"]
    pages = pypdf.PdfReader(io.BytesIO(package.read("tiedot.pdf")))
    assert str(pages.root_object["/Lang"]) == "fi"
    assert "/StructTreeRoot" in pages.root_object  # tagged, for who has it read aloud
    text = " ".join(" ".join(page.extract_text() for page in pages.pages).split())
    for told in (
        "Aino Virtanen",
        case_no,
        "sivullisen puhe",
        "0:01\N{EN DASH}0:02",
        "ääneen sanottu henkilötunnus",
        "työntekijä 1",
    ):
        assert told in text
    assert "Sanna" not in text
    assert "Sanna" not in package.read("tiedot.json").decode()
    with copy_desk.desk.office.database.read() as session:
        assert session.get_one(RecordingRow, call_id).sha256 == before
    done = copy_desk.actions()
    assert done.index("case-gathered") < done.index("call-copied") < done.index("copy-made")
    assert done.index("approval-used") < done.index("copy-released") < done.index("copy-downloaded")


def test_a_copy_comes_with_what_the_law_says_beside_the_data(copy_desk: CopyDesk, tmp_path: Path) -> None:
    office = copy_desk.desk.office
    text = "<h2>Rekisterinpitäjä</h2><p>Esimerkkikodit Oy</p>"
    with office.database.begin() as session:
        session.add(
            DocumentVersionRow(
                kind="recordings-statement",
                number=1,
                sha256="a" * 64,
                published_at=office.clock.now(),
                published_by="outi",
                texts=[DocumentTextRow(language=language, html=text) for language in ("fi", "sv", "en")],
            )
        )
    package = opened(copy_desk, copy_desk.case(), tmp_path)

    def read(name: str) -> str:
        pages = pypdf.PdfReader(io.BytesIO(package.read(name))).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    assert "Esimerkkikodit Oy" in read("rekisteriseloste-puhelutallenteet.pdf")
    assert "Versio 1, 2.11.2026" in read("rekisteriseloste-puhelutallenteet.pdf")
    report = read("tiedot.pdf")
    for told in ("Oikeutesi", "valituksen tietosuojavaltuutetulle", "tietosuojalain 34 §", "rekisteriselosteissa"):
        assert told in report
    listed = {file["path"] for file in json.loads(package.read("manifest.json"))["files"]}
    assert "rekisteriseloste-puhelutallenteet.pdf" in listed


def test_a_changed_byte_is_caught_by_the_verifier_inside(copy_desk: CopyDesk, tmp_path: Path) -> None:
    copy_desk.call()
    package = opened(copy_desk, copy_desk.case(), tmp_path)
    folder = tmp_path / "unpacked"
    package.extractall(folder)

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", VERIFIER]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    whole = run()
    assert whole.returncode == 0, whole.stdout
    assert "kaikki muuttumattomia" in whole.stdout
    for name in package.namelist():
        if name in {VERIFIER, "manifest.json"}:
            continue
        file = folder / name
        content = file.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            changed = run()
            assert changed.returncode == 1
            assert f"{name}: on muuttunut" in changed.stdout
        file.unlink()
        assert f"{name}: puuttuu" in run().stdout
        file.write_bytes(content)
    (folder / "more.txt").write_text("x")
    assert "more.txt: ei kuulu" in run().stdout


def test_a_copy_to_a_passphrase_opens_with_age_at_a_terminal(
    copy_desk: CopyDesk, age_tool: AgeTool, tmp_path: Path
) -> None:
    case_no, office = copy_desk.case(), copy_desk.desk.office
    released = copy_desk.released(copy_desk.made(case_no))
    with office.database.begin() as session:
        passphrase = passphrase_of(
            session, released.id, keys=copy_desk.keys, by=copy_desk.desk.officer, clock=office.clock
        )
    assert "copy-passphrase-shown" in copy_desk.actions()
    sealed = tmp_path / released.file_name
    sealed.write_bytes(copy_desk.file(released))
    assert passphrase.encode() not in sealed.read_bytes()
    assert verify(Package(io.BytesIO(age_tool.opened(sealed, passphrase))))[3] == []


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.COMMITTED])
def test_a_copy_whose_process_was_killed_is_made_again(copy_desk: CopyDesk, step: Step) -> None:
    class KilledError(Exception):
        pass

    def die(reached: Step) -> None:
        if reached is step:
            raise KilledError

    copy_desk.call()
    office, ordered = copy_desk.desk.office, copy_desk.order(copy_desk.case())
    mortal = CopyMaker(
        database=office.database,
        objects=copy_desk.objects,
        keys=copy_desk.keys,
        clock=office.clock,
        folder=copy_desk.folder / "on-the-way",
        after=die,
    )
    with pytest.raises(KilledError):
        mortal.make_next()
    assert copy_desk.copy(ordered).state is CopyState.MAKING
    assert copy_desk.maker.make_next() is None  # the claim still stands
    office.clock.advance(seconds=CLAIM_LIFETIME.total_seconds())
    assert copy_desk.maker.make_next() == ordered.id
    made = copy_desk.copy(ordered)
    assert (made.state, made.calls, made.done_calls, made.all_calls) == (CopyState.MADE, 1, 1, 1)
    assert copy_desk.file(copy_desk.released(made))


def test_what_kills_its_process_each_time_fails_in_the_end(copy_desk: CopyDesk) -> None:
    def die(_reached: Step) -> None:
        raise KeyboardInterrupt

    office, ordered = copy_desk.desk.office, copy_desk.order(copy_desk.case())
    mortal = CopyMaker(
        database=office.database,
        objects=copy_desk.objects,
        keys=copy_desk.keys,
        clock=office.clock,
        folder=copy_desk.folder / "on-the-way",
        after=die,
    )
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(KeyboardInterrupt):
            mortal.make_next()
        office.clock.advance(seconds=CLAIM_LIFETIME.total_seconds())
    assert copy_desk.maker.make_next() is None
    failed = copy_desk.copy(ordered)
    assert (failed.state, failed.fault) == (CopyState.FAILED, KILLED)
    assert not failed.has_passphrase


@pytest.mark.parametrize("end", ["deliver", "withdraw", "expire", "erase"])
def test_a_copy_that_is_over_is_gone_key_first(copy_desk: CopyDesk, end: str) -> None:
    call_id, office, desk = copy_desk.call(), copy_desk.desk.office, copy_desk.desk
    made = copy_desk.released(copy_desk.made(copy_desk.case()))
    with office.database.begin() as session:
        row = session.get_one(CopyRow, made.id)
        object_key, wrapped, version = row.object_key, row.wrapped_key, row.key_version
        assert object_key is not None
        assert wrapped is not None
        assert version is not None
        if end == "deliver":
            deliver(session, made.id, by=desk.officer, clock=office.clock)
        elif end == "withdraw":
            withdraw(session, made.id, by=desk.officer, clock=office.clock)
        elif end == "erase":
            assert withdraw_copies_with(session, [call_id], by=None, clock=office.clock) == 1
    if end == "expire":
        office.clock.advance(seconds=COPY_LIFETIME.total_seconds() - 1)
        assert expire_copies(office.database, clock=office.clock) == 0
        office.clock.advance(seconds=1)
        with pytest.raises(RefusedError):
            copy_desk.file(made)
        assert expire_copies(office.database, clock=office.clock) == 1
    with office.database.read() as session:
        row = session.get_one(CopyRow, made.id)
        assert (row.wrapped_key, row.sealed_passphrase) == (None, None)
    with pytest.raises(RefusedError):
        copy_desk.file(made)
    assert copy_desk.objects.find(object_key) is not None
    assert shred_copies(office.database, objects=copy_desk.objects, keys=copy_desk.keys, clock=office.clock) == 1
    assert copy_desk.objects.find(object_key) is None
    with pytest.raises(ErasedError):  # nor by yesterday's row
        copy_desk.keys.unwrap(wrapped, version, made.id)
    assert shred_copies(office.database, objects=copy_desk.objects, keys=copy_desk.keys, clock=office.clock) == 0


def test_a_copy_that_was_withdrawn_while_it_was_made_is_not_made(copy_desk: CopyDesk) -> None:
    copy_desk.call()
    office, ordered = copy_desk.desk.office, copy_desk.order(copy_desk.case())

    def withdrawn(reached: Step) -> None:
        if reached is Step.VOICED:
            with office.database.begin() as session:
                withdraw(session, ordered.id, by=copy_desk.desk.officer, clock=office.clock)

    maker = CopyMaker(
        database=office.database,
        objects=copy_desk.objects,
        keys=copy_desk.keys,
        clock=office.clock,
        folder=copy_desk.folder / "on-the-way",
        after=withdrawn,
    )
    assert maker.make_next() == ordered.id
    assert copy_desk.copy(ordered).state is CopyState.WITHDRAWN
    assert list(copy_desk.objects.all("copies/")) == []


def test_who_lost_the_task_meanwhile_gets_no_copy(copy_desk: CopyDesk) -> None:
    office, ordered = copy_desk.desk.office, copy_desk.order(copy_desk.case())
    administrator = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))
    with office.database.begin() as session:
        disable_account(session, login="outi", by=administrator, clock=office.clock)
    copy_desk.maker.make_next()
    assert (copy_desk.copy(ordered).state, copy_desk.copy(ordered).fault) == (CopyState.FAILED, Fault.NOT_PERMITTED)


def test_damaged_audio_makes_no_copy(copy_desk: CopyDesk) -> None:
    call_id, case_no = copy_desk.call(), copy_desk.case()
    ordered = copy_desk.order(case_no)
    with copy_desk.desk.office.database.begin() as session:
        session.get_one(RecordingRow, call_id).sha256 = "0" * 64
    copy_desk.maker.make_next()
    assert (copy_desk.copy(ordered).state, copy_desk.copy(ordered).fault) == (CopyState.FAILED, Fault.DAMAGED)


def test_no_copy_is_ordered_of_a_request_that_was_refused_until_that_is_taken_back(copy_desk: CopyDesk) -> None:
    case_no, officer, clock = copy_desk.case(), copy_desk.desk.officer, copy_desk.desk.office.clock
    with copy_desk.desk.office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.REFUSED, reasons="ilmeisen kohtuuton", by=officer, clock=clock)
    with pytest.raises(BadDataError, match="nothing of this request was granted"):
        copy_desk.order(case_no)
    with copy_desk.desk.office.database.begin() as session:
        reconsider(session, case_no, reasons="ei olekaan", by=officer, clock=clock)
    assert copy_desk.order(case_no).state is CopyState.ORDERED


def test_one_copy_at_a_time_and_to_a_public_key_alone(copy_desk: CopyDesk) -> None:
    case_no = copy_desk.case()
    for bad in ("age1", "AGE-SECRET-KEY-1KZJMHV0LZ4P3E67F3DJ4HETFGY3RGTZE9SE8ZM2H9U4HQXUE9DKS42MPD7", "Aino"):
        with pytest.raises(BadDataError, match="public key"):
            copy_desk.order(case_no, recipient=bad)
    copy_desk.order(case_no)
    with pytest.raises(BadDataError, match="being made"):
        copy_desk.order(case_no)
