"""The difference of a configuration session, read back."""

from __future__ import annotations

from .._diff import patched


def after(running: str, diff: str) -> str | None:
    """The configuration that `show session-config diffs`, a unified diff, leads to; ValueError when it does not fit.

    Releases differ in whether the lines `!` between blocks are part of what is compared: both are tried.
    """
    if not diff.strip():
        return running
    text = patched(running, diff)
    if text is None:
        text = patched(_without_marks(running), _without_marks(diff, signed=True))
    if text is None:
        raise ValueError("the difference that the router shows does not fit its running configuration")
    return text


def _without_marks(text: str, *, signed: bool = False) -> str:
    """A text, or a difference, without lines that hold nothing but `!`."""
    lines = text.splitlines()
    return "\n".join(line for line in lines if (line[1:] if signed else line).strip() not in ("!", "") or line.startswith("@@"))
