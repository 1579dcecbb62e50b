"""Settings: what is wrong stops the start with its name and the place where it was given."""

import os
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from calls.errors import BadConfigurationError, ExitCode
from tallenne.settings import Settings, home_from, line_of, load_settings

TEMPLATE = (files("tallenne") / "templates" / "tallenne.toml").read_text(encoding="utf-8")
SERVICE = '\n[[services]]\nnumber = "+358102009000"\nname = "N"\ngroup = "english"\ndisclosures = ["recording-en"]\n'

Load = Callable[[str], Settings]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("TALLENNE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def write_and_load(text: str) -> Settings:
        (tmp_path / "tallenne.toml").write_text(text, encoding="utf-8")
        return load_settings(tmp_path)

    return write_and_load


def refusal(load: Load, text: str) -> str:
    with pytest.raises(BadConfigurationError) as caught:
        load(text)
    assert caught.value.exit_code == ExitCode.BAD_CONFIGURATION
    return str(caught.value)


def line_with(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_template_is_whole_and_says_the_defaults(load: Load, tmp_path: Path) -> None:
    settings = load(TEMPLATE)
    assert settings.home == tmp_path
    assert [service.number for service in settings.services] == ["+358102001000", "+358102002000", "+358102003000"]
    shown = re.findall(r"^# (\w+) = (.+?)\s*(?:#.*)?$", TEMPLATE, re.MULTILINE)
    # these have no default to show
    examples = "url = .postgres|base_url|password_file|certificate|hold_music|breached_passwords|provider|detail_years"
    uncommented = re.sub(rf"^# (?=(?!{examples})\w+ = )", "", TEMPLATE, flags=re.MULTILINE)
    assert len(shown) > 10
    assert load(uncommented) == settings


@pytest.mark.parametrize(
    ("old", "new", "name", "told"),
    [
        # unknown
        ("sip_port = 5060", "sip_prt = 5060", "edge.sip_prt", "unknown setting"),
        ("[spool]", "[spol]", "spol", "unknown setting"),
        ("[edge]", 'home = "/elsewhere"\n[edge]', "home", "unknown setting"),
        ("[edge]", '_env_prefix = "X"\n[edge]', "_env_prefix", "unknown setting"),
        ("[edge]", "edge.sip_prt = 5\n[edge2]", "edge.sip_prt", "unknown setting"),
        # malformed
        ("sip_port = 5060", "sip_port = 0", "edge.sip_port", "greater than or equal to 1"),
        ("sip_port = 5060", 'sip_port = "five"', "edge.sip_port", "integer"),
        ('listen_address = "127.0.0.1"', 'listen_address = "sip.example"', "edge.listen_address", "IPv4"),
        ('trunks = ["127.0.0.1/32"]', 'trunks = ["10.0.0.1/8"]', "edge.trunks.0", "host bits"),
        ('trunks = ["127.0.0.1/32"]', "trunks = []", "edge.trunks", "at least 1"),
        ('domain = "tallenne.internal"', 'domain = "a b"', "edge.domain", "pattern"),
        ('domain = "tallenne.internal"', 'domain = "a\\n"', "edge.domain", "pattern"),
        ("workers = 8 ", "workers = 0 ", "capture.workers", "greater than or equal to 1"),
        ('language = "sv"', 'language = "swe"', "disclosures.1.language", "pattern"),
        ('number = "+358102002000"', 'number = "0102002000"', "services.1.number", "pattern"),
        ('strategy = "order"', 'strategy = "random"', "groups.1.strategy", "'all' or 'order'"),
        # missing
        ('name = "Kundtjänst"\n', "", "services.1.name", "required"),
        # contradictory
        ('group = "english"', 'group = "engish"', "services", "rings group 'engish'"),
        ('disclosures = ["recording-sv"]', 'disclosures = ["recording-se"]', "services", "plays disclosure"),
        ('aliases = ["0102002000"]', 'aliases = ["0102001000"]', "services", "'0102001000' is given twice"),
        ("[[groups]]", '[[groups]]\nname = "english"\n[[groups]]', "groups", "'english' is given twice"),
        ("sip_port = 5060", "sip_port = 5103", "capture.first_sip_port", "port 5103 is also used by edge.sip_port"),
        ("sip_port = 5060", "sip_port = 8080", "web.port", "port 8080 is also used by edge.sip_port"),
        ("sip_port = 5060", "sip_port = 8333", "objects.endpoint", "port 8333 is also used by edge.sip_port"),
        ("workers = 8 ", "workers = 8\nfirst_sip_port = 65530 ", "capture", "SIP ports of the workers do not fit"),
        ("workers = 8 ", "workers = 8\nfirst_rtp_port = 65000\nrtp_ports_per_worker = 100 ", "capture", "RTP ports of"),
        ("workers = 8 ", "workers = 8\nconversations_per_worker = 20 ", "capture", "rtp_ports_per_worker must be at"),
        ("workers = 8 ", "workers = 8\nsample_rate_hz = 44100 ", "capture", "8000"),
        ("[web]", '[web]\nlisten_address = "0.0.0.0"', "web", "plain HTTP outside loopback"),
        ("[web]", '[web]\ncertificate_file = "x"', "web", "together"),
        ("[web]", "[web]\nbehind_tls_proxy = true", "web", "base_url is needed"),
        ("[web]", '[web]\ncertificate_file = "x"\ncertificate_key_file = "y"', "web", "base_url is needed"),
        ("[web]", '[web]\nbehind_tls_proxy = true\nbase_url = "http://x.example"', "web", "https://"),
        ("[web]", '[web]\nbase_url = "http://localhost:8080/calls"', "web", "no path"),
        ("[web]", '[web]\nbase_url = "http://user@localhost:8080"', "web", "no path"),
        ("[web]", '[oidc]\nissuer = "https://me:x@login.example"\nclient_id = "t"\n[web]', "oidc", "without user"),
        ("[objects]", '[objects]\nendpoint = "https://me:x@s3.example"', "objects", "the keys go into files"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(load: Load, old: str, new: str, name: str, told: str) -> None:
    assert old in TEMPLATE
    text = TEMPLATE.replace(old, new, 1)
    message = refusal(load, text)
    assert "tallenne.toml" in message
    place = re.search(rf"{re.escape(name)} \(line (\d+)\): ", message)
    assert place is not None, message
    assert told in message
    line, lines = int(place[1]), text.splitlines()
    assert 1 <= line <= len(lines)
    key = name.rpartition(".")[2]
    if new.startswith((key, f"[{key}", f"edge.{key}")):
        assert lines[line - 1].startswith(new.splitlines()[0].split(" = ")[0])


def test_line_of_an_entry_of_an_array_is_that_entry(load: Load) -> None:
    text = TEMPLATE + SERVICE + SERVICE.replace("9000", "9001").replace("disclosures", "disclosure")
    message = refusal(load, text)
    last = len(text.splitlines())
    assert f"services.4.disclosure (line {last}): unknown setting" in message
    assert f"services.4.disclosures (line {last - 4}): Field required" in message


def test_line_of_reads_tables_arrays_and_dotted_keys() -> None:
    text = 'a.b = 1\n[t]\nx = [\n  ["k"],\n]\n"q" = 2 # [t2]\n[[s]]\nn = 1\n[[s]] # second\nn = 2\n'
    assert line_of(text, ("a", "b")) == 1
    assert line_of(text, ("t", "q")) == 6
    assert line_of(text, ("t", "missing")) == 2
    assert line_of(text, ("s", 0, "n")) == 8
    assert line_of(text, ("s", 1, "n")) == 10
    assert line_of(text, ("s", 1)) == 9
    assert line_of(text, ("nowhere",)) is None


@pytest.mark.parametrize("text", ["[edge", "sip_port = ", "[edge]\nsip_port = 1\nsip_port = 2\n", "= 1"])
def test_what_is_not_toml_is_told_with_its_line(load: Load, text: str) -> None:
    assert "(at line" in refusal(load, text) or "not TOML" in refusal(load, text)


def test_nothing_at_all_is_incomplete(load: Load) -> None:
    message = refusal(load, "")
    assert "services (not given): Field required" in message


def test_file_that_is_not_there_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="tallenne init"):
        load_settings(tmp_path)


@pytest.mark.parametrize("kind", ["folder", "latin-1", "home is a file"])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "tallenne.toml"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_bytes("# ä".encode("latin-1"))
    home = path if kind == "home is a file" else tmp_path
    with pytest.raises(BadConfigurationError, match=r"tallenne\.toml"):
        load_settings(home)


# ---- the environment


def test_environment_beats_the_file(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLENNE_EDGE__SIP_PORT", "5062")
    monkeypatch.setenv("TALLENNE_EDGE__TRUNKS", '["192.0.2.0/24", "198.51.100.7/32"]')
    monkeypatch.setenv("TALLENNE_OBJECTS__EMBEDDED", "false")
    monkeypatch.setenv("TALLENNE_GROUPS", '[{"name": "asiakaspalvelu"}, {"name": "kundtjanst"}, {"name": "english"}]')
    settings = load(TEMPLATE)
    assert settings.edge.sip_port == 5062
    assert [str(network) for network in settings.edge.trunks] == ["192.0.2.0/24", "198.51.100.7/32"]
    assert settings.edge.domain == "tallenne.internal", "the rest of the section is the file's"
    assert settings.objects.embedded is False
    assert {group.ring_timeout_s for group in settings.groups} == {30}


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("TALLENNE_EGDE__SIP_PORT", "5062", "environment TALLENNE_EGDE__SIP_PORT: unknown setting"),
        ("TALLENNE_PORT", "5062", "environment TALLENNE_PORT: unknown setting"),
        ("TALLENNE_", "", "environment TALLENNE_: unknown setting"),
        ("tallenne_egde__sip_port", "1", "environment tallenne_egde__sip_port: unknown setting"),
        ("TALLENNE_HOME__X", "1", "environment TALLENNE_HOME__X: unknown setting"),
        ("TALLENNE_EDGE__SIP_PORT__X", "1", "environment TALLENNE_EDGE__SIP_PORT__X: unknown setting"),
        ("TALLENNE_EDGE__SIP_PRT", "1", "edge.sip_prt (environment TALLENNE_EDGE__SIP_PRT): unknown setting"),
        ("TALLENNE_EDGE__SIP_PORT", "x", "edge.sip_port (environment TALLENNE_EDGE__SIP_PORT): "),
        ("TALLENNE_EDGE__SIP_PORT", "", "edge.sip_port (environment TALLENNE_EDGE__SIP_PORT): "),
        ("TALLENNE_EDGE__TRUNKS", "10.0.0.1", "environment TALLENNE_EDGE__TRUNKS: not the JSON"),
        ("TALLENNE_EDGE", "{", "environment TALLENNE_EDGE: not the JSON"),
        ("TALLENNE_SERVICES", '[{"number": "1"}]', "services.0.number (environment TALLENNE_SERVICES): "),
        ("TALLENNE_SERVICES__0__NAME", "x", "environment TALLENNE_SERVICES__0__NAME: unknown setting"),
        ("TALLENNE_CAPTURE__FIRST_SIP_PORT", "5060", "first_sip_port (environment TALLENNE_CAPTURE__FIRST_SIP_PORT): "),
    ],
)
def test_wrong_variable_is_named(
    load: Load, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert told in refusal(load, TEMPLATE)


def test_value_of_a_variable_is_not_told(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLENNE_DATABASE__URL", "mysql://tallenne:hunter2@db/tallenne")
    monkeypatch.setenv("TALLENNE_EDGE__TRUNKS", "hunter2")
    assert "hunter2" not in refusal(load, TEMPLATE)
    monkeypatch.delenv("TALLENNE_EDGE__TRUNKS")
    assert "hunter2" not in refusal(load, TEMPLATE)


def test_home_is_the_option_or_the_variable_or_var(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_from(None) == tmp_path / "var"
    monkeypatch.setenv("TALLENNE_HOME", "elsewhere")
    assert home_from(None) == tmp_path / "elsewhere"
    assert home_from(Path("given")) == tmp_path / "given"
    assert load(TEMPLATE).home == tmp_path, "the home that was loaded, whatever the variable says"


def test_paths_are_meant_from_the_home(load: Load, tmp_path: Path) -> None:
    settings = load(TEMPLATE)
    assert settings.path(Path("spool")) == tmp_path / "spool"
    assert settings.path(Path("/srv/spool")) == Path("/srv/spool")
