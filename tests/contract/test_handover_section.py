"""What was handed over stands in the copy of who it was about, in words of his language, and in nobody else's."""

from datetime import date

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_register import REGISTER_KEYS
from fixtures_rights import SEE_ALL

from ledger_link.values.day import end_of
from privacy.cases.case_words import CaseKind
from privacy.cases.code_words import CODES
from privacy.cases.gathering import gather
from privacy.cases.words import fact_said, heading, label
from privacy.disclosures.handover import HandoverDraft
from privacy.disclosures.handovers import record_handover
from privacy.disclosures.kinds import Content, LegalBasis, RecipientKind, Way
from rights.access.tasks import Task

LAST_DAY = date(2026, 12, 31)


def test_recipients_stand_in_the_copy(desk: PrivacyDesk) -> None:
    office = desk.office
    own = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    others = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000077")
    stranger = office.add_person("Matti", "Meikäläinen")
    clerk = office.actor(office.add_account("paula", SEE_ALL, Task.RECORD_DISCLOSURES, Task.VIEW_REGISTER))
    for contents, calls, persons in (
        ({Content.AUDIO, Content.CONTACT}, (own, others), (stranger,)),
        ({Content.LEDGER}, (), (desk.aino_id, stranger)),
        ({Content.AUDIO}, (others,), ()),
    ):
        draft = HandoverDraft(
            recipient_kind=RecipientKind.INSURER,
            recipient="Vakuutus Oy",
            basis=LegalBasis.LEGITIMATE_INTEREST,
            basis_detail="vahinko 123",
            contents=frozenset(contents),
            description="salainen selvitys",
            way=Way.ENCRYPTED_FILE,
            handed_at=office.clock.now(),
            expires_at=end_of(LAST_DAY),
            call_ids=calls,
            person_ids=persons,
        )
        record_handover(office.database, clerk, draft, clock=office.clock)
    case = desk.open(CaseKind.ACCESS)
    with office.database.read() as session:
        told = gather(session, REGISTER_KEYS, case.case_no, clock=office.clock)
    [section] = [one for one in told.sections if one.name == "handovers"]
    assert [{fact.name: fact.value for fact in entry}["what"] for entry in section.entries] == ["ledger", "audio"]
    for entry in section.entries:
        assert {fact.name: fact.value for fact in entry}["expires_on"] == LAST_DAY
    assert "salainen" not in repr([fact.value for entry in section.entries for fact in entry])
    for language, title in (("fi", "Luovutukset"), ("sv", "Utlämnanden"), ("en", "Disclosures to others")):
        assert heading(section.name, language) == title
        for fact in section.entries[0]:
            assert label(fact.name, language)
            assert fact_said(section.name, fact, language)


@pytest.mark.parametrize(
    ("place", "kinds"),
    [("handovers.kind", RecipientKind), ("handovers.what", Content), ("handovers.basis", LegalBasis)],
)
def test_every_code_has_words(place: str, kinds: type[RecipientKind] | type[Content] | type[LegalBasis]) -> None:
    assert set(CODES[place]) == {kind.value for kind in kinds}
