"""NAPALM's driver test suite, for every getter the driver has."""

from __future__ import annotations

import pytest
from napalm import get_network_driver
from napalm.base.test.getters import BaseTestGetters


@pytest.mark.usefixtures("set_device_parameters")
class TestGetters(BaseTestGetters):  # type: ignore[misc]
    """Inherited tests; getters the driver does not have are skipped by the suite."""


def test_napalm_finds_the_driver() -> None:
    assert get_network_driver("frr").__name__ == "FRRDriver"
