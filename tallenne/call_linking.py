"""Linking each call as it is archived, and making what an agent picked during it the call's decision.

Another company's register is asked before the call's transaction begins: a slow one keeps nobody from the database.
"""

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.manifest import Manifest
from ledger_link.linking.asking_ahead import ask_ahead
from ledger_link.linking.customer_number import customer_number
from ledger_link.linking.linker import link_call
from ledger_link.linking.live_picks import decide_as_picked
from ledger_link.register.customer_register import OpenRegister, RegisterQuestion
from rights.identity.accounts import agent_of_login
from storage.archive.rows import call_row
from storage.database.calls import CallRow
from storage.database.engine import Database


class CallLinking:
    """What one archive does with its calls, one at a time: ``prepare`` before a call's transaction, ``link`` within."""

    def __init__(self, *, database: Database, register: OpenRegister, clock: Clock) -> None:
        self._database = database
        self._register = register
        self._clock = clock
        self._asked = register

    def prepare(self, manifest: Manifest) -> None:
        """Ask whose number it is; that the register does not answer is met in ``link``, where it is no failure."""
        number = customer_number(call_row(manifest, agent=None, now=self._clock.now()))
        if number is None:
            self._asked = self._register
            return
        question = RegisterQuestion(numbers=frozenset({number}))
        self._asked = ask_ahead(self._database, self._register, lambda _session: question)

    def link(self, session: Session, call: CallRow) -> None:
        """Link the call by the rules, or as the agent who answered it picked."""
        link_call(session, call, register=self._asked, clock=self._clock)
        decide_as_picked(session, call, agent_of=agent_of_login, clock=self._clock)
