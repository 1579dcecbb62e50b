"""A group rings: all at once or in its order, only who is registered, and the winner is named to the worker."""

import time
from collections.abc import Callable, Iterator

import pytest
from fixtures_edge import AGENTS, DOMAIN, OFFER, Dialog, Edge, Peer, message, ok, register
from fixtures_ringing import ACCEPTED, Phone, invite_of

from capture.pjsip.message import header
from softphones.sip_message import SipWireMessage

Phones = dict[str, Peer]


@pytest.fixture
def phones(edge: Edge) -> Iterator[dict[str, Phone]]:
    """Give the agents' phones, registered."""
    made = {user: Phone(edge=edge.world) for user in AGENTS}
    for user, phone in made.items():
        assert register(phone, user).status == 200
    yield made
    for user, phone in made.items():
        try:
            register(phone, user, expires_s=0)
        finally:
            phone.close()


@pytest.fixture
def ring(edge: Edge) -> Callable[..., SipWireMessage]:
    """Let the first worker ring a group; give the final response it gets, with any call that came of it ended."""

    def ring_group(group: str, *more: tuple[str, str]) -> SipWireMessage:
        invite = invite_of(edge, group, *more)
        answer = edge.workers[0].ask(invite)
        parsed = SipWireMessage.parse(invite)
        assert parsed is not None
        if answer.status == ACCEPTED:
            dialog = Dialog(edge.workers[0], parsed, answer)
            dialog.ack()
            dialog.hang_up()
        return answer

    return ring_group


def rung(phones: dict[str, Phone]) -> list[str]:
    return [user for user, phone in phones.items() if phone.requests("INVITE")]


def wait_for_request(phone: Peer, method: str) -> SipWireMessage:
    return phone.wait_for(lambda one: one.status is None and one.method == method, method)


@pytest.mark.parametrize("group", ["everybody", "in-order", "nobody", "no-such-group", "sanna"])
def test_group_with_nobody_registered_is_not_found(ring: Callable[..., SipWireMessage], group: str) -> None:
    assert ring(group).status == 404


@pytest.mark.parametrize("group", ["Everybody", "every'body", "a" * 41, "+358102001000"])
def test_name_that_is_no_group_is_not_found(ring: Callable[..., SipWireMessage], group: str) -> None:
    assert ring(group).status == 404


@pytest.mark.parametrize("winner", AGENTS)
def test_all_ring_at_once_and_the_winner_is_named(edge: Edge, phones: dict[str, Phone], winner: str) -> None:
    data = invite_of(edge, "everybody")
    invite = SipWireMessage.parse(data)
    assert invite is not None
    edge.workers[0].send(data)
    ringing = {user: wait_for_request(phone, "INVITE") for user, phone in phones.items()}
    edge.workers[0].wait_for_count(lambda one: one.status == 180, len(phones), "180 Ringing")
    phones[winner].send(bytes(phones[winner].decide(ringing[winner], ACCEPTED)))
    answer = edge.workers[0].final(invite.call_id, "1 INVITE")
    assert answer.status == 200
    assert answer.all_headers("P-Asserted-Identity") == [f"<sip:{winner}@{DOMAIN}>"]
    for user in set(AGENTS) - {winner}:
        wait_for_request(phones[user], "CANCEL")
    assert phones[winner].requests("CANCEL") == []
    dialog = Dialog(edge.workers[0], invite, answer)
    dialog.ack()
    dialog.hang_up()


def test_only_who_is_registered_rings(ring: Callable[..., SipWireMessage], phones: dict[str, Phone]) -> None:
    register(phones["sanna"], "sanna", expires_s=0)
    phones["elina"].answer = 200
    assert ring("everybody").header("P-Asserted-Identity") == f"<sip:elina@{DOMAIN}>"
    assert rung(phones) == ["mikko", "elina"]


def test_one_agent_with_two_phones_rings_on_both(
    edge: Edge, ring: Callable[..., SipWireMessage], phones: dict[str, Phone]
) -> None:
    second = Phone(edge=edge.world)
    try:
        assert register(second, "sanna").status == 200
        second.answer = 200
        assert ring("everybody").header("P-Asserted-Identity") == f"<sip:sanna@{DOMAIN}>"
        assert rung(phones) == list(AGENTS)
        register(second, "sanna", expires_s=0)
    finally:
        second.close()


def test_who_answers_is_named_from_the_moment_his_phone_is_registered(
    edge: Edge, ring: Callable[..., SipWireMessage]
) -> None:
    # the edge says 200 to the phone in one process and gets the worker's INVITE in another: nothing may lie in between
    for _ in range(40):
        phone = Phone(edge=edge.world)
        try:
            phone.answer = ACCEPTED
            assert register(phone, "elina").status == 200
            assert ring("everybody").all_headers("P-Asserted-Identity") == [f"<sip:elina@{DOMAIN}>"]
            register(phone, "elina", expires_s=0)
        finally:
            phone.close()


