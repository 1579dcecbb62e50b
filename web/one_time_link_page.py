"""The page that shows a one-time link, this once: to the administrator of a new account, or to who approved one."""

from flask import render_template

from rights.identity.accounts import Account
from rights.identity.one_time_links import OneTimeLink
from web.parts import parts


def link_page(account: Account, link: OneTimeLink, *, to: str, told: str, waiting: int = 0) -> str:
    """Show it; ``to`` is where the page leads on, ``told`` what that is called, ``waiting`` counts grants that wait."""
    return render_template(
        "account_link.html",
        name=account.name,
        address=link.address(parts().settings.address),
        expires_at=link.expires_at,
        to=to,
        told=told,
        waiting=waiting,
    )
