"""First words of EOS statements that bear on no check, versions, and where secrets stand in a line."""

from __future__ import annotations

import re

from .._block import word_set

IRRELEVANT = word_set(
    """
    aaa agent alias arp bfd boot cfm class-map clock control-plane cvx daemon dcbx dhcp dot1x enable environment errdisable
    event-handler event-monitor exit flow hardware igmp kernel l2-protocol lacp link lldp load-interval load-balance logging mac
    maintenance management match-list mcs metadata mlag monitor mpls msrp mvrp ntp patch platform poe policy-map prompt
    priority-flow-control ptp qos queue-monitor radius radius-server redundancy role sampled-flow schedule service sflow snmp-server
    spanning-tree stun switch switchport system tacacs-server tap terminal traffic-policies transceiver trident username
    virtual-cable vlan vmtracer vxlan xmpp zerotouch address application dynamic-load-balancing dns session-tracker svi
    """
)
"""First words of lines or blocks at the top that no check reads."""
IRRELEVANT_IP = word_set(
    """
    routing name-server domain-name domain-list domain lookup host icmp radius tacacs ssh ftp http telnet tftp dhcp igmp pim multicast
    multicast-routing msdp mfib nat virtual-router hardware arp security load-sharing fib ospf tcp address source locking
    user-defined helper-address ttl unicast-routing neighbor nd rip sftp igmp ldap https dns flow ospfv3 protocol redirects cef
    """
)
"""Words after `ip` or `ipv6` at the top that no check reads."""
ROUTERS = word_set(
    """
    ospf ospf3 ospfv3 rip isis pim multicast msdp igmp l2-vpn bfd kernel traffic-engineering segment-security path-selection
    internet-exit service-insertion adaptive-virtual-topology ldp
    """
)
"""Routing processes other than BGP that no check reads."""
INTERFACE_IRRELEVANT = word_set(
    """
    load-interval mtu speed channel-group lacp lldp logging switchport spanning-tree storm-control bfd mac mac-address qos service-policy
    ptp flow flowcontrol forwarding encapsulation l2 link-debounce link mlag default arp isis mpls ntp snmp sflow pim vxlan tunnel
    error-correction phy transceiver tx-queue uc-tx-queue mc-tx-queue priority-flow-control poe dot1x hardware unidirectional monitor
    bandwidth delay autostate multicast session vrrp varp dhcp ethernet rsvp l2-protocol evpn switch traffic-engineering queue
    traffic-loopback port-channel comment max-metric dcbx lane tcp private-vlan no node-segment pvlan cfm queue-monitor tap fec
    link-flap bgp igmp shape cost ospfv3 metadata dps address port peer
    """
)
"""First words of interface lines that no check reads."""
INTERFACE_IP_IRRELEVANT = word_set(
    """
    helper-address ospf ospfv3 pim igmp proxy-arp local-proxy-arp virtual-router attached-host icmp nat rip mfib multicast tcp
    directed-broadcast dhcp arp flow nd enable route locking ttl mld router rp msdp load-sharing redirects unreachables security
    neighbor
    """
)
BGP_IRRELEVANT = word_set(
    """
    always-compare-med bestpath cluster-id log-neighbor-changes convergence advertise-inactive additional-paths asn client-to-client
    control-plane-filter host-routes labeled-unicast monitoring next-hop-unchanged redistribute-internal route route-reflector transport
    aggregate aggregate-route auto-local-addr trace session-dscp cost-community d-path enhanced-route-refresh med graceful-shutdown
    """
)
"""Words after `bgp` in `router bgp` that no check reads."""
PROCESS_IRRELEVANT = word_set(
    """
    timers distance maximum-paths update graceful-restart graceful-restart-helper default-metric ucmp ip ipv6 dynamic tunnel
    next-hop label aigp-session weight domain host-flap layer-2 local evpn comment
    """
)
"""First words of other lines in `router bgp` and its families."""
PROCESS_BLOCKS = word_set("vlan vlan-aware-bundle vpws monitoring session evpn")
"""Blocks inside `router bgp` that carry no unicast route."""
NEIGHBOR_IRRELEVANT = word_set(
    """
    additional-paths auto-local-addr bfd dont-capability-negotiate fall-over graceful-restart graceful-restart-helper
    idle-restart-timer link-bandwidth local-v4-addr local-v6-addr maximum-accepted-routes maximum-advertised-routes metric-out
    monitoring next-hop-peer next-hop-unchanged next-hop-v6-addr next-hop out-delay passive prefix-independent session transport weight
    encapsulation aigp-session multi-path route-to-peer advertisement-interval default-route domain wait-for-convergence
    """
)
"""Options of a neighbour that no check reads."""
TEXT_BLOCKS = word_set("banner comment")
"""First words of lines that a free text follows, up to a line `EOF`."""

SECRETS = (
    re.compile(
        r"^\s*(?:no\s+)?(?:username|enable|aaa root)\b.*?\b(?:secret|password|sshkey|ssh-key)\s+(?:(?:0|5|7|8a|sha512|\*)\s+)?(\S.*?)\s*$"
    ),
    re.compile(r"^\s*snmp-server\s+community\s+(?:(?:0|7|8a)\s+)?(\S+)"),
    re.compile(r"^\s*snmp-server\s+user\b.*?\bauth\s+\S+\s+(\S+)"),
    re.compile(r"^\s*snmp-server\s+user\b.*?\bpriv\s+\S+\s+(\S+)"),
    re.compile(
        r"^\s*snmp-server\s+host\s+\S+\s+(?:vrf\s+\S+\s+)?(?:traps|informs)?\s*(?:version\s+(?:1|2c)\s+)?(?!version|traps|informs|vrf|udp-port)(\S+)"
    ),
    re.compile(r"^\s*(?:tacacs-server|radius-server|server|ldap)\b.*?\bkey\s+(?:(?:0|7|8a)\s+)?(\S+)"),
    re.compile(r"^\s*ntp\s+authentication-key\s+\S+\s+\S+\s+(?:(?:0|7|8a)\s+)?(\S+)"),
    re.compile(r"^\s*neighbor\s+\S+\s+password\s+(?!shared-secret)(?:(?:0|7|8a)\s+)?(\S.*?)\s*$"),
    re.compile(
        r"^\s*(?:secret|key-string|passphrase|password|key|pre-shared-key|shared-key)\s+(?!\S+\s+(?:0|7|8a)\s)(?:(?:0|7|8a|sha512)\s+)?(\S+)"
    ),
    re.compile(r"-cvauth=(?:key|token-secure),([^,\s/]+)"),
    re.compile(r"^\s*secret\s+\S+\s+(?:0|7|8a)\s+(\S+)"),
    re.compile(r"^\s*key\s+\S+\s+(?:0|7|8a)\s+(\S+)"),
    re.compile(r"\b(?:message-digest-key|authentication-key)\s+(?:\S+\s+)?(?:md5|sha\d*|sha-\d+)?\s*(?:(?:0|7|8a)\s+)?(\S+)\s*$"),
    re.compile(
        r"^\s*(?:isis|ip ospf|ospfv3|ipv6 ospf|vrrp|authentication)\b.*?\b(?:key|key-string|passphrase|text)\s+(?:(?:0|7|8a)\s+)?(\S+)"
    ),
)
"""Lines with a secret; the first group is the secret."""


def version_of(text: str) -> tuple[int, ...] | None:
    """`4.31.1F` as numbers; None when it is no version."""
    found = re.match(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", text, re.ASCII)
    return tuple(int(one) for one in found.groups(default="0")) if found else None
