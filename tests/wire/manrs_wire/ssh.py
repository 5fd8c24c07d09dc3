"""SSH servers: the login, a command line with echo and prompt, SCP uploads, and NETCONF framing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import asyncssh

from .device import NOISE, Device, Fault, damaged

END = "]]>]]>"
GARBAGE = "\x07\x1b[2J#%&\ufffd garbled "


class Terminal(Protocol):
    """One command line."""

    def prompt(self) -> str:
        """The prompt as it stands."""
        ...

    def run(self, line: str) -> str | None:
        """Answer of one line; None ends the session."""
        ...

    def hides(self) -> bool:
        """Whether the next line is a password, which is not echoed."""
        ...

    def refuses(self, line: str) -> str:
        """The words that reject a line."""
        ...

    def echoes(self) -> bool:
        """Whether what is typed is repeated."""
        ...

    def told(self, line: str) -> str:
        """What the journal calls a line; empty for one that is no message yet."""
        ...

    def gone(self) -> None:
        """The client went away."""
        ...


class Netconf(Protocol):
    """One NETCONF session."""

    def hello(self) -> str:
        """The server's hello."""
        ...

    def name(self, text: str) -> str:
        """Name of the operation, for the journal; empty for a hello."""
        ...

    def reply(self, text: str, rejected: bool) -> str:
        """The answer to an RPC."""
        ...

    def gone(self) -> None:
        """The client went away: locks are given back."""
        ...


class Login(asyncssh.SSHServer):
    """User name with password, or with a key that the device knows."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """One more session, unless none is taken."""
        self.device.sessions += 1
        if self.device.closed:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """One less."""
        self.device.sessions -= 1

    def password_auth_supported(self) -> bool:
        """Passwords are taken."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether they are the device's."""
        ok = (username, password) == (self.device.username, self.device.password)
        if not ok:
            self.device.heard("login refused")
        return ok

    def public_key_auth_supported(self) -> bool:
        """Keys are taken."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is one of the device's."""
        known: list[str] = getattr(self.device, "keys", [])
        return username == self.device.username and key.export_public_key().decode().split()[1] in known


class Upload(asyncssh.SFTPServer):
    """Where SCP puts files: the device's own file system."""

    def __init__(self, chan: Any, device: Device, folder: Path) -> None:
        super().__init__(chan, chroot=str(folder).encode())
        self.device, self.folder = device, folder

    def exit(self) -> None:
        """The transfer is over: the files are on the device."""
        for path in self.folder.rglob("*"):
            if path.is_file() and not self.device.full:
                self.device.files[path.name] = path.read_text()


