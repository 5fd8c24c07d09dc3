"""Names of a package that are loaded when they are first asked for: a plain audit starts without the modules of gate, push and evidence."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def names(package: str, places: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """`__getattr__` of a package: `places` says by module (relative to the package) which names it gives, as `name` or `name as other`."""
    found = {one.rpartition(" ")[2]: (module, one.partition(" ")[0]) for module, given in places.items() for one in given}

    def load(name: str) -> Any:
        if name not in found:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, own = found[name]
        value = getattr(importlib.import_module(module, package), own)
        setattr(sys.modules[package], name, value)
        return value

    return load
