"""What the edge lets in from the world: who, for whom, and no message that a worker must not see."""

import secrets
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from fixtures_edge import (
    ALIAS,
    DOMAIN,
    GROUPS,
    OFFER,
    SERVICE,
    Dialog,
    Edge,
    Peer,
    message,
    ok,
    register,
)

from calls.errors import BadConfigurationError
from capture.edge.configuration import edge_files
from capture.edge.process import prepare_edge
from capture.settings import CaptureSettings, EdgeSettings, ServiceSettings
from softphones.sip_message import SipWireMessage


def prepare(home: Path, **changes: object) -> None:
    settings = EdgeSettings(trunks=(IPv4Network("127.0.0.1/32"),)).model_copy(update=changes)
    services = (ServiceSettings(number=SERVICE, name="N", group="everybody", disclosures=("d",)),)
    prepare_edge(
        edge=settings,
        capture=CaptureSettings(),
        services=services,
        groups=GROUPS,
        files=edge_files(home=home, run_folder=home / "run"),
    )


def test_configuration_that_kamailio_refuses_is_bad_configuration(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError) as refusal:
        prepare(tmp_path, domain='x"\nno_such_parameter=1\n#')
    assert refusal.value.where == str(tmp_path / "run" / "kamailio.cfg")
    assert "kamailio.cfg" in refusal.value.what
    with pytest.raises(BadConfigurationError, match="apt install kamailio"):
        prepare(tmp_path, kamailio=tmp_path / "no-such-program")


@pytest.mark.parametrize("name", ['quote"', "line\nbreak", "semi;colon", "x" * 120])
def test_home_whose_path_kamailio_cannot_take_is_bad_configuration(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadConfigurationError) as refusal:
        prepare(tmp_path / name)
    assert refusal.value.remedy


def test_home_with_spaces_and_letters_is_fine(tmp_path: Path) -> None:
    prepare(tmp_path / "Äiti's home (2)")
    assert (tmp_path / "Äiti's home (2)" / "run" / "kamailio.cfg").stat().st_mode & 0o007 == 0


# ---- who, and for whom


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.2.1", "127.1.1.1"])
def test_call_from_an_address_that_is_no_trunk_is_forbidden(edge: Edge, address: str) -> None:
    stranger = edge.peer(address=address)
    assert stranger.ask(edge.invite(peer=stranger)).status == 403
    assert edge.invites_at_workers() == []


def test_every_address_of_a_trunk_network_may_call(edge: Edge) -> None:
    trunk = edge.peer(address="127.0.1.77")
    data = edge.invite(peer=trunk)
    invite, answer = SipWireMessage.parse(data), trunk.ask(data)
    assert invite is not None
    dialog = Dialog(trunk, invite, answer)
    dialog.ack()
    dialog.hang_up()


@pytest.mark.parametrize("user", ["+358102001001", "102001000", "", "sanna", "everybody", "+358102001000'"])
def test_number_that_is_no_service_is_not_found(edge: Edge, user: str) -> None:
    assert edge.trunk.ask(edge.invite(user=user)).status in {400, 404}
    assert edge.invites_at_workers() == []


@pytest.mark.parametrize("user", [SERVICE, ALIAS])
def test_every_way_to_dial_a_service_reaches_the_worker_as_its_number(edge: Edge, user: str) -> None:
    dialog = edge.call(user=user)
    (invite,) = edge.invites_at_workers()
    assert invite.start_line.split()[1].startswith(f"sip:{SERVICE}@")
    dialog.hang_up()


@pytest.mark.parametrize("method", ["SUBSCRIBE", "MESSAGE", "REFER", "PUBLISH", "NOTIFY", "INFO"])
def test_other_methods_are_not_allowed(edge: Edge, method: str) -> None:
    headers = edge.trunk.headers(method, secrets.token_hex(8), to=f"<sip:{SERVICE}@{DOMAIN}>")
    answer = edge.trunk.ask(message(f"{method} sip:{SERVICE}@{DOMAIN} SIP/2.0", headers))
    assert answer.status == 405
    assert "INVITE" in answer.header("Allow")


def test_call_without_an_offer_is_refused(edge: Edge) -> None:
    assert edge.trunk.ask(edge.invite(body=b"")).status == 488
    assert edge.invites_at_workers() == []


