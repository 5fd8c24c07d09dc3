"""Several servers in one process: started together, ended together."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .device import Device
from .eos import Eapi
from .ios import EosTerminal, IosTerminal, NxosTerminal
from .iosxr import Xr
from .junos import Junos
from .loop import Loop, certificate, host_key
from .nxos import Nxapi
from .ssh import serve as ssh_serve
from .web import Server
from .web import serve as web_serve
from .xragent import XrTerminal

PLATFORMS = ("ios", "iosxr", "nxos", "eos", "junos")


@dataclass
class Fleet:
    """The servers that run: devices and ports by name, and where the client finds the keys to verify them."""

    folder: Path
    devices: dict[str, Device] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    ssh_ports: dict[str, int] = field(default_factory=dict)
    _loop: Loop = field(default_factory=Loop)
    _web: list[Server] = field(default_factory=list)
    _ssh: list[Any] = field(default_factory=list)
    _temporary: tempfile.TemporaryDirectory[str] | None = None

    @property
    def known_hosts(self) -> Path:
        """Host keys of the SSH servers, in OpenSSH's form."""
        return self.folder / "known_hosts"

    @property
    def ca(self) -> Path:
        """The certificate that the HTTPS servers show; it signs itself."""
        return self.folder / "tls.pem"

    def add(self, device: Device, *, tls: bool = True) -> int:
        """Start the servers of one device; returns the port of the driver that bears the platform's name."""
        name = device.name
        terminal: Any = {"ios": IosTerminal, "nxos": NxosTerminal, "eos": EosTerminal, "iosxr": XrTerminal}.get(device.platform)
        netconf: Any = {"junos": Junos, "iosxr": Xr}.get(device.platform)
        if terminal is not None or netconf is not None:
            key = host_key()
            work = ssh_serve(device, key, self.folder / "files" / name, terminal=terminal, netconf=netconf)
            acceptor, self.ssh_ports[name] = self._loop.run(work)
            self._ssh.append(acceptor)
            line = f"[127.0.0.1]:{self.ssh_ports[name]} {key.export_public_key().decode().strip()}\n"
            with self.known_hosts.open("a") as file:
                file.write(line)
        handler: Any = {"eos": Eapi, "nxos": Nxapi}.get(device.platform)
        if handler is not None:
            if tls and not self.ca.exists():
                certificate(self.folder)
            server, port = web_serve(device, handler, (str(self.ca), str(self.folder / "tls.key")) if tls else None)
            self._web.append(server)
            self.ports[name] = port
        else:
            self.ports[name] = self.ssh_ports[name]
        self.devices[name] = device
        return self.ports[name]

    def stop(self) -> None:
        """End every server, and every hang and delay."""
        for device in self.devices.values():
            device.faults.over.set()
        for server in self._web:
            server.shutdown()
            server.server_close()
        for acceptor in self._ssh:
            self._loop.loop.call_soon_threadsafe(acceptor.close)
        self._loop.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def start(*devices: Device, folder: Path | None = None, tls: bool = True) -> Fleet:
    """Start servers for all of these devices; keys, certificates and uploaded files lie in `folder`."""
    temporary = tempfile.TemporaryDirectory() if folder is None else None
    place = folder if folder is not None else Path(str(temporary and temporary.name))
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    fleet = Fleet(place, _temporary=temporary)
    for one in devices:
        fleet.add(one, tls=tls)
    return fleet
