"""Lines that carry secrets, by platform: how each vendor prints passwords, hashes and keys, with `{}` where the secret stands.

`top` lines stand outside any block (or bring their own), `bgp` lines inside the BGP process.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from pathlib import Path

PLATFORMS = Path(__file__).resolve().parents[1] / "platforms"


@dataclass(frozen=True)
class Bed:
    """A realistic configuration of a platform and the lines to plant in it."""

    case: str
    top: tuple[str, ...]
    bgp: tuple[str, ...] = ()
    anchor: str = "router bgp "

    def text(self) -> str:
        return (PLATFORMS / self.case / "running.conf").read_text()


BEDS = {
    "frr": Bed(
        "frr/real_full",
        (
            "password {}",
            "enable password {}",
            "password 8 {}",
            "enable password 8 {}",
            "key chain K\n key 1\n  key-string {}",
            "interface eth7\n ip ospf authentication-key {}",
            "interface eth8\n ip ospf message-digest-key 1 md5 {}",
            "interface eth9\n isis password md5 {}",
            "interface eth10\n ip rip authentication string {}",
            "interface eth11\n ip nhrp authentication {}",
            "router isis A\n area-password clear {}\n domain-password md5 {}",
            "mpls ldp\n neighbor 192.0.2.9 password {}",
            "router ospf\n area 0.0.0.1 virtual-link 192.0.2.1 authentication-key {}",
            "snmp-server community {} ro",
        ),
        (
            "neighbor 203.0.113.77 remote-as 64999\n neighbor 203.0.113.77 password {}",
            "neighbor PGX peer-group\n neighbor PGX password {}",
            "neighbor 2001:db8::77 remote-as 64999\n neighbor 2001:db8::77 password {}",
        ),
    ),
    "ios": Bed(
        "ios/transit_isp",
        (
            "enable secret 5 {}",
            "enable secret 9 {}",
            "enable password 7 {}",
            "enable password {}",
            "username a privilege 15 secret 9 {}",
            "username b password 0 {}",
            "username c password 7 {}",
            "snmp-server community {} RO",
            "snmp-server community {} RW 99",
            "snmp-server host 192.0.2.5 version 2c {}",
            "snmp-server user u g v3 auth sha {} priv aes 128 {}",
            "tacacs-server key 7 {}",
            "tacacs-server host 192.0.2.5 key {}",
            "tacacs server T\n address ipv4 192.0.2.5\n key 7 {}",
            "radius-server key {}",
            "radius server R\n key 7 {}",
            "aaa group server radius G\n server-private 192.0.2.6 key 7 {}",
            "key chain K\n key 1\n  key-string 7 {}",
            "key chain L tcp\n key 1\n  key-string {}",
            "ntp authentication-key 1 md5 {} 7",
            "crypto isakmp key {} address 192.0.2.7",
            "crypto ikev2 keyring I\n peer P\n  pre-shared-key local {}\n  pre-shared-key remote {}",
            "interface Loopback97\n ip ospf authentication-key 7 {}",
            "interface Loopback96\n ip ospf message-digest-key 1 md5 7 {}",
            "interface Loopback95\n standby 1 authentication md5 key-string 7 {}",
            "interface Loopback94\n vrrp 1 authentication text {}",
            "interface Loopback93\n ppp chap password 7 {}",
            "interface Loopback92\n isis password {} level-2",
            "router isis\n area-password {}\n domain-password {}",
            "line vty 0 4\n password 7 {}",
            "mpls ldp neighbor 192.0.2.9 password 7 {}",
            "ip ftp password 7 {}",
            "ip http client password 0 {}",
            "archive\n path ftp://user:{}@192.0.2.9/x",
            "ip ssh pubkey-chain\n  username a\n   key-hash ssh-rsa {}",
            "event manager environment _pw {}",
            "snmp mib community-map {} engineid 80000009",
        ),
        (
            "neighbor 203.0.113.77 remote-as 64999\n neighbor 203.0.113.77 password 7 {}",
            "neighbor PGX peer-group\n neighbor PGX password {}",
            "template peer-session TX\n  password 7 {}\n exit-peer-session",
        ),
    ),
    "nxos": Bed(
        "nxos/transit_edge",
        (
            "username a password 5 {} role network-admin",
            "username b password 0 {} role network-operator",
            "enable secret 5 {}",
            "snmp-server community {} group network-operator",
            "snmp-server user u network-admin auth md5 {} priv {} localizedkey",
            "snmp-server host 192.0.2.5 traps version 2c {}",
            'tacacs-server key 7 "{}"',
            'tacacs-server host 192.0.2.5 key 7 "{}"',
            'radius-server key 7 "{}"',
            'radius-server host 192.0.2.6 key 7 "{}" authentication accounting',
            "key chain K\n  key 1\n    key-string 7 {}",
            "ntp authentication-key 1 md5 {} 7",
            "interface Ethernet1/77\n  ip ospf authentication-key 3 {}",
            "interface Ethernet1/78\n  ip ospf message-digest-key 1 md5 3 {}",
            "interface Ethernet1/79\n  hsrp 1\n    authentication md5 key-string {}",
            "router ospf 1\n  area 0.0.0.1 virtual-link 192.0.2.9\n    authentication-key 3 {}",
            "fabric forwarding anycast-gateway-mac {}",
            "line console\n  password {}",
            "vpc domain 1\n  auth-key {}",
            "mpls ldp configuration\n  password required for L\n  neighbor 192.0.2.9 password {}",
        ),
        (
            "  neighbor 203.0.113.77\n    remote-as 64999\n    password 3 {}",
            "  template peer TX\n    password 3 {}",
            "  template peer-session SX\n    password {}",
        ),
    ),
    "eos": Bed(
        "eos/careful",
        (
            "enable password sha512 {}",
            "username a secret sha512 {}",
            "username b secret 5 {}",
            "username c privilege 15 secret 0 {}",
            "snmp-server community {} ro",
            "snmp-server user u g v3 auth sha {} priv aes {}",
            "snmp-server host 192.0.2.5 version 2c {}",
            "tacacs-server key 7 {}",
            "tacacs-server host 192.0.2.5 key 7 {}",
            "radius-server key 7 {}",
            "radius-server host 192.0.2.6 key 7 {}",
            "ntp authentication-key 1 md5 7 {}",
            "ntp authentication-key 2 sha1 8a {}",
            "interface Ethernet77\n   ip ospf authentication-key 7 {}",
            "interface Ethernet78\n   ip ospf message-digest-key 1 md5 7 {}",
            "interface Ethernet79\n   isis authentication key 7 {}",
            "management security\n   session shared-secret profile P\n      secret 1 7 {} receive-lifetime infinite transmit-lifetime infinite",
            "ip security\n   ike policy I\n   profile P\n      shared-key 7 {}",
            "management api http-commands\n   protocol https ssl profile {}",
            "router isis A\n   authentication key 7 {}",
            "mpls ldp\n   password 7 {}",
            "peer-filter PF\n   10 match as-range 1-2 result accept\nusername z sshkey ssh-rsa {}",
        ),
        (
            "   neighbor 203.0.113.77 remote as 64999\n   neighbor 203.0.113.77 password 7 {}",
            "   neighbor PGX peer group\n   neighbor PGX password 7 {}",
            "   neighbor 203.0.113.78 remote as 64999\n   neighbor 203.0.113.78 password 8a {}",
        ),
    ),
    "iosxr": Bed(
        "iosxr/careful_edge",
        (
            "username a\n group root-lr\n secret 10 {}\n!",
            "username b\n password 7 {}\n!",
            "snmp-server community encrypted {} RO",
            "snmp-server community {} RW",
            "snmp-server user u g v3 auth sha encrypted {} priv aes 128 encrypted {}",
            "snmp-server host 192.0.2.5 traps version 2c encrypted {}",
            "tacacs-server host 192.0.2.5 port 49\n key 7 {}\n!",
            "tacacs-server key 7 {}",
            "radius-server host 192.0.2.6 auth-port 1812\n key 7 {}\n!",
            "key chain K\n key 1\n  key-string password {}\n !\n!",
            "ntp\n authentication-key 1 md5 encrypted {}\n!",
            "router ospf 1\n area 0\n  authentication message-digest\n  message-digest-key 1 md5 encrypted {}\n !\n!",
            "router isis A\n lsp-password hmac-md5 encrypted {}\n!",
            "mpls ldp\n neighbor\n  192.0.2.9:0 password encrypted {}\n !\n!",
            "line console\n password 7 {}\n!",
            "ftp client password encrypted {}",
        ),
        (
            "neighbor 203.0.113.77\n  remote-as 64999\n  password encrypted {}\n !",
            "neighbor-group NX\n  remote-as 64999\n  password encrypted {}\n !",
            "session-group SX\n  password clear {}\n !",
        ),
    ),
    "junos": Bed(
        "junos/careful",
        (
            'system {{ root-authentication {{ encrypted-password "{}"; ## SECRET-DATA\n}} }}',
            'system {{ login {{ user a {{ authentication {{ encrypted-password "{}"; ## SECRET-DATA\n}} }} }} }}',
            'system {{ radius-server {{ 192.0.2.6 secret "{}"; }} }}',
            'system {{ tacplus-server {{ 192.0.2.5 secret "{}"; ## SECRET-DATA\n}} }}',
            'system {{ ntp {{ authentication-key 1 type md5 value "{}"; ## SECRET-DATA\n}} }}',
            "snmp {{ community {} {{ authorization read-only; }} }}",
            'snmp {{ v3 {{ usm {{ local-engine {{ user u {{ authentication-sha {{ authentication-key "{}"; }} }} }} }} }} }}',
            "snmp {{ trap-group {} {{ targets {{ 192.0.2.5; }} }} }}",
            'protocols {{ bgp {{ group EXTRA {{ type external; authentication-key "{}"; neighbor 203.0.113.77 {{ peer-as 64999; }} }} }} }}',
            'protocols {{ ospf {{ area 0.0.0.0 {{ interface ge-0/0/9.0 {{ authentication {{ md5 1 key "{}"; }} }} }} }} }}',
            'protocols {{ isis {{ level 2 {{ authentication-key "{}"; }} }} }}',
            'protocols {{ ldp {{ session 192.0.2.9 {{ authentication-key "{}"; }} }} }}',
            'security {{ ike {{ policy P {{ pre-shared-key ascii-text "{}"; ## SECRET-DATA\n}} }} }}',
            'security {{ authentication-key-chains {{ key-chain K {{ key 1 {{ secret "{}"; start-time "2026-1-1.00:00"; }} }} }} }}',
            'access {{ profile P {{ client c {{ chap-secret "{}"; }} }} }}',
            'system {{ archival {{ configuration {{ archive-sites {{ "ftp://192.0.2.9/x" password "{}"; }} }} }} }}',
        ),
        anchor="",
    ),
}

SHAPES = ("plain", "type7", "crypt", "base64", "junos9", "word", "digits")


def secret(number: int, dice: random.Random) -> str:
    """A secret in one of the shapes that people and devices give them; the number makes it unlike all others."""
    alphabet = string.ascii_letters + string.digits
    mixed = "".join(dice.choice(alphabet) for _ in range(14))
    return {
        "plain": f"Pl4nt!{number:03}-{mixed[:6]}",
        "type7": f"{dice.getrandbits(80):020X}",
        "crypt": f"$6${mixed[:8]}${mixed}{mixed[::-1]}",
        "base64": f"{mixed}{number:03}+/{mixed[:5]}==",
        "junos9": f"$9${mixed}/{mixed[:6]}.",
        "word": "".join(dice.choice("bcdfghjkqvwxz") for _ in range(12)),
        "digits": f"{dice.randrange(10**9, 10**10)}{number:03}",
    }[SHAPES[number % len(SHAPES)]]


def planted(platform: str, seed: int = 0) -> tuple[str, list[str]]:
    """The platform's configuration with every line planted, and the secrets in it."""
    bed, dice = BEDS[platform], random.Random(f"{platform}/{seed}")
    secrets: list[str] = []

    def fill(template: str) -> str:
        found = [secret(len(secrets) + index + seed, dice) for index in range(template.replace("{{", "").count("{}"))]
        secrets.extend(found)
        return template.format(*found)

    lines = bed.text().rstrip("\n").split("\n")
    end = ["end"] if lines[-1] == "end" else []
    body = lines[: len(lines) - len(end)]
    if bed.bgp:
        at = next(n for n, line in enumerate(body) if line.startswith(bed.anchor) and line.split()[2].rstrip().isdigit()) + 1
        indent = "" if bed.bgp[0].startswith(" ") else " "
        body[at:at] = [indent + fill(one) for one in bed.bgp]
    body += [fill(one) for one in bed.top]
    return "\n".join([*body, *end]) + "\n", secrets
