"""The documents: whole in three languages, made of the settings, changed by nothing else, readable as a PDF."""

import io
from dataclasses import replace

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from privacy.disclosures.kinds import RecipientKind
from privacy.documents.changes import Line, changes, lines_of
from privacy.documents.facts import DocumentFacts, HouseFacts, RetentionFacts, ServiceFacts
from privacy.documents.kinds import LANGUAGES, DocumentKind
from privacy.documents.pdf import document_pdf
from privacy.documents.settings import ControllerSettings
from privacy.documents.text import TITLES, digest, render_text, render_texts
from privacy.retention.settings import RetentionSettings
from rights.listening.purposes import Purpose
from storage.objects.region import StoragePlace

TRAINING = Purpose("training", "Koulutus", "Utbildning", "Training")
CONTROLLER = ControllerSettings(
    name="Koti <script>Oy", business_id="2077474-0", address="Katu 1, 00100 Helsinki", email="tietosuoja@koti.example"
)
HOUSE = HouseFacts(
    controller=CONTROLLER,
    services=(ServiceFacts("Asiakaspalvelu", "+358102001000", ("fi", "sv")),),
    place=StoragePlace("eu-north-1", "SE"),
)
FACTS = DocumentFacts(
    house=HOUSE,
    listening=(TRAINING,),
    register=(TRAINING,),
    retention=(RetentionFacts(None, TRAINING, 6, "months"), RetentionFacts("Asiakaspalvelu", TRAINING, 1, "years")),
    recipients=tuple(sorted(RecipientKind)),
    partners=("Perintä Oy",),
)


@pytest.mark.parametrize("kind", DocumentKind)
def test_document_says_the_same_in_each_language(kind: DocumentKind) -> None:
    texts = render_texts(kind, FACTS)
    assert list(texts) == list(LANGUAGES) == sorted(TITLES[kind], key=LANGUAGES.index)
    assert len({len(lines_of(html)) for html in texts.values()}) == 1
    headings = {
        tuple(line.split(">")[0] for line in html.splitlines() if line.startswith("<h")) for html in texts.values()
    }
    assert len(headings) == 1
    for html in texts.values():
        assert "<script>" not in html
        assert "Koti &lt;script&gt;Oy, " in html
        assert "Perintä Oy" in html


def test_document_is_made_of_the_settings_and_of_what_administrators_keep() -> None:
    told = lines_of(render_text(DocumentKind.RECORDINGS_STATEMENT, "fi", FACTS))
    for line in (
        "Koti <script>Oy, Y-tunnus 2077474-0",
        "Katu 1, 00100 Helsinki",
        "Koulutus",
        "Asiakaspalvelu, +358102001000 (ilmoitus: suomeksi, ruotsiksi)",
        "Kaikki palvelut, Koulutus: 6 kuukautta",
        "Asiakaspalvelu, Koulutus: 1 vuosi",
    ):
        assert line in told
    assert any("palvelinalueella eu-north-1 (SE)" in line for line in told)
    for kind in DocumentKind:
        assert render_texts(kind, FACTS) == render_texts(kind, FACTS)
        moved = replace(FACTS, house=replace(HOUSE, place=StoragePlace(None, "FI")))
        assert digest(render_texts(kind, moved)) != digest(render_texts(kind, FACTS))


def test_document_tells_a_transfer_out_of_the_eea_with_its_ground() -> None:
    place = StoragePlace("us-east-1", "outside the EEA", "Vakiolausekkeet, 46 artikla")
    abroad = replace(FACTS, house=replace(HOUSE, place=place))
    for kind in DocumentKind:
        for language, html in render_texts(kind, abroad).items():
            assert "us-east-1" in html, (kind, language)
            assert "Vakiolausekkeet, 46 artikla" in html, (kind, language)
            assert "outside the EEA" not in html, (kind, language)


HIRED = StoragePlace("eu-north-1", "SE", provider="Pilvi Oy", provider_country="LU")


