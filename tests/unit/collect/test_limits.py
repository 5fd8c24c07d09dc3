"""Time limits: silence and trickle end a call, size and progress do not."""

from __future__ import annotations

import time

import pytest
from manrs_conformance.collect import limits
from manrs_conformance.errors import CollectionError


class Device:
    """A Netmiko connection, as far as limits look at one."""

    read_timeout_override = None

    def __init__(self, pause: float, size: int, count: int) -> None:
        self.pause, self.size, self.left = pause, size, count

    def read_channel(self) -> str:
        time.sleep(self.pause)
        if not self.left:
            return ""
        self.left -= 1
        return "x" * self.size


class Driver:
    """A driver that reads until it has everything."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def read(self) -> int:
        total, wanted = 0, self.device.left
        for _number in range(wanted):
            total += len(self.device.read_channel())
        return total


def read(device: Device, timeout: float) -> int:
    driver = Driver(device)
    watch = limits.watch_driver(driver, timeout)
    assert device.read_timeout_override == limits.LONG
    return int(limits.run("no answer", watch, driver.read))


def test_a_large_answer_may_take_longer_than_the_time_out() -> None:
    assert read(Device(0.1, 20_000, 8), 0.4) == 160_000


def test_a_trickle_is_no_answer() -> None:
    with pytest.raises(CollectionError, match=r"no answer within 0\.4 s"):
        read(Device(0.1, 1, 50), 0.4)


def test_silence_is_no_answer() -> None:
    with pytest.raises(CollectionError, match=r"within 0\.3 s"):
        read(Device(5, 1, 1), 0.3)


def test_errors_come_through() -> None:
    with pytest.raises(KeyError):
        limits.bounded("x", 1, lambda: {}["absent"])


def test_what_ends_late_is_closed() -> None:
    closed: list[bool] = []
    with pytest.raises(CollectionError, match=r"^no session within 0\.2 s$"):
        limits.bounded("no session", 0.2, lambda: time.sleep(0.5), late=lambda: closed.append(True))
    time.sleep(0.6)
    assert closed == [True]
