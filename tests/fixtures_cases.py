"""Cases for tests: an office with a privacy officer, an approver, a customer with calls, and an employee."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from fixtures_rights import Office

from ledger_link.values.day import day_of
from privacy.cases.case import Case, case_of, row_of
from privacy.cases.case_words import CaseKind, Channel, IdentityMethod
from privacy.cases.intake import Subject, open_case, subject_agent, subject_in_register, subject_outside
from rights.access.actor import Actor
from rights.access.tasks import Task

NUMBER = "+358401000001"


@dataclass
class PrivacyDesk:
    """An office whose privacy officer handles requests; Aino is a customer who called Sanna."""

    office: Office
    aino_id: int = 0
    officer: Actor = field(init=False)
    approver: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.aino_id = self.office.add_person("Aino", "Virtanen", NUMBER)
        self.officer = self.office.actor(self.office.add_account("outi", Task.HANDLE_CASES, Task.HEAR_FOR_COPIES))
        self.approver = self.office.actor(self.office.add_account("arto", Task.APPROVE_EXPORTS))

    @property
    def today(self) -> date:
        return day_of(self.office.clock.now())

    def open(
        self,
        kind: CaseKind = CaseKind.ACCESS,
        *,
        identity: IdentityMethod | None = IdentityMethod.DOCUMENT_SHOWN,
        agent_id: int | None = None,
        stranger: str = "",
        received_on: date | None = None,
    ) -> Case:
        """Open a case of Aino's, of an agent's, or of a stranger's by his name."""
        with self.office.database.begin() as session:
            subject: Subject
            if stranger:
                subject = subject_outside(stranger, language="fi")
            else:
                subject = subject_agent(session, agent_id) if agent_id else subject_in_register(session, self.aino_id)
            return open_case(
                session,
                subject,
                kind=kind,
                channel=Channel.IN_WRITING,
                received_on=received_on or self.today,
                request="Haluan nähdä tietoni.",
                language="fi",
                identity=identity,
                by=self.officer,
                clock=self.office.clock,
            )

    def case(self, case_no: str) -> Case:
        """Give a case as it is now."""
        with self.office.database.read() as session:
            return case_of(row_of(session, case_no))


@pytest.fixture
def desk(office: Office) -> PrivacyDesk:
    """A privacy desk on each of the two databases."""
    return PrivacyDesk(office)
