"""numpy where it is installed (the extra `fast`), loaded when something is long enough for it."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from typing import Any

WORTH = 100_000
"""Items from which on its import is worth a tenth of a second."""


@cache
def numpy() -> Any:
    """The module, or None where it is not installed."""
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


def worth(items: int, few: int) -> bool:
    """Whether so many items are worth its import, or, where it is loaded already, `few` of them."""
    return items >= (few if "numpy" in sys.modules else WORTH)
