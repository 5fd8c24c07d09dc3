"""Playbooks and the `manrs` command over the lab, and what a change to a router would move."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from manrs_conformance import collect
from manrs_lab import Lab

ROOT = Path(__file__).resolve().parents[2]
INVENTORY = ROOT / "inventory/lab"
NOW = collect.now()


def intent(lab: Lab) -> Path:
    """The intent of inventory/lab with the address of this lab's routing registry."""
    place = lab.state.directory / "inventory"
    if not place.exists():
        shutil.copytree(INVENTORY, place)
        text = (INVENTORY / "manrs.yml").read_text()
        (place / "manrs.yml").write_text(text.replace("10.99.1.18", lab.irr))
    return place / "manrs.yml"


def optional(lab: Lab, login: str) -> dict[str, Any]:
    """NAPALM's optional arguments of inventory/lab, for this lab."""
    group = yaml.safe_load((INVENTORY / "group_vars/edges.yml").read_text())["napalm_optional_args"]
    return {**group, "key_file": str(lab.key(login)), "alt_key_file": str(lab.known_hosts())}


def hosts(lab: Lab, login: str) -> dict[str, dict[str, Any]]:
    """Variables by host: both edges, a host that is down, and one whose password is wrong."""
    common = {
        "ansible_connection": "local",
        "ansible_network_os": "frr",
        "ansible_python_interpreter": sys.executable,
        "ansible_user": login,
        "manrs_timeout": 20,
        "napalm_optional_args": optional(lab, login),
    }
    out = {name: common | {"ansible_host": edge.address} for name, edge in lab.edges.items()}
    bare = {key: value for key, value in optional(lab, login).items() if key not in ("key_file", "use_keys")}
    out["down"] = common | {"ansible_host": "127.0.0.1", "ansible_port": 9}
    out["locked"] = out["edge2"] | {"ansible_password": "wrong-Gx7-password", "napalm_optional_args": bare | {"use_keys": False}}
    return out


def playbook(lab: Lab, place: Path, name: str, only: tuple[str, ...], login: str = "audit", *flags: str, **extra: Any) -> Any:
    """Run a playbook of the collection over some of the hosts."""
    place.mkdir(parents=True, exist_ok=True)
    every = hosts(lab, login)
    (place / "hosts.yml").write_text(yaml.safe_dump({"edges": {"hosts": {one: every[one] for one in only}}, "none": {"hosts": {}}}))
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(_collections()),
        "ANSIBLE_CALLBACKS_ENABLED": "routesec.manrs.conformance",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_HOME": str(place / "home"),
        "PWD": str(place),
    }
    given = {
        "manrs_intent": str(intent(lab)),
        "manrs_hosts": "edges",
        "manrs_as_of": NOW,
        "manrs_run_dir": str(place / "run"),
    } | extra
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        f"routesec.manrs.{name}",
        "-i",
        "hosts.yml",
        "-e",
        json.dumps(given),
    ]
    return subprocess.run([*command, *flags], cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False)


def command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `manrs`."""
    argv = [sys.executable, "-m", "manrs_conformance.cli", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "plugins/plugin_utils")}
    return subprocess.run(argv, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def _collections() -> Path:
    """Where the checkout is a collection (see tests/conftest.py)."""
    return Path(str(importlib.import_module("ansible_collections.routesec.manrs.plugins.action.audit").__file__)).parents[5]


def counters(lab: Lab) -> dict[str, Any]:
    """What a change to a router would move in its BGP sessions."""
    out: dict[str, Any] = {}
    for name, edge in lab.edges.items():
        for peer, one in edge.vtysh_json("show bgp neighbors json")[0].items():
            stats = one.get("messageStats", {})
            kept = {key: stats[key] for key in stats if key not in ("keepalivesSent", "keepalivesRecv", "totalSent", "totalRecv")}
            out[f"{name} {peer}"] = (
                one.get("bgpState"),
                one.get("connectionsEstablished"),
                one.get("connectionsDropped"),
                kept,
            )
    return out
