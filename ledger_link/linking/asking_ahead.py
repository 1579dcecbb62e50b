"""Asking another register before a transaction of ours begins.

The way to it is long, and a transaction that writes holds locks: on SQLite the one write lock, from its beginning, so
that no call would be archived while somebody waits for a card.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from ledger_link.register.customer_register import FarRegister, OpenRegister, RegisterQuestion
from storage.database.engine import Database


def ask_ahead(
    database: Database, register: OpenRegister, question_of: Callable[[Session], RegisterQuestion]
) -> OpenRegister:
    """Give the register as it answers what is going to be asked; our own tables, which are near, are not asked.

    ``question_of`` reads in a transaction of its own, and raises what it may. That the register does not answer is
    raised where the answer is wanted, and not here.
    """
    with database.read() as session:
        opened = register(session)
        if not isinstance(opened, FarRegister):
            return register
        ask = opened.ahead(question_of(session))
    return ask()