def test_document_names_who_keeps_the_recordings_for_the_controller() -> None:
    told = replace(FACTS, house=replace(HOUSE, place=HIRED))
    processor = {"fi": "henkilötietojen käsittelijä", "sv": "personuppgiftsbiträde", "en": "processor, Article 28"}
    for kind in DocumentKind:
        for language, words in processor.items():
            [line] = [line for line in lines_of(render_text(kind, language, told)) if words in line]
            assert "Pilvi Oy (LU)" in line
    own = replace(FACTS, house=replace(HOUSE, place=replace(HIRED, provider=CONTROLLER.name.upper())))
    hired = replace(FACTS, house=replace(HOUSE, place=replace(HIRED, region=None)))
    for facts, words in (
        (own, "rekisterinpitäjän omalla palvelimella (SE)"),
        (hired, "lukuun ylläpidetyllä palvelimella"),
    ):
        text = render_text(DocumentKind.PROCESSING_RECORD, "fi", facts)
        assert words in text
        assert ("henkilötietojen käsittelijä" in text) == (facts is hired)


def test_document_tells_a_provider_outside_the_eea_with_its_ground() -> None:
    place = replace(HIRED, provider_country="US", reason="Riittävyyspäätös, 45 artikla")
    for kind in DocumentKind:
        for language, denied in {"fi": "ei siirretä", "sv": "överförs inte", "en": "not transferred"}.items():
            text = render_text(kind, language, replace(FACTS, house=replace(HOUSE, place=place)))
            assert "Riittävyyspäätös, 45 artikla" in text
            assert "Pilvi Oy (US)" in text
            assert denied not in text


def test_a_house_says_that_who_keeps_its_recordings_is_not_named() -> None:
    assert HOUSE.missing() == ("objects.provider",)
    assert replace(HOUSE, place=HIRED).missing() == ()
    assert replace(HOUSE, place=StoragePlace(None, "FI")).missing() == ()
    nobody = replace(HOUSE, controller=ControllerSettings())
    assert nobody.missing() == (*ControllerSettings().missing(), "objects.provider")


def test_periods_of_register_vouchers_and_requests_are_those_of_the_settings() -> None:
    kept = RetentionSettings(
        register_person_years=5, applicant_years=1, voucher_years=10, case_years=3, handover_years=12
    )
    told = replace(FACTS, house=replace(HOUSE, retention=kept))
    for kind in (DocumentKind.PROCESSING_RECORD, DocumentKind.CUSTOMERS_STATEMENT):
        text = " ".join(lines_of(render_text(kind, "fi", told)))
        assert "kun viimeisen vuokrasuhteen päättymisestä on 5 vuotta" in text
        assert "Kirjanpitoaineistoa säilytetään 10 vuotta" in text
        assert "kun käsittelyn päättymisestä on 3 vuotta" in text
        assert "kun häntä koskevasta uusimmasta tiedosta on 1 vuosi eikä" in text
        assert ("säilytysajan päättymisestä on 12 vuotta, kuitenkin" in text) == (
            kind is DocumentKind.PROCESSING_RECORD
        )
        silent = " ".join(lines_of(render_text(kind, "fi", FACTS)))
        assert "niin kauan kuin vuokrasuhteesta johtuvia vaatimuksia" in silent
        assert "Kirjanpitoaineistoa säilytetään 6 vuotta" in silent
        assert "ei ole vielä määrätty säilytysaikaa" in silent
        assert "tiedoille ei ole vielä määrätty säilytysaikaa" in silent
        assert ("on 10 vuotta, kuitenkin" in silent) == (kind is DocumentKind.PROCESSING_RECORD)
    elsewhere = replace(told, house=replace(told.house, is_register_elsewhere=True))
    text = " ".join(lines_of(render_text(DocumentKind.CUSTOMERS_STATEMENT, "fi", elsewhere)))
    assert "niin kauan kuin vuokrasuhteesta johtuvia vaatimuksia" in text
    assert "vähintään 6 vuotta" in text
    assert "uusimmasta tiedosta" not in text  # the other register's own to say