def test_phones_ring_in_order_each_for_his_time(ring: Callable[..., SipWireMessage], phones: dict[str, Phone]) -> None:
    phones["mikko"].answer = 200
    answer = ring("in-order")
    assert answer.all_headers("P-Asserted-Identity") == [f"<sip:mikko@{DOMAIN}>"]
    assert rung(phones) == ["sanna", "mikko"], "elina was not disturbed"
    wait_for_request(phones["sanna"], "CANCEL")


@pytest.mark.parametrize("status", [486, 603, 480, 500])
def test_who_refuses_is_passed_over_at_once(
    ring: Callable[..., SipWireMessage], phones: dict[str, Phone], status: int
) -> None:
    phones["sanna"].answer, phones["mikko"].answer, phones["elina"].answer = status, status, 200
    assert ring("in-order").header("P-Asserted-Identity") == f"<sip:elina@{DOMAIN}>"
    assert rung(phones) == list(AGENTS)


@pytest.mark.parametrize("group", ["everybody", "in-order"])
@pytest.mark.parametrize("status", [486, 603])
def test_when_all_are_busy_the_worker_is_told_so(
    ring: Callable[..., SipWireMessage], phones: dict[str, Phone], group: str, status: int
) -> None:
    for phone in phones.values():
        phone.answer = status
    assert ring(group).status == status


def test_nobody_answers_in_order(ring: Callable[..., SipWireMessage], phones: dict[str, Phone]) -> None:
    for user in ("mikko", "elina"):
        register(phones[user], user, expires_s=0)
    assert ring("in-order").status in {408, 487}
    assert rung(phones) == ["sanna"]


def test_what_the_worker_tells_the_edge_stays_there(
    ring: Callable[..., SipWireMessage], phones: dict[str, Phone]
) -> None:
    phones["sanna"].answer = 200
    ring("in-order", ("X-Tallenne-Call", "019"), ("X-Tallenne-Service", "+358102001000"), ("X-Other", "1"))
    invite = wait_for_request(phones["sanna"], "INVITE")
    assert not any(name.lower().startswith("x-tallenne") for name, _ in invite.headers)
    assert invite.header("X-Other") == "1"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (OFFER.replace("c=IN IP4 127.0.0.1", "c=IN IP4 phone.example.com"), ""),
        (OFFER.replace("c=IN IP4 127.0.0.1", "c=IN IP6 ::1"), ""),
        (OFFER + "a=rtcp:4001 IN IP4 " + "1" * 300 + "\r\n", ""),
        (OFFER + "a=x\0\r\nc=IN IP4 phone.example.com\r\n", ""),
        (f"--x\r\nContent-Type: application/sdp\r\n\r\n{OFFER}\r\n--x--\r\n", "multipart/mixed;boundary=x"),
        (OFFER + "a=x:" + "x" * 4096 + "\r\n", ""),
    ],
    ids=["host name", "ipv6", "rtcp", "nul", "multipart", "too large"],
)
def test_answer_that_a_worker_must_not_see_is_not_there(
    ring: Callable[..., SipWireMessage], edge: Edge, phones: dict[str, Phone], body: str, content_type: str
) -> None:
    phones["sanna"].answer, phones["sanna"].body, phones["sanna"].content_type = 200, body, content_type
    phones["mikko"].answer = 200
    answer = ring("in-order")
    assert answer.header("P-Asserted-Identity") == f"<sip:mikko@{DOMAIN}>", "the next phone was rung"
    assert not any(b"phone.example.com" in raw or b"multipart" in raw for raw in edge.workers[0].raw)


def ringing_at(edge: Edge) -> list[str]:
    """Whose phones ring, as the edge told the worker, in the order in which they came."""
    said = [one.all_headers("X-Tallenne-Ringing") for one in edge.workers[0].received if one.status == 180]
    return [value for values in said for value in values]


def test_each_phone_that_rings_is_named(edge: Edge, phones: dict[str, Phone]) -> None:
    edge.workers[0].send(invite_of(edge, "everybody"))
    edge.workers[0].wait_for_count(lambda one: one.status == 180, len(phones), "180 Ringing")
    assert sorted(ringing_at(edge)) == sorted(f"<sip:{user}@{DOMAIN}>" for user in AGENTS)


def test_in_order_each_is_named_when_his_phone_rings(
    edge: Edge, ring: Callable[..., SipWireMessage], phones: dict[str, Phone]
) -> None:
    phones["mikko"].answer = 200
    ring("in-order")
    assert ringing_at(edge) == [f"<sip:sanna@{DOMAIN}>", f"<sip:mikko@{DOMAIN}>"]