def test_hops_come_to_an_end(edge: Edge) -> None:
    data = edge.invite().replace(b"Max-Forwards: 70", b"Max-Forwards: 0")
    assert edge.trunk.ask(data).status == 483


# ---- what a worker must not see


def test_message_over_the_limit_is_too_large(edge: Edge) -> None:
    limit = edge.settings.max_message_bytes
    data = edge.invite(("X-Filler", ""))
    largest = data.replace(b"X-Filler: ", b"X-Filler: " + b"x" * (limit - len(data)))
    assert len(largest) == limit
    assert edge.trunk.ask(largest.replace(b"\r\nX-Filler: x", b"\r\nX-Filler: xx")).status == 513
    assert edge.invites_at_workers() == []
    assert edge.trunk.ask(edge.invite(("X-Filler", "x" * 2000), user="0")).status == 404


BAD_CONNECTIONS = {
    "host name": "c=IN IP4 sip.example.com",
    "254 characters": "c=IN IP4 " + "1" * 254,
    "4,000 characters would be cut": "c=IN IP4 " + "1" * 1500,
    "literal with 254 more": "c=IN IP4 127.0.0.1" + "0" * 254,
    "IPv6": "c=IN IP6 ::1",
    "IPv6 as IPv4": "c=IN IP4 ::1",
    "multicast with TTL": "c=IN IP4 224.2.1.1/127",
    "multicast with count": "c=IN IP4 224.2.1.1/127/3",
    "octet of four digits": "c=IN IP4 1.2.3.0004",
    "octet of 256": "c=IN IP4 1.2.3.256",
    "octet of 300": "c=IN IP4 300.2.3.1",
    "three octets": "c=IN IP4 1.2.3",
    "five octets": "c=IN IP4 1.2.3.4.5",
    "empty octet": "c=IN IP4 1..3.4",
    "trailing dot": "c=IN IP4 1.2.3.4.",
    "trailing space": "c=IN IP4 1.2.3.4 ",
    "trailing name": "c=IN IP4 1.2.3.4 sip.example.com",
    "two spaces": "c=IN  IP4 1.2.3.4",
    "tab": "c=IN\tIP4 1.2.3.4",
    "no address": "c=IN IP4",
    "no address after a space": "c=IN IP4 ",
    "nothing": "c=",
    "network of another kind": "c=ATM NSAP 47.0091",
    "number": "c=IN IP4 2130706433",
    "hexadecimal": "c=IN IP4 0x7f000001",
}
GOOD = "c=IN IP4 127.0.0.1"


@pytest.mark.parametrize("name", BAD_CONNECTIONS)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("where", ["instead", "media", "before", "twice"])
def test_connection_that_is_no_ipv4_literal_never_reaches_a_worker(edge: Edge, name: str, end: str, where: str) -> None:
    bad = BAD_CONNECTIONS[name] + end
    body = {
        "instead": OFFER.replace(GOOD + "\r\n", bad),
        "media": OFFER + bad,
        "before": OFFER.replace(GOOD, bad + GOOD),
        "twice": OFFER + GOOD + "\r\n" + bad,
    }[where]
    assert edge.trunk.ask(edge.invite(body=body.encode())).status == 488
    assert edge.invites_at_workers() == []


@pytest.mark.parametrize(
    "body",
    [
        OFFER.replace(GOOD + "\r\n", ""),
        # the address of RTCP is looked up like any other (RFC 3605)
        OFFER + "a=rtcp:40001 IN IP4 sip.example.com\r\n",
        OFFER + "a=rtcp:40001 IN IP4 " + "1" * 300 + "\r\n",
        OFFER + "a=rtcp:40001 IN IP6 ::1\r\n",
        OFFER + "a=rtcp:40001 in ip4 x\r\n",
        OFFER + "a=RTCP:40001 IN IP4 sip.example.com\r\n",
        "rubbish",
    ],
)
def test_offer_that_hides_an_address_never_reaches_a_worker(edge: Edge, body: str) -> None:
    assert edge.trunk.ask(edge.invite(body=body.encode())).status == 488
    assert edge.invites_at_workers() == []


