"""A small customer service for tests of rights: a clock that is set by hand, two agents, calls, accounts."""

import hashlib
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.identity import new_call_id
from ledger_link.linking.linker import link_call
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.values.names import search_name
from rights.access.actor import Actor, operator_actor
from rights.access.approvals import Approval
from rights.access.deciding import decide_and_do
from rights.access.permit import Permit
from rights.access.scope import ALL, OWN
from rights.access.tasks import Task
from rights.identity import passwords
from rights.identity.accounts import actor_of, add_account, get_account
from rights.identity.one_time_links import OneTimeLink
from rights.identity.passwords import hash_password
from rights.tables import AccountRow, PermissionRow
from storage.database.calls import AgentRow, CallRow, DisclosureRow, RecordingRow
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from storage.vault.sealing import Kind, Label, seal
from tallenne.command_line import main
from tallenne.house import House
from tallenne.installing import install

MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
GOOD_PASSWORD = "kolme vihreää ankkaa"  # noqa: S105 (of accounts that live as long as a test)
OTHER_PASSWORD = "viisi sinistä hevosta"  # noqa: S105
WRONG_PASSWORD = "kuusi mustaa kissaa"  # noqa: S105
OPERATOR = operator_actor("test")
SAMPLE_RATE_HZ = 8000
OWN_CALLS = (Permit(Task.VIEW_CALLS, OWN), Permit(Task.LISTEN, OWN))
ALL_CALLS = (Permit(Task.VIEW_CALLS, ALL), Permit(Task.LISTEN, ALL))
SEE_OWN, SEE_ALL = OWN_CALLS[0], ALL_CALLS[0]
EVERYTHING = tuple(Permit(task) for task in Task)


def added_account(
    session: Session,
    *,
    name: str,
    login: str,
    tasks: Collection[Task | Permit],
    agent_id: int | None = None,
    clock: Clock,
) -> OneTimeLink:
    """Add an account that holds all this at once, as if it had been granted long ago; only the account is audited.

    To grant each of all the tasks took a third of the time of the tests that need somebody who may do everything.
    """
    link = add_account(session, name=name, login=login, tasks=(), agent_id=agent_id, by=OPERATOR, clock=clock)
    account_id = session.scalars(select(AccountRow.id).where(AccountRow.login == login)).one()
    now = clock.now()
    held = {
        "account_id": account_id,
        "reason": "a test",
        "valid_from": now,
        "granted_at": now,
        "granted_by": OPERATOR.login,
    }
    permits = sorted({Permit(wanted) if isinstance(wanted, Task) else wanted for wanted in tasks})
    if permits:
        session.execute(
            insert(PermissionRow),
            [
                {"task": permit.task, "reach": permit.scope.reach, "service": permit.scope.service, **held}
                for permit in permits
            ],
        )
    return link


@cache
def hash_once(password: str, _by: object) -> str:
    """Hash a password once for what hashes now: ``costly_passwords`` changes it."""
    return hash_password(password)


@dataclass
class HandClock:
    """Time that passes only when a test says so."""

    moment: datetime = MORNING

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - MORNING).total_seconds()

    def advance(self, **units: float) -> None:
        self.moment += timedelta(**units)


