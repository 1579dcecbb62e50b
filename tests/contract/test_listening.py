"""Invariant 5: no audio byte is served without an audit row that names who, why, and the range."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, pairwise
from pathlib import Path

import pytest
from fixtures_rights import ALL_CALLS, AUDIO, MORNING, OPERATOR, OWN_CALLS, PEAKS, SEE_OWN, Office, keep_audio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from calls.errors import BadDataError, IntegrityError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.identity.accounts import disable_account, revoke_task
from rights.listening.export import export_audio
from rights.listening.listeners import listeners_of
from rights.listening.listening import STEP_BYTES, AuditedReader, audio_peaks, audited_reader
from rights.listening.restrictions import Restricted, RestrictedError, RestrictionKind, lift, restrict
from rights.listening.stating import LISTENING_LIFETIME, Listening, begin_listening
from rights.tables import AuditRow, PermissionRow, PurposeRow
from storage.database.calls import RecordingRow
from storage.objects.file_store import FileStore
from storage.vault.key_ring import KeyRing


class WatchingStore(FileStore):
    """The real store, which also asks, from another connection, what was audited before it is read."""

    def __init__(self, folder: Path, *, audited: Callable[[], int]) -> None:
        super().__init__(folder)
        self._audited = audited
        self.audited_at_reads: list[int] = []

    def read(self, key: str, start: int, length: int) -> bytes:
        self.audited_at_reads.append(self._audited())
        return super().read(key, start, length)


@dataclass
class Studio:
    """An office where one call of Sanna's has audio that is really stored."""

    office: Office
    objects: WatchingStore
    keys: KeyRing
    call_id: str
    sanna: Actor

    def begin(self, actor: Actor | None = None, *, purpose: str = "verify") -> Listening:
        return begin_listening(
            self.office.database, actor or self.sanna, self.call_id, purpose=purpose, clock=self.office.clock
        )

    def reader(self, listening: Listening, actor: Actor | None = None) -> AuditedReader:
        return audited_reader(
            self.office.database,
            actor or self.sanna,
            listening.id,
            objects=self.objects,
            keys=self.keys,
            clock=self.office.clock,
        )

    def export(self, out: Path) -> int:
        return export_audio(
            self.office.database,
            OPERATOR,
            self.call_id,
            purpose="request",
            alone_because="testi",
            out=out,
            objects=self.objects,
            keys=self.keys,
            clock=self.office.clock,
        )

    def watched_reader(self, listening: Listening) -> AuditedReader:
        """Open a reader, and forget what was read to find the frames: none of it left."""
        reader = self.reader(listening)
        self.objects.audited_at_reads.clear()
        return reader

    def rows(self, *actions: Action) -> list[AuditRow]:
        with self.office.database.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.id)))

    def ranges(self, listening: Listening) -> list[tuple[int | None, int | None]]:
        rows = self.rows(Action.LISTENED, Action.EXPORTED)
        return [(row.first_byte, row.stop_byte) for row in rows if row.listening_id == listening.id]


@pytest.fixture
def studio(office: Office, tmp_path: Path) -> Studio:
    def audited() -> int:
        with office.database.read() as session:
            return len(session.scalars(select(AuditRow.id).where(AuditRow.first_byte.is_not(None))).all())

    objects = WatchingStore(tmp_path / "objects", audited=audited)
    objects.prepare()
    (tmp_path / "keys").mkdir(mode=0o700)
    keys = KeyRing.create(tmp_path / "keys")
    call_id = office.add_call(agent_id=office.sanna_id)
    keep_audio(office.database, call_id, objects=objects, keys=keys, folder=tmp_path)
    sanna = office.actor(office.add_account("sanna", *OWN_CALLS, agent_id=office.sanna_id))
    return Studio(office, objects, keys, call_id, sanna)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_served_ranges_equal_audited_ranges(studio: Studio, data: st.DataObject) -> None:
    """Whatever is read, and however soon whoever reads goes away."""
    listening = studio.begin()
    reader = studio.reader(listening)
    before = len(studio.ranges(listening))  # of the examples before: for eight hours it is one listening
    served: list[tuple[int, int]] = []
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(AUDIO) - 1))
        length = data.draw(st.integers(1, 200_000))
        if data.draw(st.booleans()):
            got = reader.read(start, length)
            assert got == AUDIO[start : start + length]
            served.append((start, start + len(got)))
            continue
        pieces = reader.iterate(start, start + length)
        at = start
        for piece in islice(pieces, data.draw(st.integers(1, 5))):
            assert piece == AUDIO[at : at + len(piece)]
            served.append((at, at + len(piece)))
            at += len(piece)
        pieces.close()
    assert studio.ranges(listening)[before:] == served


