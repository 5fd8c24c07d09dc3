"""Platforms, found by the name of their folder: each folder is a package with an object named `PLATFORM`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TypeVar, cast

from ..errors import UsageError
from .base import CandidatePlatform, Commands, MergePlatform, Platform, PushDriver, PushPlatform, RenderPlatform

__all__ = [
    "CandidatePlatform",
    "Commands",
    "MergePlatform",
    "Platform",
    "PushDriver",
    "PushPlatform",
    "RenderPlatform",
    "load",
    "load_candidate",
    "load_merge",
    "load_push",
    "load_render",
    "names",
]


_T = TypeVar("_T")


def names() -> tuple[str, ...]:
    """The known platforms, sorted."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if one.ispkg and not one.name.startswith("_")))


def load(name: str) -> Platform:
    """The platform of that name; raises UsageError naming the known ones."""
    if name not in names():
        raise UsageError(f"unknown platform {name!r}: known are {', '.join(names())}")
    return cast("Platform", importlib.import_module(f".{name}", __name__).PLATFORM)


def _able(name: str, wanted: type[_T], otherwise: str) -> _T:
    """The platform of that name, if it is one of those `wanted`; else a UsageError that names them (`{able}`)."""
    found = load(name)
    if isinstance(found, wanted):
        return found
    able = [one for one in names() if isinstance(load(one), wanted)]
    raise UsageError(otherwise.format(name=name, able=", ".join(able)))


def load_merge(name: str) -> MergePlatform:
    """The platform of that name, if fragments of configuration can be merged for it; raises UsageError naming those where they can."""
    otherwise = "a fragment for {name} cannot be merged: only for {able}; give the whole configuration"
    return _able(name, MergePlatform, otherwise)  # type: ignore[type-abstract]


def load_candidate(name: str) -> CandidatePlatform:
    """The platform of that name, if its routers have a candidate that they show; raises UsageError naming those that do."""
    otherwise = "a router of {name} shows no candidate: only {able} do; give the file to the gate as a fragment or a configuration"
    return _able(name, CandidatePlatform, otherwise)  # type: ignore[type-abstract]


def load_render(name: str) -> RenderPlatform:
    """The platform of that name, if configuration can be rendered for it; raises UsageError naming those where it can."""
    return _able(name, RenderPlatform, "nothing can be rendered for {name} yet: only for {able}")  # type: ignore[type-abstract]


def load_push(name: str) -> PushPlatform:
    """The platform of that name, if it can be pushed to; raises UsageError naming those that can."""
    return _able(name, PushPlatform, "nothing can be pushed to {name} yet: only to {able}")  # type: ignore[type-abstract]
