"""One's own account: its password, its second factors, and where it is logged in."""

from flask import Blueprint, render_template

from rights.identity.compulsory_factor import is_compulsory
from rights.identity.log_in_news import TOLD_ON_PAGE, log_in_news
from rights.identity.provider_identities import identity_of
from rights.identity.second_factors import second_factors_of
from rights.identity.sessions import sessions_of
from web.account_names import account_names
from web.log_in_news_words import told_news
from web.parts import parts
from web.relying_party import relying_party
from web.visitor import current_visit

blueprint = Blueprint("own_account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> str:
    """Show one's own account."""
    return own_account_page()


def own_account_page(refused: str | None = None) -> str:
    """Give the page; ``refused`` says why what was asked was not done."""
    house, visit = parts(), current_visit()
    account_id = visit.session.account_id
    with house.database.read() as rows:
        factors = second_factors_of(rows, account_id)
        sessions = sessions_of(rows, account_id, clock=house.clock)
        identity = identity_of(rows, account_id)
        news = log_in_news(rows, account_id, within=TOLD_ON_PAGE, clock=house.clock)
        names = account_names(rows, [login for one in news for login in (one.asked_by, one.decided_by)])
    return render_template(
        "account/own_account.html",
        factors=factors,
        is_compulsory=is_compulsory(visit.actor.tasks, is_partner=visit.actor.is_partner),
        sessions=sessions,
        this_session=visit.session.id,
        identity=identity,
        news=told_news(news, names),
        provider=house.provider.name if house.provider else None,
        refused=refused,
        has_passkeys=relying_party() is not None,
    )
