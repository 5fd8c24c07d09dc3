"""`python -m manrs_lab`: boot, steer and remove a lab from the shell."""

from __future__ import annotations

import argparse
import json
import sys

from .lab import Lab
from .system import LabError
from .topology import link_of


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manrs_lab", description="Real routers in network namespaces.")
    parser.add_argument("--id", default="lab", help="run id, when several labs run at once")
    sub = parser.add_subparsers(dest="do", required=True)
    for name, text in (("up", "boot and wait until converged"), ("down", "remove everything"), ("status", "what runs, as JSON")):
        sub.add_parser(name, help=text)
    inject = sub.add_parser("inject", help="announce a route from a neighbour")
    inject.add_argument("node")
    inject.add_argument("prefix")
    inject.add_argument("--as-path", help="numbers apart by blanks; default the neighbour's own")
    inject.add_argument("--community", action="append", default=[])
    inject.add_argument("--large", action="append", default=[])
    inject.add_argument("--next-hop")
    withdraw = sub.add_parser("withdraw", help="take a route back")
    withdraw.add_argument("node")
    withdraw.add_argument("prefix")
    received = sub.add_parser("received", help="what a neighbour has received, as JSON")
    received.add_argument("node")
    received.add_argument("--edge")
    routes = sub.add_parser("routes", help="BGP table of an edge with RPKI state")
    routes.add_argument("edge")
    spoof = sub.add_parser("spoof", help="send a packet with a source of your choice; exit 0 when it passes, 1 when it does not")
    spoof.add_argument("node")
    spoof.add_argument("source")
    spoof.add_argument("--edge", required=True)
    spoof.add_argument("--to", help="the node where it is looked for; default the servers behind the edge")
    border = sub.add_parser("border", help="filter by hand what leaves an edge by source")
    border.add_argument("edge")
    vrp = sub.add_parser("vrp", help="add or remove a VRP")
    vrp.add_argument("action", choices=("add", "remove"))
    vrp.add_argument("prefix")
    vrp.add_argument("length", type=int)
    vrp.add_argument("asn", type=int)
    for name in ("cut", "mend"):
        link = sub.add_parser(name, help=f"{name} a cable of an edge")
        link.add_argument("edge")
        link.add_argument("iface")
    vtysh = sub.add_parser("vtysh", help="run vtysh commands on an edge")
    vtysh.add_argument("edge")
    vtysh.add_argument("command", nargs="+")
    for name in ("kill", "restart"):
        daemon = sub.add_parser(name, help=f"{name} a daemon: EDGE DAEMON, or one of prov rs rtr-1 rtr-2 irr speakers")
        daemon.add_argument("name", nargs="+")
    return parser


def _daemon(lab: Lab, do: str, name: list[str]) -> None:
    if len(name) == 2:
        edge = lab.edge(name[0])
        (edge.kill if do == "kill" else edge.restart)(name[1])
        return
    lab.stop(name[0])
    if do == "restart":
        lab.start(name[0])


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 the packet did not pass, 2 the lab said no."""
    args = _parser().parse_args(argv)
    try:
        lab = Lab(args.id)
        if args.do == "spoof":
            version = 6 if ":" in args.source else 4
            target = link_of(args.edge, args.to).host(version, "node") if args.to else None
            passed = lab.passes(args.node, args.source, edge=args.edge, target=target, at=args.to)
            print("passes" if passed else "does not pass")
            return 0 if passed else 1
        _run(lab, args)
    except (LabError, ValueError, KeyError) as error:
        print(f"manrs_lab: {error}", file=sys.stderr)
        return 2
    return 0


def _run(lab: Lab, args: argparse.Namespace) -> None:
    do = args.do
    if do in ("up", "down"):
        (lab.up if do == "up" else lab.down)()
    elif do == "status":
        print(json.dumps(lab.status(), indent=2))
    elif do == "inject":
        path = [int(hop) for hop in args.as_path.split()] if args.as_path else None
        lab.announce(args.node, args.prefix, path, communities=args.community, large=args.large, next_hop=args.next_hop)
    elif do == "withdraw":
        lab.withdraw(args.node, args.prefix)
    elif do == "received":
        print(json.dumps(lab.received(args.node, args.edge), indent=2))
    elif do == "routes":
        for route in (r for family in (4, 6) for r in lab.edge(args.edge).routes(family)):
            print(f"{'>' if route.best else ' '} {route.prefix:24} {route.rpki or '-':10} {route.peer:24} {route.as_path}")
    elif do == "vrp":
        entry = (args.prefix, args.length, args.asn)
        others = [v for v in lab.vrps() if v != entry]
        lab.set_vrps([*others, entry] if args.action == "add" else others)
    elif do in ("cut", "mend"):
        (lab.cut if do == "cut" else lab.mend)(args.edge, args.iface)
    elif do == "border":
        print(lab.edge(args.edge).filter_border(), end="")
    elif do == "vtysh":
        print(lab.edge(args.edge).vtysh(*args.command), end="")
    else:
        _daemon(lab, do, args.name)


if __name__ == "__main__":
    sys.exit(main())
