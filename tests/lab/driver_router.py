"""One real FRR router with sshd, sudo and the agent, in namespaces of its own, for the tests of the driver alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

AGENT = Path(__file__).parents[2] / "plugins/napalm/napalm_frr/agent.py"
CONFIG = """frr version 8.4.4
frr defaults traditional
hostname edge1
no ip forwarding
no ipv6 forwarding
!
interface lo
 ip address 31.1.255.1/32
exit
!
router bgp 3356
 bgp router-id 31.1.255.1
 no bgp default ipv4-unicast
 neighbor CUSTS peer-group
 neighbor 31.2.0.2 remote-as 7018
 neighbor 31.2.0.2 description customer one
 neighbor 31.2.0.2 password s3cretmd5
 neighbor 31.2.0.3 remote-as 7019
 neighbor 31.2.0.3 peer-group CUSTS
 !
 address-family ipv4 unicast
  network 31.1.255.1/32
  neighbor 31.2.0.2 activate
  neighbor 31.2.0.2 prefix-list CUST in
  neighbor 31.2.0.2 maximum-prefix 100
  neighbor 31.2.0.3 activate
 exit-address-family
exit
!
ip prefix-list CUST seq 5 permit 31.0.0.0/16 le 24
!
end
"""
SUDOERS = f"""Defaults !lecture
pusher ALL=(root) NOPASSWD: /usr/local/sbin/manrs-frr-agent
auditor ALL=(root) NOPASSWD: {shutil.which("nft")} -j list ruleset
"""
SSHD = """Port 22
HostKey {ssh}/host
PidFile {ssh}/sshd.pid
UsePAM no
PasswordAuthentication yes
AuthorizedKeysFile {ssh}/authorized
StrictModes no
PermitRootLogin no
Subsystem sftp internal-sftp
"""
PASSWORD = "lab-Passw0rd"


class Router:
    """Boots on entry, is gone on exit; `inside` runs a program in its namespaces."""

    def __init__(self, base: Path, name: str = "mfd") -> None:
        self.base, self.ns = base, f"{name}{os.getpid() % 10000}"
        self.net = f"10.98.{os.getpid() % 250}"
        self.address, self.port = f"{self.net}.2", 22
        self.known_hosts = base / "ssh/known_hosts"
        self.key = base / "ssh/user"

    def __enter__(self) -> Router:
        for folder in ("run", "frr", "etc", "manrs", "ssh", "sbin"):
            (self.base / folder).mkdir(parents=True)
            (self.base / folder).chmod(0o755)
        one = self.base
        while one != Path("/"):  # logins have to reach keys and shells below it
            one.chmod(one.stat().st_mode | 0o011)
            one = one.parent
        subprocess.run(["cp", "-a", "/etc/.", str(self.base / "etc")], check=True)
        (self.base / "frr/frr.conf").write_text(CONFIG)
        (self.base / "frr/vtysh.conf").write_text("service integrated-vtysh-config\n")
        shutil.copy(AGENT, self.base / "sbin/manrs-frr-agent")
        (self.base / "sbin/manrs-frr-agent").chmod(0o755)
        subprocess.run(["chown", "-R", "frr:frr", str(self.base / "run"), str(self.base / "frr")], check=True)
        self._accounts()
        self._network()
        self._start()
        return self

    def _accounts(self) -> None:
        etc, ssh = self.base / "etc", self.base / "ssh"
        hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True, capture_output=True, text=True).stdout.strip()
        for uid, name, shell in ((61001, "pusher", "/bin/bash"), (61002, "auditor", "/bin/bash"), (61003, "vty", "/usr/bin/vtysh")):
            with (etc / "passwd").open("a") as file:
                file.write(f"{name}:x:{uid}:{uid}::/:{shell}\n")
            with (etc / "shadow").open("a") as file:
                file.write(f"{name}:{hashed}:19000:0:99999:7:::\n")
            group = (etc / "group").read_text()
            lines = [
                f"{one}{'' if one.endswith(':') else ','}{name}" if one.startswith("frrvty:") else one for one in group.splitlines()
            ]
            (etc / "group").write_text("\n".join([*lines, f"{name}:x:{uid}:"]) + "\n")
        (etc / "sudoers.d").mkdir(exist_ok=True)
        (etc / "sudoers.d/manrs").write_text(SUDOERS)
        (etc / "sudoers.d/manrs").chmod(0o440)
        (etc / "pam.d/frr").write_text("auth sufficient pam_permit.so\naccount sufficient pam_permit.so\n")
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(ssh / key)], check=True)
        (ssh / "authorized").write_text((ssh / "user.pub").read_text())
        (ssh / "authorized").chmod(0o644)
        kind, value, _ = (ssh / "host.pub").read_text().split(None, 2)
        self.known_hosts.write_text(f"{self.address} {kind} {value}\n")
        (ssh / "sshd_config").write_text(SSHD.format(ssh=ssh))

    def _network(self) -> None:
        ip = ["ip"]
        out = f"{self.ns}o"
        for line in (
            f"netns add {self.ns}",
            f"link add {out} type veth peer name mgmt netns {self.ns}",
            f"addr add {self.net}.1/30 dev {out}",
            f"link set {out} up",
            f"-n {self.ns} addr add {self.address}/30 dev mgmt",
            f"-n {self.ns} link set mgmt up",
            f"-n {self.ns} link set lo up",
            f"-n {self.ns} link add c0 type veth peer name c1",
            f"-n {self.ns} addr add 31.2.0.1/24 dev c0",
            f"-n {self.ns} link set c0 up",
            f"-n {self.ns} link set c1 up",
        ):
            subprocess.run([*ip, *line.split()], check=True)

    def _start(self) -> None:
        base = self.base
        script = f"""hostname edge1; mount --make-rprivate /; mkdir -p /run/sshd /var/lib/manrs
