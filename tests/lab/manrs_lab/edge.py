"""An audited router: FRR, sshd and its private files in a mount, network and host-name namespace."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import render
from . import topology as plan
from .system import LabError, State, kill_all, run, start_time

USERS = {"audit": ("61001", "CANARY-ssh-audit-5c2e"), "push": ("61002", "CANARY-ssh-push-a870")}
"""Logins of the edges: user -> (uid, password). `audit` may look, `push` may also use the agent; both by key as well."""
DAEMONS: dict[str, tuple[str, ...]] = {"zebra": (), "staticd": (), "bgpd": ("-M", "rpki")}
SUDOERS = """\
Defaults !lecture, !requiretty, secure_path="/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
audit ALL=(root) NOPASSWD: /usr/bin/vtysh ^-c show( [A-Za-z0-9.:/_][A-Za-z0-9.:/_-]*)+$
audit ALL=(root) NOPASSWD: /usr/local/sbin/manrs-frr-agent show startup, /usr/local/sbin/manrs-frr-agent status
audit ALL=(root) NOPASSWD: /usr/sbin/nft -j list ruleset, /usr/sbin/nft -nn -j list ruleset, /usr/sbin/nft list ruleset
push ALL=(root) NOPASSWD: /usr/bin/vtysh ^-c show( [A-Za-z0-9.:/_][A-Za-z0-9.:/_-]*)+$
push ALL=(root) NOPASSWD: /usr/sbin/nft -j list ruleset, /usr/sbin/nft -nn -j list ruleset, /usr/sbin/nft list ruleset
push ALL=(root) NOPASSWD: /usr/local/sbin/manrs-frr-agent
"""
AGENT = Path(__file__).resolve().parents[3] / "plugins" / "napalm" / "napalm_frr" / "agent.py"


@dataclass(frozen=True, slots=True)
class Route:
    """A path in the BGP table of an edge."""

    prefix: str
    as_path: str
    peer: str
    best: bool
    rpki: str | None
    communities: tuple[str, ...]


class Edge:
    """Handle on a running edge; `name` is edge1 or edge2."""

    def __init__(self, state: State, namespace: str, name: str, management: str) -> None:
        self.state = state
        self.namespace = namespace
        self.name = name
        self.management = management
        self.directory = state.directory / name

    @property
    def address(self) -> str:
        """Management address."""
        return self.management.partition("/")[0]

    def config(self) -> str:
        """The frr.conf the edge starts with."""
        return render.edge_config(self.name, self.management)

    def boot(self, keys: Path) -> None:
        """Make the private files, enter the namespaces and start FRR and sshd."""
        self._files(keys)
        script = self.directory / "boot.sh"
        script.write_text(self._script())
        with (self.directory / "boot.log").open("wb") as log:
            holder = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, "unshare", "-m", "-u", "bash", str(script)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.state.record(f"{self.name}-holder", holder.pid)

    def wait_booted(self, timeout: float = 20) -> None:
        """Wait until the boot script is through; LabError with its log when it failed."""
        done = self.directory / "etc" / "lab-booted"
        until = time.monotonic() + timeout
        while not done.exists():
            if not self.state.alive(f"{self.name}-holder") or time.monotonic() > until:
                raise LabError(f"{self.name} did not boot: {(self.directory / 'boot.log').read_text()[-2000:]}")
            time.sleep(0.03)

    def _files(self, keys: Path) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        etc = self.directory / "etc"
        run(["cp", "-a", "/etc", str(etc)])
        for made in ("sbin", "manrs"):
            (self.directory / made).mkdir(exist_ok=True)
        (etc / "frr" / "frr.conf").write_text(self.config())
        (etc / "frr" / "vtysh.conf").write_text("service integrated-vtysh-config\n")
        for name in ("passwd", "shadow", "group", "gshadow"):
            kept = [line for line in (etc / name).read_text().splitlines() if line.split(":")[0] not in USERS]
            for user, (uid, password) in USERS.items():
                if name == "passwd":
                    kept.append(f"{user}:x:{uid}:{uid}::/run/home/{user}:/bin/bash")
                elif name == "shadow":
                    kept.append(f"{user}:{run(['openssl', 'passwd', '-6', password]).strip()}:19000:0:99999:7:::")
                else:
                    kept.append(f"{user}:x:{uid}:" if name == "group" else f"{user}:!::")
            (etc / name).write_text("\n".join(kept) + "\n")
        ssh = etc / "ssh"
        (ssh / "sshd_config").write_text(render.sshd(self.address))
        for kind in ("", ".pub"):
            (ssh / f"ssh_host_ed25519_key{kind}").write_bytes((keys / f"host{kind}").read_bytes())
        (ssh / "ssh_host_ed25519_key").chmod(0o600)
        for user in USERS:
            (ssh / f"lab_keys_{user}").write_bytes((keys / f"{user}.pub").read_bytes())
        # sudo looks its own host name up; there is no resolver in here to wait for.
        (etc / "hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {self.name}\n")
        (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
        (etc / "sudoers.d").mkdir(exist_ok=True)
        (etc / "sudoers.d" / "manrs").write_text(SUDOERS)
        (etc / "sudoers.d" / "manrs").chmod(0o440)
        (etc / "nftables.conf").write_text("flush ruleset\n" + (render.edge2_nft() if self.name == "edge2" else ""))
        (etc / "sysctl.d").mkdir(exist_ok=True)
        (etc / "sysctl.d" / "80-forwarding.conf").write_text("".join(f"{k} = {v}\n" for k, v in self._sysctls()))
        self._install_agent()

    def _install_agent(self) -> None:
        target = self.directory / "sbin" / "manrs-frr-agent"
        target.write_bytes(AGENT.read_bytes())
        target.chmod(0o755)

    def _sysctls(self) -> Iterator[tuple[str, int]]:
        yield "net.ipv4.ip_forward", 1
        yield "net.ipv6.conf.all.forwarding", 1
        yield "net.ipv4.conf.default.rp_filter", 0
        yield "net.ipv4.conf.all.rp_filter", 0
        strict = ("stub0", "lan0", "rtr0") if self.name == "edge2" else ()
        for i in render.interfaces(self.name, self.management):
            yield f"net.ipv4.conf.{i['name']}.rp_filter", int(i["name"] in strict)

    def _script(self) -> str:
        daemons = "\n".join(f"/usr/lib/frr/{name} -d -A 127.0.0.1 {' '.join(options)}" for name, options in DAEMONS.items())
        homes = "\n".join(f"mkdir -p /run/home/{u}; chown {uid}:{uid} /run/home/{u}" for u, (uid, _) in USERS.items())
        return f"""set -e
