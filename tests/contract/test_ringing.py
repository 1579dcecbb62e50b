"""Who sees what rings: the agent at whose phone it rings, as long as it does, and nothing that a turvakielto hides."""

import json
from collections.abc import Callable, Sequence

import pytest
from fixtures_live import AINO, KORHONENS, LiveCall, Switchboard
from fixtures_rights import OWN_CALLS, Office
from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.errors import NotFoundError, RefusedError
from ledger_link.linking.link import LinkRule, LinkStatus
from ledger_link.linking.link_decisions import decisions_of
from ledger_link.linking.linker import link_call, link_of
from ledger_link.linking.live_picks import LiveCallPersonRow, decide_as_picked
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.calls.ringing import RingingCall, has_a_phone, pick_customer, ringing_calls
from rights.identity.accounts import agent_of_login
from rights.tables import AuditRow
from storage.archive.archive import Archive
from storage.database.calls import CallRow
from storage.objects.file_store import FileStore
from storage.vault.key_ring import KeyRing


@pytest.fixture
def sanna(office: Office) -> Actor:
    account_id = office.add_account("sanna", *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=office.sanna_id)
    return office.actor(account_id)


@pytest.fixture
def mikko(office: Office) -> Actor:
    return office.actor(office.add_account("mikko", *OWN_CALLS, agent_id=office.mikko_id))


Seeing = Callable[[Actor], Sequence[RingingCall]]


@pytest.fixture
def seen_by(office: Office, switchboard: Switchboard) -> Seeing:
    """What an actor's screen shows, after the mirror has looked."""

    def see(actor: Actor) -> Sequence[RingingCall]:
        switchboard.mirror.step()
        return ringing_calls(office.database, actor, clock=office.clock)

    return see


def audited(office: Office, action: Action) -> list[tuple[str | None, str | None, list[int]]]:
    with office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)).all()
    return [(row.login, row.call_id, json.loads(row.detail or "{}").get("persons", [])) for row in rows]


def everything(calls: Sequence[RingingCall]) -> str:
    return repr(calls)


def test_who_is_surely_calling_is_shown_to_whose_phone_rings(
    office: Office, switchboard: Switchboard, seen_by: Seeing, sanna: Actor, mikko: Actor
) -> None:
    aino = office.add_person("Aino", "Virtanen", AINO)
    call = switchboard.ringing_call("sanna")
    (shown,) = seen_by(sanna)
    assert (shown.call_id, shown.service_name, shown.number) == (call.call_id, "Asiakaspalvelu", AINO)
    assert (shown.status, shown.is_sure, shown.is_answered, shown.may_pick) == (LinkStatus.ONE, True, False, True)
    assert [candidate.card.name for candidate in shown.shown] == ["Aino Virtanen"]
    assert seen_by(mikko) == ()
    assert audited(office, Action.SCREEN_POPPED) == [("sanna", call.call_id, [aino])]


def test_what_stops_ringing_is_seen_no_longer(
    switchboard: Switchboard, seen_by: Seeing, sanna: Actor, mikko: Actor
) -> None:
    call = switchboard.ringing_call("sanna", "mikko")
    assert [len(seen_by(actor)) for actor in (sanna, mikko)] == [1, 1]
    call.answer("mikko")
    assert seen_by(sanna) == ()
    (shown,) = seen_by(mikko)
    assert shown.is_answered
    call.end()
    assert seen_by(mikko) == ()


def test_in_an_order_the_next_agent_sees_and_the_one_before_does_not(
    switchboard: Switchboard, seen_by: Seeing, sanna: Actor, mikko: Actor
) -> None:
    call = switchboard.ringing_call("sanna")
    assert (len(seen_by(sanna)), len(seen_by(mikko))) == (1, 0)
    call.ring("mikko")
    assert (len(seen_by(sanna)), len(seen_by(mikko))) == (0, 1)


@pytest.mark.parametrize("tasks", [(), (Task.LINK_CUSTOMERS,), (Task.ADMINISTER_ACCOUNTS, Task.VIEW_REGISTER)])
def test_an_agent_who_may_know_of_no_call_sees_none(
    office: Office, switchboard: Switchboard, seen_by: Seeing, tasks: tuple[Task, ...]
) -> None:
    actor = office.actor(office.add_account("elina", *tasks, agent_id=office.sanna_id))
    switchboard.ringing_call("sanna")
    assert not has_a_phone(actor)
    assert seen_by(actor) == ()


def test_who_is_no_agent_sees_none_whatever_he_may_hear(
    office: Office, switchboard: Switchboard, seen_by: Seeing
) -> None:
    trainer = office.actor(office.add_account("tiina", *Task))
    switchboard.ringing_call("sanna")
    assert seen_by(trainer) == ()


