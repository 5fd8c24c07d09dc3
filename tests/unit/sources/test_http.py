"""The HTTP client against a real server and everything that it can do wrong."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from manrs_conformance.sources._http import AGENT, FetchError, HttpClient

from .web_server import Server, cut, good, moved, raw, serving, slow, status, tagged


@pytest.fixture
def world() -> Iterator[Server]:
    with serving() as server:
        yield server


NOW = datetime.datetime(2026, 11, 24, 6, tzinfo=datetime.UTC)


def client(
    cache: Path | None = None, *, at: datetime.datetime = NOW, timeout: float = 5, **more: bool
) -> tuple[HttpClient, list[float]]:
    waits: list[float] = []
    return HttpClient(cache=cache, timeout=timeout, sleep=waits.append, clock=lambda: at, **more), waits


def test_the_tool_says_who_it_is(world: Server) -> None:
    world.pages["/a"] = good({"x": 1})
    one, _ = client()
    assert json.loads(one.get(f"{world.url}a", max_age_hours=1).body) == {"x": 1}
    assert world.asked[0][1]["User-Agent"] == AGENT


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(world: Server, code: int) -> None:
    world.pages["/a"] = [status(code), status(code), good([1])]
    one, waits = client()
    assert one.get(f"{world.url}a", max_age_hours=1).body == b"[1]"
    assert waits == [1, 2]


def test_retry_after_is_honoured(world: Server) -> None:
    world.pages["/a"] = [status(429, Retry_After="7"), status(503, Retry_After="Tue, 24 Nov 2026 06:00:20 GMT"), good([1])]
    one, waits = client()
    one.get(f"{world.url}a", max_age_hours=1)
    assert waits == [7, 20]


def test_a_server_that_wants_an_hour_has_failed(world: Server) -> None:
    world.pages["/a"] = status(429, Retry_After="3600")
    one, waits = client()
    with pytest.raises(FetchError, match=r"429.*wait 3600 seconds"):
        one.get(f"{world.url}a", max_age_hours=1)
    assert waits == [] and len(world.asked) == 1


def test_three_times_is_enough(world: Server) -> None:
    world.pages["/a"] = status(500)
    one, _ = client()
    with pytest.raises(FetchError, match=r"500 .*3 attempts"):
        one.get(f"{world.url}a", max_age_hours=1)
    assert len(world.asked) == 3


@pytest.mark.parametrize("code", [400, 401, 403])
def test_a_refusal_is_final(world: Server, code: int) -> None:
    world.pages["/a"] = status(code)
    one, _ = client()
    with pytest.raises(FetchError, match=str(code)):
        one.get(f"{world.url}a", max_age_hours=1)
    assert len(world.asked) == 1


def test_absence_is_an_answer(world: Server) -> None:
    one, _ = client()
    assert one.get(f"{world.url}nothing", max_age_hours=1).status == 404


def test_no_answer_in_time(world: Server) -> None:
    world.pages["/a"] = slow(0.5, [1])
    one, _ = client(timeout=0.1)
    with pytest.raises(FetchError, match=r"no answer within 0.1 seconds|timed out"):
        one.get(f"{world.url}a", max_age_hours=1)


def test_nobody_listens() -> None:
    one, _ = client()
    with pytest.raises(FetchError, match="refused"):
        one.get("http://127.0.0.1:1/", max_age_hours=1)


@pytest.mark.parametrize("page", [cut([1]), raw(b'{"data": [1, 2'), raw(b"<html>")])
def test_a_cut_answer_is_no_answer_and_is_not_kept(world: Server, page: object, tmp_path: Path) -> None:
    world.pages["/a"] = page  # type: ignore[assignment]
    one, _ = client(tmp_path)
    with pytest.raises(FetchError, match=r"cut short|cannot be read|IncompleteRead"):
        one.get(f"{world.url}a", max_age_hours=1, check=json.loads)
    assert list(tmp_path.iterdir()) == []


def test_redirects_are_followed_without_the_key(world: Server) -> None:
    with serving(b=good([2])) as other:
        world.pages["/a"] = moved(f"{other.url}b")
        one, _ = client()
        assert one.get(f"{world.url}a", max_age_hours=1, headers={"Authorization": "Api-Key secret"}).body == b"[2]"
        assert world.asked[0][1]["Authorization"] == "Api-Key secret"
        assert "Authorization" not in other.asked[0][1]


def test_a_loop_of_redirects_ends(world: Server) -> None:
    world.pages["/a"] = moved("/a")
    one, _ = client()
    with pytest.raises(FetchError):
        one.get(f"{world.url}a", max_age_hours=1)


def test_only_the_web_is_fetched() -> None:
    one, _ = client()
    with pytest.raises(FetchError, match="only http and https"):
        one.get("file:///etc/hostname", max_age_hours=1)


def test_a_young_copy_needs_no_request(world: Server, tmp_path: Path) -> None:
    world.pages["/a"] = good([1])
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1)
    second, _ = client(tmp_path, at=NOW + datetime.timedelta(minutes=59))
    answer = second.get(f"{world.url}a", max_age_hours=1)
    assert (answer.body, answer.at, answer.note) == (b"[1]", "2026-11-24T06:00:00Z", "copy of 2026-11-24T06:00:00Z")
    assert len(world.asked) == 1
    third, _ = client(tmp_path, at=NOW + datetime.timedelta(minutes=61))
    assert third.get(f"{world.url}a", max_age_hours=1).at == "2026-11-24T07:01:00Z"
    assert len(world.asked) == 2


def test_an_old_copy_that_is_still_right_is_renewed_without_its_bytes(world: Server, tmp_path: Path) -> None:
    world.pages["/a"] = tagged([1], '"v1"')
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1)
    for hours in (2, 4):
        later, _ = client(tmp_path, at=NOW + datetime.timedelta(hours=hours))
        answer = later.get(f"{world.url}a", max_age_hours=1)
        assert answer.body == b"[1]" and answer.at == f"2026-11-24T{6 + hours:02}:00:00Z"
    assert [headers.get("If-None-Match") for _path, headers in world.asked] == [None, '"v1"', '"v1"']


def test_refresh_falls_back_to_a_copy_within_its_age_and_says_so(world: Server, tmp_path: Path) -> None:
    world.pages["/a"] = good([1])
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=10)
    world.pages["/a"] = status(503)
    again, _ = client(tmp_path, at=NOW + datetime.timedelta(hours=9), refresh=True)
    answer = again.get(f"{world.url}a", max_age_hours=10)
    assert answer.body == b"[1]" and "older copy of 2026-11-24T06:00:00Z used" in answer.note and "503" in answer.note
    late, _ = client(tmp_path, at=NOW + datetime.timedelta(hours=11), refresh=True)
    with pytest.raises(FetchError, match="503"):
        late.get(f"{world.url}a", max_age_hours=10)


def test_offline_asks_nobody(world: Server, tmp_path: Path) -> None:
    world.pages["/a"] = good([1])
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1)
    one, _ = client(tmp_path, at=NOW + datetime.timedelta(minutes=30), offline=True)
    assert one.get(f"{world.url}a", max_age_hours=1).body == b"[1]"
    with pytest.raises(FetchError, match="offline, and there is no copy"):
        one.get(f"{world.url}b", max_age_hours=1)
    old, _ = client(tmp_path, at=NOW + datetime.timedelta(hours=30), offline=True)
    with pytest.raises(FetchError, match="offline, and the copy is of 2026-11-24T06:00:00Z"):
        old.get(f"{world.url}a", max_age_hours=1)
    assert len(world.asked) == 1


def test_a_damaged_copy_is_not_used(world: Server, tmp_path: Path) -> None:
    world.pages["/a"] = good([1])
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1)
    kept = next(tmp_path.iterdir())
    kept.write_bytes(kept.read_bytes().replace(b"[1]", b"[2]"))
    assert client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1).body == b"[1]"
    assert len(world.asked) == 2


def test_a_copy_asked_with_a_key_is_not_given_to_one_without(world: Server, tmp_path: Path) -> None:
    world.pages["/a"] = good([1])
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1, headers={"Authorization": "Api-Key secret"})
    client(tmp_path)[0].get(f"{world.url}a", max_age_hours=1)
    assert len(world.asked) == 2
    assert not any(b"secret" in one.read_bytes() for one in tmp_path.iterdir())


def test_many_at_a_time_and_failures_in_their_place(world: Server) -> None:
    for number in range(12):
        world.pages[f"/{number}"] = slow(0.05, number)
    world.pages["/12"] = status(403)
    one, _ = client()
    found = one.get_many([f"{world.url}{number}" for number in range(13)], max_age_hours=1)
    assert [json.loads(each.body) for each in found.values() if not isinstance(each, FetchError)] == list(range(12))
    assert isinstance(found[f"{world.url}12"], FetchError)
    assert 2 <= world.most <= one.workers


def test_proxies_come_from_the_environment(world: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", world.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    world.pages["http://stat.example.net/a"] = good(["through the proxy"])
    one, _ = client()
    assert one.get("http://stat.example.net/a", max_age_hours=1).body == b'["through the proxy"]'
