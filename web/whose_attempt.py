"""Whose attempt a request is: what the limits (:mod:`web.limits`) tell attempts apart by.

Each gives None where the attempt does not count for it: what is typed in a browser in which the login has been right
is no stranger's, and what another site's page sends is nobody's.
"""

from flask import request, session

from rights.identity.accounts import folded_login
from rights.identity.second_step import awaited
from web.forgery import is_navigation
from web.known_browser import known_browser_for
from web.log_in_provider import QUESTION
from web.parts import parts
from web.visitor import LINK_TOKEN, PENDING, visitor
from web.whence import network


def asking_account() -> str:
    """Tell apart who asks; strangers never get so far."""
    who = visitor()
    return f"account {who.account_id if who else None}"


def awaited_account() -> str:
    """Tell apart the accounts whose second factor is tried."""
    house = parts()
    found = awaited(house.database, token=str(session.get(PENDING, "")), clock=house.clock)
    return f"account {found.account_id if found else None}"


def typed_login() -> str:
    """Tell apart the logins that are tried, however they are written."""
    return folded_login(request.form.get("login", ""))


def network_elsewhere() -> str | None:
    """Tell apart the addresses, but for browsers in which the login has been right."""
    return None if _known_browser() else network()


def network_that_asked() -> str | None:
    """Count the answers to a browser's own question: any page of another site can send others to their address."""
    return network() if QUESTION in session else None


def network_that_goes() -> str | None:
    """Count the links that people open; what another site's page fetches is refused unseen."""
    return network() if is_navigation() else None


def network_with_link() -> str | None:
    """Tell apart the addresses of browsers that brought a one-time link."""
    return network() if LINK_TOKEN in session else None


def login_there() -> str | None:
    """Tell apart the logins at each address, but for browsers in which the login has been right."""
    return None if _known_browser() else f"{typed_login()} {network()}"


def login_elsewhere() -> str | None:
    """Tell apart the logins wherever they are typed, but for browsers in which the login has been right."""
    return None if _known_browser() else typed_login()


def login_in_known_browser() -> str | None:
    """Tell apart the browsers in which the login has been right."""
    browser = _known_browser()
    return f"{typed_login()} {browser}" if browser else None


def _known_browser() -> str | None:
    return known_browser_for(request.form.get("login", ""))
