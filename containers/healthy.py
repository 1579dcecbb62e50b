"""Tells a container engine whether a part answers: ``healthy.py sip|https|spool|fresh ...``; exit code 0 or 1.

Standard library only, so that a probe costs milliseconds and needs none of the part's secrets.
"""

import argparse
import http.client
import secrets
import socket
import ssl
import sys
import time
from pathlib import Path

TIMEOUT_S = 3.0
SERVER_ERROR = 500
MANIFEST_FOLDER = "committed"


def answers_sip(address: str, port: int) -> str | None:
    """Send OPTIONS over UDP; any SIP reply, even a refusal, shows that the part reads and writes. None is well."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT_S)
        client.connect((address, port))
        own, own_port = client.getsockname()
        mark = secrets.token_hex(8)
        lines = (
            f"OPTIONS sip:healthy@{address}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {own}:{own_port};branch=z9hG4bK{mark};rport",
            "Max-Forwards: 1",
            f"From: <sip:healthy@{own}>;tag={mark}",
            f"To: <sip:healthy@{address}>",
            f"Call-ID: {mark}@{own}",
            "CSeq: 1 OPTIONS",
            "Content-Length: 0",
        )
        try:
            client.send(("\r\n".join(lines) + "\r\n\r\n").encode())
            reply = client.recv(4096)
        except OSError as error:
            return f"no SIP reply from {address}:{port}: {error or type(error).__name__}"
    return None if reply.startswith(b"SIP/2.0 ") else f"not SIP from {address}:{port}: {reply[:40]!r}"


def answers_https(address: str, port: int, path: str) -> str | None:
    """Ask for a page; anything below 500 is well. The certificate names the world's name, not this address."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(address, port, timeout=TIMEOUT_S, context=context)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"no HTTPS answer from {address}:{port}: {error or type(error).__name__}"
    finally:
        connection.close()
    return None if status < SERVER_ERROR else f"HTTP status {status} from {path}"


def spool_moves(folder: Path, oldest_s: float) -> str | None:
    """Look for a committed call that waits longer than ``oldest_s``: then the archive is stuck."""
    committed = folder / MANIFEST_FOLDER
    try:
        changed = [entry.stat().st_ctime for entry in committed.iterdir()]
    except FileNotFoundError as error:
        if error.filename != str(committed):
            return None  # an entry was archived while we looked: it moves
        return f"there is no {committed}"
    age_s = time.time() - min(changed, default=time.time())
    return f"the oldest committed call waits for {age_s:.0f} s" if age_s > oldest_s else None


def is_fresh(file: Path, oldest_s: float) -> str | None:
    """Look whether a part that has no door wrote lately that it goes on."""
    try:
        age_s = time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return f"there is no {file}"
    return f"{file.name} was written {age_s:.0f} s ago" if age_s > oldest_s else None


def main(arguments: list[str]) -> int:
    """Run the probe that the arguments name; say on standard error what is not well."""
    parser = argparse.ArgumentParser(description=__doc__)
    probes = parser.add_subparsers(dest="probe", required=True)
    sip = probes.add_parser("sip")
    sip.add_argument("address")
    sip.add_argument("ports", type=int, nargs="+")
    https = probes.add_parser("https")
    https.add_argument("address")
    https.add_argument("port", type=int)
    https.add_argument("path")
    spool = probes.add_parser("spool")
    spool.add_argument("folder", type=Path)
    spool.add_argument("--oldest-s", type=float, default=900.0)
    fresh = probes.add_parser("fresh")
    fresh.add_argument("file", type=Path)
    fresh.add_argument("--oldest-s", type=float, default=600.0)
    given = parser.parse_args(arguments)
    if given.probe == "sip":
        problems = [answers_sip(given.address, port) for port in given.ports]
    elif given.probe == "https":
        problems = [answers_https(given.address, given.port, given.path)]
    elif given.probe == "fresh":
        problems = [is_fresh(given.file, given.oldest_s)]
    else:
        problems = [spool_moves(given.folder, given.oldest_s)]
    for problem in filter(None, problems):
        sys.stderr.write(f"{problem}\n")
    return 1 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
