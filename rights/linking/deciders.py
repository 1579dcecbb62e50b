"""Who decided, by name: a decision keeps the login, which names nobody to a reader."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from rights.tables import AccountRow


def names_of(session: Session, logins: Collection[str]) -> dict[str, str]:
    """Give the names of the accounts behind some logins; a login without an account, as the operator's, is left out."""
    asked = select(AccountRow.login, AccountRow.name).where(AccountRow.login.in_(sorted(set(logins))))
    return {row.login: row.name for row in session.execute(asked)}
