"""One router of each vendor on the loopback, and sessions to it the way the faces open them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import napalm
import pytest
from manrs_conformance.collect import connection
from manrs_wire import Fleet, start
from manrs_wire.inventory import devices
from manrs_wire.sessions import DRIVERS, Open, close, planned


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """The five routers of the vendors' demo."""
    with start(*devices(), folder=tmp_path / "wire") as running:
        yield running


@pytest.fixture
def session(fleet: Fleet) -> Iterator[Open]:
    """A function that opens a session to the router of a case; every session is closed in the end."""
    opened: list[Any] = []

    def open_case(case: str, **more: Any) -> Any:
        driver = connection.open_session(planned(fleet, case, **more), napalm.get_network_driver(DRIVERS[case]))
        opened.append(driver)
        return driver

    yield open_case
    for one in opened:
        if one.hostname:
            close(one)
