"""Letters to a data subject: what is asked of him, that it takes longer, what was decided, how the copy is opened.

They are tagged PDF (PDF/UA-1).

Each language has its own whole text (``letters/<language>/``): a letter is written, not put together of phrases.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from calls.errors import BadDataError
from ledger_link.undisclosed.concealment import CONCEALED
from privacy.cases.case import Case
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.words import day_said
from privacy.documents.ombudsman import OMBUDSMAN, OmbudsmanSettings
from privacy.documents.settings import ControllerSettings
from privacy.tagged_pdf import tagged_pdf

_TEMPLATES = Path(__file__).with_name("letters")


class LetterKind(StrEnum):
    """What a letter is for."""

    IDENTITY = "identity"
    EXTENSION = "extension"
    DECISION = "decision"
    LIFTING = "lifting"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The package that goes with a covering letter: its file, what proves that it is this one, and how it opens."""

    file_name: str
    sha256: str
    manifest_sha256: str
    has_passphrase: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the controller, whom to turn to there, and its data protection officer where it has one."""

    name: str
    address: str = ""
    contact: str = ""
    dpo: str = ""

    @classmethod
    def of(cls, controller: ControllerSettings) -> "Sender":
        """Give the controller as the sender.

        Raises BadDataError where it is not named whole: a decision tells who made it and where to turn (GDPR 12, 13).
        """
        if missing := controller.missing():
            raise BadDataError(
                what="no letter is written while the controller is not named",
                where=", ".join(missing),
                remedy="give it in the settings",
            )
        contact = ", ".join(one for one in (controller.contact, controller.email, controller.telephone) if one)
        dpo = f"{controller.dpo}, {controller.dpo_contact}" if controller.dpo else ""
        return cls(controller.name, controller.address, contact, dpo)


def letter_pdf(
    case: Case,
    kind: LetterKind,
    *,
    sender: Sender,
    on: date,
    ombudsman: OmbudsmanSettings = OMBUDSMAN,
    lifting: str = "",
    enclosed: Enclosed | None = None,
) -> bytes:
    """Give a letter as PDF; raises as :func:`letter_html`."""
    html = letter_html(case, kind, sender=sender, on=on, ombudsman=ombudsman, lifting=lifting, enclosed=enclosed)
    return tagged_pdf(html)


def letter_html(
    case: Case,
    kind: LetterKind,
    *,
    sender: Sender,
    on: date,
    ombudsman: OmbudsmanSettings = OMBUDSMAN,
    lifting: str = "",
    enclosed: Enclosed | None = None,
) -> str:
    """Give a letter before it is laid out; everything that is data is escaped.

    ``lifting`` is why a restriction of the case is to be lifted, empty where nothing of the kind was announced,
    ``enclosed`` the copy that may go. Raises BadDataError where there is nothing of the kind to write about: no
    extension, no decision, no open question of identity, no announcement, no copy.
    """
    is_due = {
        LetterKind.IDENTITY: case.clocks.paused_since is not None,
        LetterKind.EXTENSION: case.extension is not None,
        LetterKind.DECISION: case.decision is not None,
        LetterKind.LIFTING: bool(lifting),
        LetterKind.COPY: enclosed is not None,
    }
    if not is_due[kind]:
        raise BadDataError(what="there is nothing to write in this letter", where=case.case_no)
    template = _environment().get_template(f"{case.language}/{kind.value}.html")
    return template.render(
        case=case,
        sender=sender,
        today=on,
        lifting=lifting,
        enclosed=enclosed,
        ombudsman=ombudsman.reached(case.language),
        day=lambda one: day_said(one, case.language),
        CaseKind=CaseKind,
        Outcome=Outcome,
        CONCEALED=CONCEALED,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
