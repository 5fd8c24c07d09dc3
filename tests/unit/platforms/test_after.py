"""The difference that a device shows, read back: the configuration that it leads to."""

from __future__ import annotations

import pytest
from manrs_conformance.platforms import load, load_push

IOS = """hostname r1
router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.1 route-map OLD in
ip prefix-list A seq 5 permit 192.0.2.0/24
end
"""
EOS = """! device: r1 (vEOS, EOS-4.30.1F)
!
hostname r1
!
interface Ethernet1
   ip address 192.0.2.1/30
!
interface Management1
   vrf MGMT
!
end
"""
XR = """hostname r1
prefix-set A
  192.0.2.0/24
end-set
!
end
"""


def test_ios_lists_the_commands_that_it_would_enter() -> None:
    """Signs go, the commands are entered."""
    diff = "+router bgp 64500\n+ neighbor 192.0.2.1 route-map NEW in\n-no ip prefix-list A\n"
    wanted = IOS.replace("OLD", "NEW").replace("ip prefix-list A seq 5 permit 192.0.2.0/24\n", "")
    assert load_push("ios").after(IOS, diff) == wanted
    assert load_push("ios").after(IOS, "") == IOS


def test_ios_says_nothing_where_the_driver_shows_the_candidate() -> None:
    """The echo of a file is no word of the device."""
    echo = "! incremental-diff failed; falling back to echo of merge file\n+hostname r2"
    assert load_push("ios").after(IOS, echo) is None


@pytest.mark.parametrize("diff", ["+ip prefix-list A seq 5 permit 0.0.0.0/0 le 32", "router bgp 64500"])
def test_ios_commands_that_do_not_fit(diff: str) -> None:
    """What the router would refuse, and what is no command, is said."""
    with pytest.raises(ValueError, match=r"fit|no command"):
        load_push("ios").after(IOS, diff)


@pytest.mark.parametrize(
    "diff",
    [
        "@@ -5,4 +5,7 @@\n interface Ethernet1\n    ip address 192.0.2.1/30\n !\n+interface Loopback77\n+   ip address 203.0.113.7/32\n+!\n interface Management1",
        "@@ -2,3 +2,5 @@\n interface Ethernet1\n    ip address 192.0.2.1/30\n+interface Loopback77\n+   ip address 203.0.113.7/32\n interface Management1\n    vrf MGMT",
    ],
)
def test_eos_differences_with_and_without_marks(diff: str) -> None:
    """Both forms lead to the same router."""
    text = load_push("eos").after(EOS, diff)
    assert text is not None
    found = {one.name: one.addresses for one in load("eos").parse(text, {}).interfaces}
    assert found["Loopback77"] == ("203.0.113.7/32",)
    assert found.keys() == {"Ethernet1", "Loopback77", "Management1"}


@pytest.mark.parametrize("name", ["eos", "iosxr"])
def test_differences_that_do_not_fit(name: str) -> None:
    """A context that is not there is said."""
    with pytest.raises(ValueError, match="does not fit"):
        load_push(name).after(EOS if name == "eos" else XR, "@@ -3,2 +3,2 @@\n hostname elsewhere\n+x")


def test_xr_and_nxos_say_nothing_where_nothing_is_compared_whole() -> None:
    """The contextual form of XR is not read; NX-OS compares nothing."""
    shown = "#  prefix-set A\n-   192.0.2.0/24\n+   198.51.100.0/24\n   end-set"
    assert load_push("iosxr").after(XR, shown) is None
    assert load_push("nxos").after("hostname r1\n", "hostname r2") is None


def test_xr_reads_a_unified_difference() -> None:
    """Hunks are put in their place."""
    text = load_push("iosxr").after(XR, "@@ -2,3 +2,3 @@\n prefix-set A\n-  192.0.2.0/24\n+  198.51.100.0/24\n end-set")
    assert text is not None
    assert "198.51.100.0/24" in text
    assert "192.0.2.0/24" not in text
