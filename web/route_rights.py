"""Which tasks open which route: the one table that the door of every request asks, and that the reference is made from.

Invariants
----------
1. A route without an entry is shut to everybody: a forgotten entry is an error, never an opening.
2. Who lacks every task of a route is answered as if the page were not there, and the attempt is audited. What a view
   and ``rights`` refuse beyond it (the object, the field, a second task) stays theirs.
3. Routes on calls name the task whose scope decides on the call (``rights.calls.reach``); they are open to whoever is
   logged in, and the call is there or not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

from rights.access.tasks import Task


class Door(StrEnum):
    """Who comes to a route at all."""

    OPEN = "open"
    LOGGED_IN = "logged in"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class RouteRight:
    """Any of ``any_of`` opens a route with a TASK door; ``on_call`` decides by its scope on the call it is about."""

    door: Door
    any_of: tuple[Task, ...] = ()
    on_call: Task | None = None


def _own() -> Iterator[tuple[str, RouteRight]]:
    everybody, person = RouteRight(Door.OPEN), RouteRight(Door.LOGGED_IN)
    yield from _each("static health.health language.choose password.open_link password.show password.choose", everybody)
    yield from _each("log_in.log_in log_in.check log_in.log_out log_in_passkey.check log_in_passkey.options", everybody)
    yield from _each("log_in_provider.go log_in_provider.come_back session_watch.left session_watch.stay", everybody)
    yield from _each(
        "second_step.ask second_step.check_code second_step.check_passkey second_step.passkey_options", everybody
    )
    # one's own: the account, the phone, the requests and approvals that one asked for
    yield from _each("log_in.start own_account.show own_password.ask own_password.change", person)
    yield from _each("log_in_provider.go_to_link", person)
    yield from _each("own_sessions.end own_sessions.end_others my_cases.show my_cases.add my_listeners.show", person)
    yield from _each("second_factor.choose second_factor.ask_authenticator second_factor.prove_authenticator", person)
    yield from _each(
        "second_factor.remove_authenticator second_factor.add_passkey second_factor.remove_passkey", person
    )
    yield from _each("second_factor.passkey_options second_factor.renew_codes", person)
    yield from _each(
        "confirm.ask confirm.check confirm.check_both confirm.check_code confirm.check_passkey confirm.passkey_options",
        person,
    )
    yield from _each("notice.show notice.confirm notice.pdf approvals.show approvals.decide", person)
    yield from _each("ringing.show ringing.pick ringing.stream", person)


def _work() -> Iterator[tuple[str, RouteRight]]:
    # calls, by scope
    seen = RouteRight(Door.LOGGED_IN, on_call=Task.VIEW_CALLS)
    yield from _each("calls.show calls.search api.calls api.search call.show call.listeners api.call", seen)
    yield from _each("audio.listen audio.audio audio.frames api.peaks", RouteRight(Door.LOGGED_IN, on_call=Task.LISTEN))
    yield from _each("export.show export.ask export.take", RouteRight(Door.LOGGED_IN, on_call=Task.EXPORT_AUDIO))
    linking = RouteRight(Door.TASK, (Task.LINK_CUSTOMERS,), on_call=Task.VIEW_CALLS)
    yield from _each("queue.show customer.show customer.choose customer.pick customer.undo", linking)
    # the register
    yield from _each("register.show register.search person.show lease.show", _task(Task.VIEW_REGISTER))
    yield from _each("apartment.show organisation.show person.reveal", _task(Task.VIEW_REGISTER))
    yield from _each("register.by_identity_code", _task(Task.FIND_BY_IDENTITY_CODE))
    yield from _each("look_ups.show", _task(Task.VIEW_LOOK_UPS))


def _privacy() -> Iterator[tuple[str, RouteRight]]:
    cases = _task(Task.HANDLE_CASES)
    yield from _each("cases.show cases.ask cases.add case.show case.do case.choose case_letters.letter", cases)
    yield from _each("masks.show masks.add masks.remove masks.audio masks.listen masks.peaks", cases)
    yield from _each("call_word.show call_word.say", cases)
    yield from _each("copies.show copies.order copies.file copies.passphrase copies.let_out", cases)
    yield from _each("copies.take_back copies.listed copies.calls_reviewed", cases)
    yield from _each("texts.show texts.add texts.remove texts.reviewed", cases)
    yield from _each("retention.show", _task(Task.MANAGE_RETENTION, Task.MANAGE_HOLDS))
    yield from _each("retention.plan retention.of_kind", _task(Task.MANAGE_RETENTION, Task.MANAGE_HOLDS))
    yield from _each("retention.add retention.retire retention.reserve_call", _task(Task.MANAGE_RETENTION))
    yield from _each("holds.show holds.put holds.ask holds.let_go", _task(Task.MANAGE_HOLDS))
    yield from _each("handovers.show handovers.one", _task(Task.RECORD_DISCLOSURES, Task.HANDLE_CASES))
    yield from _each("handovers.ask handovers.add handovers.void", _task(Task.RECORD_DISCLOSURES))
    yield from _each("partners.show partners.one", _task(Task.RECORD_DISCLOSURES, Task.ADMINISTER_ACCOUNTS))
    yield from _each("partners.ask partners.add", _task(Task.ADMINISTER_ACCOUNTS))
    yield from _each("partners.ask_opening partners.open_approved partners.close", _task(Task.RECORD_DISCLOSURES))
    documents = _task(Task.PUBLISH_DOCUMENTS, Task.HANDLE_CASES)
    yield from _each("documents.show documents.one documents.version documents.pdf", documents)
    yield from _each("documents.publish_one", _task(Task.PUBLISH_DOCUMENTS))


def _administration() -> Iterator[tuple[str, RouteRight]]:
    accounts = _task(Task.ADMINISTER_ACCOUNTS)
    yield from _each("accounts.show accounts.ask accounts.add accounts.edit accounts.change accounts.renew", accounts)
    yield from _each("accounts.confirm_disabling accounts.disable accounts.enable", accounts)
    yield from _each("account_grants.ask account_grants.grant account_grants.end", accounts)
    yield from _each("log_in_of.show log_in_of.end_sessions log_in_of.change_identity", accounts)
    yield from _each("log_in_of.reset log_in_of.ask_link", accounts)
    yield from _each("roles.show roles.ask roles.add roles.edit roles.change", accounts)
    yield from _each("teams.show teams.add teams.edit teams.member teams.remove_member", accounts)
    yield from _each("teams.leader teams.remove_leader teams.end", accounts)
    yield from _each("exclusions.show exclusions.add exclusions.end", accounts)
    purposes = _task(Task.ADMINISTER_PURPOSES)
    yield from _each("purposes.show purposes.ask purposes.add purposes.edit purposes.change", purposes)
    yield from _each("purposes.move purposes.retire purposes.revive", purposes)
    yield from _each("audit_log.show audit_findings.show audit_findings.ask", _task(Task.VIEW_AUDIT))


def _each(endpoints: str, right: RouteRight) -> Iterator[tuple[str, RouteRight]]:
    return ((endpoint, right) for endpoint in endpoints.split())


def _task(*any_of: Task) -> RouteRight:
    return RouteRight(Door.TASK, any_of)


ROUTE_RIGHTS: Mapping[str, RouteRight] = MappingProxyType(dict(chain(_own(), _work(), _privacy(), _administration())))
"""What opens each route, by its endpoint."""
