"""Boots, steers and removes a lab."""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import irr, packets, render
from . import topology as plan
from .edge import USERS, Edge
from .speaker import ask
from .system import STATE_ROOT, LabError, State, inside, kill_all, namespace_pids, preflight, run, start_time

RTR_PORTS = {"rtr-1": 8282, "rtr-2": 8283}


class Lab:
    """One lab; several with different `run_id` (at most six of a-z0-9) live side by side.

    The lab of the default id has the fixed management addresses of inventory/lab; others get the first free 10.99.N.0/24.
    """

    def __init__(self, run_id: str = "lab") -> None:
        if not re.fullmatch(r"[a-z0-9]{1,6}", run_id):
            raise LabError(f"a run id is one to six of a-z and 0-9, not {run_id!r}")
        self.run_id = run_id
        self.prefix = f"mr{run_id}"
        self.state = State(run_id)
        self._use(self.state.index)

    def _use(self, index: int) -> None:
        self.irr = f"10.99.{index}.18"
        self.edges = {
            name: Edge(self.state, f"{self.prefix}-{name}", name, f"10.99.{index}.{10 + 4 * i}/30")
            for i, name in enumerate(plan.EDGES)
        }

    # -- life ---------------------------------------------------------------------------------------------------------

    def up(self, *, converge: bool = True) -> None:
        """Boot, after removing what an earlier lab of this id left; with `converge` wait for sessions, VRPs and routes."""
        preflight()
        irr.programs()
        self.down()
        self.state = State(self.run_id)
        with _turn():
            self.state.index = 1 if self.run_id == "lab" else _free_index()
            self.state.save()
        self._use(self.state.index)
        try:
            self._wire()
            self.start("irr")
            keys = self._keys()
            # Caches first: FRR's first attempt must find them, it waits long before the next.
            self._start_neighbours()
            self._wait_caches()
            for edge in self.edges.values():
                edge.boot(keys)
            for edge in self.edges.values():
                edge.wait_booted()
            if converge:
                self.wait_converged()
                self.wait_irr()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Remove every process, namespace, interface and file of this lab; nothing to do is fine."""
        self.state = State(self.run_id)
        names = [n for n in _namespaces() if n.startswith(f"{self.prefix}-")]
        pids = [pid for pid, started in self.state.pids.values() if start_time(pid) == started]
        # What was starting others when it was ended may have left some.
        while pids or (pids := [pid for n in names for pid in namespace_pids(n)]):
            kill_all(sorted({*pids, *(pid for n in names for pid in namespace_pids(n))}))
            pids = []
        for i in (1, 2, 3):
            if Path(f"/sys/class/net/{self.prefix}m{i}").exists():
                run(["ip", "link", "delete", f"{self.prefix}m{i}"], check=False)
        for name in names:
            run(["ip", "netns", "delete", name], check=False)
        shutil.rmtree(self.state.directory, ignore_errors=True)
        with contextlib.suppress(OSError):
            STATE_ROOT.rmdir()
            # Another lab's private directory is bound over this one, and removing it would unmount that.
            Path("/var/lib/manrs").rmdir()
        self.state = State(self.run_id)

    def _wire(self) -> None:
        for node in plan.NODES:
            run(["ip", "netns", "add", self._ns(node)])
        batch = ["link add br0 netns " + self._ns("rs") + " type bridge stp_state 0 forward_delay 0"]
        for link in plan.LINKS:
            batch.append(
                f"link add {link.iface} address {link.mac('edge')} netns {self._ns(link.edge)} type veth "
                f"peer name {link.node_iface} address {link.mac('node')} netns {self._ns(link.node)}"
            )
        for i, edge in enumerate(self.edges.values(), 1):
            batch.append(f"link add {self.prefix}m{i} type veth peer name mgmt0 netns {edge.namespace}")
            base, _, length = edge.management.rpartition(".")[2].partition("/")
            root = f"10.99.{self.state.index}.{int(base) - 1}/{length}"
            batch += [f"address add {root} dev {self.prefix}m{i}", f"link set {self.prefix}m{i} up"]
        batch.append(f"link add {self.prefix}m3 type veth peer name mgmt0 netns {self._ns('irr')}")
        batch += [f"address add 10.99.{self.state.index}.17/30 dev {self.prefix}m3", f"link set {self.prefix}m3 up"]
        run(["ip", "-batch", "-"], stdin="\n".join(batch) + "\n")
        for node in plan.NODES:
            run(["ip", "netns", "exec", self._ns(node), "bash", "-c", self._addresses(node)])

    def _addresses(self, node: str) -> str:
        """Shell lines that set up the interfaces of a node."""
        lines = ["link set lo up"]
        if node == "rs":
            link = plan.link_of("edge1", "rs")
            lines += [f"link set br0 address {link.mac('node')}", f"address add {link.address(4, 'node')} dev br0"]
            lines += [f"address add {link.address(6, 'node')} dev br0 nodad", "link set br0 up"]
        for link in plan.LINKS:
            for side, owner, iface in (("edge", link.edge, link.iface), ("node", link.node, link.node_iface)):
                if owner != node:
                    continue
                if node == "rs":
                    lines += [f"link set {iface} master br0"]
                else:
                    lines += [f"address add {link.address(4, side)} dev {iface}"]
                    lines += [f"address add {link.address(6, side)} dev {iface} nodad"]
                lines += [f"link set {iface} up"]
        if node in self.edges:
            lines += [f"address add {self.edges[node].management} dev mgmt0", "link set mgmt0 up"]
        if node == "irr":
            lines += [f"address add {self.irr}/30 dev mgmt0", "link set mgmt0 up"]
        if node.startswith("srv") or node == "rtr":
            for link in plan.LINKS:
                if link.node == node and not (node == "rtr" and link.edge == "edge2"):
                    lines += [f"route add default via {link.host(4, 'edge')}", f"route add default via {link.host(6, 'edge')}"]
        quiet = "cd /proc/sys/net; echo 0 | tee ipv6/conf/{all,default}/accept_dad ipv4/conf/{all,default}/rp_filter >/dev/null\n"
        if node == "irr":
            quiet += f"echo {irr.WHOIS} > ipv4/ip_unprivileged_port_start\n"
        return quiet + "ip -batch - <<'X'\n" + "\n".join(lines) + "\nX\n"

    def _keys(self) -> Path:
        keys = self.state.directory / "ssh"
        keys.mkdir(parents=True, exist_ok=True)
        for name in (*USERS, "host"):
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"lab {name}", "-f", str(keys / name)])
        host = " ".join((keys / "host.pub").read_text().split()[:2])
        (keys / "known_hosts").write_text("".join(f"{e.address} {host}\n" for e in self.edges.values()))
        return keys

    def _start_neighbours(self) -> None:
        self.set_vrps(plan.VRPS)
        self._provider_routes: dict[str, dict[str, Any]] = {
            prefix: {"as_path": list(path)} for prefix, path in plan.ANNOUNCED["prov"]
        }
        self._save_provider()
        d = self.state.directory
        (d / "prov.conf").write_text(render.bird_provider(d / "prov-routes.conf"))
        (d / "rs.conf").write_text(render.bird_route_server())
        for name in ("rtr-1", "rtr-2", "prov", "rs", "speakers"):
            self.start(name)

    def _wait_caches(self) -> None:
        until = time.monotonic() + 5
        for name, port in RTR_PORTS.items():
            while f":{port} " not in run([*self._exec("rtr"), "ss", "-Htln"]):
                if not self.state.alive(name) or time.monotonic() > until:
                    raise LabError(f"{name} does not listen: {self.log(name)[-500:]}")
                time.sleep(0.02)

    def wait_irr(self) -> None:
        """Until the routing registry answers; booting it takes about as long as everything else together."""
        until = time.monotonic() + irr.START
        while "irr: ready" not in self.log("irr"):
            if not self.state.alive("irr") or time.monotonic() > until:
                raise LabError(f"the routing registry does not answer: {self.log('irr')[-1000:]}")
            time.sleep(0.05)

    # -- daemons of the neighbours ------------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        """Start a daemon of a neighbour: `prov`, `rs` (BIRD), `rtr-1`, `rtr-2` (caches), `speakers` (all scripted neighbours), or `irr`."""
        d = self.state.directory
        if name in RTR_PORTS:
            argv = [
                *self._exec("rtr"),
                "stayrtr",
                "-bind",
                f":{RTR_PORTS[name]}",
                "-cache",
                str(d / "vrps.json"),
                "-checktime=false",
            ]
            argv += ["-refresh", "1", "-rtr.refresh", "5", "-rtr.retry", "5", "-metrics.addr", ""]
        elif name in plan.BIRDS:
            argv = [*self._exec(name), "bird", "-f", "-c", str(d / f"{name}.conf"), "-s", str(d / f"{name}.ctl")]
        elif name == "speakers":
            argv = [sys.executable, "-m", "manrs_lab.speaker", self.prefix, str(d / "speakers.sock")]
        elif name == "irr":
            shutil.rmtree(d / "irr", ignore_errors=True)
            (d / "irr.log").unlink(missing_ok=True)
            argv = [*self._exec("irr"), sys.executable, "-m", "manrs_lab.irr", str(d / "irr"), self.irr]
        else:
            raise LabError(f"no daemon {name!r}: one of prov, rs, rtr-1, rtr-2, speakers, irr")
        with (d / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=Path(__file__).resolve().parent.parent,
            )
        self.state.record(name, process.pid)

    def stop(self, name: str) -> None:
        """Kill a daemon of a neighbour (see start)."""
        if self.state.alive(name):
            kill_all(namespace_pids(self._ns("irr")) if name == "irr" else [self.state.pids[name][0]])

    def log(self, name: str) -> str:
        """Log of a daemon of a neighbour."""
        return (self.state.directory / f"{name}.log").read_text()

    # -- routers ------------------------------------------------------------------------------------------------------

    def edge(self, name: str) -> Edge:
        """The handle of edge1 or edge2."""
        return self.edges[name]

    def wait_converged(self, timeout: float = 30) -> None:
        """Wait until sessions are Established, VRPs loaded and routes settled; LabError with what is missing."""
        until, calm, before = time.monotonic() + timeout, 0, None
        while True:
            missing = self._missing()
            table = [edge.prefixes(f) for edge in self.edges.values() for f in (4, 6)] if not missing else None
            calm = calm + 1 if table and table == before else 0
            before = table
            if calm >= 2:
                return
            if time.monotonic() > until:
                raise LabError(f"the lab did not converge: {missing or 'routes keep changing'}")
            time.sleep(0.15)

    def _missing(self) -> list[str]:
        out = []
        for name, edge in self.edges.items():
            states = edge.sessions()
            out += [
                f"{name} {peer} {states.get(peer)}"
                for peer in sorted(edge.expected_sessions())
                if states.get(peer) != "Established"
            ]
            if "connected" not in edge.vtysh("show rpki cache-connection"):
                out.append(f"{name} has no RPKI cache")
            table = edge.vtysh("show rpki prefix-table")
            if plan.VRPS[0][0].partition("/")[0] not in table:
                out.append(f"{name} has no VRPs")
        if not out:
            heard = self.edges["edge1"].prefixes(4) | self.edges["edge2"].prefixes(4)
            wanted = {p for node in ("prov", "cust", "member", "stub1", "stub2") for p, _ in plan.ANNOUNCED[node] if ":" not in p}
            out += [f"no edge has {p}" for p in sorted(wanted - heard) if p in plan_ours()]
        return out

    def status(self) -> dict[str, Any]:
        """What runs: daemons, sessions of the edges."""
        out: dict[str, Any] = {"id": self.run_id, "daemons": {n: self.state.alive(n) for n in self.state.pids}, "edges": {}}
        for name, edge in self.edges.items():
            if self.state.alive(f"{name}-holder"):
                out["edges"][name] = {"management": edge.address, "sessions": edge.sessions()}
        return out

    # -- routes -------------------------------------------------------------------------------------------------------

    def announce(
        self,
        node: str,
        prefix: str,
        as_path: Sequence[int | Sequence[int]] | None = None,
        *,
        communities: Sequence[str] = (),
        large: Sequence[str] = (),
        next_hop: str | None = None,
        otc: int | None = None,
    ) -> None:
        """Announce a route from a neighbour (`rs` means its member); the path defaults to its own ASN, nested lists are AS_SETs."""
        node = "member" if node == "rs" else node
        path = [plan.ASNS[node]] if as_path is None else [list(h) if isinstance(h, (list, tuple)) else h for h in as_path]
        route = {"as_path": path, "communities": list(communities), "large": list(large), "next_hop": next_hop, "otc": otc}
        if node == "prov":
            if otc is not None:
                raise LabError("BIRD sets OTC by itself: announce it from another neighbour")
            self._load_provider()
            self._provider_routes[prefix] = route
            self._configure_provider()
        else:
            self._ask({"op": "announce", "node": node, "prefix": prefix, **route})

    def withdraw(self, node: str, prefix: str) -> None:
        """Withdraw a route from a neighbour."""
        node = "member" if node == "rs" else node
        if node == "prov":
            self._load_provider()
            self._provider_routes.pop(prefix, None)
            self._configure_provider()
        else:
            self._ask({"op": "withdraw", "node": node, "prefix": prefix})

    def received(self, node: str, edge: str | None = None) -> dict[str, dict[str, Any]]:
        """What a neighbour has really received (from one edge, else from any): prefix -> as_path and communities."""
        if node in plan.BIRDS:
            return self._bird_received(node, edge)
        out: dict[str, dict[str, Any]] = {}
        for routes in self._ask({"op": "received", "node": node, **({"edge": edge} if edge else {})}).values():
            out.update({r["prefix"]: r for r in routes})
        return out

    def reset(self, node: str) -> None:
        """Take all sessions of a scripted neighbour down and up again."""
        self._ask({"op": "disable", "node": node})
        time.sleep(0.4)
        self._ask({"op": "enable", "node": node})

    def _ask(self, request: dict[str, Any]) -> Any:
        until = time.monotonic() + 5
        while True:
            try:
                return ask(str(self.state.directory / "speakers.sock"), request)
            except (ConnectionError, FileNotFoundError) as error:
                if time.monotonic() > until:
                    raise LabError(f"the scripted neighbours do not answer: {self.log('speakers')[-500:]}") from error
                time.sleep(0.1)

    def _bird(self, node: str, *words: str) -> str:
        return run(["birdc", "-s", str(self.state.directory / f"{node}.ctl"), *words])

    def _bird_received(self, node: str, edge: str | None) -> dict[str, dict[str, Any]]:
        out: dict[str, dict[str, Any]] = {}
        for name in [edge] if edge else [e for e in plan.EDGES if e in plan.edges_of(node)]:
            for family in (4, 6):
                prefix = ""
                for line in self._bird(node, "show", "route", "all", "protocol", f"{name}_v{family}").splitlines():
                    if found := re.match(r"([0-9a-fA-F.:]+/\d+)\s", line):
                        prefix = found[1]
                    if not prefix:
                        continue
                    entry = out.setdefault(prefix, {"prefix": prefix, "as_path": [], "communities": [], "large": []})
                    if found := re.match(r"\s+BGP\.as_path: (.*)", line):
                        entry["as_path"] = [int(a) for a in re.findall(r"\d+", found[1])]
                    elif found := re.match(r"\s+BGP\.(large_)?community: (.*)", line):
                        values = [":".join(re.findall(r"\d+", group)) for group in re.findall(r"\(([^)]*)\)", found[2])]
                        entry["large" if found[1] else "communities"] = values
        return out

    def _load_provider(self) -> None:
        self._provider_routes = json.loads((self.state.directory / "prov-routes.json").read_text())

    def _save_provider(self) -> None:
        text = render.bird_routes(self._provider_routes, plan.ASNS["prov"])
        (self.state.directory / "prov-routes.conf").write_text(text)
        (self.state.directory / "prov-routes.json").write_text(json.dumps(self._provider_routes))

    def _configure_provider(self) -> None:
        self._save_provider()
        answer = self._bird("prov", "configure")
        if "Reconfigured" not in answer and "Reconfiguration in progress" not in answer:
            raise LabError(f"the provider did not take the routes: {answer}")

    # -- VRPs, links, packets -----------------------------------------------------------------------------------------

    def set_vrps(self, vrps: Sequence[tuple[str, int, int]]) -> None:
        """Replace the VRPs (prefix, maxLength, origin) by atomic rename; the caches see them within a second or two."""
        roas = [{"prefix": p, "maxLength": m, "asn": f"AS{a}", "ta": "lab"} for p, m, a in vrps]
        part = self.state.directory / "vrps.part"
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        part.write_text(json.dumps({"metadata": {"buildtime": stamp, "generated": int(now)}, "roas": roas}))
        part.replace(self.state.directory / "vrps.json")

    def vrps(self) -> list[tuple[str, int, int]]:
        """The VRPs now served."""
        data = json.loads((self.state.directory / "vrps.json").read_text())
        return [(r["prefix"], int(r["maxLength"]), int(str(r["asn"]).removeprefix("AS"))) for r in data["roas"]]

    def passes(self, node: str, source: str, *, edge: str, target: str | None = None, at: str | None = None) -> bool:
        """Whether a packet with that source, sent by the node to the edge, comes out behind it (see packets.passes)."""
        return packets.passes(self.prefix, node, source, edge=edge, target=target, at=at)

    def stream(self, node: str, source: str, target: str, at: str, *, edge: str) -> packets.Stream:
        """Packets with that source every 10 ms from a node through an edge to another node, counted there (see packets.Stream)."""
        return packets.Stream(self.prefix, node, source, edge=edge, target=target, at=at)

    def cut(self, edge: str, iface: str) -> None:
        """Cut the cable at an interface of an edge, at the far end."""
        self._far(edge, iface, "down")

    def mend(self, edge: str, iface: str) -> None:
        """Plug the cable in again."""
        self._far(edge, iface, "up")

    def _far(self, edge: str, iface: str, how: str) -> None:
        for link in plan.LINKS:
            if (link.edge, link.iface) == (edge, iface):
                run(["ip", "-n", self._ns(link.node), "link", "set", link.node_iface, how])
                if how == "up" and link.node != "rs":
                    # The kernel forgets IPv6 addresses of an interface that goes down.
                    add = ["address", "replace", link.address(6, "node"), "dev", link.node_iface, "nodad"]
                    run(["ip", "-n", self._ns(link.node), *add])
                return
        raise LabError(f"{edge} has no cable at {iface}")

    # -- names --------------------------------------------------------------------------------------------------------

    def _ns(self, node: str) -> str:
        return f"{self.prefix}-{node}"

    def _exec(self, node: str) -> list[str]:
        return ["ip", "netns", "exec", self._ns(node)]

    def inside(self, node: str) -> contextlib.AbstractContextManager[None]:
        """Sockets made in the block belong to the node."""
        return inside(self._ns(node))

    def key(self, user: str) -> Path:
        """Private SSH key of `audit` or `push`."""
        return self.state.directory / "ssh" / user

    def known_hosts(self) -> Path:
        """known_hosts file with the host keys of the edges."""
        return self.state.directory / "ssh" / "known_hosts"


def plan_ours() -> set[str]:
    """Prefixes that at least edge1 must have heard."""
    return {p for routes in plan.ANNOUNCED.values() for p, _ in routes if p != "0.0.0.0/0"}


def _namespaces() -> list[str]:
    return sorted(p.name for p in Path("/run/netns").glob("*")) if Path("/run/netns").exists() else []


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """One lab at a time takes its number."""
    with open("/run/manrs-lab.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _free_index() -> int:
    used = {1}
    for path in STATE_ROOT.glob("*/state.json"):
        used.add(int(json.loads(path.read_text())["index"]))
    return next(i for i in range(2, 255) if i not in used)
