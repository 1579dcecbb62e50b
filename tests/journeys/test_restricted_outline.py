"""The outline of a restricted call is drawn when a purpose that is open was stated, and not before."""

from fixtures_browser import Served, Visiting
from fixtures_rights import EVERYTHING, OPERATOR, added_account
from fixtures_waiting import until
from playwright.sync_api import Page

from rights.identity.accounts import actor_of, get_account
from rights.listening.restrictions import Restricted, RestrictionKind, restrict

INKED = """() => {
  const canvases = document.querySelector('#wave > div')?.shadowRoot?.querySelectorAll('canvas') ?? []
  const inked = (canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
  return [...canvases].flatMap((canvas) => [...inked(canvas)]).filter((value, at) => at % 4 === 3 && value > 0).length
}"""
A_FEW = 500  # pixels of two quiet lanes; an outline has thousands


def object_to_training(served: Served) -> None:
    house = served.house
    with house.database.begin() as session:
        added_account(session, name="Paula Lind", login="paula", tasks=EVERYTHING, clock=house.clock)
        officer = actor_of(session, get_account(session, login="paula", by=OPERATOR, clock=house.clock).id, house.clock)
        assert officer is not None
        restrict(
            session,
            Restricted(call_id=served.aino),
            kind=RestrictionKind.OBJECTION,
            purpose="training",
            case_number="T-2026-0001",
            reason="objects to training",
            by=officer,
            clock=house.clock,
        )


def wait_for_outline(page: Page) -> None:
    until(lambda: page.evaluate(INKED) > A_FEW, what="the outline is drawn")


def test_outline_of_a_restricted_call_comes_with_the_purpose(served: Served, visit: Visiting) -> None:
    page = visit("tiina").page
    page.goto(f"{served.address}/calls/{served.aino}")
    wait_for_outline(page)  # of a call that nobody restricted
    object_to_training(served)
    page.reload()
    page.wait_for_selector("#play:not([disabled])")
    assert page.evaluate(INKED) <= A_FEW
    page.click("#play")
    page.check("#purpose input[value=verify]")
    page.click("#purpose button[type=submit]")
    wait_for_outline(page)