def test_no_byte_is_read_before_its_row_is_committed(studio: Studio) -> None:
    reader = studio.watched_reader(studio.begin())
    reader.read(100, 100)
    pieces = reader.iterate()
    before = len(studio.objects.audited_at_reads)
    assert set(studio.objects.audited_at_reads) == {1}
    for number, _ in enumerate(pieces, start=1):
        during = studio.objects.audited_at_reads[before:]
        before = len(studio.objects.audited_at_reads)
        assert min(during) >= 1 + number


def test_long_range_is_audited_in_steps_as_far_as_it_was_heard(studio: Studio) -> None:
    listening = studio.begin()
    pieces = studio.reader(listening).iterate(10)
    first = next(pieces)
    assert first == AUDIO[10 : 10 + STEP_BYTES]
    assert studio.ranges(listening) == [(10, 10 + STEP_BYTES)]
    assert first + b"".join(pieces) == AUDIO[10:]
    ranges = studio.ranges(listening)
    assert all(one[1] == other[0] for one, other in pairwise(ranges))
    assert (ranges[0][0], ranges[-1][1]) == (10, len(AUDIO))


def test_row_names_who_why_and_when(studio: Studio) -> None:
    listening = studio.begin(purpose="Staff training")
    studio.office.clock.advance(seconds=30)
    studio.reader(listening).read(0, 10)
    (row,) = studio.rows(Action.LISTENED)
    assert (row.account_id, row.login, row.call_id, row.purpose) == (1, "sanna", studio.call_id, "training")
    assert (row.first_byte, row.stop_byte, row.at) == (0, 10, studio.office.clock.now())
    with studio.office.database.read() as session:
        (listener,) = listeners_of(session, studio.call_id)
    assert (listener.login, listener.purpose, listener.heard_bytes) == ("sanna", "training", 10)


def test_range_outside_is_refused_before_it_is_audited(studio: Studio) -> None:
    listening = studio.begin()
    reader = studio.reader(listening)
    for start, length in ((-1, 5), (0, 0), (5, -1), (len(AUDIO), 1), (len(AUDIO) + 9, 1)):
        with pytest.raises(BadDataError, match="no bytes"):
            reader.read(start, length)
        with pytest.raises(BadDataError, match="no bytes"):
            reader.iterate(start, start + length)
    assert studio.ranges(listening) == []
    assert reader.read(len(AUDIO) - 5, 100) == AUDIO[-5:]


def test_purpose_must_be_one_of_the_list(studio: Studio) -> None:
    for purpose in ("", "curiosity", "verify; DROP"):
        with pytest.raises(BadDataError, match="no such purpose"):
            studio.begin(purpose=purpose)
    with studio.office.database.begin() as session:
        session.execute(update(PurposeRow).where(PurposeRow.code == "verify").values(retired_at=MORNING))
    with pytest.raises(BadDataError, match="no such purpose"):
        studio.begin()
    assert studio.rows(Action.LISTENING_BEGUN) == []


def test_own_call_is_a_purpose_for_ones_own_call_alone(studio: Studio) -> None:
    office = studio.office
    everything = (*OWN_CALLS, *ALL_CALLS)
    mikko = office.actor(office.add_account("mikko", *everything, agent_id=office.mikko_id))
    trainer = office.actor(office.add_account("tiina", *ALL_CALLS))
    for actor in (mikko, trainer):
        for purpose in ("own-call", "Own call"):
            with pytest.raises(RefusedError, match="one of verify, training, request, technical"):
                studio.begin(actor, purpose=purpose)
    assert studio.begin(purpose="own-call").purpose == "own-call"
    unanswered = office.add_call(agent_id=None)
    with pytest.raises(RefusedError):
        begin_listening(office.database, trainer, unanswered, purpose="own-call", clock=office.clock)
    refused = studio.rows(Action.REFUSED)
    assert [(row.login, row.call_id) for row in refused[::2]] == [
        ("mikko", studio.call_id),
        ("tiina", studio.call_id),
        ("tiina", unanswered),
    ]


