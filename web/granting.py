"""What the administrator filled in, granted or asked for."""

from sqlalchemy.orm import Session

from ledger_link.values.day import end_of
from rights.access.actor import Actor
from rights.identity.account_grants import grant_permit, grant_role
from web.forms.grant import GrantForm
from web.parts import parts


def carry_out(rows: Session, account_id: int, form: GrantForm, *, by: Actor) -> int:
    """Grant what a valid form says; give how many permits wait for a second person."""
    clock, reason = parts().clock, form.reason.data
    until = end_of(form.until.data) if form.until.data else None
    if (role := form.role) is not None:
        waiting = grant_role(rows, account_id, role=role.code, reason=reason, by=by, clock=clock, valid_until=until)
        return len(waiting)
    permit = form.permit()
    if permit is None:
        return 0
    asked = grant_permit(rows, account_id, permit=permit, reason=reason, by=by, clock=clock, valid_until=until)
    return 0 if asked is None else 1
