"""A recording leaves as a file when two people agreed, once, to whom has just proved who he is."""

import json
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from itertools import islice
from pathlib import Path

import pytest
from fixtures_rights import ALL_CALLS, OPERATOR, SEE_ALL, speech
from fixtures_web import Browser, Viewer
from sqlalchemy import select, update

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import decide, waiting_for
from rights.access.permit import Permit
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.identity.accounts import disable_account, enable_account
from rights.listening.export import export_audio
from rights.listening.export_asking import ExportState, ask_export, begin_export, break_glass, exports_asked
from rights.listening.listeners import listeners_of
from rights.listening.listening import STEP_BYTES
from rights.listening.restrictions import Restricted, RestrictionKind, restrict
from rights.tables import AuditRow, PermissionRow

EXPORTS = (*ALL_CALLS, Permit(Task.EXPORT_AUDIO))
ASKED = {"purpose": "verify", "reason": "Tuomioistuin pyysi"}


@dataclass
class Exports:
    """A call with audio, Elli who may export it, and Aapo who may approve that."""

    viewer: Viewer
    call_id: str
    elli: Browser
    aapo: Actor

    @property
    def page(self) -> str:
        return f"/calls/{self.call_id}/export"

    @property
    def elli_herself(self) -> Actor:
        return self.viewer.office.actor(self.elli.account_id)

    def ask(self, **words: str) -> int:
        """Ask on the page; give the number of what waits."""
        assert self.elli.post(self.page, {**ASKED, **words}).status_code == HTTPStatus.SEE_OTHER
        with self.viewer.office.database.read() as session:
            return waiting_for(session, by=self.aapo, clock=self.viewer.office.clock)[-1].id

    def decide(self, approval: int, *, is_approved: bool = True) -> None:
        with self.viewer.office.database.begin() as session:
            decide(session, approval, is_approved=is_approved, by=self.aapo, clock=self.viewer.office.clock)

    def states(self) -> list[ExportState]:
        office = self.viewer.office
        with office.database.read() as session:
            asked = exports_asked(session, self.elli_herself, self.call_id, clock=office.clock)
        return [one.state for one in asked]

    def rows(self, *actions: Action) -> list[AuditRow]:
        with self.viewer.office.database.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.id)))


@pytest.fixture
def exports(viewer: Viewer) -> Exports:
    call_id = viewer.spoken_call()
    elli = viewer.browser("elli", *EXPORTS)
    aapo = viewer.office.actor(viewer.office.add_account("aapo", Task.APPROVE_EXPORTS))
    return Exports(viewer, call_id, elli, aapo)


def test_approved_export_is_taken_once_and_audited(exports: Exports) -> None:
    approval = exports.ask()
    assert exports.states() == [ExportState.WAITING]
    exports.decide(approval)
    assert "Take the file" in exports.elli.get(exports.page, headers={"Accept-Language": "en"}).text
    taken = exports.elli.post(f"{exports.page}/file", {"approval": approval})
    assert taken.status_code == HTTPStatus.OK
    assert taken.headers["Content-Disposition"] == f"attachment; filename={exports.call_id}.flac"
    assert taken.headers["Cache-Control"] == "private, no-store"
    assert taken.data == speech()
    rows = exports.rows(Action.EXPORTED)
    assert (rows[0].first_byte, rows[-1].stop_byte) == (0, len(speech()))
    assert {(row.login, row.purpose) for row in rows} == {("elli", "verify")}
    with exports.viewer.office.database.read() as session:
        assert [listener.exported for listener in listeners_of(session, exports.call_id)] == [True]
    again = exports.elli.post(f"{exports.page}/file", {"approval": approval})
    assert (again.status_code, again.mimetype) == (HTTPStatus.SEE_OTHER, "text/html")
    assert exports.states() == [ExportState.TAKEN]
    assert len(exports.rows(Action.EXPORTED)) == len(rows)