@dataclass
class Office:
    """A database with agents Sanna and Mikko in it, and ways to put calls and accounts there."""

    database: Database
    clock: HandClock
    sanna_id: int = 0
    mikko_id: int = 0
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    def add_call(self, *, agent_id: int | None, recorded: bool = True, **facts: Any) -> str:  # noqa: ANN401
        """Add a call of two minutes; each begins a minute after the one before unless told."""
        serial = next(self._serial)
        started_at = facts.pop("started_at", MORNING + timedelta(minutes=serial))
        with self.database.begin() as session:
            agent = session.get(AgentRow, agent_id) if agent_id else None
            row = CallRow(
                **{
                    "id": new_call_id(),
                    "sip_call_id": f"{serial}@phone.example",
                    "direction": "inbound",
                    "service_number": "+358102001000",
                    "service_name": "Asiakaspalvelu",
                    "caller_e164": "+358401000001",
                    "caller_raw": "sip:0401000001@trunk.example",
                    "caller_display_name": "",
                    "caller_withheld": False,
                    "agent_id": agent_id,
                    "agent_name": agent.name if agent else None,
                    "agent_aor": agent.aor if agent else None,
                    "started_at": started_at,
                    "answered_at": started_at + timedelta(seconds=20) if recorded else None,
                    "ended_at": started_at + timedelta(seconds=140),
                    "duration_ms": 120_000 if recorded else None,
                    "state": "recorded" if recorded else "not_recorded",
                    "reason": "caller_hung_up" if recorded else "no_answer",
                    "worker": "w1",
                    "archived_at": started_at + timedelta(seconds=142),
                    **facts,
                }
            )
            row.disclosures = [
                DisclosureRow(
                    position=1,
                    name="recording-fi",
                    language="fi",
                    sha256="d" * 64,
                    started_at=started_at,
                    ended_at=started_at + timedelta(seconds=6),
                    complete=True,
                )
            ]
            row.recording = recording_row(row.id) if recorded else None
            session.add(row)
            link_call(session, row, clock=self.clock)
            return row.id

    def add_account(
        self, login: str, *tasks: Task | Permit, agent_id: int | None = None, password: str | None = None
    ) -> int:
        """Add an account, with its password set where one is given; give its id.

        A task on calls that is named without a scope is on all of them, so that tests may say ``set(Task)``.
        """
        with self.database.begin() as session:
            added_account(
                session,
                name=f"{login.title()} Example",
                login=login,
                tasks=tasks,
                agent_id=agent_id,
                clock=self.clock,
            )
            if password is not None:  # as with the link, but hashed once for the whole test run
                row = session.scalars(select(AccountRow).where(AccountRow.login == login)).one()
                row.password_hash, row.password_set_at = hash_once(password, passwords._HASHER), self.clock.now()
            return get_account(session, login=login, by=OPERATOR, clock=self.clock).id

    def add_person(self, call_name: str, surname: str, *numbers: str, non_disclosure: bool = False) -> int:
        """Add a person with numbers to the register, before the calls that are to be linked."""
        with self.database.begin() as session:
            person = PersonRow(
                person_no=f"P{next(self._serial)}",
                first_names=call_name,
                call_name=call_name,
                surname=surname,
                non_disclosure=non_disclosure,
                search_name=search_name(first_names=call_name, call_name=call_name, surname=surname),
            )
            session.add(person)
            session.flush()
            for number in numbers:
                session.add(PhoneNumberRow(person_id=person.id, e164=number, raw=number))
            return person.id

    def actor(self, account_id: int) -> Actor:
        """Give the actor of an account that stands."""
        with self.database.read() as session:
            actor = actor_of(session, account_id, self.clock)
        assert actor is not None
        return actor


def approved(office: Office, asked: Approval | None) -> None:
    """Approve what waits, as a second person of its own."""
    assert asked is not None
    second = replace(operator_actor("second"), permits=frozenset({Permit(Task.APPROVE_GRANTS)}))
    with office.database.begin() as session:
        decide_and_do(session, asked.id, is_approved=True, by=second, clock=office.clock)


def recording_row(call_id: str) -> RecordingRow:
    """Give a recording of which nothing is stored."""
    return RecordingRow(
        call_id=call_id,
        codec="flac",
        channels=2,
        sample_rate_hz=8000,
        samples=960_000,
        size_bytes=500_000,
        sha256="a" * 64,
        object_key=f"calls/{call_id}/audio",
        object_size_bytes=500_200,
        object_sha256="b" * 64,
        peaks_key=f"calls/{call_id}/peaks",
        peaks_size_bytes=1000,
        peaks_sha256="c" * 64,
        wrapped_key=b"wrapped",
        key_version=1,
    )


