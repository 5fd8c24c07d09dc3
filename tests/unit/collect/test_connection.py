"""From the words of inventories to NAPALM's arguments: verification by default, bypasses that are recorded, jump hosts, secrets."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance.collect.connection import Wanted, plan, proxy_command, scrub
from manrs_conformance.collect.names import platform_of, system_of


def wanted(name: str, driver: str | None = None, transport: str = "", **more: Any) -> Wanted:
    """A router of that system, with a login."""
    given = {"address": "192.0.2.1", "username": "audit", "password": "secret-1", "transport": transport} | more
    return Wanted(system=system_of(name, driver, transport), **given)


@pytest.mark.parametrize(
    ("name", "driver", "transport", "platform", "expected"),
    [
        ("cisco.ios.ios", None, "network_cli", "ios", "ios"),
        ("cisco_ios", None, "", "ios", "ios"),
        ("iosxe", None, "", "ios", "ios"),
        ("cisco.iosxr.iosxr", None, "netconf", "iosxr", "iosxr_netconf"),
        ("cisco.iosxr.iosxr", None, "network_cli", "iosxr", "iosxr_netconf"),
        ("iosxr", "iosxr", "", "iosxr", "iosxr"),
        ("iosxr_netconf", None, "", "iosxr", "iosxr_netconf"),
        ("cisco.nxos.nxos", None, "httpapi", "nxos", "nxos"),
        ("cisco.nxos.nxos", None, "network_cli", "nxos", "nxos_ssh"),
        ("nxos_ssh", None, "", "nxos", "nxos_ssh"),
        ("nxos", None, "", "nxos", "nxos"),
        ("arista.eos.eos", None, "httpapi", "eos", "eos"),
        ("arista.eos.eos", None, "network_cli", "eos", "eos"),
        ("junipernetworks.junos.junos", None, "netconf", "junos", "junos"),
        ("frr.frr.frr", None, "", "frr", "frr"),
        ("frrouting", None, "", "frr", "frr"),
        ("ios", "special", "", "ios", "special"),
    ],
)
def test_names(name: str, driver: str | None, transport: str, platform: str, expected: str) -> None:
    assert platform_of(name) == platform
    found = system_of(name, driver, transport)
    assert (found.platform, found.driver) == (platform, expected)


def test_an_unknown_system_keeps_its_name() -> None:
    assert platform_of("example.plugin.nosuchos") == "nosuchos"


@pytest.mark.parametrize("name", ["ios", "nxos_ssh", "iosxr", "junos", "nxos", "eos", "frr"])
def test_everything_is_verified_unless_the_inventory_says_otherwise(name: str) -> None:
    assert plan(wanted(name)).verified
    off = plan(wanted(name, verify_host_key=False, verify_tls=False))
    assert not off.verified


def test_ssh_arguments() -> None:
    made = plan(wanted("ios", port=2222, enable="secret-2", key_file="~/id", known_hosts="/etc/known", timeout=7)).optional
    assert made["port"] == 2222
    assert made["secret"] == "secret-2"
    assert made["key_file"] == str(Path("~/id").expanduser())
    assert made["use_keys"]
    assert (made["ssh_strict"], made["system_host_keys"], made["alt_host_keys"], made["alt_key_file"]) == (
        True,
        False,
        True,
        "/etc/known",
    )
    assert made["conn_timeout"] == 7


def test_napalm_arguments_of_the_inventory_win_and_a_bypass_among_them_is_seen() -> None:
    assert not plan(wanted("ios", optional={"ssh_strict": False})).verified
    assert not plan(wanted("eos", optional={"transport": "http"})).verified
    assert not plan(wanted("eos", tls=False)).verified
    assert not plan(wanted("nxos", optional={"ssl_verify": False})).verified
    assert not plan(wanted("iosxr", optional={"hostkey_verify": False})).verified
    loose = ssl.create_default_context()
    loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
    assert not plan(wanted("eos", optional={"context": loose})).verified
    assert plan(wanted("ios", optional={"port": 99}, port=22)).optional["port"] == 99
    over_ssh = plan(wanted("eos", optional={"transport": "ssh"}))
    assert over_ssh.verified
    assert over_ssh.optional["ssh_strict"]


def test_ports_go_only_where_they_belong() -> None:
    assert plan(wanted("junos", transport="netconf")).optional["port"] == 830
    assert plan(wanted("junos", transport="netconf", port=22830)).optional["port"] == 22830
    assert "port" not in plan(wanted("iosxr", transport="network_cli", port=22)).optional
    assert plan(wanted("nxos", transport="httpapi", port=8443)).optional["port"] == 8443


def test_web_arguments(tmp_path: Path) -> None:
    assert plan(wanted("nxos", ca="/ca.pem")).optional["ssl_verify"] == "/ca.pem"
    assert plan(wanted("eos")).optional["enforce_verification"] is True
    assert plan(wanted("eos", enable="secret-2")).optional["enable_password"] == "secret-2"


def test_secrets_are_known_and_scrubbed() -> None:
    made = plan(wanted("ios", enable="secret-2", passphrase="secret-3", optional={"secret": "secret-4"}))
    assert set(made.secrets) == {"secret-1", "secret-2", "secret-3", "secret-4"}
    assert scrub("secret-1 and secret-4", made.secrets) == "******** and ********"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("-o ProxyCommand='ssh -W %h:%p jump.example'", "ssh -W %h:%p jump.example"),
        ('-o ProxyCommand="ssh -q -W %h:%p u@jump.example"', "ssh -q -W %h:%p u@jump.example"),
        ("-o ProxyJump=jump.example", "ssh -W %h:%p jump.example"),
        ("-oProxyJump=u@jump.example:2222", "ssh -p 2222 -W %h:%p u@jump.example"),
        ("-J a.example,b.example", "ssh -J a.example -W %h:%p b.example"),
        ("-Ja.example", "ssh -W %h:%p a.example"),
        ("-o ControlMaster=no -J a.example", "ssh -o ControlMaster=no -W %h:%p a.example"),
        ("-o StrictHostKeyChecking=yes", None),
        ("-o ProxyCommand=none", None),
        ("", None),
    ],
)
def test_jump_hosts(arguments: str, expected: str | None) -> None:
    assert proxy_command(arguments) == expected


def test_a_jump_host_and_the_known_hosts_go_into_a_configuration_file() -> None:
    made = plan(wanted("junos", proxy_command="ssh -W %h:%p jump.example", known_hosts="/etc/known")).ssh_config
    assert made == "Host *\n  ProxyCommand ssh -W 192.0.2.1:22 jump.example\n  UserKnownHostsFile /etc/known\n"
    alone = plan(wanted("ios", proxy_command="ssh -W %h:%p jump.example", port=2222)).ssh_config
    assert alone == "Host *\n  ProxyCommand ssh -W 192.0.2.1:2222 jump.example\n"
    assert plan(wanted("ios")).ssh_config is None
    assert plan(wanted("eos", proxy_command="x")).ssh_config is None
