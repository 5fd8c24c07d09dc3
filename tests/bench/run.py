"""`python tests/bench/run.py [NAME ...] [--write]`: every bench of this folder, each in a process of its own, as one table.

Seconds are of the processor; the machine may be busy, so each is shown as a ratio to a floor and to peers on the same input in the same
run. `--write` puts the table into docs/performance.md and draws how the cost of one unit grows; with names, the other rows of the page stay. Exit code 1
when a target is missed.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from table import ROOT, Row

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
COLOURS = ("#3f7fd0", "#c62738", "#2c9a4b", "#d69a17", "#7b4fb5", "#5aa7a0", "#8a1a26", "#555f6b")
DASHES = ("", ' stroke-dasharray="7 3"', ' stroke-dasharray="2 3"', ' stroke-dasharray="9 3 2 3"')
WIDTH, HEIGHT, LEFT, TOP, LEGEND = 1060, 420, 60, 36, 20
CEILING, LINEAR = 3.0, 1.3
"""What the figure shows of the growth at most, and what still counts as near-linear."""


def names() -> list[str]:
    """Benches found by their file name."""
    return sorted(one.stem.removeprefix("bench_") for one in Path(__file__).parent.glob("bench_*.py"))


def measured(job: tuple[str, int]) -> list[Row]:
    """Rows of one bench at one scale."""
    return list(importlib.import_module(f"bench_{job[0]}").rows(job[1]))


def scales(name: str, full: bool) -> Sequence[int]:
    """By how much a bench grows; the largest scales of some only when all is asked for."""
    bench = importlib.import_module(f"bench_{name}")
    return (*bench.SCALES, *(getattr(bench, "FULL", ()) if full else ()))


def cells(row: Row) -> list[str]:
    """A row in words."""
    rate = row.size / row.seconds
    shown = f"{rate:,.0f} {row.unit}/s" if rate >= 10 else f"{1 / rate:.2f} s each"
    beside = ", ".join(f"{seconds / row.seconds:.1f} x {name}" for name, seconds in row.peers.items())
    must = "" if row.must is None else f"{'met' if row.seconds <= row.must else 'MISSED'} ({row.must:.2f} s)"
    memory = f"{row.memory} MB" if row.memory else ""
    return [
        row.name,
        f"{row.size:,} {row.unit}",
        f"{row.seconds:.{3 if row.seconds >= 0.1 else 5}f} s",
        shown,
        f"{row.seconds / row.floor:.1f} x {row.floor_name}",
        beside,
        memory,
        must,
    ]


HEAD = ["What", "Size", "Processor", "Speed", "Beside the floor", "Faster than", "Memory", "Target"]


def table(lines: Sequence[Sequence[str]]) -> str:
    """All rows as Markdown."""
    return "\n".join("| " + " | ".join(one) + " |" for one in (HEAD, ["---"] * len(HEAD), *lines))


def written(page: str) -> list[list[str]]:
    """The rows that a page has."""
    part = page.partition(BEGIN)[2].partition(END)[0]
    lines = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in part.splitlines() if line.startswith("|")]
    return [(one + [""] * len(HEAD))[: len(HEAD)] for one in lines[2:]]


def together(old: Sequence[list[str]], new: Sequence[list[str]]) -> list[list[str]]:
    """New rows instead of old ones of their name; rows of one name together, new names last."""
    names = {one[0] for one in new}
    rank = {name: at for at, name in enumerate(dict.fromkeys(one[0] for one in (*old, *new)))}
    return sorted([*(one for one in old if one[0] not in names), *new], key=lambda one: rank[one[0]])


def growth(lines: Sequence[Sequence[str]]) -> dict[str, list[tuple[float, float]]]:
    """By name: how much larger the input is than the smallest, and how much dearer one unit of it."""
    out: dict[str, list[tuple[float, float]]] = {}
    first: dict[str, tuple[float, float]] = {}
    for name, size_cell, seconds_cell, *_rest in lines:
        size, seconds = (float(one.split()[0].replace(",", "")) for one in (size_cell, seconds_cell))
        start = first.setdefault(name, (size, seconds / size))
        out.setdefault(name, []).append((size / start[0], seconds / size / start[1]))
    return {name: points for name, points in out.items() if len(points) > 1}


def drawing(curves: dict[str, list[tuple[float, float]]]) -> str:
    """The curves as SVG: size from 1 to the largest (logarithmic) against the cost of one unit beside that of the smallest."""
    import math

    widest = math.log10(max(x for points in curves.values() for x, _y in points))
    plot, height = WIDTH - LEFT - 490, max(HEIGHT, TOP + LEGEND * (len(curves) + 1))

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + plot * math.log10(x) / widest, TOP + (height - 2 * TOP - 20) * (1 - min(y, CEILING) / CEILING)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" role="img">'
    ]
    out += ["<title>Cost of one unit as the input grows</title>", f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>']
    out.append(
        f'<text x="{LEFT}" y="18" fill="#333">cost of one unit (line, entry, route, host), beside that at the smallest size</text>'
    )
    for level, stroke in ((0, "#d5d9de"), (1, "#d5d9de"), (LINEAR, "#9aa3ad"), (2, "#d5d9de"), (3, "#d5d9de")):
        x, y = place(1, level)
        dash = DASHES[2] if level == LINEAR else ""
        out.append(f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{LEFT + plot}" y2="{y:.0f}" stroke="{stroke}"{dash}/>')
        out.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end" fill="#333">{level}x</text>')
    for power in range(int(widest + 0.01) + 1):
        x, y = place(10**power, 0)
        out.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle" fill="#333">{10**power}x input</text>')
    for at, (name, points) in enumerate(curves.items()):
        colour, dash = COLOURS[at % len(COLOURS)], DASHES[at // len(COLOURS) % len(DASHES)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        y = TOP + 8 + LEGEND * at
        out.append(
            f'<line x1="{LEFT + plot + 24}" y1="{y}" x2="{LEFT + plot + 46}" y2="{y}" stroke="{colour}" stroke-width="2"{dash}/>'
        )
        grown = points[-1][1]
        ink, word = ("#c62738", f" (above {LINEAR}x)") if grown > LINEAR else ("#333", "")
        out.append(f'<text x="{LEFT + plot + 52}" y="{y + 4}" fill="{ink}">{name}: {grown:.2f}x{word}</text>')
    return "\n".join([*out, "</svg>", ""])


def write(rows: Sequence[Row], keep: bool) -> None:
    """Put table and figure into the documentation; `keep` leaves rows of other names there."""
    page, figure = ROOT / "docs/performance.md", ROOT / "docs/performance.svg"
    text = page.read_text("utf-8")
    lines = together(written(text) if keep else [], [cells(one) for one in rows])
    head, _begin, rest = text.partition(BEGIN)
    machine = f"Python {platform.python_version()}, {platform.machine()}."
    page.write_text(f"{head}{BEGIN}\n\n{machine}\n\n{table(lines)}\n\n{END}{rest.partition(END)[2]}", "utf-8")
    if curves := growth(lines):
        figure.write_text(drawing(curves), "utf-8")


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*names(), []], help="benches, all by default")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its figure")
    parser.add_argument("--most", type=int, default=100, help="largest scale")
    parser.add_argument("--full", action="store_true", help="fleets of 1,000 routers, too: a quarter of an hour more")
    asked = parser.parse_args()
    rows: list[Row] = []
    failed = False
    context = multiprocessing.get_context("spawn")
    print(" | ".join(HEAD), flush=True)
    for name in asked.name or names():
        for scale in [one for one in scales(name, asked.full) if one <= asked.most]:
            try:
                with ProcessPoolExecutor(1, mp_context=context) as pool:
                    found = pool.submit(measured, (name, scale)).result()
            except Exception as error:  # half an hour of other rows must not be lost for it
                print(f"{name} at {scale}: failed: {type(error).__name__}: {error}", flush=True)
                failed = True
                continue
            rows += found
            for one in found:
                print(" | ".join(cells(one)), flush=True)
    for name, points in growth([cells(one) for one in rows]).items():
        if points[-1][1] > LINEAR:
            print(f"{name}: one unit costs {points[-1][1]:.2f} times as much at {points[-1][0]:.0f} times the size", flush=True)
    if asked.write:
        write(rows, keep=bool(asked.name))
    return int(failed or any(one.must is not None and one.seconds > one.must for one in rows))


if __name__ == "__main__":
    sys.exit(main())
