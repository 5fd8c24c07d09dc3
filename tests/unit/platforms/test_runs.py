"""Runs of prefix-list lines: what was kept of a run is what reading it again would give, on whatever lines it stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from manrs_conformance.model.policy import Afi, PrefixEntry
from manrs_conformance.model.ranges import Ranges, joined, said
from manrs_conformance.platforms import _runs, load
from manrs_conformance.platforms._lists import Lists, Numbered


def lines_of(count: int, kind: str = "ip", name: str = "L") -> list[str]:
    """Lines with every form of a range."""
    out = []
    for n in range(count):
        prefix, most = (f"10.{n // 256}.{n % 256}.0/24", 32) if kind == "ip" else (f"2001:db8:{n:x}::/48", 128)
        bounds = ("", " le 64"[: 6 if kind == "ipv6" else 0], f" ge {most - 4}", f" ge {most - 6} le {most - 1}")[n % 4]
        out.append(f"{kind} prefix-list {name} seq {5 * n + 5} {'deny' if n % 7 == 3 else 'permit'} {prefix}{bounds}")
    return out


def read(lines: list[str], start: int = 0) -> tuple[int, Lists]:
    """What a run from a line on gives."""
    lists = Lists()
    end = _runs.run_of_prefixes(lines, start, lists.prefix, bytearray(len(lines)))
    return end, lists


def test_a_run_that_was_read_before_says_the_same_on_other_lines() -> None:
    for kind, afi in (("ip", 4), ("ipv6", 6)):
        lines = lines_of(100, kind)
        _runs._kept.clear()
        _end, first = read(lines)
        assert len(_runs._kept) == 1
        end, again = read(["!", "!", *lines, "end"], 2)
        assert end == 102
        family: Afi = 4 if afi == 4 else 6
        one, two = first.prefix_list(family, "L"), again.prefix_list(family, "L")
        assert one is not None and two is not None
        assert [(*entry[:5], entry[5] + 2) for entry in one.entries] == list(two.entries)
        assert two.lines == tuple(range(3, 103))
        assert isinstance(two.entries, Ranges) and two.entries.content == said(two.entries) == said(one.entries)
        _runs._kept.clear()
        assert read(["!", "!", *lines, "end"], 2)[1].prefix_list(family, "L") == two


def test_a_changed_line_is_another_run() -> None:
    lines = lines_of(100)
    read(lines)
    for changed in (lines[50].replace("permit", "deny"), lines[50].replace("/24", "/25"), lines[50] + " "):
        other = [*lines[:50], changed, *lines[51:]]
        kept = read(other)[1].prefix_list(4, "L")
        _runs._kept.clear()
        assert kept == read(other)[1].prefix_list(4, "L")
        assert kept != read(lines)[1].prefix_list(4, "L")


def test_what_is_known_of_a_run_ends_with_the_next_entry() -> None:
    lines = lines_of(100)
    read(lines)
    whole = "\n".join(["version 17.9", "hostname r1", *lines, "ip prefix-list L permit 192.0.2.0/24", "end"])
    for text in (whole, whole.replace("L permit", "L seq 3 permit"), whole.replace("L permit", "L seq 5 deny")):
        found = load("ios").parse(text, {}).prefix_lists[0].entries
        assert isinstance(found, Ranges) and found.content == said(found)
        assert any(entry[0] == 0xC0000200 for entry in found)


def test_a_list_of_lines_that_stop_each_run_is_not_searched_to_its_end_each_time() -> None:
    calls = []
    search, _runs._end = _runs._end, lambda *given: calls.append(given) or search(*given)  # type: ignore[func-returns-value,assignment]
    try:
        lines = [text + (" le 4" if n % 3 == 2 else "") for n, text in enumerate(lines_of(300))]
        router = load("ios").parse("\n".join(["version 17.9", "hostname r1", *lines, "end"]), {})
    finally:
        _runs._end = search
    assert len(calls) == 1
    assert len(router.unread) >= 100 and len(router.prefix_lists[0].entries) > 100


class Far(list[str]):
    """Lines that nobody goes through from the first one on."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("the way to a list far below would be gone once for each list")


@pytest.mark.parametrize("more", (0, 1, _runs.STRETCH - 21, _runs.STRETCH - 20, _runs.STRETCH - 19, 2 * _runs.STRETCH))
@pytest.mark.parametrize("last", ("!", "ip prefix-list L seq 7 permit 10.0.0.0/8 le 4", "ip prefix-list M seq 5 permit 10.0.0.0/8"))
def test_a_run_is_read_where_it_stands_and_to_its_end(more: int, last: str) -> None:
    ahead = ["!"] * 20
    lines = lines_of(20 + more)
    end, lists = read(Far([*ahead, *lines, last, "!"]), 20)
    known = [one.entries for name, one in lists.prefix.items() if name == (4, "L")]
    assert end == len(ahead) + len(lines) + (" M " in last)
    assert [entry[5] for entry in known[0]] == list(range(21, 21 + len(lines)))


def test_ranges_that_are_joined_say_what_their_parts_say() -> None:
    some: tuple[PrefixEntry, ...] = ((0, 8, 8, 24, True, 1), (1 << 24, 8, 8, 8, False, 2))
    one, two = Ranges(some), Ranges(some[:1])
    assert joined([one, two]) == (*some, *some[:1])
    assert len({one.content, two.content, joined([one, two]).content, joined([two, one]).content}) == 4
    assert Ranges((*entry[:5], 9) for entry in some).content == one.content
    assert joined([one]) is one


def test_numbers_out_of_order_are_sorted_whoever_read_them() -> None:
    lines = lines_of(64)
    lines[10], lines[20] = lines[20], lines[10]
    for _turn in range(2):
        table: dict[tuple[Afi, str], Numbered[PrefixEntry]] = {}
        assert _runs.run_of_prefixes(lines, 0, table, bytearray(64)) == 64
        one = table[(4, "L")]
        assert not one.ordered and one.content() is None
        assert [entry[5] for entry in one.final()] == [*range(1, 11), 21, *range(12, 21), 11, *range(22, 65)]