@pytest.mark.parametrize("kind", DocumentKind)
def test_document_tells_for_how_long_the_log_can_be_read(kind: DocumentKind) -> None:
    told = replace(FACTS, house=replace(HOUSE, log_detail_years=10))
    years = {"fi": "10 täyttä kalenterivuotta", "sv": "10 hela kalenderår", "en": "10 full calendar years"}
    none = {"fi": "ei ole vielä määrätty määräaikaa", "sv": "ingen tidsfrist", "en": "no time limit has been set"}
    for language in LANGUAGES:
        for facts, said, unsaid in ((told, years, none), (FACTS, none, years)):
            text = render_text(kind, language, facts)
            assert text.count(said[language]) == 1, (language, facts.house.log_detail_years)
            assert unsaid[language] not in text


@pytest.mark.parametrize("kind", DocumentKind)
def test_employees_are_told_that_accounts_and_reasons_for_permissions_stay(kind: DocumentKind) -> None:
    stay = {"fi": "ei poisteta", "sv": "raderas inte", "en": "not deleted"}
    about = {"fi": "Käyttäjätilejä, käyttöoikeuksia", "sv": "Användarkonton, behörigheter", "en": "User accounts, perm"}
    concerns_staff = kind in {DocumentKind.PROCESSING_RECORD, DocumentKind.EMPLOYEES_NOTICE}
    for language in LANGUAGES:
        told = [line for line in lines_of(render_text(kind, language, FACTS)) if line.startswith(about[language])]
        assert [stay[language] in line for line in told] == [True] * concerns_staff


@pytest.mark.parametrize("kind", [one for one in DocumentKind if one is not DocumentKind.PROCESSING_RECORD])
def test_right_to_object_is_told_apart_from_everything_else(kind: DocumentKind) -> None:
    headings = {"fi": "Oikeus vastustaa käsittelyä", "sv": "Rätt att göra invändningar", "en": "Right to object"}
    for language, heading in headings.items():  # GDPR 21(4)
        assert heading in lines_of(render_text(kind, language, FACTS))


def test_controller_says_what_is_missing() -> None:
    assert ControllerSettings().missing() == (
        "controller.name",
        "controller.address",
        "controller.email or telephone",
    )
    assert CONTROLLER.missing() == ()
    named = CONTROLLER.model_copy(update={"dpo": "Tiina Tuki", "dpo_contact": ""})
    assert named.missing() == ("controller.dpo_contact",)
    with pytest.raises(ValidationError, match="not a business id"):
        ControllerSettings(business_id="2077474-1")


def test_change_is_told_line_by_line() -> None:
    old = render_text(DocumentKind.RECORDINGS_STATEMENT, "fi", FACTS)
    longer = replace(FACTS, retention=(RetentionFacts(None, TRAINING, 1, "days"), *FACTS.retention[1:]))
    new = render_text(DocumentKind.RECORDINGS_STATEMENT, "fi", longer)
    assert changes(old, old) == []
    told = changes(old, new)
    assert [line for line in told if line.mark != " "] == [
        Line("-", "Kaikki palvelut, Koulutus: 6 kuukautta"),
        Line("+", "Kaikki palvelut, Koulutus: 1 päivä"),
    ]
    assert Line(" ", "Säilytysajat") in told


def test_pdf_is_tagged_and_can_be_read() -> None:
    html = render_text(DocumentKind.EMPLOYEES_NOTICE, "sv", FACTS)
    made = document_pdf(html, title="Information <b>", under="Version 1", language="sv")
    reader = PdfReader(io.BytesIO(made))
    root = reader.root_object
    assert str(root["/Lang"]) == "sv"
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Information <b>"
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    assert "Perintä Oy" in text
    assert "Privata samtal spelas inte in" in text


def test_pdf_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda _self, url, *_: asked.append(str(url)))
    html = '<p>x</p><img alt="" src="http://127.0.0.1:9/a.png"><img alt="" src="file:///etc/passwd">'
    assert document_pdf(html, title="t", under="u", language="fi").startswith(b"%PDF")
    assert asked == []