def test_each_card_is_audited_once_for_each_account(
    office: Office, switchboard: Switchboard, seen_by: Seeing, sanna: Actor
) -> None:
    office.add_person("Eero", "Korhonen", KORHONENS)
    office.add_person("Liisa", "Korhonen", KORHONENS)
    call = switchboard.ringing_call("sanna", number=KORHONENS)
    deputy = office.actor(office.add_account("deputy", *OWN_CALLS, agent_id=office.sanna_id))
    for actor in (sanna, sanna, deputy, sanna, deputy):
        assert len(seen_by(actor)) == 1
    call.answer("sanna")
    seen_by(sanna)
    assert [row[0] for row in audited(office, Action.SCREEN_POPPED)] == ["sanna", "deputy"]


def test_a_call_of_nobody_shows_nobody(office: Office, switchboard: Switchboard, seen_by: Seeing, sanna: Actor) -> None:
    office.add_person("Aino", "Virtanen", AINO)
    unknown = switchboard.ringing_call("sanna", number="+358409999999")
    withheld = switchboard.ringing_call("sanna", number=None)
    first, second = seen_by(sanna)
    assert (first.call_id, first.number, first.rule) == (unknown.call_id, "+358409999999", LinkRule.NUMBER_UNKNOWN)
    assert (second.call_id, second.number, second.is_withheld) == (withheld.call_id, None, True)
    assert (first.candidates, second.candidates) == ((), ())
    assert audited(office, Action.SCREEN_POPPED) == []


def test_turvakielto_hides_number_and_address_on_the_screen(
    office: Office, switchboard: Switchboard, seen_by: Seeing, sanna: Actor
) -> None:
    office.add_person("Salla", "Suojattu", "+358401000099", non_disclosure=True)
    switchboard.ringing_call("sanna", number="+358401000099")
    (shown,) = seen_by(sanna)
    assert (shown.number, shown.is_masked) == (None, True)
    assert "1000099" not in everything([shown])


def test_who_shares_a_number_with_a_turvakielto_keeps_it_too(
    office: Office, switchboard: Switchboard, seen_by: Seeing, sanna: Actor
) -> None:
    office.add_person("Salla", "Suojattu", "+358401000099", non_disclosure=True)
    office.add_person("Aino", "Virtanen", "+358401000099", AINO)
    switchboard.ringing_call("sanna", number="+358401000099")
    (shown,) = seen_by(sanna)
    assert (shown.status, shown.number) == (LinkStatus.SEVERAL, None)
    assert "1000099" not in everything([shown])


@pytest.fixture
def korhonens(office: Office) -> list[int]:
    return [office.add_person(name, "Korhonen", KORHONENS) for name in ("Eero", "Liisa")]


@pytest.fixture
def shared(switchboard: Switchboard, korhonens: list[int]) -> LiveCall:
    """A call from a number of two, at Sanna's phone."""
    assert len(korhonens) == 2
    return switchboard.ringing_call("sanna", number=KORHONENS)


def test_a_shared_number_is_resolved_while_it_rings(
    office: Office, seen_by: Seeing, sanna: Actor, shared: LiveCall, korhonens: list[int]
) -> None:
    (before,) = seen_by(sanna)
    assert (before.shown, before.picked, [one.card.person.id for one in before.candidates]) == ((), None, korhonens)
    pick_customer(office.database, sanna, shared.call_id, [korhonens[1]], clock=office.clock)
    (after,) = seen_by(sanna)
    assert (after.picked, [one.card.name for one in after.shown]) == ((korhonens[1],), ["Liisa Korhonen"])
    assert after.revision > before.revision
    pick_customer(office.database, sanna, shared.call_id, [], clock=office.clock)
    (none,) = seen_by(sanna)
    assert (none.picked, none.shown) == ((), ())
    assert [row[2] for row in audited(office, Action.LINK_DECIDED)] == [[korhonens[1]], []]


def test_only_candidates_of_a_call_at_ones_own_phone_can_be_picked(
    *, office: Office, switchboard: Switchboard, sanna: Actor, mikko: Actor, shared: LiveCall, korhonens: list[int]
) -> None:
    stranger = office.add_person("Aino", "Virtanen", AINO)
    for actor, call_id, person_id, refusal in (
        (sanna, shared.call_id, stranger, NotFoundError),
        (sanna, shared.call_id, 2**62, NotFoundError),
        (mikko, shared.call_id, korhonens[0], NotFoundError),
        (sanna, "no call", korhonens[0], NotFoundError),
        (office.actor(office.add_account("deputy", *OWN_CALLS, agent_id=office.sanna_id)), shared.call_id,
         korhonens[0], RefusedError),
    ):  # fmt: skip
        with pytest.raises(refusal):
            pick_customer(office.database, actor, call_id, [person_id], clock=office.clock)
    assert len(audited(office, Action.REFUSED)) == 5
    assert switchboard.rows()[shared.call_id].picked_by is None
    shared.end()
    switchboard.mirror.step()
    with pytest.raises(NotFoundError):
        pick_customer(office.database, sanna, shared.call_id, [korhonens[0]], clock=office.clock)


