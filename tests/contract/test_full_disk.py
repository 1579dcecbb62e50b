"""A disk that is really full: a small tmpfs in a mount namespace of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"

SCENARIO = """
import errno, json, os, sys
from pathlib import Path
from fixtures_spool import ScriptedCall, SpoolMaker
from calls.errors import SpoolFullError
from calls.identity import new_call_id
from calls.outcome import Reason
from storage.spool.recovery import recover
from storage.spool.spool import Spool

KIB = 1024
spool = Spool(Path(sys.argv[1]) / "spool", reserve_bytes=256 * KIB)
spool.prepare()
maker, ballast, facts = SpoolMaker(spool), Path(sys.argv[1]) / "ballast", {}

def leave(free_bytes):
    ballast.unlink(missing_ok=True)
    ballast.write_bytes(bytes(max(0, spool.free_bytes() - free_bytes)))

running = maker.call()
running.talk(samples=8000)
cut_off = maker.call(worker="w1-1-0")
cut_off.talk(samples=8000)
unended = maker.call(worker="w1-1-0")

# less than the reserve is free: a new call is refused and written down, the running one ends in order
leave(200 * KIB)
try:
    maker.call()
except SpoolFullError:
    facts["refused"] = True
call_id = new_call_id()
refused = ScriptedCall(entry=spool.reserve(call_id, worker="w0-1-0", even_if_full=True), call_id=call_id)
refused.arrive()
refused.end(reason=Reason.SPOOL_FULL)
facts["refused reason"] = refused.entry.commit().reason
facts["running samples"] = running.entry.commit().audio.customer.samples

# not a byte is free: nothing can be written down, nothing is lost
leave(0)
try:
    unended.arrive()
except OSError as error:
    facts["write"] = errno.errorcode[error.errno]
waiting = recover(spool)
facts["waiting"] = sorted(one.left_open is not None for one in waiting)
facts["open"] = len(spool.open_folders())

# and with room again all is put in order
ballast.unlink()
facts["recovered"] = sorted(str(one.manifest and one.manifest.reason) for one in recover(spool))
facts["open at last"] = len(spool.open_folders())
print(json.dumps(facts))
os._exit(0)
"""


def test_full_disk_refuses_calls_and_loses_none(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1"'
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-r", "-m"]
    done = subprocess.run(
        [*namespace, "sh", "-c", mount, "sh", str(tmp_path), sys.executable, SCENARIO],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{TESTS}"},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "refused": True,
        "refused reason": "spool_full",
        "running samples": 8000,
        "write": "ENOSPC",
        "waiting": [True, True],
        "open": 2,
        "recovered": ["None", "caller_hung_up"],
        "open at last": 0,
    }
