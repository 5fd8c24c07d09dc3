"""Configurations of each platform into the typed model, with the lines of every object."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import prefixes
from manrs_conformance.analysis.collecting import uncollected
from manrs_conformance.model.router import Router
from manrs_conformance.platforms import _runs, load
from table import Row, peer, timed

SCALES = (1, 10, 100)
BASE = 2_000
SHORT = 12
"""Lines of a short list: that of an ordinary customer, of which a large router has thousands."""
FLAT = ("", "ip prefix-list {name} seq {n} permit {p}\n", "")
LISTS = {
    "frr": FLAT,
    "ios": FLAT,
    "nxos": FLAT,
    "eos": FLAT,
    "iosxr": ("prefix-set {name}\n", "  {p},\n", "  192.0.2.0/24\nend-set\n!\n"),
    "junos": ("    prefix-list {name} {{\n", "        {p};\n", "    }}\n"),
}
"""How a list begins, one of its lines, and how it ends."""
AROUND = {
    "frr": ("frr version 8.4.4\nhostname bench\n", "end\n"),
    "ios": ("version 17.9\nhostname bench\n", "end\n"),
    "nxos": ("version 9.3(8)\nhostname bench\n", "\n"),
    "eos": ("! device: bench (vEOS, EOS-4.30.1F)\nhostname bench\n", "end\n"),
    "iosxr": ("!! IOS XR Configuration 7.9.1\nhostname bench\n", "end\n"),
    "junos": ("version 21.4R1;\npolicy-options {\n", "}\n"),
}


def text(platform: str, lines: int, size: int) -> str:
    """A configuration of prefix lists `L`, `L1`, … of that many lines each."""
    some = [prefixes.prefixes.text(4, network, length) for network, length, _low, _high in prefixes.ranges(lines, 4, 1)]
    begin, line, end = LISTS[platform]
    body = ""
    for number, at in enumerate(range(0, lines, size)):
        name = f"L{number or ''}"
        inner = "".join(line.format(name=name, n=5 * n, p=p) for n, p in enumerate(some[at : at + size], 1))
        body += begin.format(name=name) + inner + end.format()
    return AROUND[platform][0] + body + AROUND[platform][1]


def parsed(platform: str, config: str) -> Router:
    """The model of a text that no router had before: what was kept of its lines is forgotten."""
    _runs._kept.clear()
    return load(platform).parse(config, {})


def rows(scale: int) -> Iterator[Row]:
    """Two rows a platform, one long list and many short ones; the peers read the IOS configuration."""
    count = BASE * scale
    for platform in LISTS:
        for words, size in (("", count), (", short lists", SHORT)):
            config = text(platform, count, size)
            lines = config.count("\n")
            with uncollected():  # as audit and gate read; the floor, too
                floor, _ = timed(lambda config=config: [one.split() for one in config.splitlines()])  # type: ignore[misc]
                seconds, router = timed(lambda platform=platform, config=config: parsed(platform, config))  # type: ignore[misc]
            assert not router.unread, router.unread[:2]
            found = {}
            if platform == "ios" and not words:
                with tempfile.TemporaryDirectory() as folder:
                    file = Path(folder, "bench.cfg")
                    file.write_text(config)
                    found = {"ciscoconfparse2": peer("ciscoconfparse2", str(file)), "netutils": peer("netutils", str(file))}
                    found["hier_config"] = peer("hier", str(file))
            must = lines / 500_000 if scale == SCALES[-1] and not words else None
            yield Row(f"parse {platform}{words}", lines, "lines", seconds, floor, "split of every line", found, must=must)