def test_a_listening_opens_its_own_call_alone(studio: Studio) -> None:
    other = studio.office.add_call(agent_id=studio.office.sanna_id)
    listening = studio.begin()
    for listening_id, kept in ((listening.id, listening.id), ("nonsense", ""), ("\x00\ud800", "")):
        with pytest.raises(NotFoundError, match="no such listening"):
            audited_reader(
                studio.office.database,
                studio.sanna,
                listening_id,
                objects=studio.objects,
                keys=studio.keys,
                clock=studio.office.clock,
                call_id=other,
            )
        row = studio.rows(Action.REFUSED)[-1]
        assert (row.call_id, json.loads(row.detail or "")) == (other, {"wanted": "hear", "listening": kept})


def make_mikko(studio: Studio) -> Actor:
    return studio.office.actor(studio.office.add_account("mikko", *OWN_CALLS, agent_id=studio.office.mikko_id))


def make_administrator(studio: Studio) -> Actor:
    return studio.office.actor(studio.office.add_account("pirkko", Task.ADMINISTER_ACCOUNTS, Task.LINK_CUSTOMERS))


@pytest.mark.parametrize("make", [make_mikko, make_administrator])
def test_nobody_else_hears_it_or_knows_of_it(studio: Studio, make: Callable[[Studio], Actor]) -> None:
    other = make(studio)
    listening = studio.begin()
    with pytest.raises(NotFoundError, match="no such call"):
        studio.begin(other)
    with pytest.raises(NotFoundError, match="no such listening"):
        studio.reader(listening, other)
    with pytest.raises(NotFoundError, match="no such call"):
        audio_peaks(
            studio.office.database,
            other,
            studio.call_id,
            objects=studio.objects,
            keys=studio.keys,
            clock=studio.office.clock,
        )
    refused = studio.rows(Action.REFUSED)
    assert [(row.login, row.call_id) for row in refused] == [
        (other.login, studio.call_id),
        (other.login, None),
        (other.login, studio.call_id),
    ]
    assert studio.objects.audited_at_reads == []


def test_call_without_audio_has_no_door(studio: Studio) -> None:
    silent = studio.office.add_call(agent_id=studio.office.sanna_id, recorded=False)
    with pytest.raises(NotFoundError, match="no audio"):
        begin_listening(studio.office.database, studio.sanna, silent, purpose="verify", clock=studio.office.clock)


def disable(studio: Studio) -> None:
    with studio.office.database.begin() as session:
        disable_account(session, login="sanna", by=OPERATOR, clock=studio.office.clock)


def revoke(studio: Studio) -> None:
    with studio.office.database.begin() as session:
        revoke_task(session, login="sanna", permit=SEE_OWN, by=OPERATOR, clock=studio.office.clock)


def expire(studio: Studio) -> None:
    with studio.office.database.begin() as session:
        session.execute(update(PermissionRow).values(valid_until=studio.office.clock.now() + timedelta(minutes=1)))
    studio.office.clock.advance(minutes=1)


def grow_old(studio: Studio) -> None:
    studio.office.clock.advance(seconds=LISTENING_LIFETIME.total_seconds())


@pytest.mark.parametrize("end", [disable, revoke, expire, grow_old])
def test_right_that_ends_ends_the_listening_at_once(studio: Studio, end: Callable[[Studio], None]) -> None:
    listening = studio.begin()
    reader = studio.reader(listening)
    pieces = reader.iterate()
    next(pieces)
    end(studio)
    heard = studio.ranges(listening)
    with pytest.raises(NotFoundError):
        next(pieces)
    with pytest.raises(NotFoundError):
        reader.read(0, 1)
    with pytest.raises(NotFoundError):
        reader.iterate()
    with pytest.raises(NotFoundError):
        studio.reader(listening)
    assert studio.ranges(listening) == heard


