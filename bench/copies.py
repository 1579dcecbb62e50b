"""Copies at size: from the order of a copy with many calls to the sealed package in the store.

Run from the top of the repository: ``.venv/bin/python -m bench.copies --calls 200 --seconds 180``. It makes a home of
its own in a temporary folder (SQLite, objects in files), with the sample's voices in every call, and takes it away.
"""

import argparse
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

from calls.identity import new_call_id
from privacy.cases.case_words import CaseKind, Channel, IdentityMethod
from privacy.cases.gathering import gather
from privacy.cases.intake import open_case, subject_agent
from privacy.copies.copies import copies_of
from privacy.copies.copy_texts import texts_of
from privacy.copies.making import CopyMaker, Step
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.masks import mark
from privacy.copies.ordering import order_copy
from privacy.copies.review_rows import CopyReviewRow
from privacy.copies.reviews import say_texts_reviewed
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.identity.accounts import actor_of
from rights.tables import AccountRow, PermissionRow
from storage.audio.channels import Frames
from storage.audio.peaks import make_peaks
from storage.database.calls import AgentRow, CallRow, RecordingRow
from storage.vault.sealing import Kind, Label, seal
from tallenne.house import House
from tallenne.installing import install

RATE = 8000
VOICES = Path(__file__).parents[1] / "sample_audio"
BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
MASKED_OF_TEN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=180)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tallenne-bench-") as name:
        os.environ["TALLENNE_OBJECTS__STORE"] = "files"
        home = Path(name) / "home"
        install(home)
        house = House(home)
        house.objects.prepare()
        officer = _officer(house)
        _add_calls(house, calls=options.calls, seconds=options.seconds)
        case_no = _case(house, officer)
        at = [(time.monotonic(), "ordered")]
        cpu = time.process_time()
        maker = CopyMaker(
            database=house.database,
            objects=house.objects,
            keys=house.keys,
            clock=house.clock,
            folder=house.run_folder / "copies",
            after=lambda step: at.append((time.monotonic(), step)),
        )
        maker.make_next()
        cpu = time.process_time() - cpu
        with house.database.read() as session:
            (copy,) = copies_of(session, case_no)
        assert at[-1][1] == Step.COMMITTED, copy.fault  # noqa: S101 (a bench that measured nothing says so)
        for (before, _), (after, step) in pairwise(at):
            print(f"{step:>10}: {after - before:6.1f} s")
        size, took = (copy.size_bytes or 0) / 1e6, at[-1][0] - at[0][0]
        print(f"{options.calls} calls of {options.seconds} s: {took:.1f} s, {cpu:.0f} CPU-s, {size:.0f} MB")
        print(f"load at the end: {os.getloadavg()[0]:.1f}")
        house.database.dispose()
    return 0


def _officer(house: House) -> Actor:
    """Add the one who orders, by his rows: who grants what is not measured here."""
    now = house.clock.now()
    with house.database.begin() as session:
        account = AccountRow(login="officer", name="Officer", created_at=now, created_by="bench")
        session.add(account)
        session.flush()
        session.add_all(
            PermissionRow(
                account_id=account.id,
                task=task,
                reach="all",
                valid_from=now,
                granted_at=now,
                granted_by="bench",
                reason="bench",
            )
            for task in (Task.HANDLE_CASES, Task.HEAR_FOR_COPIES)
        )
        session.add(AgentRow(name="Sanna Laine", aor="sip:sanna@bench", sip_user="sanna", ha1="0" * 32, created_at=now))
        session.flush()
        actor = actor_of(session, account.id, house.clock)
    assert actor is not None  # noqa: S101
    return actor


def _voices(seconds: int) -> Frames:
    """Give both lanes of a call: people who speak, as in the sample."""
    lanes = []
    for who in ("customer", "agent"):
        spoken = [soundfile.read(path, dtype="int16")[0] for path in sorted(VOICES.glob(f"{who}*.wav"))]
        lanes.append(np.resize(np.concatenate(spoken), seconds * RATE))
    return np.stack(lanes, axis=1).astype(np.int16)


