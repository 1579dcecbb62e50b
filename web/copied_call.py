"""A call of a request's copy: the one that a page is about, and what is said of the word on it."""

from calls.errors import NotFoundError
from privacy.cases import found_calls
from privacy.cases.case import case_of
from privacy.cases.case_calls import CaseCall
from privacy.cases.handlers import handled_row
from privacy.cases.typed_text import LINE_MAX_CHARS
from privacy.copies.copied_case import MAY_CHANGE
from privacy.copies.copy_door import heard_calls
from privacy.copies.heard import heard_of
from privacy.copies.masks import masks_of
from privacy.copies.reviews import reviews_of
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from web.account_names import account_names
from web.parts import parts
from web.seen import seen_mark


def copied_call(who: Actor, case_no: str, call_id: str) -> CaseCall:
    """Give a call with audio that goes into a case's copy; NotFoundError, audited, where it is not his to handle."""
    house = parts()
    with audited_refusals(house.database, who, wanted="masks", clock=house.clock), house.database.read() as rows:
        found = found_calls.copied_call(rows, handled_row(rows, who, case_no), call_id)
    if found is None or not found.has_audio:
        raise NotFoundError(what="this call is not in the copy")
    return found


def facts_of_word(who: Actor, case_no: str, call_id: str) -> dict[str, object]:
    """Give what the page says of the word on a call: who gave it, or what the visitor has heard and may say."""
    with parts().database.read() as rows:
        row = handled_row(rows, who, case_no)
        review = reviews_of(rows, case_no).calls.get(call_id)
        return {
            "case": case_of(row),
            "may_change": case_of(row).state in MAY_CHANGE,
            "hears": call_id in heard_calls(rows, row, who),
            "heard": heard_of(rows, case_no, [call_id], by=who)[call_id],
            "review": review,
            "reviewers": account_names(rows, [review.said_by] if review else []),
            "seen": seen_mark(one.id for one in masks_of(rows, case_no).get(call_id, ())),
            "because_max": LINE_MAX_CHARS,
        }
