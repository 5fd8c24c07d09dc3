"""The only door of the engine: audit, explain, gate, plan, push, bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import checks
from ..model import lazy
from .assess import EXIT, NORM, Assessment, Inputs, audit, audit_inputs, exit_code, parse, verdict
from .files import collect_device, devices, renamed, route, saved, single
from .fleet import Cache, Cluster, Lost, OnDask, Snapshots, audit_fleet, of_files, of_run, of_snapshots
from .words import brief, counts, report_json, summary_text

if TYPE_CHECKING:
    from ..gate.words import markdown as gate_markdown
    from ..gate.words import text as gate_text
    from ..push.device import Way
    from ..push.fleet import Rollout
    from .bundles import opens_commitment, replay_bundle, verify_bundle, version, write_bundle
    from .change import candidate_digests, prepare_push, push_device, removal_json, render_json, safe_candidate, safe_diff
    from .explaining import explain
    from .gating import Gated, gate_bundle, gate_export, gate_files, gate_fragment, gate_inputs, gate_json
    from .revision import base_side
    from .rollout import Member, Undertaking, roll_out, rollout_bundle
    from .sourcing import Fetched, Held, authorised_ranges, fetch_sources, held_sources, observatory_figures, source_changes
    from .staging import MODES, gate_on_device
else:
    # What an audit of saved configurations does not need is half of the engine, and a third of a second.
    __getattr__ = lazy.names(
        __name__,
        {
            "..gate.words": ("markdown as gate_markdown", "text as gate_text"),
            "..push.device": ("Way",),
            "..push.fleet": ("Rollout",),
            ".bundles": ("opens_commitment", "replay_bundle", "verify_bundle", "version", "write_bundle"),
            ".change": (
                "candidate_digests",
                "prepare_push",
                "push_device",
                "removal_json",
                "render_json",
                "safe_candidate",
                "safe_diff",
            ),
            ".explaining": ("explain",),
            ".gating": (
                "Gated",
                "gate_bundle",
                "gate_export",
                "gate_files",
                "gate_fragment",
                "gate_inputs",
                "gate_json",
            ),
            ".revision": ("base_side",),
            ".rollout": ("Member", "Undertaking", "roll_out", "rollout_bundle"),
            ".sourcing": (
                "Fetched",
                "Held",
                "authorised_ranges",
                "fetch_sources",
                "held_sources",
                "observatory_figures",
                "source_changes",
            ),
            ".staging": ("MODES", "gate_on_device"),
        },
    )

__all__ = [
    "EXIT",
    "MODES",
    "NORM",
    "Assessment",
    "Cache",
    "Cluster",
    "Fetched",
    "Gated",
    "Held",
    "Inputs",
    "Lost",
    "Member",
    "OnDask",
    "Rollout",
    "Snapshots",
    "Undertaking",
    "Way",
    "audit",
    "audit_fleet",
    "audit_inputs",
    "authorised_ranges",
    "base_side",
    "brief",
    "candidate_digests",
    "checks",
    "collect_device",
    "counts",
    "devices",
    "exit_code",
    "explain",
    "fetch_sources",
    "gate_bundle",
    "gate_export",
    "gate_files",
    "gate_fragment",
    "gate_inputs",
    "gate_json",
    "gate_markdown",
    "gate_on_device",
    "gate_text",
    "held_sources",
    "observatory_figures",
    "of_files",
    "of_run",
    "of_snapshots",
    "opens_commitment",
    "parse",
    "prepare_push",
    "push_device",
    "removal_json",
    "renamed",
    "render_json",
    "replay_bundle",
    "report_json",
    "roll_out",
    "rollout_bundle",
    "route",
    "safe_candidate",
    "safe_diff",
    "saved",
    "single",
    "source_changes",
    "summary_text",
    "verdict",
    "verify_bundle",
    "version",
    "write_bundle",
]