@pytest.mark.parametrize(
    "smuggled",
    [
        ("X-Tallenne-Ringing", f"<sip:director@{DOMAIN}>"),
        ("x-tallenne-ringing ", f"<sip:director@{DOMAIN}>"),
        ("X-Any", f"a\rX-Tallenne-Ringing: <sip:director@{DOMAIN}>"),
        ("X-Any", f"a\r\n X-Tallenne-Ringing: <sip:director@{DOMAIN}>"),
    ],
    ids=["plain", "blank before the colon", "lone CR", "folded"],
)
@pytest.mark.parametrize("status", [180, 183, 199])
def test_phone_cannot_say_that_anothers_rings(
    edge: Edge, phones: dict[str, Phone], smuggled: tuple[str, str], status: int
) -> None:
    def lie(request: SipWireMessage) -> list[SipWireMessage]:
        if request.method != "INVITE":
            return [ok(request)]
        provisional = ok(request, status=status, to_tag="liar", Contact=phones["sanna"].contact)
        provisional.headers.insert(0, smuggled)
        return [provisional, ok(request, status=486, to_tag="liar")]

    phones["sanna"].respond = lie
    phones["mikko"].answer = 486
    phones["elina"].answer = 486
    data = invite_of(edge, "in-order")
    assert edge.workers[0].ask(data).status == 486
    said = [header(raw.decode(), "X-Tallenne-Ringing") for raw in edge.workers[0].raw]
    # a phone's 180 that is overtaken by its 486 in the edge's other process is not passed on, so nobody has to be named
    assert set(said) <= {None, *(f"<sip:{user}@{DOMAIN}>" for user in AGENTS)}


def test_phone_cannot_smuggle_the_name_of_a_winner(
    edge: Edge, ring: Callable[..., SipWireMessage], phones: dict[str, Phone]
) -> None:
    phones["sanna"].says = ("X-Any", f"a\rP-Asserted-Identity: <sip:director@{DOMAIN}>")
    phones["sanna"].answer, phones["mikko"].answer = 200, 200
    assert ring("in-order").header("P-Asserted-Identity") == f"<sip:mikko@{DOMAIN}>"
    assert not any(b"director" in raw for raw in edge.workers[0].raw)


def test_caller_who_gives_up_stops_the_ringing(edge: Edge, phones: dict[str, Phone]) -> None:
    worker = edge.workers[0]
    data = invite_of(edge, "everybody")
    invite = SipWireMessage.parse(data)
    assert invite is not None
    worker.send(data)
    for phone in phones.values():
        wait_for_request(phone, "INVITE")
    worker.wait_for(lambda one: one.status == 180, "180 Ringing")
    kept = [(name, value) for name, value in invite.headers if name in {"Via", "From", "To", "Call-ID"}]
    uri = invite.start_line.split()[1]
    worker.send(message(f"CANCEL {uri} SIP/2.0", [*kept, ("Max-Forwards", "70"), ("CSeq", "1 CANCEL")]))
    assert worker.final(invite.call_id, "1 INVITE").status == 487
    for phone in phones.values():
        wait_for_request(phone, "CANCEL")


def test_ringing_calls_of_a_dead_worker_stop_ringing(edge: Edge, phones: dict[str, Phone]) -> None:
    edge.workers[0].send(invite_of(edge, "everybody"))
    for phone in phones.values():
        wait_for_request(phone, "INVITE")
    edge.workers[0].wait_for(lambda one: one.status == 180, "180 Ringing")
    edge.control.end_calls_of("w0", died_at=time.time())
    for phone in phones.values():
        wait_for_request(phone, "CANCEL")


def test_phone_may_end_the_call_through_the_edge(edge: Edge, phones: dict[str, Phone]) -> None:
    phones["sanna"].answer = 200
    data = invite_of(edge, "everybody")
    invite, answer = SipWireMessage.parse(data), edge.workers[0].ask(data)
    assert invite is not None
    Dialog(edge.workers[0], invite, answer).ack()
    taken = wait_for_request(phones["sanna"], "INVITE")
    headers = [
        ("Via", f"SIP/2.0/UDP 127.0.0.1:{phones['sanna'].port};branch=z9hG4bKbye{taken.call_id}"),
        ("Max-Forwards", "70"),
        ("From", taken.header("To") + ";tag=phone"),
        ("To", taken.header("From")),
        ("Call-ID", taken.call_id),
        ("CSeq", "1 BYE"),
        *(("Route", route) for route in taken.all_headers("Record-Route")),
    ]
    bye = message(f"BYE sip:peer@127.0.0.1:{edge.workers[0].port} SIP/2.0", headers)
    assert phones["sanna"].ask(bye).status == 200
    wait_for_request(edge.workers[0], "BYE")
