"""Platforms, found by the name of their folder: each folder is a package with an object named `PLATFORM`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

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


def names() -> tuple[str, ...]:
    """The known platforms, sorted."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if one.ispkg and not one.name.startswith("_")))


def load(name: str) -> Platform:
    """The platform of that name; raises UsageError naming the known ones."""
    if name not in names():
        raise UsageError(f"unknown platform {name!r}: known are {', '.join(names())}")
    return cast("Platform", importlib.import_module(f".{name}", __name__).PLATFORM)


def load_merge(name: str) -> MergePlatform:
    """The platform of that name, if fragments of configuration can be merged for it; raises UsageError naming those where they can."""
    found = load(name)
    if not isinstance(found, MergePlatform):
        able = [one for one in names() if isinstance(load(one), MergePlatform)]
        raise UsageError(f"a fragment for {name} cannot be merged: only for {', '.join(able)}; give the whole configuration")
    return found


def load_candidate(name: str) -> CandidatePlatform:
    """The platform of that name, if its routers have a candidate that they show; raises UsageError naming those that do."""
    found = load(name)
    if not isinstance(found, CandidatePlatform):
        able = [one for one in names() if isinstance(load(one), CandidatePlatform)]
        raise UsageError(
            f"a router of {name} shows no candidate: only {', '.join(able)} do; give the file to the gate as a fragment or a configuration"
        )
    return found


def load_render(name: str) -> RenderPlatform:
    """The platform of that name, if configuration can be rendered for it; raises UsageError naming those where it can."""
    found = load(name)
    if not isinstance(found, RenderPlatform):
        able = [one for one in names() if isinstance(load(one), RenderPlatform)]
        raise UsageError(f"nothing can be rendered for {name} yet: only for {', '.join(able)}")
    return found


def load_push(name: str) -> PushPlatform:
    """The platform of that name, if it can be pushed to; raises UsageError naming those that can."""
    found = load(name)
    if not isinstance(found, PushPlatform):
        able = [one for one in names() if isinstance(load(one), PushPlatform)]
        raise UsageError(f"nothing can be pushed to {name} yet: only to {', '.join(able)}")
    return found
