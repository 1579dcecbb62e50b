"""Who received a subject's data is named in his copy (GDPR 15(1)(c)): a partner as a company, staff as numbers."""

from datetime import timedelta

from fixtures_copies import CopyDesk
from fixtures_rights import ALL_CALLS, OPERATOR
from sqlalchemy import select

from privacy.cases.gathered import Gathered, RecipientName, StaffAlias
from privacy.cases.gathering import gather
from privacy.copies.package import plain
from privacy.copies.report import html_of
from privacy.disclosures.partners import add_partner
from rights.access.actor import Actor
from rights.access.partner_rows import PartnerCallRow
from rights.calls.viewing import view_call
from rights.listening.listening import audited_reader
from rights.listening.stating import begin_listening
from rights.tables import AccountRow


def partner_of(copies: CopyDesk, call_id: str) -> Actor:
    """Make a partner to whom a call is open."""
    office, hour = copies.desk.office, timedelta(hours=1)
    now = office.clock.now()
    with office.database.begin() as session:
        add_partner(
            session,
            login="pertti",
            name="Pertti Perijä",
            organisation="Perintä Oy",
            expires_at=now + hour,
            by=OPERATOR,
            clock=office.clock,
        )
        account_id = session.scalars(select(AccountRow.id).where(AccountRow.login == "pertti")).one()
        session.add(
            PartnerCallRow(
                account_id=account_id,
                call_id=call_id,
                basis="sopimus",
                opened_at=now,
                opened_by="outi",
                opened_until=now + hour,
            )
        )
    return office.actor(account_id)


def listen(copies: CopyDesk, actor: Actor, call_id: str) -> None:
    """Look at a call, and hear its beginning."""
    office = copies.desk.office
    view_call(office.database, actor, call_id, clock=office.clock)
    begun = begin_listening(office.database, actor, call_id, purpose="verify", clock=office.clock)
    reader = audited_reader(
        office.database, actor, begun.id, objects=copies.objects, keys=copies.keys, clock=office.clock
    )
    assert b"".join(reader.iterate(0, reader.size_bytes))


def told(copies: CopyDesk, case_no: str) -> Gathered:
    with copies.desk.office.database.read() as session:
        return gather(session, copies.keys, case_no, clock=copies.desk.office.clock)


def test_a_partner_who_listened_is_named_as_his_company_and_staff_as_a_number(copy_desk: CopyDesk) -> None:
    office, call_id = copy_desk.desk.office, copy_desk.call()
    listen(copy_desk, partner_of(copy_desk, call_id), call_id)
    listen(copy_desk, office.actor(office.add_account("tiina", *ALL_CALLS)), call_id)
    for case_no in (copy_desk.case(), copy_desk.case(agent_id=office.sanna_id)):
        found = told(copy_desk, case_no)
        [call] = found.calls
        heard_by = {one.by for one in call.listenings}
        assert RecipientName("Perintä Oy") in heard_by
        assert any(isinstance(one, StaffAlias) for one in heard_by)
        assert len(heard_by) == 2
        assert RecipientName("Perintä Oy") in {look.by for look in found.look_ups}
        written = html_of(found, masks={}, names={})
        assert "Perintä Oy (kumppani)" in written
        assert "työntekijä" in written
        assert "Pertti" not in written + str(plain(found))
        assert "pertti" not in written + str(plain(found))
