"""The customer's number of a call: who called us, or whom we called."""

from calls.outcome import Direction
from storage.database.calls import CallRow


def customer_number(call: CallRow) -> str | None:
    """Give the E.164 number of the customer's side; None where it was withheld or is no telephone number."""
    return number_of_customer(call.direction, caller=call.caller_e164, dialled=call.dialled_e164)


def number_of_customer(direction: str, *, caller: str | None, dialled: str | None) -> str | None:
    """Choose between the two numbers of a call; see :func:`customer_number`."""
    return dialled if direction == Direction.OUTBOUND else caller
