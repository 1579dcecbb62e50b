"""A minimal registrar and proxy for the phones, a second Kamailio that has nothing to do with the edge."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from softphones.correlation import level_dbfs
from softphones.ports import free_ports
from softphones.program import Program
from softphones.sound import FRAME_SAMPLES, read_sound, write_sound

SAMPLE_AUDIO = Path(__file__).parent.parent / "sample_audio"
CONFIGURATION = """\
debug=2
log_stderror=yes
children=2
tcp_children=1
listen=udp:{address}
listen=tcp:{address}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
request_route {{
    if (is_method("REGISTER")) {{
        if (!pv_auth_check("{domain}", "{password}", "0", "1")) {{ auth_challenge("{domain}", "0"); exit; }}
        save("location");
        exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (is_method("INVITE")) {{
        record_route();
        $ru = "sip:" + $rU + "@{domain}";
        if (lookup("location")) {{ t_relay(); exit; }}
    }}
    sl_send_reply("404", "Not Found");
}}
"""


@dataclass(frozen=True)
class Registrar:
    address: str
    domain: str
    password: str


@pytest.fixture(scope="session")
def registrar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registrar]:
    folder = tmp_path_factory.mktemp("registrar")
    facts = Registrar(address=f"127.0.0.1:{free_ports()}", domain="phones.test", password="not-secret")  # noqa: S106
    configuration = folder / "kamailio.cfg"
    configuration.write_text(CONFIGURATION.format(**vars(facts)), encoding="utf-8")
    command = ["kamailio", "-DD", "-E", "-m", "16", "-M", "4", "-Y", str(folder), "-f", str(configuration)]
    with Program(command, folder=folder, log=folder / "kamailio.log") as kamailio:
        port = facts.address.split(":")[1]
        kamailio.wait_for(
            lambda: f":{int(port):04X} " in Path("/proc/net/tcp").read_text(encoding="ascii"),
            what="a listening port",
            timeout_s=10.0,
        )
        yield facts


@pytest.fixture(scope="session")
def customer_speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return without_first_silence(SAMPLE_AUDIO / "customer-fi-1.wav", tmp_path_factory.mktemp("speech"))


@pytest.fixture(scope="session")
def agent_speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return without_first_silence(SAMPLE_AUDIO / "agent-fi-1.wav", tmp_path_factory.mktemp("speech"))


def without_first_silence(path: Path, folder: Path) -> Path:
    """Let a party speak at once; in the sample conversations each waits for the other's turn."""
    samples = read_sound(path)
    starts = range(0, len(samples), FRAME_SAMPLES)
    first = next(start for start in starts if level_dbfs(samples[start : start + FRAME_SAMPLES]) > -40)
    write_sound(folder / path.name, samples[first:])
    return folder / path.name
