"""Calls that we made: every page says who was called, not who called."""

import re

import pytest
from fixtures_rights import ALL_CALLS
from fixtures_web import Browser, Viewer

from ledger_link.linking.customer_number import customer_number
from rights.access.tasks import Task
from storage.database.calls import CallRow

AINO = "+358401000001"
SHARED = "+358401000777"
OURS = "Vuokratoimisto"
FINNISH = {"Accept-Language": "fi"}


def call_to(viewer: Viewer, number: str | None, *, recorded: bool = True, withheld: bool = False) -> str:
    """Put a call that Sanna made into the archive; what the network was sent of the caller is ours."""
    return viewer.office.add_call(
        agent_id=viewer.office.sanna_id,
        direction="outbound",
        caller_e164=None,
        caller_raw="sip:sanna@tallenne.example",
        caller_display_name=OURS,
        caller_withheld=withheld,
        dialled_e164=number,
        recorded=recorded,
    )


def seen(browser: Browser, address: str) -> str:
    """Give the text of a page in Finnish, without its tags, on one line."""
    main = browser.get(address, headers=FINNISH).text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def trainer(viewer: Viewer) -> Browser:
    return viewer.browser("tiina", *ALL_CALLS, Task.LINK_CUSTOMERS)


def test_the_list_says_that_the_customer_was_called(viewer: Viewer, trainer: Browser) -> None:
    viewer.office.add_person("Aino", "Virtanen", AINO)
    call_to(viewer, AINO)
    told = seen(trainer, "/calls")
    assert "Aino Virtanen Soitettu numeroon +358 40 1000001" in told
    assert OURS not in told


def test_the_page_says_who_was_called_and_who_called(viewer: Viewer, trainer: Browser) -> None:
    viewer.office.add_person("Aino", "Virtanen", AINO)
    told = seen(trainer, f"/calls/{call_to(viewer, AINO)}")
    for words in (
        "Aino Virtanen Soitimme asiakkaalle",
        "Puhelun soitti Sanna Laine",
        "Soitettu numero +358 40 1000001",
        "Kenelle soitettiin",
        "Puhelu aloitettiin",
        "Asiakas vastasi",
        "Pelkkä numero ei todista, kuka vastasi.",
    ):
        assert words in told, words
    for words in ("Soittajan numero", "Vastaaja", "Puhelu saapui", "Sanna Laine vastasi", "kuka soitti", OURS):
        assert words not in told, words


def test_an_unanswered_call_tells_whose_phone_rang(viewer: Viewer, trainer: Browser) -> None:
    told = seen(trainer, f"/calls/{call_to(viewer, AINO, recorded=False)}")
    assert "Asiakkaan puhelin soi, mutta kukaan ei vastannut." in told


@pytest.mark.parametrize("page", ["/queue", "/calls/{call}"])
def test_one_chooses_who_was_called(viewer: Viewer, trainer: Browser, page: str) -> None:
    for name in ("Eero", "Liisa"):
        viewer.office.add_person(name, "Korhonen", SHARED)
    told = seen(trainer, page.format(call=call_to(viewer, SHARED)))
    assert "rekisteristä ei selviä, kenelle soitettiin" in told
    assert "+358 40 1000777" in told
    for words in ("kuka soitti", OURS):
        assert words not in told, words


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize("page", ["/calls", "/queue?kind=open", "/calls/{call}"])
def test_a_number_that_is_not_kept_is_not_made_up_of_ours(
    viewer: Viewer, trainer: Browser, page: str, *, withheld: bool
) -> None:
    """Not even where our own number was withheld."""
    call = call_to(viewer, None, withheld=withheld)
    told = seen(trainer, page.format(call=call))
    assert "Numero ei ole tiedossa" in told
    for words in ("sip:", "Soittaja on salannut", OURS):
        assert words not in told, words


def test_of_a_protected_person_the_number_that_was_called_is_told_nowhere(viewer: Viewer, trainer: Browser) -> None:
    viewer.office.add_person("Salla", "Suojattu", SHARED, non_disclosure=True)
    call = call_to(viewer, SHARED)
    for page in ("/calls", "/queue", f"/calls/{call}"):
        told = seen(trainer, page)
        assert "1000777" not in told.replace(" ", ""), page
    assert "Salla Suojattu Turvakielto" in seen(trainer, f"/calls/{call}")


def test_the_customers_number_is_the_one_that_was_dialled() -> None:
    row = CallRow(direction="outbound", caller_e164="+358102001000", dialled_e164=AINO)
    assert customer_number(row) == AINO
