"""What IOS says that it would enter, read back."""

from __future__ import annotations

from ...errors import MergeError
from .merge import merge

FALLBACK = ("! incremental-diff failed", "! No changes specified in merge file", "You have encountered the obscure")
"""Where the driver has no word of the device: it shows the file that it put there."""


def after(running: str, diff: str) -> str | None:
    """The configuration after the commands that `show archive config incremental-diffs` lists; ValueError when they do not fit.

    The device lists the commands of the candidate that change something, with the heads of their modes (Contextual Configuration Diff Utility);
    the driver puts a sign in front of each. None where the driver shows the candidate itself.
    """
    if diff.startswith(FALLBACK) or any(line.lstrip("+-! ").startswith("% ") for line in diff.splitlines()):
        return None
    commands: list[str] = []
    for line in diff.splitlines():
        if line.strip() and line[0] not in "+-":
            raise ValueError(f"the router shows a line that is no command: {line.strip()!r}")
        commands.append(line[1:])
    try:
        return merge(running, "\n".join(commands) + "\n")
    except MergeError as error:
        raise ValueError(f"the commands that the router would enter do not fit its configuration: {error}") from None
