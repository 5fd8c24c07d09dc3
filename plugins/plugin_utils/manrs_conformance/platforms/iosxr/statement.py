"""Statements of IOS-XR that bear on no check."""

from __future__ import annotations

from collections.abc import Sequence

from .._block import word_set

APPLY = word_set("apply-group exclude-group")
"""Statements that lay a configuration group under what stands here: `groups` accounts for what that may change."""
TOP = word_set(
    """
    aaa alias banner boot cdp clock config-register configure domain exception line logging ntp service snmp-server snmp ssh telnet tacacs-server
    tacacs radius-server radius username usergroup taskgroup call-home netconf netconf-yang grpc xml http ftp tftp lldp class-map policy-map
    flow sampler-map mpls rsvp l2vpn evpn segment-routing multicast-routing key crypto fpd controller hw-module performance-mgmt event ethernet pce
    track ipsla bfd vty-pool control-plane explicit-path license monitor-session nv telemetry tpa redundancy cef dhcp arp nsr lpts icmp
    tcp udp subscriber ptp frequency synchronization lacp sysmon cpu-usage-limit process install watchdog mirror om fabric
    macsec-policy monitor-interface object-group end-class-map end-policy-map load-balancing vxlan generic-interface-list appmgr
    linux lawful-intercept memory p2mp peer-group ssh-server static-mpls profile spanning-tree timezone vservice traffic-collector
    environment power-mgmt location prm sdr username-password logger nfvi end-template mac-address-table session-intf accounting
    rcc fault-manager mld igmp pim msdp amt ieee-1588 lisp hostname-prefix smart cinetd as-format bmp confd
    """
)
"""First words of lines or blocks that no check reads."""
ROUTERS = word_set("isis ospf ospfv3 rip eigrp pim igmp mld msdp hsrp vrrp amt static-l2 mvpn rib")
IP = word_set(
    """
    netmask-format conflict-policy assembler virtual source-route arp helper-address flowspec path unreachables reassembly nd route-cache forward
    tcp host domain name-server cef mroute ping traceroute dscp hop-limit icmp neighbor prefix-sid
    """
)
"""Second words of top-level `ipv4` and `ipv6` lines that no check reads."""
INTERFACE = word_set(
    """
    mtu bandwidth load-interval carrier-delay speed duplex negotiation flow-control cdp lldp bundle lacp encapsulation rewrite service-policy
    mpls keepalive dampening logging mac-address arp local-proxy-arp proxy-arp transceiver ethernet l2transport statistics description
    clns frame-relay ppp pppoe load-balancing priority tunnel-mode tunnel source destination autoroute signalled-name fast-reroute path-option
    affinity record-route signalled-bandwidth logging-events bfd multicast pos sonet serial network-clock synce ptp frequency monitor-session
    flow cdp hw-module nv host-routing snmp ipsubscriber controller performance-mgmt dot1x macsec-psk-keychain macsec mac-accounting
    propagate lldp-management fec optics mode loopback link-debounce egress ingress dhcp vrrp carrier ipsla interval hold-time service
    egress-redirect overhead ipv4-host linux-interface switchport bandwidth-remaining pause attachment span unnumbered-peer ethernet-services
    transport-mode ipv4-flowspec isis trust dlep lisp nhrp pseudowire-class traffic-class accounting fabric coam
    """
)
INTERFACE_IP = word_set(
    """
    mtu helper-address unreachables redirects directed-broadcast tcp tcp-mss-adjust flowspec point-to-point nd enable mask-reply route
    proxy-arp bgp source-route dhcp ttl-propagate forwarding-enable multicast-boundary policy host
    """
)
BGP = word_set(
    """
    log graceful-restart bestpath cluster-id fast-external-fallover update-delay as-path-loopcheck scan-time redistribute-internal maximum
    write-limit attribute-download install auto-policy-soft-reset client-to-client dampening import-delay label-delay export-delay
    lpts-secure-binding multipath read-only update-generation origin-validation-time default dynamic-med bfd upgrade-error-handling
    """
)
"""Words after `bgp` in a `router bgp` block that no check reads."""
BGP_LINES = word_set(
    """
    nsr socket timers bfd default-metric distance mvpn ibgp global bmp segment-routing maximum-paths additional-paths dynamic-med wait
    retain label allocate-label advertise permanent-network optimal-route-reflection table-policy nexthop update rd mpls
    domain-distinguisher link-state address-family-group as-format weight inter-as option-b-asbr-only optimize send-extended-community
    epe use evpn l2vpn slow-peer-detection traffic-collector route-refresh-delay domain export-rt srv6 vrf-scale precision
    """
)
NEIGHBOR = word_set(
    """
    advertisement-interval bfd capability dmz-link-bandwidth dscp precedence egress-engineering graceful-restart graceful-maintenance
    idle-watch-time ignore-connected-check internal-vpn-client log maximum-peers peer-set receive-buffer-size send-buffer-size
    session-open-mode tcp local bmp-activate suppress-4byte-as low-priority speaker-id fast-fallover nsr-disable cluster-id
    ignore-connected update-delay peer-node-sid peer-adj-sid transport max-metric soft-reconfig ebgp-send-extcommunity-dmz
    """
)
FAMILY = word_set(
    """
    weight multipath aigp advertise signalling capability orf site-of-origin accept-own long-lived-graceful-restart optimal-route-reflection
    enforce-multiple-labels encapsulation-type import flowspec slow-peer advertisement-interval as-path-loopcheck propagate-dmz-link-bandwidth
    ebgp-recv-extcommunity-dmz ebgp-send-extcommunity-dmz graceful-maintenance next-hop-unchanged send-community-gshut-ebgp additional-paths
    optimal retain replication accept-route-legacy-RT per-vrf label-allocation update-source-rt dampening minimum-advertisement-interval
    """
)


def banner_end(lines: Sequence[str], at: int) -> int:
    """The line after the banner that starts here: from a mark, which is no letter or digit, to the same mark.

    Where the mark does not come again, the banner is one line, so that it hides nothing.
    """
    words = lines[at].split(None, 2)
    text = words[2] if len(words) > 2 else ""
    mark = text[:2] if text[:1] == "^" else text[:1]
    if not mark or mark.isalnum() or mark in text[len(mark) :]:
        return at + 1
    return next((index + 1 for index in range(at + 1, len(lines)) if mark in lines[index]), at + 1)