mount --make-rprivate /
hostname {self.name}
mkdir -p /var/lib/manrs
mount --bind {self.directory}/etc /etc
mount --bind {self.directory}/sbin /usr/local/sbin
mount --bind {self.directory}/manrs /var/lib/manrs
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/frr /run/sshd /run/lock
chown frr:frr /run/frr /etc/frr /etc/frr/frr.conf /etc/frr/vtysh.conf
{homes}
sysctl -q -p /etc/sysctl.d/80-forwarding.conf
nft -f /etc/nftables.conf
{daemons}
vtysh -b
/usr/sbin/sshd
touch /etc/lab-booted
exec sleep infinity
"""

    def enter(self) -> list[str]:
        """Command prefix that runs what follows inside the edge."""
        if not self.state.alive(f"{self.name}-holder"):
            raise LabError(f"{self.name} is not running")
        return ["nsenter", "-t", str(self.state.pids[f"{self.name}-holder"][0]), "-m", "-n", "-u", "--"]

    def shell(self, *argv: str, check: bool = True, stdin: str | None = None) -> str:
        """Output of a command run as root inside the edge."""
        return run([*self.enter(), *argv], check=check, stdin=stdin)

    def vtysh(self, *commands: str) -> str:
        """Output of vtysh commands."""
        return self.shell("vtysh", *(part for c in commands for part in ("-c", c)))

    def vtysh_json(self, *commands: str) -> list[Any]:
        """Every JSON document in the output (some commands print several)."""
        text, decoder, found = self.vtysh(*commands), json.JSONDecoder(), []
        while text := text.lstrip():
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:]
        return found

    def configure(self, *lines: str) -> str:
        """Enter configuration lines by hand, as an operator would."""
        return self.vtysh("configure terminal", *lines)

    def filter_border(self) -> str:
        """Filter what leaves by source, now and after a reboot, as an operator would by hand; returns the table that was loaded."""
        table = render.border_nft()
        self.shell("nft", "-f", "-", stdin=table)
        with (self.directory / "etc" / "nftables.conf").open("a") as saved:
            saved.write(table)
        return table

    def routes(self, family: int) -> list[Route]:
        """All paths of the BGP table with RPKI state (`valid`, `invalid`, `not found`, or None where it is not evaluated)."""
        prefixes = list(self.vtysh_json(f"show bgp ipv{family} unicast json")[0].get("routes", {}))
        out = []
        for at in range(0, len(prefixes), 100):
            part = prefixes[at : at + 100]
            for answer in self.vtysh_json(*(f"show bgp ipv{family} unicast {p} json" for p in part)):
                for path in answer.get("paths", []):
                    out.append(
                        Route(
                            answer["prefix"],
                            path.get("aspath", {}).get("string", ""),
                            path.get("peer", {}).get("peerId", ""),
                            bool(path.get("bestpath", {}).get("overall")),
                            path.get("rpkiValidationState"),
                            tuple(path.get("community", {}).get("string", "").split()),
                        )
                    )
        return out

    def prefixes(self, family: int) -> set[str]:
        """Prefixes in the BGP table."""
        return set(self.vtysh_json(f"show bgp ipv{family} unicast json")[0].get("routes", {}))

    def sessions(self) -> dict[str, str]:
        """State of every BGP session by neighbour address."""
        out: dict[str, str] = {}
        for part in self.vtysh_json("show bgp summary json")[0].values():
            out.update({peer: data["state"] for peer, data in part.get("peers", {}).items()})
        return out

    def soft_clear(self, direction: str = "in") -> None:
        """Re-apply policies to stored routes (FRR 8.4 does not take back a once invalid prefix by itself)."""
        for family in (4, 6):
            self.vtysh(f"clear bgp ipv{family} unicast * soft {direction}")

    def _daemon_pid(self, daemon: str) -> int | None:
        text = self.shell("cat", f"/run/frr/{daemon}.pid" if daemon != "sshd" else "/run/sshd.pid", check=False).strip()
        return int(text) if text and start_time(int(text)) is not None else None

    def kill(self, daemon: str) -> None:
        """End a daemon (`bgpd`, `zebra`, `staticd`, `sshd`)."""
        pid = self._daemon_pid(daemon)
        if pid is not None:
            kill_all([pid])

    def restart(self, daemon: str) -> None:
        """Start a daemon again, bgpd with the saved configuration."""
        self.kill(daemon)
        if daemon == "sshd":
            self.shell("/usr/sbin/sshd")
            return
        self.shell(f"/usr/lib/frr/{daemon}", "-d", "-A", "127.0.0.1", *DAEMONS[daemon])
        self.shell("vtysh", "-b")

    def expected_sessions(self) -> set[str]:
        """Neighbour addresses that must be Established."""
        core = plan.link_of("edge1", "edge2")
        other = "node" if self.name == "edge1" else "edge"
        return {s.node_address for s in plan.sessions(self.name)} | {core.host(f, other) for f in (4, 6)}
