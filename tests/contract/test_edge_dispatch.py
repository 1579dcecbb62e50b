"""The edge chooses a worker: by load, never a third call, the next one where one cannot, 503 when none can."""

import time

import pytest
from fixtures_edge import SERVICE, Dialog, Edge, message, ok

from softphones.sip_message import SipWireMessage


def took(edge: Edge) -> list[int]:
    return [len(worker.requests("INVITE")) for worker in edge.workers]


def test_calls_go_where_the_fewest_are(edge: Edge) -> None:
    dialogs = [edge.call() for _ in range(2)]
    assert took(edge) == [1, 1]
    dialogs += [edge.call() for _ in range(2)]
    assert took(edge) == [2, 2]
    assert edge.loads() == {"w0": 2, "w1": 2}
    for dialog in dialogs:
        dialog.hang_up()
    assert edge.loads() == {"w0": 0, "w1": 0}


def test_all_full_says_so_and_when_to_come_again(edge: Edge) -> None:
    dialogs = [edge.call() for _ in range(4)]
    answer = edge.trunk.ask(edge.invite())
    assert (answer.status, answer.header("Retry-After")) == (503, "7")
    assert took(edge) == [2, 2], "never a third call on a worker"
    dialogs.pop().hang_up()
    dialogs.append(edge.call())
    for dialog in dialogs:
        dialog.hang_up()
    assert edge.loads() == {"w0": 0, "w1": 0}


@pytest.mark.parametrize("answer", [486, 503, 500, None])
def test_worker_that_cannot_is_passed_over_for_the_next(edge: Edge, answer: int | None) -> None:
    for first, second in (edge.workers, reversed(edge.workers)):
        first.answer, second.answer = answer, 200
        dialog = edge.call()
        other = edge.call()
        assert len(second.requests("INVITE")) == 2
        dialog.hang_up()
        other.hang_up()
        for worker in edge.workers:
            worker.forget()
    assert edge.loads() == {"w0": 0, "w1": 0}


@pytest.mark.parametrize("answer", [486, 503, 500, None])
def test_when_no_worker_can_the_caller_may_come_again(edge: Edge, answer: int | None) -> None:
    for worker in edge.workers:
        worker.answer = answer
    refused = edge.trunk.ask(edge.invite())
    assert (refused.status, refused.header("Retry-After")) == (503, "7")
    assert all(count >= 1 for count in took(edge)), "each was asked"
    assert edge.loads() == {"w0": 0, "w1": 0}


@pytest.mark.parametrize("answer", [480, 404, 488, 603])
def test_what_the_worker_decides_is_told_as_it_is(edge: Edge, answer: int) -> None:
    for worker in edge.workers:
        worker.answer = answer
    assert edge.trunk.ask(edge.invite()).status == answer
    assert sum(took(edge)) == 1
    assert edge.loads() == {"w0": 0, "w1": 0}


def test_caller_who_gives_up_takes_the_call_from_the_worker(edge: Edge) -> None:
    invites: list[SipWireMessage] = []

    def ringing(request: SipWireMessage) -> list[SipWireMessage]:
        if request.method == "INVITE":
            invites.append(request)
            return [ok(request, status=100)]
        if request.method == "CANCEL":
            return [ok(request), ok(invites[0], status=487, to_tag="worker")]
        return [ok(request)] if request.method == "OPTIONS" else []

    for worker in edge.workers:
        worker.respond = ringing
    try:
        data = edge.invite()
        invite = SipWireMessage.parse(data)
        assert invite is not None
        edge.trunk.send(data)
        edge.trunk.wait_for(lambda one: one.status == 100, "100 Trying")
        kept = [(name, value) for name, value in invite.headers if name in {"Via", "From", "To", "Call-ID"}]
        uri = invite.start_line.split()[1]
        cancel = message(f"CANCEL {uri} SIP/2.0", [*kept, ("Max-Forwards", "70"), ("CSeq", "1 CANCEL")])
        assert edge.trunk.ask(cancel).status == 200
        assert edge.trunk.final(invite.call_id, "1 INVITE").status == 487
    finally:
        for worker in edge.workers:
            worker.respond = worker._as_told
    assert sum(took(edge)) == 1
    assert edge.loads() == {"w0": 0, "w1": 0}


def test_worker_hangs_up_and_its_place_is_free_again(edge: Edge) -> None:
    data = edge.invite()
    invite, answer = SipWireMessage.parse(data), edge.trunk.ask(data)
    assert invite is not None
    Dialog(edge.trunk, invite, answer).ack()
    worker = next(one for one in edge.workers if one.requests("INVITE"))
    taken = worker.requests("INVITE")[0]
    headers = [
        ("Via", f"SIP/2.0/UDP 127.0.0.1:{worker.port};branch=z9hG4bKbye{taken.call_id}"),
        ("Max-Forwards", "70"),
        ("From", answer.header("To")),
        ("To", taken.header("From")),
        ("Call-ID", taken.call_id),
        ("CSeq", "1 BYE"),
        *(("Route", route) for route in taken.all_headers("Record-Route")),
    ]
    edge.trunk.respond = lambda request: [request.response(200, "OK")] if request.method == "BYE" else []
    try:
        bye = message(f"BYE sip:peer@127.0.0.1:{edge.trunk.port} SIP/2.0", headers)
        assert worker.ask(bye).status == 200
    finally:
        edge.trunk.respond = lambda _: ()
    assert edge.loads() == {"w0": 0, "w1": 0}


def test_calls_of_a_dead_worker_are_ended_at_both_ends(edge: Edge) -> None:
    """What the supervisor asks for when a worker died: the caller must not go on listening to silence."""
    dialog = edge.call()
    worker = next(one for one in edge.workers if one.requests("INVITE"))
    name = f"w{edge.workers.index(worker)}"
    edge.trunk.respond = lambda request: [request.response(200, "OK")] if request.method == "BYE" else []
    try:
        edge.control.end_calls_of("w9", died_at=time.time())
        assert edge.trunk.requests("BYE") == []
        edge.control.end_calls_of(name, died_at=time.time())
        bye = edge.trunk.wait_for(lambda one: one.status is None and one.method == "BYE", "BYE to the caller")
        assert bye.call_id == dialog.invite.call_id
        worker.wait_for(lambda one: one.status is None and one.method == "BYE", "BYE to the worker")
    finally:
        edge.trunk.respond = lambda _: ()
    edge.trunk.forget()
    assert edge.call().answer.status == 200
    edge.control.end_calls_of("w0", died_at=time.time())
    edge.control.end_calls_of("w1", died_at=time.time())


def test_record_route_keeps_the_edge_in_the_dialog(edge: Edge) -> None:
    dialog = edge.call()
    routes = dialog.answer.all_headers("Record-Route")
    assert all(f":{port};" in route for route, port in zip(routes, (edge.inside[1], edge.world[1]), strict=True))
    assert dialog.answer.header("Contact") != ""
    assert SERVICE in edge.invites_at_workers()[0].start_line
    dialog.hang_up()
