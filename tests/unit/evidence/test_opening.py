"""On site: the raw configuration opens the commitment of its device under the kept key, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import manrs_conformance
import pytest
from click.testing import CliRunner
from manrs_conformance import api
from manrs_conformance.cli.bundle import bundle
from manrs_conformance.errors import BundleError, InputError

SELFTEST = Path(manrs_conformance.__file__).parent / "data" / "selftest"


def test_only_the_raw_configuration_opens_its_commitment(tmp_path: Path) -> None:
    inputs = api.Inputs.read(SELFTEST / "manrs.yml", None, tmp_path, "2026-10-01T00:00:00Z")
    built = api.write_bundle(tmp_path / "b", api.audit_inputs(api.saved([SELFTEST], None), inputs), inputs)
    key, good, bad = tmp_path / "b.commitment-key", SELFTEST / "good.frr.cfg", SELFTEST / "bad.frr.cfg"
    assert key.stat().st_mode & 0o777 == 0o600
    assert api.opens_commitment(built.path, "good", good, key) and not api.opens_commitment(built.path, "good", bad, key)
    other = tmp_path / "other"
    other.write_text("00" * 32)
    assert not api.opens_commitment(built.path, "good", good, other)
    words = [str(built.path), "good", str(good), "--commitment-key"]
    assert "OPENED: the raw" in CliRunner().invoke(bundle, ["opens", *words, str(key)]).output
    assert "NOT OPENED" in CliRunner().invoke(bundle, ["opens", *words, str(other)]).output
    with pytest.raises(BundleError, match="edge9"):
        api.opens_commitment(built.path, "edge9", good, key)
    other.write_text("no key")
    with pytest.raises(InputError, match="hexadecimal"):
        api.opens_commitment(built.path, "good", good, other)