def test_peaks_are_served_to_whom_the_call_is_permitted(studio: Studio) -> None:
    peaks = audio_peaks(
        studio.office.database,
        studio.sanna,
        studio.call_id,
        objects=studio.objects,
        keys=studio.keys,
        clock=studio.office.clock,
    )
    assert peaks == PEAKS


def test_peaks_of_a_restricted_call_are_served_for_a_purpose_that_nothing_blocks(studio: Studio) -> None:
    office = studio.office
    tiina = office.actor(office.add_account("tiina", *ALL_CALLS))
    officer = office.actor(office.add_account("paivi", Task.HANDLE_CASES))
    before = studio.begin(tiina, purpose="training")
    other_call = office.add_call(agent_id=office.sanna_id)
    elsewhere = begin_listening(office.database, tiina, other_call, purpose="request", clock=office.clock)
    with office.database.begin() as session:
        restriction = restrict(
            session, Restricted(call_id=studio.call_id), kind=RestrictionKind.RESTRICTION, case_number="T-2026-0001",
            reason="Kiistää", by=officer, clock=office.clock,
        )  # fmt: skip

    def peaks(listening: str | None = None) -> bytes:
        return audio_peaks(
            office.database, tiina, studio.call_id, objects=studio.objects, keys=studio.keys, clock=office.clock,
            listening_id=listening,
        )  # fmt: skip

    for listening in (None, before.id):
        with pytest.raises(RestrictedError):
            peaks(listening)
    for listening in (elsewhere.id, studio.begin(purpose="request").id, "nonsense", ""):
        with pytest.raises(NotFoundError):
            peaks(listening)
    assert [(row.login, row.call_id) for row in studio.rows(Action.REFUSED)] == [("tiina", studio.call_id)] * 6
    assert peaks(studio.begin(tiina, purpose="request").id) == PEAKS
    with office.database.begin() as session:
        lift(session, restriction.id, reason="Ratkaistu", by=officer, clock=office.clock)
    assert peaks() == PEAKS


def test_export_writes_the_file_whole_and_is_audited(studio: Studio, tmp_path: Path) -> None:
    out = tmp_path / "call.flac"
    out.write_bytes(b"older")
    assert studio.export(out) == len(AUDIO)
    assert out.read_bytes() == AUDIO
    assert out.stat().st_mode & 0o777 == 0o600
    rows = studio.rows(Action.EXPORTED)
    assert {(row.login, row.purpose, row.call_id) for row in rows} == {("cli:test", "request", studio.call_id)}
    assert (rows[0].first_byte, rows[-1].stop_byte) == (0, len(AUDIO))
    with studio.office.database.read() as session:
        assert [listener.exported for listener in listeners_of(session, studio.call_id)] == [True]


def test_export_leaves_nothing_where_it_fails(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with studio.office.database.begin() as session:
        session.get_one(RecordingRow, studio.call_id).sha256 = "0" * 64
    with pytest.raises(IntegrityError, match="not what was recorded"):
        studio.export(folder / "call.flac")
    assert os.listdir(folder) == []  # noqa: PTH208 (hidden files count)
    for out in (folder, tmp_path / "nowhere" / "call.flac"):
        exported = len(studio.rows(Action.EXPORTED))
        with pytest.raises(BadDataError):
            studio.export(out)
        assert len(studio.rows(Action.EXPORTED)) == exported


def test_audit_that_cannot_be_written_gives_no_byte(studio: Studio) -> None:
    reader = studio.watched_reader(studio.begin())
    with studio.office.database.begin() as session:
        lock_out(session.connection().engine.dialect.name, session.connection().exec_driver_sql)
    with pytest.raises(Exception, match="no room"):
        reader.read(0, 10)
    assert studio.objects.audited_at_reads == []


def lock_out(kind: str, execute: Callable[[str], object]) -> None:
    """Make the audit refuse new rows, as a full disk would."""
    if kind == "sqlite":
        execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END")
        return
    execute("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$")
    execute("CREATE TRIGGER no_room BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_room()")
