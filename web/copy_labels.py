"""What the codes of copies and masks are called on pages."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from privacy.copies.claims import KILLED
from privacy.copies.copy_fault import Fault
from privacy.copies.copy_state import CopyState
from privacy.copies.mask import Lane, MaskReason, Way
from web.mask_place import place_text, whole_place

LANES: Mapping[str, LazyString] = MappingProxyType(
    {Lane.BOTH: _l("Both"), Lane.CUSTOMER: _l("Customer"), Lane.AGENT: _l("Employee")}
)
WAYS: Mapping[str, LazyString] = MappingProxyType({Way.SILENCE: _l("Silence"), Way.TONE: _l("Tone")})
REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        MaskReason.THIRD_PERSON: _l("A third person's voice"),
        MaskReason.IDENTITY_CODE: _l("A spoken identity code"),
        MaskReason.CARD_NUMBER: _l("A card number"),
        MaskReason.OTHER: _l("Other data of another person"),
    }
)
TEXT_REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        MaskReason.THIRD_PERSON: _l("Tells of another person"),
        MaskReason.IDENTITY_CODE: _l("Another person's identity code"),
        MaskReason.CARD_NUMBER: _l("A card number"),
        MaskReason.OTHER: _l("Other data of another person"),
    }
)
STATES: Mapping[str, LazyString] = MappingProxyType(
    {
        CopyState.ORDERED: _l("Waits to be made"),
        CopyState.MAKING: _l("Being made"),
        CopyState.MADE: _l("Waits for approval"),
        CopyState.RELEASED: _l("May be handed over"),
        CopyState.DELIVERED: _l("Handed over"),
        CopyState.WITHDRAWN: _l("Withdrawn"),
        CopyState.EXPIRED: _l("Expired"),
        CopyState.FAILED: _l("Could not be made"),
    }
)
STATE_TAGS: Mapping[str, str] = MappingProxyType(
    {CopyState.MADE: "warn", CopyState.RELEASED: "good", CopyState.FAILED: "bad"}
)
FAULTS: Mapping[str, LazyString] = MappingProxyType(
    {
        Fault.NOT_PERMITTED: _l("Whoever ordered it may not handle the request any more. Order a new copy yourself."),
        Fault.DAMAGED: _l("Something that is kept is not what it was. Tell the administrator to run 'tallenne check'."),
        Fault.TOO_LARGE: _l("The audio is too much for one package. Take calls out of the request, or share them out."),
        Fault.TEXTS_CHANGED: _l(
            "A text was changed since words in it were blacked out. Look the texts through, then order a new copy."
        ),
        Fault.NOT_REVIEWED: _l(
            "A text or a call came after it was ordered that nobody has looked through. Look it through, then order a"
            " new copy."
        ),
        KILLED: _l("Making it was cut off three times. Tell the administrator, then order a new copy."),
    }
)


def teach_copies(app: Flask) -> None:
    """Let templates say them."""
    app.jinja_env.filters.update(place=place_text, whole_place=whole_place)
    app.jinja_env.globals.update(
        mask_lanes=LANES,
        mask_ways=WAYS,
        mask_reasons=REASONS,
        text_reasons=TEXT_REASONS,
        copy_states=STATES,
        copy_state_tags=STATE_TAGS,
        copy_faults=FAULTS,
    )
