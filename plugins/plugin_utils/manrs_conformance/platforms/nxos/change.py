"""What the driver shows of a candidate on NX-OS."""

from __future__ import annotations


def after(running: str, diff: str) -> str | None:
    """None: NX-OS compares nothing before a merge.

    NAPALM lists the lines of the candidate that the running configuration does not hold anywhere (`netutils.config.compliance`), whatever
    order and repetition mean; the router has no part in it.
    """
    return None
