"""The NAPALM driver: reads over vtysh, changes only through the router's own agent."""

from __future__ import annotations

import functools
import ipaddress
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from napalm.base import NetworkDriver
from napalm.base import constants as c
from napalm.base.exceptions import CommandErrorException, CommitError, MergeConfigException, NapalmException, ReplaceConfigException

from . import getters
from .bgp_config import bgp_config
from .sanitize import sanitize
from .session import Session

VTYSH = re.compile(r"""^(?:vtysh\s+-c\s+(['"])(.+)\1|vtysh:\s*(.+))$""")
LINUX = ("shell:", "date ", "cat ", "sysctl ", "nft ", "ip -j ")
HEADER = ("Building configuration...", "Current configuration:")


class FRRDriver(NetworkDriver):
    """FRRouting on Linux over SSH.

    optional_args: port, key_file, passphrase, use_keys, allow_agent, ssh_config_file, ssh_strict (true), system_host_keys,
    alt_host_keys and alt_key_file, keepalive, conn_timeout; login_shell (auto, bash, vtysh), sudo (`sudo -n`), vtysh_path,
    agent_path. `change` names the candidate or commit that this session made: nothing of somebody else is confirmed or taken
    back. Set it to that of a lost session to go on with its commit; empty means the last one.
    """

    change: str
    load_seconds: int
    """How long the candidate may take to load before its timer counts: definitions that nothing refers to yet. 0 for a small one."""
    restores_confirmed = True
    """Whether `rollback` also takes back a change that was confirmed: the router's agent keeps what was before it."""

    def __init__(
        self, hostname: str, username: str, password: str, timeout: int = 60, optional_args: dict[str, Any] | None = None
    ) -> None:
        """Nothing is sent before `open`."""
        self.hostname, self.username, self.timeout = hostname, username, timeout
        self.platform = "frr"
        self.profile = ["frr"]
        self._session = Session(hostname, username, password, timeout, dict(optional_args or {}))
        self._loaded, self._size = "", 0
        self.load_seconds = 0
        self.change = ""

    def open(self) -> None:
        """Connect; the exception says whether name, host key or credentials were refused."""
        self._session.open()

    def close(self) -> None:
        """Disconnect; a pending commit stays pending, and its timer on the router runs on."""
        self._session.close()

    def is_alive(self) -> Any:
        """Whether the session still works."""
        return {"is_alive": self._session.alive()}

    @property
    def collect(self) -> Callable[[Mapping[str, str]], dict[str, str]]:
        """A function that runs read-only commands by key; a key whose command failed is left out, never empty."""
        return functools.partial(_collect, self._session)

    @property
    def pending_commit(self) -> Callable[[], dict[str, Any]]:
        """A function that tells phase and seconds left of the commit on the router."""
        return functools.partial(self._session.agent, "status")

    # -- reading -------------------------------------------------------------------------------------------------
    def get_facts(self) -> Any:
        """Facts of the router."""
        version, shown = self._session.vtysh("show version"), self._session.json("show interface json")
        return getters.facts(version, shown, self._linux_or_nothing("cat /proc/uptime"), self._linux_or_nothing("hostname -f"))

    def _linux_or_nothing(self, command: str) -> str:
        try:
            return self._session.linux(command)
        except CommandErrorException:
            return ""

    def get_interfaces(self) -> dict[str, Any]:
        """Interfaces of every VRF."""
        return getters.interfaces(self._session.json("show interface vrf all json"))

    def get_interfaces_ip(self) -> dict[str, Any]:
        """Addresses of every VRF."""
        return getters.interfaces_ip(self._session.json("show interface vrf all json"))

    def get_bgp_neighbors(self) -> dict[str, Any]:
        """BGP neighbours by VRF (`global` is the default one)."""
        shown = self._session.json("show bgp vrf all neighbors json")
        return getters.neighbors(shown, self._session.json("show bgp vrf all summary json"))

    def get_bgp_neighbors_detail(self, neighbor_address: str = "") -> dict[str, Any]:
        """BGP neighbours in detail, by VRF and remote AS."""
        return getters.neighbors_detail(self._session.json("show bgp vrf all neighbors json"), neighbor_address)

    def get_bgp_config(self, group: str = "", neighbor: str = "") -> Any:
        """BGP configuration by peer-group."""
        return bgp_config(self._running(), group, neighbor)

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> dict[str, Any]:
        """Routes to a destination, or inside it when `longer`."""
        try:
            network = ipaddress.ip_network(destination, strict=False) if destination else None
        except ValueError:
            raise NapalmException(f"{destination!r} is neither an address nor a prefix") from None
        if protocol and not re.fullmatch(r"[a-z0-9]+", protocol.lower()):
            raise NapalmException(f"{protocol!r} is not a routing protocol")
        family = "ipv6" if network is not None and network.version == 6 else "ip"
        where = "" if network is None else f" {network if '/' in destination or longer else network.network_address}"
        command = f"show {family} route{where}{' longer-prefixes' if longer else ''} json"
        rib = self._session.json(command)
        afi = "ipv6" if family == "ipv6" else "ipv4"
        wanted = [prefix for prefix, entries in rib.items() if any(one.get("protocol") == "bgp" for one in entries)]
        if protocol and protocol.lower() != "bgp":
            wanted = []
        summary = self._session.json(f"show bgp {afi} unicast summary json") if wanted else {}
        bgp = {
            one: {"localAs": summary.get("as", 0), **self._session.json(f"show bgp {afi} unicast {one} json")}
            for one in wanted[:500]
        }
        return getters.routes(rib, bgp, protocol)

    def _running(self) -> str:
        text = self._session.vtysh("show running-config", timeout=max(self.timeout, 120))
        lines = [line for line in text.splitlines() if line.strip() not in HEADER]
        if not lines or lines[-1].strip() != "end":
            raise CommandErrorException(f"{self.hostname}: the running configuration came back without its end mark")
        return "\n".join(lines).strip("\n") + "\n"

    def get_config(self, retrieve: str = "all", full: bool = False, sanitized: bool = False, format: str = "text") -> Any:
        """Configurations; `full` adds rp_filter and the owned nftables table to running as `!manrs-` lines."""
        if format != "text":
            raise NapalmException(f"FRR has only text configurations, not {format}")
        found = {"running": "", "startup": "", "candidate": ""}
        if retrieve in {"all", "running"}:
            found["running"] = self._running() + (str(self._session.agent("show", "linux")["text"]) if full else "")
        if retrieve in {"all", "startup"}:
            found["startup"] = self._startup()
        if retrieve in {"all", "candidate"} and self._loaded:
            found["candidate"] = str(self._session.agent("show", "candidate")["text"])
        return {key: sanitize(text) for key, text in found.items()} if sanitized else found

    def _startup(self) -> str:
        try:
            shown = self._session.vtysh("show startup-config") if self._session.shell == "vtysh" else ""
        except CommandErrorException:
            shown = ""
        if self._session.shell == "vtysh":
            return shown
        try:
            return self._session.linux("cat /etc/frr/frr.conf")
        except CommandErrorException:
            return str(self._session.agent("show", "startup")["text"])

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, Any]:
        """FRR commands verbatim (`shell: …` for Linux ones); encoding `json` asks FRR for JSON."""
        if not isinstance(commands, list):
            raise TypeError("commands is a list of strings")
        if encoding not in {"text", "json"}:
            raise NotImplementedError(f"{encoding} is not a supported encoding")
        if encoding == "json":
            return {one: self._session.json(one if one.endswith(" json") else f"{one} json") for one in commands}
        return {one: _run(self._session, one) for one in commands}

    def ping(
        self,
        destination: str,
        source: str = c.PING_SOURCE,
        ttl: int = c.PING_TTL,
        timeout: int = c.PING_TIMEOUT,
        size: int = c.PING_SIZE,
        count: int = c.PING_COUNT,
        vrf: str = c.PING_VRF,
        source_interface: str = c.PING_SOURCE_INTERFACE,
    ) -> Any:
        """Ping from the router's Linux; VRFs go through `ip vrf exec`."""
        start = f"ip vrf exec {shlex.quote(vrf)} " if vrf else ""
        origin = source_interface or source
        bound = f" -I {shlex.quote(origin)}" if origin else ""
        line = f"{start}ping -n -c {int(count)} -W {int(timeout)} -t {int(ttl)} -s {int(size)}{bound} -- {shlex.quote(destination)}"
        try:
            out = self._session.linux(f"{line} || true", timeout=self.timeout + int(count) * (int(timeout) + 1))
        except CommandErrorException as error:
            return {"error": str(error)}
        return _ping(out, destination, int(count))

    # -- changing ------------------------------------------------------------------------------------------------
    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load lines to add; the router's own dry run must accept them."""
        self._load("merge", filename, config, MergeConfigException)

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration; the router's own dry run must accept it."""
        self._load("replace", filename, config, ReplaceConfigException)

    def _load(self, mode: str, filename: str | None, config: str | None, failure: type[NapalmException]) -> None:
        if (filename is None) == (config is None):
            raise failure("give either filename or config")
        text = Path(filename).read_text(encoding="utf-8") if filename is not None else str(config)
        self._loaded = ""
        try:
            answer = self._session.agent("stage", mode, stdin=text)
            self.change, self.load_seconds = str(answer["id"]), int(answer.get("load_seconds", 0))
            self._session.agent("check", *self._named, timeout=self.timeout + 180 + len(text) / 5_000)
        except CommitError as error:
            if getattr(error, "kind", None) != "busy":
                self._quiet_discard()
            raise failure(str(error)) from None
        self._loaded, self._size = mode, len(text)

    def _quiet_discard(self) -> None:
        try:
            self._session.agent("discard", *self._named)
        except NapalmException:
            self._loaded = ""

    @property
    def _named(self) -> tuple[str, ...]:
        """What makes the agent refuse when another change took the place of this one."""
        return ("--id", self.change) if self.change else ()

    def compare_config(self) -> str:
        """Unified diff of running against what running will be, computed by copies of the router's own daemons."""
        if not self._loaded:
            return ""
        answer = self._session.agent("diff", *self._named, timeout=self.timeout + 600 + self._size / 500)
        note = (
            ""
            if answer["exact"] or not answer["diff"]
            else "# approximate: the lines as they will be sent, not as FRR will show them\n"
        )
        return note + str(answer["diff"])

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Apply the candidate; with `revert_in` (seconds) the router takes it back by itself unless `confirm_commit` follows."""
        if not self._loaded:
            raise CommitError(f"{self.hostname}: no candidate is loaded")
        if revert_in is not None and not 1 <= revert_in <= 86_400:
            raise CommitError("revert_in is between 1 and 86400 seconds")
        # With a timer there is nothing to wait for once it has run out: the router has taken the change back by then.
        patience = (revert_in + self.load_seconds + 10) if revert_in else self.timeout + 600 + self._size / 500
        self._session.agent("commit", *self._named, "--revert-in", str(revert_in or 0), message[:200], timeout=patience)
        self._loaded = ""

    def confirm_commit(self) -> None:
        """Keep the pending commit and save it as startup; CommitError when it was already taken back."""
        self._session.agent("confirm", *self._named, timeout=self.timeout + 180 + self._size / 50_000)

    def has_pending_commit(self) -> bool:
        """Whether the router holds a commit that waits for its confirmation."""
        return bool(self._session.agent("status")["pending"])

    def rollback(self) -> None:
        """Take back the pending commit, or the last confirmed one, startup included."""
        self._session.agent("rollback", *self._named, timeout=self.timeout + 600 + self._size / 500)

    def discard_config(self) -> None:
        """Forget the candidate."""
        if self._loaded:
            self._session.agent("discard", *self._named)
        self._loaded = ""


def _run(session: Session, command: str) -> str:
    found = VTYSH.match(command)
    if found:
        return session.vtysh((found[2] or found[3]).strip())
    if command.startswith(LINUX):
        line = command.removeprefix("shell:").strip()
        return session.linux(line, privileged=line.startswith("nft "))
    return session.vtysh(command)


def _collect(session: Session, commands: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for key, command in commands.items():
        try:
            found[key] = _run(session, command)
        except CommandErrorException:
            continue
    return found


def _ping(out: str, destination: str, count: int) -> dict[str, Any]:
    totals = re.search(r"(\d+) packets transmitted, (\d+) (?:packets )?received", out)
    if not totals:
        said = [line for line in out.splitlines() if line.strip()]
        return {"error": said[-1] if said else f"ping to {destination} said nothing"}
    times = [(found[1], float(found[2])) for found in re.finditer(r"from (\S+?):? .*?time=([\d.]+)", out)]
    summary = re.search(r"= ([\d.]+)/([\d.]+)/([\d.]+)/([\d.]+)", out)
    low, mean, high, spread = (float(one) for one in summary.groups()) if summary else (0.0, 0.0, 0.0, 0.0)
    return {
        "success": {
            "probes_sent": int(totals[1]),
            "packet_loss": int(totals[1]) - int(totals[2]),
            "rtt_min": low,
            "rtt_max": high,
            "rtt_avg": mean,
            "rtt_stddev": spread,
            "results": [{"ip_address": address, "rtt": time} for address, time in times[:count]],
        }
    }
