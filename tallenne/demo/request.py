"""The request of the demo: a customer asks in person for her data, and the privacy officer has it to handle."""

from collections.abc import Sequence

from calls.errors import UnavailableError
from ledger_link.values.day import day_of
from privacy.cases.board import view_board, view_case
from privacy.cases.case_words import CaseKind, Channel, IdentityMethod
from privacy.cases.intake import open_case, subject_by_number
from privacy.cases.moves import State
from rights.access.actor import Actor
from rights.identity.accounts import actor_of, find_account
from tallenne.demo.cast import PRIVACY_OFFICER
from tallenne.demo.performance import Played
from tallenne.house import House

PERSON_NO = "P-0001"  # of the sample register: who reports a fault in the first scene
CUSTOMER = "Aino Virtanen"
_REQUEST = "Haluan jäljennöksen kaikesta, mitä minusta on tallennettu, myös puheluistani."


def place_request(house: House) -> str:
    """Take the request in, or find one that an earlier run left and nobody has decided; give its number.

    Raises UnavailableError where the privacy officer's account is not there.
    """
    officer = _officer(house)
    board = view_board(house.database, officer, clock=house.clock)
    for case in board.cases:
        if case.subject_name == CUSTOMER and case.kind is CaseKind.ACCESS and case.state is State.IN_WORK:
            return case.case_no
    with house.database.begin() as session:
        return open_case(
            session,
            subject_by_number(session, PERSON_NO),
            kind=CaseKind.ACCESS,
            channel=Channel.IN_PERSON,
            received_on=day_of(house.clock.now()),
            request=_REQUEST,
            language="fi",
            identity=IdentityMethod.DOCUMENT_SHOWN,
            by=officer,
            clock=house.clock,
        ).case_no


def verify_request(house: House, case_no: str, played: Sequence[Played]) -> list[str]:
    """See that the case has the calls of its customer that were just recorded, and nobody else's; give what differs."""
    viewed = view_case(house.database, _officer(house), case_no, clock=house.clock)
    included = {call.call_id for call in viewed.calls if call.is_included}
    own = {one.call.id for one in played if one.scene.expected.customers == (CUSTOMER,)}
    others = {one.call.id for one in played} - own
    wrong = []
    if missing := own - included:
        wrong.append(f"the request {case_no} lacks {len(missing)} of {len(own)} calls of {CUSTOMER}")
    if strange := others & included:
        wrong.append(f"the request {case_no} has {len(strange)} calls that are not of {CUSTOMER}")
    if not own:
        wrong.append(f"no call of {CUSTOMER} was played")
    return wrong


def _officer(house: House) -> Actor:
    with house.database.read() as session:
        row = find_account(session, PRIVACY_OFFICER.login)
        officer = actor_of(session, row.id, house.clock) if row is not None else None
    if officer is None:
        raise UnavailableError(
            what=f"the demo's account {PRIVACY_OFFICER.login!r} is not there", remedy="take a new home"
        )
    return officer
