"""The only door of the engine: audit, explain, gate, plan, push, bundle."""

from __future__ import annotations

from .. import checks
from ..gate import markdown as gate_markdown
from ..gate import text as gate_text
from ..push.device import Way
from ..push.fleet import Rollout
from .assess import EXIT, NORM, Assessment, Inputs, audit, audit_inputs, exit_code, parse, verdict
from .bundles import opens_commitment, replay_bundle, verify_bundle, version, write_bundle
from .change import candidate_digests, prepare_push, push_device, render_json, safe_diff
from .explaining import explain
from .files import collect_device, devices, renamed, route, saved, single
from .fleet import Cache, Cluster, Lost, OnDask, Snapshots, audit_fleet, of_files, of_run, of_snapshots
from .gating import Gated, gate_bundle, gate_export, gate_files, gate_fragment, gate_inputs, gate_json
from .revision import base_side
from .rollout import Member, Undertaking, roll_out, rollout_bundle
from .sourcing import Fetched, Held, authorised_ranges, fetch_sources, held_sources, observatory_figures, source_changes
from .staging import MODES, gate_on_device
from .words import brief, counts, report_json, summary_text

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
    "renamed",
    "render_json",
    "replay_bundle",
    "report_json",
    "roll_out",
    "rollout_bundle",
    "route",
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
