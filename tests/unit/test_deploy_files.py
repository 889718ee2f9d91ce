"""The files under deploy/ hold what they promise: probes, limits, no secrets, nobody who may talk to everybody."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.loader import ROOT

DEPLOY = ROOT / "deploy"
SETTINGS = (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")
FILES = sorted(DEPLOY.rglob("*.yaml"))
OBJECTS = [
    pytest.param(found, id=f"{path.parent.name}-{found['kind']}-{found['metadata']['name']}")
    for path in FILES
    if path.name != "kustomization.yaml"
    for found in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
WORK = [param for param in OBJECTS if param.values[0]["kind"] in ("Deployment", "StatefulSet")]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("found", WORK)
def test_every_pod_is_probed_bounded_and_has_no_rights(found: dict[str, Any]) -> None:
    pod = found["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert {"readinessProbe", "livenessProbe"} <= set(container)
        assert container["resources"]["limits"].keys() == container["resources"]["requests"].keys() == {"cpu", "memory"}
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}


def test_nobody_stops_people_from_being_served_while_nodes_are_emptied() -> None:
    guarded = {p.values[0]["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
               for p in OBJECTS if p.values[0]["kind"] == "PodDisruptionBudget"}  # fmt: skip
    assert guarded == {p.values[0]["metadata"]["name"] for p in WORK if p.values[0]["kind"] == "Deployment"}


def test_a_worker_has_time_to_finish_before_it_is_killed(compose: dict[str, Any]) -> None:
    from bot.serve import FINISH_SECONDS, HANGING_SECONDS

    needed = FINISH_SECONDS + HANGING_SECONDS
    assert needed <= 30
    chat = next(p.values[0] for p in WORK if p.values[0]["metadata"]["name"] == "chat")["spec"]["template"]["spec"]
    waiting = int(chat["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert chat["terminationGracePeriodSeconds"] >= needed + waiting + 5
    assert int(compose["services"]["chat"]["stop_grace_period"].rstrip("s")) >= needed + 5


def test_nobody_may_talk_to_anybody_but_for_what_is_said() -> None:
    policies = [p.values[0]["spec"] for p in OBJECTS if p.values[0]["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    for policy in policies:
        for way in (*policy.get("ingress", []), *policy.get("egress", [])):
            assert way.get("from") or way.get("to"), "not everybody"
            assert way["ports"], "not every port"


def test_settings_that_are_given_exist(compose: dict[str, Any]) -> None:
    given = set(compose["services"]["chat"]["environment"]) | set(
        re.findall(r"^(TOMONI_\w+)=", (DEPLOY / "secrets.env.example").read_text(encoding="utf-8"), re.M)
    )
    for param in OBJECTS:
        if param.values[0]["kind"] == "ConfigMap":
            given |= set(param.values[0]["data"])
    for name in given - {"TOMONI_VAR"}:
        assert f'"{name}"' in SETTINGS, name


def test_no_file_holds_a_secret(compose: dict[str, Any]) -> None:
    for line in (DEPLOY / "secrets.env.example").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.endswith(("SECRET", "KEY", "KEYS")):
            assert value == "", name
    for path in (*FILES, DEPLOY / "compose.yml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[0-9a-f]{32}", text), path.name
        assert "kind: Secret\n" not in text, path.name
    for service in compose["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if "PASS" in name:
                assert value.startswith("${"), name


def test_engines_are_reached_from_inside_only_and_write_no_values_into_logs(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "rabbitmq"):
        assert compose["services"][name]["networks"] == ["inside"]
        assert "ports" not in compose["services"][name]
    assert "log_parameter_max_length_on_error=0" in compose["services"]["postgres"]["command"]
    assert "noeviction" in compose["services"]["redis"]["command"], "a lock is never thrown out"


def test_every_service_is_watched_and_bounded(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "healthcheck" in service, name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_the_image_runs_as_nobody_without_a_shell_in_between_and_leaves_secrets_out() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert re.search(r"^USER 10001", text, re.M)
    assert re.search(r'^ENTRYPOINT \["python", "-m", "bot"\]', text, re.M), "the signal to stop must arrive"
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", "var", "deploy/secrets.env", "models/*.tar.gz"} <= set(ignored)


def test_kustomizations_name_files_that_are_there_and_all_of_them() -> None:
    for path in DEPLOY.rglob("kustomization.yaml"):
        named = {Path(name) for name in yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]}
        assert all((path.parent / name).exists() for name in named)
        there = {Path(found.name) for found in path.parent.glob("*.yaml")} - {Path("kustomization.yaml")}
        assert there <= named