async def _pause(process: Any, device: Device, seconds: float) -> bool:
    """Wait; False when the client went away, or every fault is over."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        if device.faults.over.is_set() or process.get_extra_info("connection").is_closed():
            return False
        await asyncio.sleep(0.02)
    return True


async def _apply(process: Any, device: Device, fault: Fault | None) -> bool:
    """Live through a delay or a hang; False when the connection must go."""
    if fault is not None and fault.kind == "delay":
        await _pause(process, device, fault.seconds)
    elif fault is not None and fault.kind == "hang":
        await _pause(process, device, float("inf"))
    return fault is None or fault.kind not in ("hang", "drop")


async def _say(process: Any, device: Device, fault: Fault | None, text: str) -> None:
    """Send an answer, all of it or byte by byte."""
    if fault is None or fault.kind != "trickle":
        process.stdout.write(text)
        return
    for character in text:
        process.stdout.write(character)
        if not await _pause(process, device, fault.seconds):
            return


def _damaged_xml(text: str) -> str:
    """A reply whose longest text was garbled; the tags around it stand."""
    inner = max(re.findall(r">([^<>]+)<", text), key=len, default="")
    return text.replace(
        inner,
        NOISE.replace("&", "&amp;") if "\n" not in inner.strip() else damaged(inner).replace(NOISE, NOISE.replace("&", "&amp;")),
    )


def _garbles(fault: Fault | None) -> bool:
    return fault is not None and fault.kind == "garble"


async def _lines(process: Any, terminal: Terminal) -> None:
    """A command line: everything typed is echoed, every line answered."""
    device: Device = process.get_extra_info("connection").get_owner().device
    if not await _apply(process, device, device.greets()):
        return
    await _say(process, device, device.greets(), GARBAGE * 20 if _garbles(device.greets()) else f"\r\n{terminal.prompt()}")
    buffer = ""
    while True:
        data = await process.stdin.read(4096)
        if not data:
            return
        buffer += data.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        while "\n" in buffer:
            line, _newline, buffer = buffer.partition("\n")
            if terminal.echoes():
                process.stdout.write("\r\n" if terminal.hides() else f"{line}\r\n")
            name = terminal.told(line)
            fault = device.heard(name) if name else None
            if not await _apply(process, device, fault):
                return
            if _garbles(fault):
                process.stdout.write(GARBAGE * 20)
                continue
            with device.mutex:
                said = terminal.refuses(line) if fault is not None and fault.kind == "reject" else terminal.run(line)
            if said is None or (fault is not None and fault.kind == "lose"):
                return
            if fault is not None and fault.kind == "noise":
                said = damaged(said)
            body = said.rstrip("\n").replace("\n", "\r\n")
            await _say(process, device, fault, f"{body}\r\n{terminal.prompt()}" if body else terminal.prompt())


async def _messages(process: Any, session: Netconf) -> None:
    """NETCONF 1.0: messages end with `]]>]]>`."""
    device: Device = process.get_extra_info("connection").get_owner().device
    buffer = ""
    try:
        if not await _apply(process, device, device.greets()):
            return
        hello = f"<hello {GARBAGE}" if _garbles(device.greets()) else session.hello()
        await _say(process, device, device.greets(), hello + END)
        while True:
            data = await process.stdin.read(65536)
            if not data:
                return
            buffer += data
            while END in buffer:
                text, _end, buffer = buffer.partition(END)
                name = session.name(text)
                if not name:
                    continue
                fault = device.heard(name)
                if not await _apply(process, device, fault):
                    return
                if _garbles(fault):
                    process.stdout.write(f"<rpc-reply {GARBAGE}" + END)
                    continue
                with device.mutex:
                    answer = session.reply(text, fault is not None and fault.kind == "reject")
                if fault is not None and fault.kind == "lose":
                    return
                if fault is not None and fault.kind == "noise":
                    answer = _damaged_xml(answer)
                await _say(process, device, fault, answer + END)
                if name == "close-session":
                    return
    finally:
        session.gone()


async def serve(
    device: Device, key: asyncssh.SSHKey, folder: Path, *, terminal: Callable[[Device], Terminal] | None = None,
    netconf: Callable[[Device], Netconf] | None = None,
) -> tuple[asyncssh.SSHAcceptor, int]:  # fmt: skip
    """Start on a free port of the loopback; returns the server and its port."""

    async def work(process: Any) -> None:
        try:
            if process.subsystem == "netconf" and netconf is not None:
                await _messages(process, netconf(device))
            elif process.command is None and process.subsystem is None and terminal is not None:
                one = terminal(device)
                try:
                    await _lines(process, one)
                finally:
                    one.gone()
        except (asyncssh.Error, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            process.close()
            process.get_extra_info("connection").close()

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flash:").mkdir(exist_ok=True)
    acceptor = await asyncssh.create_server(
        lambda: Login(device),
        "127.0.0.1",
        0,
        server_host_keys=[key],
        process_factory=work,
        line_editor=False,
        sftp_factory=lambda chan: Upload(chan, device, folder),
        allow_scp=True,
        encoding="utf-8",
        errors="replace",
        keepalive_interval=0,
    )
    return acceptor, int(acceptor.get_port())
