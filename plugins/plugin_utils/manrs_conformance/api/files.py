"""Saved configurations, and routes from the words of a command line."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from .. import collect, platforms
from ..collect import Driver
from ..errors import InputError, UsageError
from ..model.policy import Rpki
from ..model.route import Route
from ..model.snapshot import Snapshot

Devices = Mapping[str, tuple[str, str]]
"""File name to (host, platform)."""
SUFFIXES = (".cfg", ".conf")
"""How files of whole configurations end."""
COMMUNITY = re.compile(r"[0-9]+:[0-9]+(?::[0-9]+)?|(?:rt|soo):[0-9.]+:[0-9]+")


def saved(paths: Sequence[Path], platform: str | None, devices: Devices | None = None) -> tuple[Snapshot, ...]:
    """Snapshots of saved configurations named `HOST.PLATFORM.cfg`, beside an optional folder `HOST.PLATFORM.state` with `KEY.txt` files.

    A folder stands for every `*.cfg` and `*.conf` in it. InputError and UsageError name the file.
    """
    return tuple(read_saved(*one) for one in named(paths, platform, devices))


def named(
    paths: Sequence[Path], platform: str | None, devices: Devices | None = None, suffixes: Sequence[str] = SUFFIXES
) -> tuple[tuple[Path, str, str], ...]:
    """(file, host, platform) of each saved configuration; UsageError names a file whose platform is unknown."""
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(p for p in path.iterdir() if p.suffix in suffixes) if path.is_dir() else [path])
    out = [(path, *_host(path, platform, devices or {})) for path in files]
    for _path, _host_name, name in out:
        platforms.load(name)
    return tuple(out)


def _host(path: Path, platform: str | None, devices: Devices) -> tuple[str, str]:
    if path.name in devices:
        return devices[path.name]
    parts = path.name.rsplit(".", 2)
    if platform:
        return (parts[0] if len(parts) == 3 and parts[1] == platform else path.stem), platform
    if len(parts) != 3:
        raise UsageError(f"{path}: the name tells no platform; name it HOST.PLATFORM{path.suffix or '.cfg'} or give --platform")
    return parts[0], parts[1]


def read_saved(path: Path, host: str, platform: str) -> Snapshot:
    """The snapshot of one saved configuration with its folder of state; InputError names the file."""
    try:
        config = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    folder = path.parent / f"{host}.{platform}.state"
    texts = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    state = {one.stem: one.read_text(encoding="utf-8", errors="replace") for one in texts}
    return Snapshot(host=host, platform=platform, config=config, state=state, transport="file")


def sha256(text: str) -> str:
    """SHA-256 of a configuration or fragment, UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def single(path: Path, platform: str, text: str) -> Snapshot:
    """A snapshot of one saved text."""
    return Snapshot(host=path.name.split(".")[0], platform=platform, config=text)


def devices(path: Path | None) -> dict[str, tuple[str, str]]:
    """The `--devices` file: file name to (host, platform); InputError says what is wrong with it."""
    if path is None:
        return {}
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        return {str(name): (str(one["host"]), str(one["platform"])) for name, one in data.items()}
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError):
        raise InputError(f"{path}: is not YAML with a line `FILE: {{host: NAME, platform: OS}}` for each file") from None


def route(prefix: str, as_path: str, communities: Sequence[str], rpki: Rpki) -> Route:
    """A concrete route from command line words; UsageError names the word."""
    try:
        network = ipaddress.ip_network(prefix)
        path = tuple(_hop(word) for word in as_path.split())
    except ValueError as error:
        raise UsageError(f"not a route: {error}") from None
    strange = [word for word in communities if not _is_community(word)]
    if strange:
        raise UsageError(f"not a route: {strange[0]!r} is no community such as 64500:1, 64500:1:2 or rt:64500:1")
    plain = frozenset(one for one in communities if one.count(":") == 1)
    large = frozenset(one for one in communities if one.count(":") == 2 and one.replace(":", "").isdigit())
    return Route(str(network), path, plain, large, frozenset(communities) - plain - large, rpki)


def _hop(word: str) -> int | tuple[int, ...]:
    """An AS number, or the numbers of an AS_SET `{64500,64501}`."""
    if word.startswith("{") and word.endswith("}"):
        return tuple(_asn(one) for one in word[1:-1].split(","))
    return _asn(word)


def _asn(word: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", word) or int(word) > 0xFFFFFFFF:
        raise ValueError(f"{word!r} is no AS number")
    return int(word)


def _is_community(word: str) -> bool:
    found = COMMUNITY.fullmatch(word)
    most = 0xFFFF if word.count(":") == 1 else 0xFFFFFFFF
    return found is not None and all(int(one) <= most for one in re.findall(r"[0-9]+", word))


def renamed(snapshot: Snapshot, host: str) -> Snapshot:
    """The snapshot under its inventory name."""
    return replace(snapshot, host=host)


def collect_device(host: str, platform: str, driver: Driver, *, verified: bool | None = None) -> Snapshot:
    """Read one router by its platform's allow-list."""
    one = platforms.load(platform)
    commands = one.commands
    found = collect.snapshot(
        host, platform, driver, commands.state, optional=commands.optional, getters=commands.getters, verified=verified
    )
    live = one.parse("", found.state).live
    return replace(found, device_clock=live.clock if live is not None else None)
