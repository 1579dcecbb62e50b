"""Whose accounts did something: people read names, the rows have log-ins."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from rights.tables import AccountRow


def account_names(session: Session, logins: Iterable[str | None]) -> dict[str, str]:
    """Give the names of accounts by their log-ins; what is no account's, such as the house's own work, is left out."""
    wanted = sorted({login for login in logins if login})
    rows = session.scalars(select(AccountRow).where(AccountRow.login.in_(wanted)))
    return {row.login: row.name for row in rows}
