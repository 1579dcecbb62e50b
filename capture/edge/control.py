"""Talks to the running edge over its control socket: JSON-RPC 2.0 in datagrams (Kamailio's jsonrpcs module)."""

import json
import secrets
import socket
from pathlib import Path
from typing import Any

import structlog

from calls.errors import UnavailableError

TIMEOUT_S = 2.0
_MAX_DATAGRAM = 65507
_ANSWERED_STATE = 3  # 200 seen; 4 is ACK seen too
_log = structlog.get_logger("edge")


class EdgeControl:
    """A client of one edge. Every call opens its own socket, so it may be used from any process."""

    def __init__(self, socket_file: Path) -> None:
        self._socket_file = socket_file

    def request(self, method: str, *params: object) -> Any:  # noqa: ANN401 (JSON)
        """Call a method and give its result; raise UnavailableError where the edge does not answer or refuses."""
        call = json.dumps({"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}).encode()
        # beside the edge's socket, and no longer: with the edge in another container, /tmp is not the same folder
        reply = self._socket_file.with_name(f".{secrets.token_hex(4)}")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
                client.settimeout(TIMEOUT_S)
                client.bind(str(reply))
                client.sendto(call, str(self._socket_file))
                answer = json.loads(client.recv(_MAX_DATAGRAM))
        except (OSError, ValueError) as error:
            raise UnavailableError(
                what=f"the edge does not answer: {error}", where=method, remedy="is 'tallenne edge' running?"
            ) from error
        finally:
            reply.unlink(missing_ok=True)
        if "error" in answer:
            raise UnavailableError(what=f"the edge refuses: {answer['error'].get('message')}", where=method)
        return answer.get("result")

    def end_calls_of(self, worker: str, *, died_at: float) -> None:
        """Hang up on both parties of every call that a dead worker had; a ringing group stops ringing.

        What began after ``died_at`` (Unix time, seconds) is the call of the process that took its place.
        """
        # the profile, not the whole list: an answer has to fit into one datagram. A call that went on to another worker
        # is still in the profile of the first
        for dialog in self.request("dlg.profile_list", "worker", worker) or []:
            if _variable(dialog, "worker") != worker or dialog["init_ts"] > died_at:
                continue
            if dialog["state"] >= _ANSWERED_STATE:
                self.request("dlg.end_dlg", dialog["h_entry"], dialog["h_id"])
            else:
                self.request("tm.cancel", dialog["call-id"], _cseq(dialog))

    def registered_users(self) -> frozenset[str]:
        """Tell which softphones are registered now."""
        dump = self.request("ul.dump")
        return frozenset(
            entry["Info"]["AoR"] for domain in dump["Domains"] for entry in domain["Domain"].get("AoRs", [])
        )


def _variable(dialog: dict[str, Any], name: str) -> str | None:
    variables = dialog.get("variables") or []
    return next((str(pair[name]) for pair in variables if name in pair), None)


def _cseq(dialog: dict[str, Any]) -> str:
    return str(dialog["caller"]["cseq"])