mount --bind {base}/etc /etc; mount --bind {base}/frr /etc/frr; mount --bind {base}/run /run/frr
mount --bind {base}/sbin /usr/local/sbin
mount --bind {base}/manrs /var/lib/manrs
for one in default all mgmt c0 c1 lo; do echo 0 > /proc/sys/net/ipv4/conf/$one/rp_filter; done
/usr/lib/frr/zebra -d -A 127.0.0.1; /usr/lib/frr/staticd -d -A 127.0.0.1; /usr/lib/frr/bgpd -d -A 127.0.0.1; vtysh -b
{shutil.which("sshd")} -f {base}/ssh/sshd_config"""
        subprocess.run(
            ["ip", "netns", "exec", self.ns, "unshare", "-m", "-u", "bash", "-c", script], check=True, capture_output=True
        )
        self.zebra = int((base / "run/zebra.pid").read_text())
        for _ in range(100):
            if (base / "ssh/sshd.pid").exists():
                return
            time.sleep(0.05)
        raise RuntimeError("sshd did not start")

    def inside(self, *argv: str, env: dict[str, str] | None = None, stdin: str | None = None) -> str:
        """Output of a program run as root inside the router; its exit code is not looked at."""
        line = ["nsenter", "-t", str(self.zebra), "-m", "-n", "-u", *argv]
        return subprocess.run(
            line, capture_output=True, text=True, env={**os.environ, **(env or {})}, input=stdin, check=False
        ).stdout

    def vtysh(self, command: str) -> str:
        """Output of one FRR command, as root."""
        return self.inside("vtysh", "-c", command)

    def state(self) -> tuple[str, str, str, str]:
        """Everything a commit may change: running, startup, rp_filter of the customer interface, the owned table."""
        startup = (self.base / "frr/frr.conf").read_text()
        running = "\n".join(sorted(self.vtysh("show running-config").splitlines()))
        rp_filter = self.inside("cat", "/proc/sys/net/ipv4/conf/c0/rp_filter").strip()
        return running, startup, rp_filter, self.inside("nft", "-s", "list", "table", "inet", "manrs")

    def processes(self) -> list[int]:
        """Every process that lives in the router's network namespace."""
        listed = subprocess.run(["ip", "netns", "pids", self.ns], capture_output=True, text=True, check=False).stdout
        return [int(one) for one in listed.split()]

    def __exit__(self, *_: object) -> None:
        for _attempt in range(20):
            left = self.processes()
            if not left:
                break
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        subprocess.run(["ip", "netns", "del", self.ns], check=False)
        subprocess.run(["ip", "link", "del", f"{self.ns}o"], check=False, capture_output=True)
