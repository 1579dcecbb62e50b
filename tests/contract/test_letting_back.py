"""Nobody becomes somebody else alone: a new link, and the reset of a second factor, take two people, and are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fixtures_rights import ALL_CALLS, GOOD_PASSWORD, OPERATOR, OTHER_PASSWORD, Office
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import APPROVAL_LIFETIME, Approval
from rights.access.deciding import Decided, decide_and_do
from rights.access.deeds import Deed
from rights.access.tasks import Task
from rights.identity.accounts import (
    add_account,
    change_agent,
    disable_account,
    enable_account,
    renew_link,
    revoke_task,
    set_password,
)
from rights.identity.factor_changes import reset_second_factor
from rights.identity.letting_back import LETTING_BACK, ask_to_let_back, waiting_to_let_back
from rights.identity.log_in_news import TOLD_AT_LOG_IN, TOLD_ON_PAGE, NewsState, log_in_news
from rights.identity.provider_identities import ProvenIdentity, enter_identity, link_identity
from rights.identity.second_factors import second_factors_of
from rights.identity.totp import add_totp, new_secret
from rights.tables import AuditRow
from storage.vault.field_vault import FieldVault

ISSUER = "https://login.example"


@pytest.fixture
def heikki(office: Office) -> Actor:
    return office.actor(office.add_account("heikki", Task.APPROVE_GRANTS, password=GOOD_PASSWORD))


@pytest.fixture
def tiina(office: Office, vault: FieldVault) -> int:
    """Give an account whose owner has been in, with an app as the second factor."""
    account_id = office.add_account("tiina", *ALL_CALLS, password=GOOD_PASSWORD)
    with_app(office, account_id, vault)
    return account_id


def with_app(office: Office, account_id: int, vault: FieldVault) -> None:
    with office.database.begin() as session:
        add_totp(session, account_id=account_id, secret=new_secret(), step=1, vault=vault, clock=office.clock)


def ask_for(office: Office, account_id: int, deed: Deed, by: Actor) -> Approval:
    with office.database.begin() as session:
        return ask_to_let_back(session, account_id, deed=deed, reason="unohtui", by=by, clock=office.clock)


def decide(office: Office, asked: Approval, by: Actor, *, is_approved: bool = True) -> Decided:
    with office.database.begin() as session:
        return decide_and_do(session, asked.id, is_approved=is_approved, by=by, clock=office.clock)


def news_of(office: Office, account_id: int, within: timedelta = TOLD_ON_PAGE) -> list[tuple[Deed, NewsState, str]]:
    with office.database.read() as session:
        news = log_in_news(session, account_id, within=within, clock=office.clock)
    return [(one.deed, one.state, one.asked_by) for one in news]


def test_an_administrator_alone_lets_nobody_back_in_who_has_been_in(office: Office, pekka: Actor, tiina: int) -> None:
    for alone in (renew_link, reset_second_factor):
        with pytest.raises(RefusedError, match="alone"), office.database.begin() as session:
            alone(session, login="tiina", by=pekka, clock=office.clock)
    with office.database.read() as session:
        assert second_factors_of(session, tiina).is_enrolled


def take_everything_away(office: Office, by: Actor) -> None:
    with office.database.begin() as session:
        for permit in ALL_CALLS:
            revoke_task(session, login="tiina", permit=permit, by=by, clock=office.clock)


def disable_and_enable(office: Office, by: Actor) -> None:
    with office.database.begin() as session:
        disable_account(session, login="tiina", by=by, clock=office.clock)
        enable_account(session, login="tiina", by=by, clock=office.clock)


def change_the_agent(office: Office, by: Actor) -> None:
    with office.database.begin() as session:
        change_agent(session, login="tiina", agent_id=office.mikko_id, by=by, clock=office.clock)


def enter_an_address(office: Office, by: Actor) -> None:
    with office.database.begin() as session:
        enter_identity(session, account_id=1, issuer=ISSUER, email="pekka@koti.example", by=by, clock=office.clock)


@pytest.mark.parametrize("before", [take_everything_away, disable_and_enable, change_the_agent, enter_an_address])
def test_no_change_before_it_opens_another_way(
    office: Office, tiina: int, before: Callable[[Office, Actor], None]
) -> None:
    pekka = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))
    assert tiina == 1
    before(office, pekka)
    with pytest.raises(RefusedError, match="alone"), office.database.begin() as session:
        renew_link(session, login="tiina", by=pekka, clock=office.clock)
    with pytest.raises(RefusedError, match="alone"), office.database.begin() as session:
        reset_second_factor(session, login="tiina", by=pekka, clock=office.clock)


def test_no_other_account_takes_the_login_of_one_that_is_disabled(office: Office, pekka: Actor, tiina: int) -> None:
    with office.database.begin() as session:
        disable_account(session, login="tiina", by=pekka, clock=office.clock)
    for login in ("tiina", " TIINA "):
        with pytest.raises(BadDataError, match="taken"), office.database.begin() as session:
            add_account(session, name="Tiina", login=login, tasks=(), by=pekka, clock=office.clock)
    with pytest.raises(BadDataError, match="disabled"):
        ask_for(office, tiina, Deed.NEW_LINK, pekka)


def test_an_address_that_an_administrator_enters_links_his_own_account_at_the_provider_to_nobody_elses(
    office: Office, pekka: Actor, tiina: int
) -> None:
    with office.database.begin() as session:
        enter_identity(session, account_id=tiina, issuer=ISSUER, email="p@koti.example", by=pekka, clock=office.clock)
        proven = ProvenIdentity(ISSUER, "pekka-at-provider", "p@koti.example")
        assert not link_identity(session, proven, by=pekka, clock=office.clock)


def test_who_approves_gets_the_link_and_who_asked_does_not(
    office: Office, pekka: Actor, heikki: Actor, tiina: int
) -> None:
    asked = ask_for(office, tiina, Deed.NEW_LINK, pekka)
    assert asked.expires_at - asked.asked_at == APPROVAL_LIFETIME <= timedelta(days=7)
    with office.database.read() as session:
        assert [one.id for one in waiting_to_let_back(session, tiina, by=pekka, clock=office.clock)] == [asked.id]
    link = decide(office, asked, heikki).link
    assert link is not None
    with office.database.begin() as session:
        set_password(session, token=link.token, password=OTHER_PASSWORD, clock=office.clock)
        assert waiting_to_let_back(session, tiina, by=pekka, clock=office.clock) == []
        made = session.scalars(select(AuditRow).where(AuditRow.action == "one-time-link-made")).all()[-1]
    assert made.login == "pekka"
    assert '"approved_by": "heikki"' in (made.detail or "")
    with pytest.raises(NotFoundError):
        decide(office, asked, heikki)


def test_a_reset_is_done_as_it_is_approved_and_not_when_it_is_refused(
    office: Office, pekka: Actor, heikki: Actor, tiina: int
) -> None:
    decide(office, ask_for(office, tiina, Deed.RESET_SECOND_FACTOR, pekka), heikki, is_approved=False)
    with office.database.read() as session:
        assert second_factors_of(session, tiina).is_enrolled
    assert decide(office, ask_for(office, tiina, Deed.RESET_SECOND_FACTOR, pekka), heikki).link is None
    with office.database.read() as session:
        assert not second_factors_of(session, tiina).is_enrolled
    assert [state for _, state, _ in news_of(office, tiina)] == [NewsState.DONE, NewsState.REFUSED]


@pytest.mark.parametrize("deed", sorted(LETTING_BACK))
def test_neither_the_asker_nor_the_owner_approves(office: Office, vault: FieldVault, deed: Deed) -> None:
    both = (Task.ADMINISTER_ACCOUNTS, Task.APPROVE_GRANTS)
    olli = office.actor(office.add_account("olli", *both, password=GOOD_PASSWORD))
    oona = office.actor(office.add_account("oona", *both, password=GOOD_PASSWORD))
    with_app(office, oona.account_id or 0, vault)
    asked = ask_for(office, oona.account_id or 0, deed, olli)
    with pytest.raises(RefusedError, match="himself"):
        decide(office, asked, olli)
    with pytest.raises(RefusedError, match="of his own"):
        decide(office, asked, oona)
    with pytest.raises(RefusedError, match="himself"):
        ask_for(office, oona.account_id or 0, deed, oona)
    assert decide(office, asked, oona, is_approved=False).approval.is_approved is False  # she never asked


@pytest.mark.parametrize("deed", sorted(LETTING_BACK))
def test_what_was_approved_is_of_the_account_as_it_was(
    office: Office, vault: FieldVault, pekka: Actor, tiina: int, deed: Deed
) -> None:
    heikki = office.actor(office.add_account("heikki", Task.APPROVE_GRANTS))
    asked = ask_for(office, tiina, deed, pekka)
    office.clock.advance(hours=1)
    with office.database.begin() as session:
        link = renew_link(session, login="tiina", by=OPERATOR, clock=office.clock)
        set_password(session, token=link.token, password=OTHER_PASSWORD, clock=office.clock)
    with_app(office, tiina, vault)
    with pytest.raises(RefusedError, match="changed since"):
        decide(office, asked, heikki)
    again = ask_for(office, tiina, deed, pekka)
    office.clock.advance(days=7)
    with pytest.raises(NotFoundError):
        decide(office, again, heikki)


def test_who_asked_must_still_administer(office: Office, pekka: Actor, heikki: Actor, tiina: int) -> None:
    asked = ask_for(office, tiina, Deed.NEW_LINK, pekka)
    office.add_account("paavo", Task.ADMINISTER_ACCOUNTS)
    with office.database.begin() as session:
        revoke_task(session, login="pekka", permit=Task.ADMINISTER_ACCOUNTS, by=OPERATOR, clock=office.clock)
    with pytest.raises(RefusedError, match="administer-accounts"):
        decide(office, asked, heikki)
    with pytest.raises(RefusedError, match="administer-accounts"):
        ask_for(office, tiina, Deed.NEW_LINK, heikki)


def test_whoever_was_never_in_gets_another_link_from_one_person(office: Office, pekka: Actor) -> None:
    newcomer = office.add_account("uusi", *ALL_CALLS)
    with office.database.begin() as session:
        renew_link(session, login="uusi", by=pekka, clock=office.clock)
    with pytest.raises(BadDataError, match="no second person"):
        ask_for(office, newcomer, Deed.NEW_LINK, pekka)
    with pytest.raises(NotFoundError):
        ask_for(office, 99, Deed.NEW_LINK, pekka)
    assert news_of(office, newcomer) == []


def test_the_owner_is_told_what_others_did_and_for_how_long(office: Office, pekka: Actor, heikki: Actor) -> None:
    with office.database.begin() as session:
        first = add_account(session, name="Asta", login="asta", tasks=(), by=OPERATOR, clock=office.clock)
        asta = set_password(session, token=first.token, password=GOOD_PASSWORD, clock=office.clock).id
    assert news_of(office, asta) == []
    office.clock.advance(minutes=1)
    with office.database.begin() as session:
        renew_link(session, login="asta", by=OPERATOR, clock=office.clock)
        renew_link(session, login="pekka", by=OPERATOR, clock=office.clock)
    office.clock.advance(minutes=1)
    asked = ask_for(office, asta, Deed.NEW_LINK, pekka)
    by_operator = (Deed.NEW_LINK, NewsState.DONE, OPERATOR.login)
    assert news_of(office, asta) == [(Deed.NEW_LINK, NewsState.WAITS, "pekka"), by_operator]
    decide(office, asked, heikki)
    assert news_of(office, asta, TOLD_AT_LOG_IN) == [(Deed.NEW_LINK, NewsState.DONE, "pekka"), by_operator]
    unanswered = ask_for(office, asta, Deed.NEW_LINK, pekka)
    office.clock.advance(days=30)
    assert news_of(office, asta, TOLD_AT_LOG_IN) == []
    assert (Deed.NEW_LINK, NewsState.OVER, unanswered.asked_by) in news_of(office, asta)
    office.clock.advance(days=90)
    assert news_of(office, asta) == []