def _add_calls(house: House, *, calls: int, seconds: int) -> None:
    frames = _voices(seconds)
    written = io.BytesIO()
    soundfile.write(written, frames, RATE, format="FLAC", subtype="PCM_16")
    flac, peaks = written.getvalue(), make_peaks([frames], sample_rate_hz=RATE)
    passing = house.home / "passing"
    for number in range(calls):
        began = BEGAN + timedelta(hours=number)
        call_id = new_call_id()
        key, wrapped, version = house.keys.new_key(call_id)
        stored = {}
        for kind, plain in ((Kind.AUDIO, flac), (Kind.PEAKS, peaks)):
            passing.write_bytes(b"".join(seal([plain], key=key, label=Label(call_id, kind))))
            digest = hashlib.sha256(passing.read_bytes()).hexdigest()
            stored[kind] = f"calls/{call_id}/{kind}", passing.stat().st_size, digest
            house.objects.put(stored[kind][0], passing, sha256=digest)
        with house.database.begin() as session:
            session.add(
                CallRow(
                    id=call_id,
                    sip_call_id=f"{number}@bench",
                    direction="inbound",
                    service_number="+358102001000",
                    service_name="Asiakaspalvelu",
                    caller_e164="+358401000001",
                    caller_raw="sip:0401000001@bench",
                    caller_display_name="",
                    caller_withheld=False,
                    agent_id=1,
                    agent_name="Sanna Laine",
                    agent_aor="sip:sanna@bench",
                    started_at=began,
                    answered_at=began,
                    ended_at=began + timedelta(seconds=seconds),
                    duration_ms=seconds * 1000,
                    state="recorded",
                    reason="caller_hung_up",
                    worker="w1",
                    archived_at=began + timedelta(seconds=seconds + 2),
                )
            )
            session.flush()
            session.add(
                RecordingRow(
                    call_id=call_id,
                    codec="flac",
                    channels=2,
                    sample_rate_hz=RATE,
                    samples=len(frames),
                    size_bytes=len(flac),
                    sha256=hashlib.sha256(flac).hexdigest(),
                    object_key=stored[Kind.AUDIO][0],
                    object_size_bytes=stored[Kind.AUDIO][1],
                    object_sha256=stored[Kind.AUDIO][2],
                    peaks_key=stored[Kind.PEAKS][0],
                    peaks_size_bytes=stored[Kind.PEAKS][1],
                    peaks_sha256=stored[Kind.PEAKS][2],
                    wrapped_key=wrapped,
                    key_version=version,
                )
            )


def _case(house: House, officer: Actor) -> str:
    """Open the employee's case, mask a range in two of ten calls, and order the copy."""
    with house.database.begin() as session:
        case = open_case(
            session,
            subject_agent(session, 1),
            kind=CaseKind.ACCESS,
            channel=Channel.IN_PERSON,
            received_on=house.clock.now().date(),
            request="Kaikki puheluni.",
            language="fi",
            identity=IdentityMethod.DOCUMENT_SHOWN,
            by=officer,
            clock=house.clock,
        )
        mask = Mask(Lane.CUSTOMER, 1000, 4000, Way.TONE, MaskReason.THIRD_PERSON)
        for number, call_id in enumerate(session.query(CallRow.id).order_by(CallRow.id)):
            if number % 10 < MASKED_OF_TEN:
                mark(session, case.case_no, call_id[0], mask, by=officer, clock=house.clock)
        gathered = gather(session, house.keys, case.case_no, clock=house.clock)
        texts, heard = [text.key for text in texts_of(gathered)], [call.call_id for call in gathered.calls]
        say_texts_reviewed(session, case.case_no, texts, by=officer, clock=house.clock)
        said = {"case_no": case.case_no, "said_by": officer.login, "said_at": house.clock.now(), "left_ms": 0}
        session.add_all(CopyReviewRow(call_id=call_id, **said) for call_id in heard)  # hearing them takes hours
        order_copy(session, case.case_no, recipient=None, keys=house.keys, by=officer, clock=house.clock)
    return case.case_no


if __name__ == "__main__":
    raise SystemExit(main())
