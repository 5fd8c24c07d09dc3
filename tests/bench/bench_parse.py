"""Configurations of each platform into the typed model, with the lines of every object."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import prefixes
from manrs_conformance.model.router import Router
from manrs_conformance.platforms import _runs, load
from table import Row, peer, timed

SCALES = (1, 10, 100)
BASE = 2_000
LINE = {
    "frr": "ip prefix-list L seq {n} permit {p}",
    "ios": "ip prefix-list L seq {n} permit {p}",
    "nxos": "ip prefix-list L seq {n} permit {p}",
    "eos": "ip prefix-list L seq {n} permit {p}",
    "iosxr": "  {p},",
    "junos": "        {p};",
}
AROUND = {
    "frr": ("frr version 8.4.4\nhostname bench\n", "end\n"),
    "ios": ("version 17.9\nhostname bench\n", "end\n"),
    "nxos": ("version 9.3(8)\nhostname bench\n", "\n"),
    "eos": ("! device: bench (vEOS, EOS-4.30.1F)\nhostname bench\n", "end\n"),
    "iosxr": ("!! IOS XR Configuration 7.9.1\nhostname bench\nprefix-set L\n", "  192.0.2.0/24\nend-set\nend\n"),
    "junos": ("version 21.4R1;\npolicy-options {\n    prefix-list L {\n", "    }\n}\n"),
}


def text(platform: str, lines: int) -> str:
    """A configuration that is one long prefix list."""
    some = [prefixes.prefixes.text(4, network, length) for network, length, _low, _high in prefixes.ranges(lines, 4, 1)]
    body = "".join(LINE[platform].format(n=5 * n, p=p) + "\n" for n, p in enumerate(some, 1))
    return AROUND[platform][0] + body + AROUND[platform][1]


def parsed(platform: str, config: str) -> Router:
    """The model of a text that no router had before: what was kept of its lines is forgotten."""
    _runs._kept.clear()
    return load(platform).parse(config, {})


def rows(scale: int) -> Iterator[Row]:
    """A row a platform; the peers read the IOS configuration."""
    count = BASE * scale
    for platform in LINE:
        config = text(platform, count)
        floor, _ = timed(lambda config=config: [one.split() for one in config.splitlines()])  # type: ignore[misc]
        seconds, router = timed(lambda platform=platform, config=config: parsed(platform, config))  # type: ignore[misc]
        assert not router.unread, router.unread[:2]
        found = {}
        if platform == "ios":
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "bench.cfg")
                file.write_text(config)
                found = {"ciscoconfparse2": peer("ciscoconfparse2", str(file)), "netutils": peer("netutils", str(file))}
                found["hier_config"] = peer("hier", str(file))
        yield Row(
            f"parse {platform}",
            count,
            "lines",
            seconds,
            floor,
            "split of every line",
            found,
            must=count / 500_000 if scale == SCALES[-1] else None,
        )
