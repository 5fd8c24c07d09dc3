"""NX-OS statements of the top level that bear on no check, where secrets stand, and versions."""

from __future__ import annotations

import re

from .._block import word_set

IRRELEVANT = word_set(
    """
    aaa action advertise analytics apply banner bfd boot callhome cdp cfs class-map cli clock control-plane copp copy crypto dot1x eee
    email-contact errdisable event evpn fabric fabric-multicast fcoe feature-set fex fips flow flowset forwarding gpt graceful
    guestshell hardware hsrp icam in-band install isis key l2vpn lacp ldap-server license line lldp locator-led logging logout
    mac macsec maintenance mgmt module monitor mpls msdp mvr nat nbm ngmvpn ngoam no ntp nv nxapi object-group openflow
    otv password peer pim platform policy-map port-channel port-security power poweroff power-supply private-vlan ptp pwd
    python qos radius radius-server rate-limit resequence rmon role scheduler security-profile segment-routing sampler
    service service-policy sflow slot smart snmp snmp-server spanning-tree ssh switchname-banner system tacacs tacacs-server
    tag-type telemetry telnet terminal time-range track trunk tunnel-encryption udld userpassphrase username vdc virtual-service vlan
    vmtracker vpc vsan vtp vxlan wccp xml zone zoneset device-alias fcdomain fspf rscn poap nxsdk mac-list
    """
)
"""First words of lines or blocks that no check reads."""
IRRELEVANT_IP = word_set(
    """
    adjacency amt arp auto-discard dhcp dns domain domain-list domain-lookup domain-name dscp eigrp ext-vrf forward-protocol
    ftp host http icmp icmp-errors igmp lisp load-sharing local mfwd mroute msdp multicast name-server nd neighbor pim
    policy radius rip route-cache ssh router-id rsvp sla source source-route switching tacacs tcp telnet tftp traffic-engineering udp
    unreachables wccp
    """
)
IRRELEVANT_ROUTERS = word_set("ospf ospfv3 isis rip eigrp lisp")
INTERFACE_IRRELEVANT = word_set(
    """
    advertise-lite beacon bandwidth bfd carrier-delay cdp channel-group channel-mode clock delay dot1x duplex eee encapsulation
    errdisable fabric fex flowcontrol fec glbp hardware hsrp inherit-config isis keepalive lacp link lisp lldp load-interval
    logging mac mac-address macsec management medium mdix mpls mtu negotiate no-negotiate openflow ospfv3 peer port-channel
    power priority-flow-control ptp qos rate-limit rate-mode service-policy snmp source-interface spanning-tree speed
    speed-group storm-control switchport member host-reachability tunnel udld vlan vpc vrrp vrrpv3 vtp xcvrs transceiver global ingress-replication
    multicast mcast-group suppress-arp virtual-rmac tcp unicast preempt priority authentication timers name track cts
    autostate private-vlan fcoe multisite evpn service-instance buffer-boost media-type psecure-violation
    """
)
INTERFACE_IP_IRRELEVANT = word_set(
    """
    arp authentication bandwidth bfd delay dhcp directed-broadcast distribute-list dscp eigrp flow forward hello-interval
    hold-time icmp igmp lisp local-proxy-arp mfwd multicast mtu nat nd next-hop-self offset-list ospf ospfv3 passive-interface
    pim port-unreachable proxy-arp rip redirects router rsvp split-horizon summary-address tcp unreachables wccp
    load-sharing link-local-only dns adjacency port policy
    """
)
_HASH = r"(?:\d\s+)?"
SECRETS = (
    # username NAME password 5 HASH; neighbor password 3 HASH; password PLAIN; passphrase of keys
    re.compile(r"(?:^|\s)password\s+" + _HASH + r"(\"[^\"]*\"|\S+)"),
    re.compile(r"(?:^|\s)key-string\s+" + _HASH + r"(.*\S)"),
    # snmp-server user N G auth md5|sha HASH priv [aes-128] HASH; snmp-server community|host
    re.compile(r"(?:^|\s)auth\s+(?:md5|sha(?:-\d+)?)\s+(\S+)"),
    re.compile(r"(?:^|\s)priv\s+(?:(?:des|aes-128|aes-256|aes)\s+)?(\S+)(?=\s|$)"),
    re.compile(r"^snmp-server\s+community\s+(\S+)"),
    re.compile(r"^snmp-server\s+host\s+\S+\s+.*?version\s+(?:1|2c)\s+(\S+)"),
    re.compile(r"^snmp-server\s+host\s+\S+\s+(?!traps|informs|version|use-vrf|source|filter)(\S+)"),
    # tacacs-server host A key 7 "X"; radius-server key 7 "X"; ntp authentication-key 1 md5 X 7
    re.compile(r"^(?:tacacs|radius|ldap)-server\s+.*?\bkey\s+(?:[0678]\s+)?(\"[^\"]*\"|\S+)"),
    re.compile(r"^ntp\s+authentication-key\s+\d+\s+md5\s+(\S+)"),
    # ip ospf message-digest-key 1 md5 3 HASH; ip ospf authentication-key 3 HASH; authentication text|md5 X
    re.compile(r"\bmessage-digest-key\s+\d+\s+md5\s+" + _HASH + r"(\S+)"),
    re.compile(r"\bauthentication-key\s+" + _HASH + r"(?!md5)(\S+)$"),
    re.compile(r"^\s+authentication\s+(?:text\s+|md5\s+key-string\s+)(?:\d\s+)?(?!md5\s)(\S+)"),
    re.compile(
        r"\b(?:rootpw|bindpw|shared-secret|pre-share|psk|passphrase|secret|key-octet-string)\s+" + _HASH + r"(\"[^\"]*\"|\S+)"
    ),
    re.compile(r"(?:^|\s)(?:keyring|hsrp\s+authentication|encryption-key)\s+" + _HASH + r"(\S+)"),
    re.compile(r"(?:^|\s)(?:certificate|sshkey)\s+(.*\S)"),
)
NOT_SECRET = word_set("lifetime warntime gracetime key-string strength-check secure-mode prompt minimum-length")
"""Words that can stand where a secret would, in statements that have none (`passphrase lifetime 99999`)."""
_HINT = re.compile(r"passw|key|auth|priv|communit|snmp|secret|pw\b|psk|pre-share|passphrase|ssh|certificate")
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\((\d+)([a-z]*)\))?")


def secrets(text: str) -> list[tuple[int, int]]:
    """Columns [start, end) of every secret in a line; descriptions and remarks hold none."""
    if not _HINT.search(text) or text.split(None, 1)[0] in ("description", "remark", "route-map", "match", "set"):
        return []
    found = {one.span(1) for pattern in SECRETS for one in pattern.finditer(text) if one.group(1) not in NOT_SECRET}
    return sorted(found)


def version_of(text: str) -> tuple[int, ...] | None:
    """`9.3(8)` or `7.3(1)D1(1)` as numbers; None when it is no version."""
    found = _VERSION.match(text)
    return tuple(int(one or 0) for one in found.groups()[:3]) if found else None
