"""Evidence bundles: build, verify, replay, show, compare."""

from __future__ import annotations

from .build import BuiltBundle, RunInfo, build, results_bytes, single_export
from .previous import Contents, contents
from .replay import ReplayInputs, differences, load_for_replay
from .sshsig import NAMESPACE, Signer
from .tool import distributions
from .verify import UNKNOWN_SIGNER, VerifyReport, verify
from .view import BundleDiff, diff, show

__all__ = [
    "NAMESPACE",
    "UNKNOWN_SIGNER",
    "BuiltBundle",
    "BundleDiff",
    "Contents",
    "ReplayInputs",
    "RunInfo",
    "Signer",
    "VerifyReport",
    "build",
    "contents",
    "diff",
    "differences",
    "distributions",
    "load_for_replay",
    "results_bytes",
    "show",
    "single_export",
    "verify",
]
