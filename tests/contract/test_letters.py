"""Letters say what the law wants: why, until when, whom to turn to, and who else is told (GDPR 12, 18, 19)."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures_cases import PrivacyDesk

from calls.errors import BadDataError
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.handling import decide, extend
from privacy.cases.letter import Enclosed, LetterKind, Sender, letter_html
from privacy.documents.ombudsman import OmbudsmanSettings
from privacy.documents.settings import ControllerSettings
from storage.database.engine import Database

MOVED = OmbudsmanSettings(post_fi="PL 1, 00999 Helsinki", post_sv="PB 1, 00999 Helsingfors", post_en="P.O. Box 1")
COURT = {"fi": "tuomioistuimeen", "sv": "domstol", "en": "court"}
RECIPIENTS = {"fi": "19 artikla", "sv": "artikel 19", "en": "Article 19"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what a letter says is not asked in SQL, and cases are kept on both kinds in test_cases."""
    return sqlite_database


def letter(desk: PrivacyDesk, case_no: str, kind: LetterKind, language: str) -> str:
    """Give the text of a letter, as it would be in a language."""
    case = replace(desk.case(case_no), language=language)
    html = letter_html(case, kind, sender=Sender("Koti Oy"), on=desk.today, ombudsman=MOVED)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def decided(desk: PrivacyDesk, kind: CaseKind, outcome: Outcome) -> str:
    stranger = "Veikko Vieras" if outcome is Outcome.NOTHING_KEPT else ""
    case_no = desk.open(kind, stranger=stranger).case_no
    with desk.office.database.begin() as session:
        decide(session, case_no, outcome=outcome, reasons="Peruste.", by=desk.officer, clock=desk.office.clock)
    return case_no


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", CaseKind)
def test_a_refusal_says_why_and_whom_to_turn_to(desk: PrivacyDesk, kind: CaseKind, language: str) -> None:
    for outcome in (Outcome.REFUSED, Outcome.PARTLY_GRANTED, Outcome.NOTHING_KEPT):
        told = letter(desk, decided(desk, kind, outcome), LetterKind.DECISION, language)
        assert "Peruste." in told
        assert MOVED.reached(language) in told
        assert COURT[language] in told
        assert (RECIPIENTS[language] in told) == (
            outcome is Outcome.PARTLY_GRANTED
            and kind in {CaseKind.RECTIFICATION, CaseKind.ERASURE, CaseKind.RESTRICTION}
        )


@pytest.mark.parametrize(
    ("language", "part"), [("fi", "siltä osin kuin"), ("sv", "till den del som"), ("en", "as far as")]
)
def test_an_objection_that_was_granted_in_part_is_not_told_as_whole(
    desk: PrivacyDesk, language: str, part: str
) -> None:
    for outcome in (Outcome.GRANTED, Outcome.PARTLY_GRANTED):
        told = letter(desk, decided(desk, CaseKind.OBJECTION, outcome), LetterKind.DECISION, language)
        assert (part in told) == (outcome is Outcome.PARTLY_GRANTED)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_an_extension_says_why_until_when_and_whom_to_turn_to(desk: PrivacyDesk, language: str) -> None:
    case_no = desk.open().case_no
    with desk.office.database.begin() as session:
        extend(session, case_no, months=2, reasons="Satoja puheluja.", by=desk.officer, clock=desk.office.clock)
    told = letter(desk, case_no, LetterKind.EXTENSION, language)
    due_on = desk.case(case_no).clocks.due_on
    assert re.search(rf"\b{due_on.day}\W{due_on.month}\W{due_on.year}|{due_on.day}/{due_on.month}/{due_on.year}", told)
    for said in ("Satoja puheluja.", MOVED.reached(language), COURT[language]):
        assert said in told


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("has_passphrase", [True, False])
def test_a_covering_letter_says_how_the_copy_opens_and_how_it_is_known(
    desk: PrivacyDesk, language: str, *, has_passphrase: bool
) -> None:
    case = replace(desk.case(desk.open().case_no), language=language)
    enclosed = Enclosed(f"{case.case_no}.zip.age", "a" * 64, "b" * 64, has_passphrase)
    html = letter_html(case, LetterKind.COPY, sender=Sender("Koti Oy"), on=desk.today, enclosed=enclosed)
    key = "" if has_passphrase else r"-i \S+\.txt "
    assert re.search(rf"age -d {key}-o {case.case_no}\.zip {case.case_no}\.zip\.age<", html)
    assert "a" * 64 in html
    assert "b" * 64 in html
    with pytest.raises(BadDataError):
        letter_html(case, LetterKind.COPY, sender=Sender("Koti Oy"), on=desk.today)


def test_nobody_writes_a_letter_who_is_not_named() -> None:
    """A decision that bore the name of a program would be nobody's."""
    with pytest.raises(BadDataError) as caught:
        Sender.of(ControllerSettings(name="Koti Oy"))
    assert caught.value.where == "controller.address, controller.email or telephone"
    sender = Sender.of(ControllerSettings(name="Koti Oy", address="Katu 1", telephone="+358 10 1", contact="Outi"))
    assert sender == Sender("Koti Oy", "Katu 1", "Outi, +358 10 1")


@pytest.mark.parametrize(
    ("language", "said"), [("fi", "Tietosuojavastaava"), ("sv", "Dataskyddsombud"), ("en", "Data protection officer")]
)
def test_a_letter_says_how_the_controller_and_its_officer_are_reached(
    desk: PrivacyDesk, language: str, said: str
) -> None:
    controller = ControllerSettings(
        name="Koti Oy", address="Katu 1", email="tieto@koti.example", telephone="010 123 4567",
        dpo="Tiina Tuki", dpo_contact="tiina@koti.example, 010 123 4568",
    )  # fmt: skip
    case = replace(desk.case(decided(desk, CaseKind.ACCESS, Outcome.REFUSED)), language=language)
    html = letter_html(case, LetterKind.DECISION, sender=Sender.of(controller), on=desk.today)
    for one in ("tieto@koti.example, 010 123 4567", f"{said}: Tiina Tuki, tiina@koti.example, 010 123 4568"):
        assert one in html
    assert said not in letter_html(case, LetterKind.DECISION, sender=Sender("Koti Oy"), on=desk.today)


def test_the_ombudsmans_address_stands_in_one_place() -> None:
    product = [path for folder in ("privacy", "web", "rights") for path in Path(folder).rglob("*.*")]
    texts = [path for path in product if path.suffix in {".py", ".html", ".po"}]
    assert [path.as_posix() for path in texts if "00531" in path.read_text(encoding="utf-8")] == [
        "privacy/documents/ombudsman.py"
    ]
