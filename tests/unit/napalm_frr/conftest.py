"""NAPALM's own test suite with answers recorded from an FRR 8.4.4: the SSH channel is replaced, nothing above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from napalm.base.test import conftest as parent
from napalm.base.test.double import BaseTestDouble
from napalm_frr import FRRDriver

HERE = Path(__file__).parent


class Recorded(BaseTestDouble):  # type: ignore[misc]
    """Answers each command with the file named after it."""

    def find_file(self, filename: str) -> str:
        path = HERE / "mocked_data" / self.current_test / self.current_test_case / filename
        if not path.exists():
            raise OSError(f"no recorded data: {path.name}")
        return str(path)

    def answer(self, command: str, stdin: str = "", timeout: float | None = None) -> tuple[int, str, str]:
        bare = command.replace('PATH="$PATH:/usr/sbin:/sbin"; ', "")
        return 0, str(self.read_txt_file(self.find_file(re.sub("[^a-zA-Z0-9]", "_", bare)[:150] + ".txt"))), ""


class PatchedDriver(FRRDriver):
    """The driver over recorded answers."""

    def __init__(
        self, hostname: str, username: str, password: str, timeout: int = 60, optional_args: dict[str, Any] | None = None
    ) -> None:
        super().__init__(hostname, username, password, timeout, optional_args)
        self.patched_attrs = ["device"]
        self.device = Recorded()

    def open(self) -> None:
        self._session.shell = "bash"
        self._session._execute = self.device.answer  # type: ignore[method-assign]
        self._session.alive = lambda: True  # type: ignore[method-assign]

    def close(self) -> None:
        return None


@pytest.fixture(scope="class")
def set_device_parameters(request: pytest.FixtureRequest) -> Iterator[None]:
    request.cls.driver = FRRDriver
    request.cls.patched_driver = PatchedDriver
    request.cls.vendor = "frr"
    parent.set_device_parameters(request)
    yield
    request.cls.device.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parent.pytest_generate_tests(metafunc, __file__)
