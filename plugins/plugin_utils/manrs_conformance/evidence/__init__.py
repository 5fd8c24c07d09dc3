"""Evidence bundles: build, verify, replay, show, compare."""

from __future__ import annotations

from .build import BuiltBundle, RunInfo, build, results_bytes, single_export
from .replay import ReplayInputs, differences, load_for_replay
from .sshsig import NAMESPACE, Signer
from .verify import UNKNOWN_SIGNER, VerifyReport, verify
from .view import BundleDiff, diff, show

__all__ = [
    "NAMESPACE",
    "UNKNOWN_SIGNER",
    "BuiltBundle",
    "BundleDiff",
    "ReplayInputs",
    "RunInfo",
    "Signer",
    "VerifyReport",
    "build",
    "diff",
    "differences",
    "load_for_replay",
    "results_bytes",
    "show",
    "single_export",
    "verify",
]
