"""The commands of an installation as an operator meets them: init, agent, doctor; a mistake is told in one line."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from softphones.ports import free_ports
from tallenne.command_line import main

SECRETS = {"kek-1", "s3-access-key", "s3-secret-key", "web-secret", "audit-signing-key", "audit-signing-key.pub"}


@dataclass(frozen=True)
class Done:
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


def on_one_line(told: str) -> str:
    """Undo the terminal's folding, which may come anywhere in a text with a long path before it."""
    return " ".join(told.split())


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run ``tallenne --home <home> WORDS`` in this process, on ports that nobody uses."""
    for name in list(os.environ):
        if name.upper().startswith("TALLENNE_"):
            monkeypatch.delenv(name)
    # in one block: ports that are found one by one may lie in the range that another setting takes
    ports = free_ports(40 + 2 * 32)
    for name, port in {
        "EDGE__SIP_PORT": ports,
        "EDGE__INTERNAL_PORT": ports + 1,
        "WEB__PORT": ports + 2,
        "CAPTURE__FIRST_SIP_PORT": ports + 4,
        "OBJECTS__EMBEDDED_FIRST_PORT": ports + 14,
        "CAPTURE__FIRST_RTP_PORT": ports + 40,
        "CAPTURE__WORKERS": 2,
    }.items():
        monkeypatch.setenv(f"TALLENNE_{name}", str(port))
    monkeypatch.setenv("TALLENNE_OBJECTS__ENDPOINT", f"http://127.0.0.1:{ports + 3}")
    monkeypatch.setenv("TALLENNE_SPOOL__RESERVE_MIB", "1")

    # what a command sets in its process must not stay in ours
    configure = structlog.configure
    monkeypatch.setattr(
        structlog, "configure", lambda **given: configure(**{**given, "cache_logger_on_first_use": False})
    )
    umask = os.umask(0o022)

    def run_command(*words: str, home: Path = tmp_path / "home") -> Done:
        monkeypatch.setattr(sys, "argv", ["tallenne", "--home", str(home), *words])
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        code = end.value.code
        return Done(code if isinstance(code, int) else 0, written.out, written.err)

    yield run_command
    os.umask(umask)
    structlog.reset_defaults()


@pytest.fixture
def home(run: Run, tmp_path: Path) -> Path:
    assert run("init").exit_code == 0
    return tmp_path / "home"


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def one_line(done: Done) -> str:
    """Give the one line that a refused command prints."""
    assert done.exit_code != 0
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("tallenne: ")
    return line


# ---- init


def test_init_makes_a_private_home(home: Path) -> None:
    assert modes(home / "keys") == dict.fromkeys(SECRETS, 0o600)
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    assert {name: mode for name, mode in modes(home).items() if mode & 0o007} == {}
    assert {"tallenne.toml", "prompts", "spool", "tallenne.sqlite"} <= set(modes(home))


def test_init_again_keeps_everything(run: Run, home: Path) -> None:
    (home / "tallenne.toml").write_text((home / "tallenne.toml").read_text(encoding="utf-8") + "# mine\n", "utf-8")
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and "sqlite" not in path.name}
    again = run("init")
    assert again.exit_code == 0
    assert "made" not in again.stdout
    assert {path: path.read_bytes() for path in before} == before
    (home / "keys" / "web-secret").unlink()
    assert run("init").stdout.splitlines()[0] == "made  web-secret"


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_init_where_no_folder_can_be_is_told(run: Run, tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    target = tmp_path / "file" if kind == "a file" else tmp_path / "file" / "home"
    assert str(tmp_path / "file") in one_line(run("init", home=target))


# ---- agents


def test_agent_is_added_listed_renewed_and_disabled(run: Run, home: Path) -> None:
    words = ("--name", "Sanna Laine", "--aor", "sip:sanna", "--group", "asiakaspalvelu", "--group", "english")
    made = json.loads(run("agent", "add", *words, "--json").stdout)
    assert made["aor"] == "sip:sanna@tallenne.internal"
    assert len(made["sip_password"]) >= 20
    directory = home / "edge" / "directory.sqlite"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o600
    published = directory.read_bytes()
    assert b"sanna" in published
    assert made["sip_password"].encode() not in published
    (listed,) = json.loads(run("agent", "list", "--json").stdout)
    assert (listed["name"], listed["groups"], listed["disabled_at"]) == (
        "Sanna Laine",
        ["asiakaspalvelu", "english"],
        None,
    )
    renewed = json.loads(run("agent", "password", "--aor", "sanna", "--json").stdout)
    assert renewed["sip_password"] != made["sip_password"]
    assert renewed["id"] == made["id"]
    assert directory.read_bytes() != published
    assert run("agent", "disable", "--aor", "sip:sanna@tallenne.internal").exit_code == 0
    (listed,) = json.loads(run("agent", "list", "--json").stdout)
    assert listed["disabled_at"].endswith("Z")
    assert "disabled" in run("agent", "list").stdout


def test_password_is_shown_once_and_in_one_place(run: Run, home: Path) -> None:
    shown = run("agent", "add", "--name", "N", "--aor", "n", "--group", "english")
    password = next(line for line in shown.stdout.splitlines() if "password" in line).split()[-2]
    assert password not in shown.stderr
    assert password not in run("agent", "list").stdout
    assert not any(password.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (("add", "--name", "N", "--aor", "n", "--group", "englsh"), 65, "asiakaspalvelu, english, kundtjanst"),
        (("add", "--name", "N", "--aor", "sip:a b", "--group", "english"), 65, "not a SIP user"),
        (("add", "--name", "N", "--aor", "n\n", "--group", "english"), 65, "not a SIP user"),
        (("add", "--name", "N", "--aor", "", "--group", "english"), 65, "not a SIP user"),
        (("password", "--aor", "nobody"), 66, "no agent 'nobody'"),
        (("disable", "--aor", "nobody"), 66, "no agent 'nobody'"),
    ],
)
def test_mistakes_with_agents_are_told_in_one_line(run: Run, words: tuple[str, ...], exit_code: int, told: str) -> None:
    done = run("agent", *words)
    assert done.exit_code == exit_code
    assert told in one_line(done)
    assert json.loads(run("agent", "list", "--json").stdout) == []


@pytest.mark.usefixtures("home")
def test_agent_of_the_same_address_is_refused(run: Run) -> None:
    words = ("agent", "add", "--name", "N", "--aor", "n", "--group", "english")
    assert run(*words).exit_code == 0
    assert "already" in one_line(run(*words))


# ---- settings that are wrong, whatever the command


@pytest.mark.parametrize("words", [("init",), ("up",), ("edge",), ("capture",), ("agent", "list"), ("calls",)])
def test_wrong_setting_stops_every_command_with_name_and_line(run: Run, home: Path, words: tuple[str, ...]) -> None:
    path = home / "tallenne.toml"
    text = path.read_text(encoding="utf-8").replace("domain =", "domian =")
    path.write_text(text, encoding="utf-8")
    line = next(number for number, found in enumerate(text.splitlines(), 1) if found.startswith("domian"))
    done = run(*words)
    assert done.exit_code == 78
    assert f"edge.domian (line {line}): unknown setting" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("up",), ("edge",), ("capture",), ("archive",), ("web",), ("agent", "list")])
def test_home_that_is_not_there_names_the_remedy_and_is_not_made(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run(*words)
    assert done.exit_code == 78
    assert "tallenne init" in on_one_line(done.stderr)
    assert not (tmp_path / "home").exists()


def test_mistake_is_one_line_in_a_process_of_its_own_too(home: Path) -> None:
    (home / "prompts" / "disclosure-sv.wav").write_bytes(b"RIFF")
    command = [sys.executable, "-m", "tallenne", "--home", str(home), "capture"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 78
    assert done.stderr.startswith("tallenne: ")
    assert "disclosure-sv.wav" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("edge",), ("up",)])
def test_edge_that_kamailio_cannot_be_is_told(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TALLENNE_EDGE__KAMAILIO", str(home / "no-such-kamailio"))
    done = run(*words)
    assert done.exit_code == 78
    assert "apt install kamailio" in on_one_line(done.stderr)
    assert "Traceback" not in done.stderr


def test_directory_that_cannot_be_written_is_told(run: Run, home: Path) -> None:
    (home / "edge").write_text("in the way", encoding="utf-8")
    assert str(home / "edge") in one_line(run("agent", "add", "--name", "N", "--aor", "n", "--group", "english"))
    assert json.loads(run("agent", "list", "--json").stdout) == [], "and nothing was added"


# ---- doctor


def findings(done: Done) -> dict[str, dict[str, str]]:
    return {finding["subject"]: finding for finding in json.loads(done.stdout)}


def test_doctor_of_a_fresh_home_says_what_is_good_and_what_does_not_run(run: Run, home: Path) -> None:
    done = run("doctor", "--json")
    assert done.exit_code == 0
    found = findings(done)
    for subject in ("settings", "home", "secrets", "disclosures", "edge", "spool", "database"):
        assert found[subject]["health"] == "good", found[subject]
    assert found["agents"]["health"] == "doubtful"
    assert "tallenne agent add" in found["agents"]["remedy"]
    for subject in ("objects", "capture", "softphones"):
        assert (found[subject]["health"], found[subject]["remedy"]) == ("doubtful", "tallenne up")
    assert (home / "keys").is_dir()


def test_doctor_finds_keys_that_others_may_read(run: Run, home: Path) -> None:
    (home / "keys" / "kek-1").chmod(0o644)
    found = findings(run("doctor", "--json"))["secrets"]
    assert (found["health"], "kek-1" in found["what"], "chmod 600" in found["remedy"]) == ("bad", True, True)
    (home / "keys" / "kek-1").chmod(0o600)
    assert findings(run("doctor", "--json"))["secrets"]["health"] == "good"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("edge.sip_port", socket.SOCK_DGRAM),
        ("capture.first_sip_port", socket.SOCK_DGRAM),
        ("web.port", socket.SOCK_STREAM),
    ],
)
def test_port_that_is_in_use_is_told_before_the_start(run: Run, setting: str, kind: socket.SocketKind) -> None:
    port = int(os.environ["TALLENNE_" + setting.upper().replace(".", "__")])
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", port))
        if kind is socket.SOCK_STREAM:
            other.listen()
        found = findings(run("doctor", "--json"))[setting]
        assert found["health"] == "bad"
        assert f"127.0.0.1:{port}" in found["what"]
        done = run("up")
        assert done.exit_code == 78
        assert f"127.0.0.1:{port}" in done.stderr.replace("\n", "")


def test_doctor_finds_prompt_schema_and_quarantine(run: Run, home: Path) -> None:
    (home / "prompts" / "disclosure-fi.wav").write_bytes(b"not a wave file")
    (home / "tallenne.sqlite").unlink()
    (home / "spool" / "quarantine" / "a-call").mkdir()
    found = findings(run("doctor", "--json"))
    assert found["prompts"]["health"] == "bad"
    assert "ffmpeg" in found["prompts"]["remedy"]
    assert found["database"]["health"] == "bad"
    assert "tallenne init" in found["database"]["remedy"]
    assert found["spool"]["health"] == "doubtful"


def test_doctor_without_settings_says_only_that(run: Run) -> None:
    done = run("doctor")
    assert done.exit_code == 1
    assert "tallenne init" in on_one_line(done.stdout)
    assert "Traceback" not in done.stderr