@pytest.mark.parametrize(
    "body",
    [
        OFFER,
        OFFER.replace(GOOD + "\r\n", "") + GOOD + "\r\n",
        OFFER + "c=IN IP4 192.0.2.255\r\na=rtcp:40001\r\n",
        OFFER + "a=rtcp:40001 IN IP4 127.0.0.1\r\na=rtcp-fb:* nack\r\na=rtcp-mux\r\n",
        OFFER.replace("\r\n", "\n"),
        OFFER.replace("s=-", "s=c=IN IP4 sip.example.com"),
        OFFER.replace(GOOD, "c=IN IP4 0.0.0.0"),
    ],
)
def test_honest_offer_passes_as_it_is(edge: Edge, body: str) -> None:
    data = edge.invite(body=body.encode())
    invite, answer = SipWireMessage.parse(data), edge.trunk.ask(data)
    assert invite is not None
    assert answer.status == 200
    dialog = Dialog(edge.trunk, invite, answer)
    dialog.ack()
    dialog.hang_up()
    assert [one.body for one in edge.invites_at_workers()] == [body]


@pytest.mark.parametrize(
    "body",
    [
        # a NUL ends a C string: what follows it must not be out of the edge's sight
        OFFER + "a=x\0y\r\nc=IN IP4 sip.example.com\r\n",
        OFFER.replace("s=-", "s=\0") + "c=IN IP4 " + "1" * 300 + "\r\n",
        OFFER + "a=x\rc=IN IP4 sip.example.com\r\n",
    ],
)
def test_body_that_the_edge_and_a_worker_would_read_differently_is_refused(edge: Edge, body: str) -> None:
    assert edge.trunk.ask(edge.invite(body=body.encode())).status == 400
    assert edge.invites_at_workers() == []


@pytest.mark.parametrize("smuggled", [b"a\rX-Tallenne-Call: forged", b"a\rContent-Length: 0", b"\0", b"a\r", b"\r\r"])
def test_header_that_only_a_worker_would_see_is_refused(edge: Edge, smuggled: bytes) -> None:
    data = edge.invite(("X-Any", "@")).replace(b"X-Any: @", b"X-Any: " + smuggled)
    assert edge.trunk.ask(data).status == 400
    assert edge.invites_at_workers() == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/mixed;boundary=x", "application/sdp-not", "application/pidf+xml"]
)
def test_body_of_another_type_is_unsupported(edge: Edge, content_type: str) -> None:
    assert edge.trunk.ask(edge.invite(content_type=content_type)).status == 415
    assert edge.invites_at_workers() == []


def test_what_only_the_edge_may_say_is_taken_out(edge: Edge) -> None:
    dialog = edge.call(
        ("X-Tallenne-Call", "forged"),
        ("x-tallenne-service", "forged"),
        ("X-TALLENNE-ANYTHING", "forged"),
        ("X-Other", "1"),
    )
    (invite,) = edge.invites_at_workers()
    assert [name for name, _ in invite.headers if name.lower().startswith("x-tallenne")] == []
    assert invite.header("X-Other") == "1"
    dialog.hang_up()


def test_raw_bytes_of_a_display_name_pass_as_they_are(edge: Edge) -> None:
    data = edge.invite().replace(b"From: <", b'From: "S\xf6derstr\xf6m" <')
    invite, answer = SipWireMessage.parse(data), edge.trunk.ask(data)
    assert invite is not None
    assert answer.status == 200
    assert any(b'"S\xf6derstr\xf6m"' in raw for worker in edge.workers for raw in worker.raw)
    headers = [(name, value) for name, value in invite.headers if name != "From"]
    bye = message(
        f"BYE sip:w@127.0.0.1:{edge.workers[0].port} SIP/2.0",
        [
            *(
                (name, value)
                for name, value in headers
                if name not in {"CSeq", "To", "Via", "Content-Length", "Content-Type"}
            ),
            ("Via", invite.header("Via") + "2"),
            ("From", f"<sip:x@127.0.0.1>;tag={invite.call_id[:6]}"),
            ("To", answer.header("To")),
            ("CSeq", "2 BYE"),
            *(("Route", route) for route in reversed(answer.all_headers("Record-Route"))),
        ],
    )
    assert edge.trunk.ask(bye).status == 200


