"""The circumstances of a run that an auditor asks for: which job, which commit, which versions, whose clock."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import evidence

UNSYNCHRONISED = 0x40
"""STA_UNSYNC of <sys/timex.h>."""


class _Timex(ctypes.Structure):
    """The head of struct timex, adjtimex(2), with room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def clock() -> dict[str, Any]:
    """What the kernel of the controller says of its clock: `synchronised` is None where it cannot be asked; errors in microseconds."""
    state = _Timex(modes=0)
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        answer = -1
    if answer < 0:
        return {"synchronised": None, "source": "adjtimex(2) is not available", "maximum_error_us": None}
    good = answer != 5 and not state.status & UNSYNCHRONISED
    return {"synchronised": good, "source": "adjtimex(2)", "maximum_error_us": int(state.maxerror)}


def ci_job(environment: Mapping[str, str] | None = None) -> str:
    """URL of the CI job that runs this, from what GitLab, GitHub, Jenkins and others set; empty outside one."""
    env = os.environ if environment is None else environment
    if env.get("GITHUB_RUN_ID"):
        return f"{env.get('GITHUB_SERVER_URL', '')}/{env.get('GITHUB_REPOSITORY', '')}/actions/runs/{env['GITHUB_RUN_ID']}"
    return next((env[name] for name in ("CI_JOB_URL", "BUILD_URL", "CIRCLE_BUILD_URL") if env.get(name)), "")


def commit(folder: Path | None) -> str:
    """The git commit of the folder that holds the policy, with a word when files there differ from it; empty outside a repository."""
    if folder is None:
        return ""
    try:
        head = _git(folder, "rev-parse", "HEAD")
        return f"{head} with uncommitted changes" if _git(folder, "status", "--porcelain", "--", ".") else head
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, timeout=20)
    return done.stdout.strip()


def versions() -> dict[str, str]:
    """Versions of Python, of the system, and of every distribution that the engine needs."""
    found = {one.name: one.version for one in evidence.distributions()}
    return {"python": platform.python_version(), "implementation": sys.implementation.name, "system": platform.system(), **found}
