"""Evidence bundles: build, verify, replay, show, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import lazy

if TYPE_CHECKING:
    from .building import BuiltBundle, RunInfo, build
    from .devices import Mode
    from .exports import Place
    from .previous import Contents, contents
    from .proof import HISTORY
    from .replay import ReplayInputs, device_configuration, differences, load_for_replay, opens
    from .results import results_bytes, single_export
    from .sshsig import NAMESPACE, Signer
    from .tool import distributions
    from .verifying import UNKNOWN_SIGNER, Trust, VerifyReport, countersign, stamp, verify
    from .view import BundleDiff, diff, show
else:
    # The summary of an audit needs none of what writes bundles.
    __getattr__ = lazy.names(
        __name__,
        {
            ".building": (
                "BuiltBundle",
                "RunInfo",
                "build",
            ),
            ".devices": ("Mode",),
            ".exports": ("Place",),
            ".previous": (
                "Contents",
                "contents",
            ),
            ".proof": ("HISTORY",),
            ".replay": (
                "ReplayInputs",
                "device_configuration",
                "differences",
                "load_for_replay",
                "opens",
            ),
            ".results": (
                "results_bytes",
                "single_export",
            ),
            ".sshsig": (
                "NAMESPACE",
                "Signer",
            ),
            ".tool": ("distributions",),
            ".verifying": (
                "UNKNOWN_SIGNER",
                "Trust",
                "VerifyReport",
                "countersign",
                "stamp",
                "verify",
            ),
            ".view": (
                "BundleDiff",
                "diff",
                "show",
            ),
        },
    )

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