def test_transfer_that_breaks_off_is_begun_again_until_the_last_byte_was_sent(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    for pieces in (0, 1, len(speech()) // STEP_BYTES):  # all but the last one
        broken = exports.elli.post(f"{exports.page}/file", {"approval": approval})
        assert all(islice(broken.iter_encoded(), pieces))
        broken.close()
        assert exports.states() == [ExportState.APPROVED]
        assert exports.rows(Action.APPROVAL_USED) == []
    whole = exports.elli.post(f"{exports.page}/file", {"approval": approval})
    assert whole.data == speech()
    assert exports.states() == [ExportState.TAKEN]
    assert len(exports.rows(Action.LISTENING_BEGUN)) == 4
    assert len(exports.rows(Action.APPROVAL_USED)) == 1
    assert exports.elli.post(f"{exports.page}/file", {"approval": approval}).status_code == HTTPStatus.SEE_OTHER


def test_two_transfers_at_once_use_one_approval(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    both = [exports.elli.post(f"{exports.page}/file", {"approval": approval}) for _ in range(2)]
    assert [answer.data for answer in both] == [speech(), speech()]
    assert len(exports.rows(Action.APPROVAL_USED)) == 1
    assert {row.action for row in exports.rows(Action.REFUSED)} == set()


def test_approval_that_is_used_up_is_the_one_that_was_taken(exports: Exports) -> None:
    first = exports.ask()
    exports.decide(first)
    second = exports.ask(reason="Vakuutusyhtiö pyysi")
    exports.decide(second)
    assert exports.elli.post(f"{exports.page}/file", {"approval": second}).data == speech()
    assert exports.states() == [ExportState.TAKEN, ExportState.APPROVED]  # the newest first
    [used] = exports.rows(Action.APPROVAL_USED)
    assert json.loads(used.detail or "")["approval"] == second


def test_broken_transfer_is_over_with_its_approval(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    exports.elli.post(f"{exports.page}/file", {"approval": approval}).close()
    exports.viewer.office.clock.advance(days=7)
    exports.viewer.log_in(exports.elli)
    assert exports.states() == [ExportState.OVER]
    assert exports.elli.post(f"{exports.page}/file", {"approval": approval}).status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize("is_refused", [False, True])
def test_nothing_leaves_without_the_second_person(exports: Exports, is_refused: bool) -> None:  # noqa: FBT001
    approval = exports.ask()
    if is_refused:
        exports.decide(approval, is_approved=False)
    for number in (approval, 0, approval + 1, "one"):
        answer = exports.elli.post(f"{exports.page}/file", {"approval": number})
        assert answer.status_code == HTTPStatus.SEE_OTHER
    assert exports.rows(Action.EXPORTED) == []
    assert exports.states() == [ExportState.REFUSED if is_refused else ExportState.WAITING]
    assert len(exports.rows(Action.REFUSED)) == 4


def test_approval_is_over_after_seven_days(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    exports.viewer.office.clock.advance(days=7)
    exports.viewer.log_in(exports.elli)
    assert exports.states() == [ExportState.OVER]
    assert exports.elli.post(f"{exports.page}/file", {"approval": approval}).status_code == HTTPStatus.SEE_OTHER
    assert exports.rows(Action.EXPORTED) == []


@pytest.mark.parametrize("clock_goes", [{"minutes": 1}, {"minutes": -1}], ids=str)
def test_approval_of_an_account_that_was_disabled_since_lets_nothing_out(
    exports: Exports, clock_goes: dict[str, float]
) -> None:
    approval, office = exports.ask(), exports.viewer.office
    exports.decide(approval)
    office.clock.advance(**clock_goes)
    with office.database.begin() as session:
        disable_account(session, login="aapo", by=OPERATOR, clock=office.clock)
        enable_account(session, login="aapo", by=OPERATOR, clock=office.clock)
    office.clock.advance(minutes=2)
    assert exports.states() == [ExportState.OVER]
    assert exports.elli.post(f"{exports.page}/file", {"approval": approval}).status_code == HTTPStatus.SEE_OTHER
    assert exports.rows(Action.EXPORTED) == []
    again = exports.ask()
    assert again != approval
    assert exports.states() == [ExportState.WAITING, ExportState.OVER]


def test_who_takes_it_proves_again_who_he_is(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    exports.viewer.office.clock.advance(minutes=11)
    answer = exports.elli.post(f"{exports.page}/file", {"approval": approval})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "confirm" in answer.headers["Location"]
    assert exports.states() == [ExportState.APPROVED]
    assert exports.rows(Action.EXPORTED) == []


def test_another_takes_nothing_by_it(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    other = exports.viewer.browser("eetu", *EXPORTS)
    assert other.post(f"{exports.page}/file", {"approval": approval}).status_code == HTTPStatus.SEE_OTHER
    second = exports.viewer.spoken_call()
    wrong = exports.elli.post(f"/calls/{second}/export/file", {"approval": approval})
    assert wrong.status_code == HTTPStatus.SEE_OTHER
    assert exports.rows(Action.EXPORTED) == []


@pytest.mark.parametrize("tasks", [ALL_CALLS, (SEE_ALL,), (Permit(Task.EXPORT_AUDIO),), ()])
def test_page_is_not_there_for_who_may_not_export(exports: Exports, tasks: tuple[Permit, ...]) -> None:
    other = exports.viewer.browser("tiina", *tasks)
    refused = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
    assert other.get(exports.page).status_code in refused
    assert other.post(exports.page, ASKED).status_code in refused
    assert other.post(f"{exports.page}/file", {"approval": 1}).status_code in refused
    assert exports.rows(Action.APPROVAL_ASKED, Action.EXPORTED) == []


def test_what_is_asked_for_has_a_purpose_and_a_reason(exports: Exports) -> None:
    for words in ({"purpose": ""}, {"purpose": "own-call"}, {"purpose": "curiosity"}, {"reason": " "}):
        answer = exports.elli.post(exports.page, {**ASKED, **words})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, words
    assert exports.rows(Action.APPROVAL_ASKED) == []


def test_restriction_stops_an_approved_export(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    office = exports.viewer.office
    officer = office.actor(office.add_account("paivi", Task.HANDLE_CASES))
    with office.database.begin() as session:
        restrict(
            session, Restricted(call_id=exports.call_id), kind=RestrictionKind.RESTRICTION, case_number="T-2026-0001",
            reason="Kiistää", by=officer, clock=office.clock,
        )  # fmt: skip
    assert exports.elli.post(f"{exports.page}/file", {"approval": approval}).status_code == HTTPStatus.SEE_OTHER
    assert exports.rows(Action.EXPORTED) == []
    page = exports.elli.get(exports.page).text
    assert 'value="verify"' not in page
    assert "ei ole hyväksynyt" not in page  # it was approved; it is for the restriction that it does not go


def test_right_that_ends_after_the_approval_ends_the_export(exports: Exports) -> None:
    approval = exports.ask()
    exports.decide(approval)
    office = exports.viewer.office
    with office.database.begin() as session:
        of_elli = PermissionRow.account_id == exports.elli.account_id
        ending = update(PermissionRow).where(of_elli, PermissionRow.task == Task.EXPORT_AUDIO)
        session.execute(ending.values(valid_until=office.clock.now() + timedelta(minutes=1)))
    office.clock.advance(minutes=1)
    answer = exports.elli.post(f"{exports.page}/file", {"approval": approval})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert exports.rows(Action.EXPORTED, Action.APPROVAL_USED) == []


def test_operator_exports_after_approval_or_breaks_the_glass(exports: Exports, tmp_path: Path) -> None:
    house, office, out = exports.viewer, exports.viewer.office, tmp_path / "call.flac"

    def export(**more: str) -> int:
        return export_audio(
            office.database, OPERATOR, exports.call_id, purpose="verify", out=out, objects=house.objects,
            keys=house.keys, clock=office.clock, **more,
        )  # fmt: skip

    with pytest.raises(RefusedError, match="not approved"):
        export()
    assert not out.exists()
    asked = ask_export(office.database, OPERATOR, exports.call_id, purpose="verify", reason="Rikos", clock=office.clock)
    exports.decide(asked.id)
    assert export() == len(speech())
    out.unlink()
    with pytest.raises(RefusedError, match="not approved"):
        export()
    assert export(alone_because="Palvelin hajosi") == len(speech())
    (row,) = exports.rows(Action.GLASS_BROKEN)
    assert (row.login, row.call_id, row.purpose) == (OPERATOR.login, exports.call_id, "verify")
    assert json.loads(row.detail or "") == {"reason": "Palvelin hajosi"}


def test_nobody_with_an_account_breaks_the_glass(exports: Exports) -> None:
    office = exports.viewer.office
    with pytest.raises(RefusedError, match="alone"):
        break_glass(
            office.database, exports.elli_herself, exports.call_id, purpose="verify", reason="Kiire", clock=office.clock
        )
    for reason in ("", " ", "x" * 1001):
        with pytest.raises(BadDataError):
            break_glass(office.database, OPERATOR, exports.call_id, purpose="verify", reason=reason, clock=office.clock)
    assert exports.rows(Action.GLASS_BROKEN, Action.LISTENING_BEGUN) == []


def test_call_that_is_not_there_is_not_exported(exports: Exports) -> None:
    office = exports.viewer.office
    with pytest.raises(NotFoundError):
        begin_export(office.database, exports.elli_herself, "nonsense", approval_id=1, clock=office.clock)
