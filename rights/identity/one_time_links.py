"""One-time links: how a person gets in the first time, or again after the password is forgotten.

Invariants: a link sets one password once, within a day; an account has at most one that works.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from rights.access.actor import Actor
from rights.identity.tokens import new_token, token_sha256
from rights.tables import OneTimeLinkRow

LINK_LIFETIME = timedelta(hours=24)
LINK_PATH = "/link"


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link's token, told once: the database has only its SHA-256."""

    token: str
    expires_at: datetime

    def address(self, viewer: str) -> str:
        """Give the whole address below the viewer's, e.g. ``https://tallenne.example/link/<token>``."""
        return f"{viewer.rstrip('/')}{LINK_PATH}/{self.token}"

    def __repr__(self) -> str:
        return f"OneTimeLink(token=..., expires_at={self.expires_at!r})"  # a token must not reach a log


def make_link(session: Session, *, account_id: int, by: Actor, clock: Clock) -> OneTimeLink:
    """Make a link for an account; earlier ones stop working."""
    revoke_links(session, account_id=account_id, clock=clock)
    now = clock.now()
    link = OneTimeLink(token=new_token(), expires_at=now + LINK_LIFETIME)
    row = OneTimeLinkRow(
        token_sha256=token_sha256(link.token),
        account_id=account_id,
        created_at=now,
        created_by=by.login,
        expires_at=link.expires_at,
    )
    session.add(row)
    session.flush()
    return link


def valid_link(session: Session, *, token: str, clock: Clock, for_use: bool = False) -> OneTimeLinkRow:
    """Find a link that still works; raise NotFoundError alike for unknown, used, revoked and expired ones.

    With ``for_use`` its row is locked: of two that come at once, the second waits and finds it used.
    """
    wanted = select(OneTimeLinkRow).where(
        OneTimeLinkRow.token_sha256 == token_sha256(token),
        OneTimeLinkRow.used_at.is_(None),
        OneTimeLinkRow.revoked_at.is_(None),
        OneTimeLinkRow.expires_at > clock.now(),
    )
    row = session.scalar(wanted.with_for_update() if for_use else wanted)
    if row is None:
        raise NotFoundError(what="the link does not work (any more)", remedy="ask the administrator for a new one")
    return row


def revoke_links(session: Session, *, account_id: int, clock: Clock) -> None:
    """Make an account's unused links stop working."""
    session.execute(
        update(OneTimeLinkRow)
        .where(
            OneTimeLinkRow.account_id == account_id,
            OneTimeLinkRow.used_at.is_(None),
            OneTimeLinkRow.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