@pytest.mark.parametrize("chosen", [0, 1, None], ids=["Eero", "Liisa", "nobody"])
def test_a_pick_becomes_the_decision_when_the_call_is_archived(
    *,
    office: Office,
    switchboard: Switchboard,
    sanna: Actor,
    shared: LiveCall,
    korhonens: list[int],
    keys: KeyRing,
    tmp_path_factory: pytest.TempPathFactory,
    chosen: int | None,
) -> None:
    wanted = [] if chosen is None else [korhonens[chosen]]
    pick_customer(office.database, sanna, shared.call_id, wanted, clock=office.clock)
    shared.commit_answered("sanna")
    switchboard.mirror.step()
    assert switchboard.rows()[shared.call_id].picked_by == "sanna", "it waits for the archive"
    archive_once(office, switchboard, keys, tmp_path_factory)
    with office.database.read() as session:
        link = link_of(session, shared.call_id)
        assert (link.rule, link.decided_by, [person.id for person in link.persons]) == (
            LinkRule.DECIDED,
            "sanna",
            wanted,
        )
        assert len(decisions_of(session, shared.call_id)) == 1
        assert session.scalars(select(LiveCallPersonRow)).all() == []
    switchboard.mirror.step()
    assert switchboard.rows() == {}


@pytest.mark.parametrize("answering", ["sanna", None])
def test_a_pick_of_who_did_not_answer_decides_nothing(
    *,
    office: Office,
    switchboard: Switchboard,
    korhonens: list[int],
    keys: KeyRing,
    tmp_path_factory: pytest.TempPathFactory,
    answering: str | None,
) -> None:
    """Both phones rang, and he picked whose call it may be; then another talked with the caller, or nobody."""
    call = switchboard.ringing_call("sanna", "mikko", number=KORHONENS)
    tasks = (*OWN_CALLS, Task.LINK_CUSTOMERS)
    mikko = office.actor(office.add_account("mikko", *tasks, agent_id=office.mikko_id))
    pick_customer(office.database, mikko, call.call_id, [korhonens[0]], clock=office.clock)
    if answering is None:
        call.commit()
    else:
        call.commit_answered(answering)
    switchboard.mirror.step()
    archive_once(office, switchboard, keys, tmp_path_factory)
    with office.database.read() as session:
        assert link_of(session, call.call_id).status is LinkStatus.SEVERAL
        assert decisions_of(session, call.call_id) == ()
        assert session.scalars(select(LiveCallPersonRow)).all() == []


def test_a_call_that_nobody_picked_is_linked_by_the_rules(
    office: Office,
    switchboard: Switchboard,
    shared: LiveCall,
    keys: KeyRing,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shared.commit()
    archive_once(office, switchboard, keys, tmp_path_factory)
    with office.database.read() as session:
        assert link_of(session, shared.call_id).status is LinkStatus.SEVERAL
    switchboard.mirror.step()
    assert switchboard.rows() == {}


def archive_once(
    office: Office, switchboard: Switchboard, keys: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Archive what is committed, linked as ``tallenne archive`` does."""
    objects = FileStore(tmp_path_factory.mktemp("objects"))
    objects.prepare()

    def link(session: Session, call: CallRow) -> None:
        link_call(session, call, clock=office.clock)
        decide_as_picked(session, call, agent_of=agent_of_login, clock=office.clock)

    archive = Archive(
        spool=switchboard.spool,
        database=office.database,
        objects=objects,
        keys=keys,
        clock=office.clock,
        link=link,
    )
    assert archive.run_once() == 1


@pytest.mark.usefixtures("register")
def test_the_sample_registers_shared_number_rings(switchboard: Switchboard, seen_by: Seeing, sanna: Actor) -> None:
    switchboard.ringing_call("sanna", number=KORHONENS)
    (shown,) = seen_by(sanna)
    assert [candidate.card.name for candidate in shown.candidates] == ["Eero Korhonen", "Liisa Korhonen"]
    assert all(candidate.card.leases[0].address for candidate in shown.candidates)
    marks = [candidate.marks for candidate in shown.candidates if candidate.marks is not None]
    assert [(one.person_no, one.birth_year, one.birth_date) for one in marks] == [
        ("P-0002", 1955, None),  # the day of birth takes "view register"
        ("P-0003", 1972, None),
    ]