# ---- the workers' socket, and dialogs


def test_stranger_on_the_inner_socket_gets_nothing(edge: Edge) -> None:
    with Peer(edge=edge.inside) as stranger:
        for method in ("OPTIONS", "INVITE", "REGISTER", "BYE"):
            uri = f"sip:everybody@127.0.0.1:{edge.inside[1]}"
            headers = stranger.headers(method, secrets.token_hex(8), to=f"<{uri}>")
            stranger.send(message(f"{method} {uri} SIP/2.0", headers, OFFER.encode()))
        # what the edge had to say to the stranger it would have said before it answers a worker asked later
        worker = edge.workers[0]
        headers = worker.headers("OPTIONS", secrets.token_hex(8), to=f"<sip:{DOMAIN}>")
        assert worker.ask(message(f"OPTIONS sip:{DOMAIN} SIP/2.0", headers)).status == 200
        assert edge.is_here()
        assert stranger.raw == []


@pytest.mark.parametrize("method", ["BYE", "INVITE", "UPDATE", "INFO", "REFER"])
@pytest.mark.parametrize("route", ["", "<sip:127.0.0.1:{port};lr>", "<sip:127.0.0.1:{port};lr;did=1.2>"])
def test_request_within_a_dialog_that_nobody_knows(edge: Edge, method: str, route: str) -> None:
    uri = f"sip:w@127.0.0.1:{edge.workers[0].port}"
    headers = edge.trunk.headers(method, secrets.token_hex(8), to=f"<{uri}>;tag=1", cseq=2)
    routes = [("Route", route.format(port=edge.world[1]))] if route else []
    body = OFFER.encode() if method in {"INVITE", "UPDATE"} else b""
    if method == "BYE" and route:  # the edge may have been restarted: a worker knows his dialogs himself
        worker = edge.workers[0]
        worker.respond = lambda request: [ok(request)] if request.method == "BYE" else []
        assert edge.trunk.ask(message(f"BYE {uri} SIP/2.0", [*headers, *routes], body)).status == 200
        assert len(worker.requests("BYE")) == 1
    else:
        assert edge.trunk.ask(message(f"{method} {uri} SIP/2.0", [*headers, *routes], body)).status == 481
        assert all(worker.requests(method) == [] for worker in edge.workers)


def test_bye_of_an_unknown_dialog_goes_to_workers_only(edge: Edge) -> None:
    with Peer(edge=edge.world) as stranger:
        uri = f"sip:w@127.0.0.1:{stranger.port}"
        headers = edge.trunk.headers("BYE", secrets.token_hex(8), to=f"<{uri}>;tag=1", cseq=2)
        route = ("Route", f"<sip:127.0.0.1:{edge.world[1]};lr>")
        assert edge.trunk.ask(message(f"BYE {uri} SIP/2.0", [*headers, route])).status == 481
        assert stranger.raw == []


def test_dialog_carries_what_calls_need_and_nothing_else(edge: Edge) -> None:
    dialog = edge.call()
    worker = next(one for one in edge.workers if one.requests("INVITE"))
    worker.respond = lambda request: [] if request.method == "ACK" else [ok(request)]
    try:
        for method in ("UPDATE", "INFO", "OPTIONS"):
            assert edge.trunk.ask(dialog.request(method)).status == 200
        for method in ("REFER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH"):
            assert edge.trunk.ask(dialog.request(method)).status == 405
            assert worker.requests(method) == []
        bad = OFFER.replace(GOOD, "c=IN IP4 sip.example.com").encode()
        for method in ("INVITE", "UPDATE"):
            assert edge.trunk.ask(dialog.request(method, bad)).status == 488
        assert edge.trunk.ask(dialog.request("UPDATE", X_Tallenne_Call="forged")).status == 200
        assert worker.requests("UPDATE")[-1].header("X-Tallenne-Call") == ""
        dialog.hang_up()
    finally:
        worker.respond = worker._as_told


def test_softphone_may_not_use_the_trunk_door(edge: Edge) -> None:
    phone = edge.peer(address="127.0.0.3")
    assert register(phone, "sanna").status == 200
    assert phone.ask(edge.invite(peer=phone)).status == 403
    register(phone, "sanna", expires_s=0)
