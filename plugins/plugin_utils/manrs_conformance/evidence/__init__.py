"""Evidence bundles: build, verify, replay, show, compare."""

from __future__ import annotations

from .build import BuiltBundle, RunInfo, build
from .devices import Mode
from .exports import Place
from .previous import Contents, contents
from .proof import HISTORY
from .replay import ReplayInputs, device_configuration, differences, load_for_replay, opens
from .results import results_bytes, single_export
from .sshsig import NAMESPACE, Signer
from .tool import distributions
from .verify import UNKNOWN_SIGNER, Trust, VerifyReport, countersign, stamp, verify
from .view import BundleDiff, diff, show

__all__ = [
    "HISTORY",
    "NAMESPACE",
    "UNKNOWN_SIGNER",
    "BuiltBundle",
    "BundleDiff",
    "Contents",
    "Mode",
    "Place",
    "ReplayInputs",
    "RunInfo",
    "Signer",
    "Trust",
    "VerifyReport",
    "build",
    "contents",
    "countersign",
    "device_configuration",
    "diff",
    "differences",
    "distributions",
    "load_for_replay",
    "opens",
    "results_bytes",
    "show",
    "single_export",
    "stamp",
    "verify",
]
