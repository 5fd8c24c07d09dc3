"""Results in words, the same on the page and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LABEL = {
    "pass": "Pass",
    "fail": "Fail",
    "inconclusive": "Inconclusive",
    "not_applicable": "Not applicable",
    "error": "Error",
    "waived": "Fail, waived",
    "met": "Met",
    "not_met": "Not met",
    "declared": "Declared",
    "overridden": "Overridden",
    "assessed": "Assessed",
    "partial": "Partly assessed",
    "unreachable": "Unreachable",
    "excluded": "Excluded",
}


def route_text(route: Mapping[str, Any]) -> str:
    """A route in one line, as an engineer would say it."""
    path = " ".join("{" + ",".join(map(str, hop)) + "}" if isinstance(hop, list) else str(hop) for hop in route["as_path"])
    parts = [route["prefix"], f"AS path {path or '(empty)'}", f"RPKI {route['rpki']}"]
    for kind in ("communities", "large", "extended"):
        if route[kind]:
            parts.append(f"{kind.replace('communities', 'community')} {' '.join(route[kind])}")
    parts.extend(
        f"{key.replace('_', '-')} {route[key]}" for key in ("med", "local_pref", "otc", "next_hop") if route[key] is not None
    )
    return ", ".join(parts)
