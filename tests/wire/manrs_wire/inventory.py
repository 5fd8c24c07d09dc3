"""The five routers of `inventory/vendors`, and the variables that reach them once they run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .device import Device
from .fleet import Fleet

ROOT = Path(__file__).resolve().parents[3]
CONFIGS = ROOT / "inventory" / "vendors" / "configs"
LOGIN = "audit"
PASSWORD = "CANARY-audit-login"
ENABLE = "CANARY-enable"


def devices() -> list[Device]:
    """A router for each text in the inventory; the IOS one asks for an enable secret."""
    out = []
    for path in sorted(CONFIGS.glob("*.cfg")):
        name, platform = path.name.split(".")[:2]
        secret = ENABLE if platform == "ios" else ""
        out.append(Device(platform, path.read_text(), name=name, username=LOGIN, password=PASSWORD, secret=secret))
    return out


def variables(fleet: Fleet) -> dict[str, dict[str, Any]]:
    """Host variables by host: ports, login, and where the keys lie that verify the routers."""
    out: dict[str, dict[str, Any]] = {}
    for name, one in fleet.devices.items():
        out[name] = {
            "ansible_host": "127.0.0.1",
            "ansible_port": fleet.ports[name],
            "ansible_user": one.username,
            "ansible_password": one.password,
            "manrs_known_hosts": str(fleet.known_hosts),
            "manrs_ca": str(fleet.ca),
        }
        if one.secret:
            out[name] |= {"ansible_become": True, "ansible_become_method": "enable", "ansible_become_password": one.secret}
    return out


def write(fleet: Fleet, path: Path) -> None:
    """Write the variables where `inventory/vendors` reads them, for its owner only."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(variables(fleet), indent=1, sort_keys=True) + "\n")
