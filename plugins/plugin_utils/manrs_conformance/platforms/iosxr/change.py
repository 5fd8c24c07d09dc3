"""The difference between candidate and running configuration of IOS-XR, read back."""

from __future__ import annotations

from .._diff import HUNK, patched


def after(running: str, diff: str) -> str | None:
    """The configuration that a difference leads to, where it is a unified one; ValueError when that does not fit.

    None for the contextual form of `show commit changes diff`, which marks lines by `+`, `-`, `#` and `<-`: it shows changed policies and sets
    in part only, and nothing says where a line of one stands.
    """
    if not diff.strip():
        return running
    if not any(HUNK.match(line) for line in diff.splitlines()):
        return None
    text = patched(running, diff)
    if text is None:
        raise ValueError("the difference that the router shows does not fit its running configuration")
    return text