AUDIO = hashlib.shake_128(b"audio").digest(2 * 2**20 + 123_457)
PEAKS = hashlib.shake_128(b"peaks").digest(5000)
SPEECH_S = 60


@cache
def speech() -> bytes:
    """Give a real FLAC of SPEECH_S seconds, as loud and as large as speech: 8 kHz, customer and agent."""
    rng = np.random.default_rng(1)
    loudness = np.repeat(rng.integers(1, 3000, SPEECH_S), SAMPLE_RATE_HZ)[:, None]
    noise = rng.integers(-loudness, loudness, (SPEECH_S * SAMPLE_RATE_HZ, 2), dtype=np.int16)
    file = BytesIO()
    soundfile.write(file, noise, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def keep_audio(
    database: Database,
    call_id: str,
    *,
    objects: ObjectStore,
    keys: KeyRing,
    folder: Path,
    audio: bytes = AUDIO,
    seconds: int | None = None,
) -> None:
    """Seal and store audio and PEAKS as a call's, the way the archive does; ``folder`` is for passing files.

    ``seconds`` are of audio that has any: AUDIO is no FLAC.
    """
    key, wrapped, version = keys.new_key(call_id)
    with database.begin() as session:
        row = session.get_one(RecordingRow, call_id)
        row.wrapped_key, row.key_version = wrapped, version
        row.size_bytes, row.sha256 = len(audio), hashlib.sha256(audio).hexdigest()
        if seconds is not None:
            row.samples = seconds * SAMPLE_RATE_HZ
        for kind, plain in ((Kind.AUDIO, audio), (Kind.PEAKS, PEAKS)):
            sealed = b"".join(seal([plain], key=key, label=Label(call_id, kind)))
            file = folder / f"{call_id}-{kind}"
            file.write_bytes(sealed)
            digest = hashlib.sha256(sealed).hexdigest()
            if kind is Kind.AUDIO:
                row.object_size_bytes, row.object_sha256, stored_as = len(sealed), digest, row.object_key
            else:
                row.peaks_size_bytes, row.peaks_sha256, stored_as = len(sealed), digest, row.peaks_key
            objects.put(stored_as, file, sha256=digest)


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
def office(database: Database, hand_clock: HandClock) -> Office:
    """An office on each of the two databases."""
    made = Office(database, hand_clock)
    with database.begin() as session:
        sanna = AgentRow(
            name="Sanna Laine", aor="sip:sanna@tallenne.example", sip_user="sanna", ha1="0" * 32, created_at=MORNING
        )
        mikko = AgentRow(
            name="Mikko Salo", aor="sip:mikko@tallenne.example", sip_user="mikko", ha1="0" * 32, created_at=MORNING
        )
        session.add_all([sanna, mikko])
        session.flush()
        made.sanna_id, made.mikko_id = sanna.id, mikko.id
    return made


@pytest.fixture
def pekka(office: Office) -> Actor:
    """An administrator."""
    return office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))


@pytest.fixture
def heikki(office: Office) -> Actor:
    """A second person for what an administrator grants."""
    return office.actor(office.add_account("heikki", Task.APPROVE_GRANTS))


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    exit_code: int
    stdout: str
    stderr: str


RunCommand = Callable[..., Done]


@pytest.fixture
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A home on each of the two databases, with its objects in files."""
    monkeypatch.setenv("TALLENNE_DATABASE__URL", database_url)
    monkeypatch.setenv("TALLENNE_OBJECTS__STORE", "files")
    install(tmp_path / "home")
    made = House(tmp_path / "home")
    made.objects.prepare()
    yield made
    made.database.dispose()


@pytest.fixture
def run_command(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Run ``tallenne WORDS`` in this process: all of the command line but the start of Python and of the house."""
    monkeypatch.setattr("tallenne.command_line.House", lambda _home: house)  # whose connections the fixture closes

    def run(*words: str) -> Done:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["tallenne", "--home", str(house.home), *words])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        code = end.value.code
        return Done(exit_code=code if isinstance(code, int) else 0, stdout=printed.out, stderr=printed.err)

    return run
