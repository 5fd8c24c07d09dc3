"""Statements of IOS and IOS-XE that bear on no check, by the place they stand in, and where secrets stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._block import word_set

IRRELEVANT = word_set(
    """
    aaa access-session address-family alarm-contact alias antenna app-hosting appletalk archive arp async-bootp authentication auto autonomic banner bba-group beacon bfd bfd-template boot boot-end-marker boot-start-marker bridge bridge-domain buffers busy-message call call-home
    card cdp chat-script class-map clns clock cns config-register configuration controller control-plane crypto csdb cts default-value define device-sensor device-tracking diagnostic dial-peer dialer dialer-list domain dot11 dot1x downward-compatible-config dspfarm
    do-exec eap eem enable environment ephone epm errdisable esmc ethernet etherchannel event exception facility-alarm fabric fallback fastethernet fhrp file flow frame-relay gateway group-policy guestshell hw-module hw-switch identity ima install interworking iox
    ipc isdn jumbomtu key kron l2 l2tp l2vpn l3vpn lacp lane ldap ldp license line lldp location logging login mab mac mac-address-table mdns media-proxy media-type memory memory-size menu mgcp micro mls mls-qos mmi mmoip modem module monitor mop mpls multilink
    multilink-group mvr nat nat64 network-clock network-clock-select network-policy nhrp nmsp no-such ntp object onep otv parameter-map parser partition password passwords performance platform pnp policy-map port-channel port-profile power power-supply ppp pppoe pppoe-server priority-list privilege process
    process-max-time profile prompt ptp pseudowire pseudowire-class qos queue-list radius radius-server redundancy remote-span resource rmon rtr sccp scheduler sdm security sensor service service-group service-insertion service-template session-option sgbp shell sip-ua slot snmp snmp-server snasw software source spanning-tree
    srp ssh standby stackwise stcapp storm-control subscriber subscription switch switching system system-mode tacacs tacacs-server tag-switching telemetry terminal test tftp-server time-range track transceiver translation-rule transport-map trunk tunnel udld username vc-class
    veso virtual-service virtual-template vlan vmps voice voice-card voice-port vpdn vpdn-group vstack vtp vty-async wireless wlan wrr-queue xconnect x25 zone zone-pair
    yang netconf-yang netconf restconf gnmi gnxi nonce ethernet-cfm oer pfr pfr-map performance-monitor policy-list username-prompt upgrade warm-reboot stack stack-mac stack-power usb utd appqoe ztp hostname-prefix segment-routing
    logging-trap memory-lite mode port quit exit end Building Current configure Using setup ikev2 isakmp keyring cem cem-group ces connect epbr avc performance-routing diameter sampler sntp
    """
)
"""First words of lines or blocks that no check reads."""
IRRELEVANT_IP = word_set(
    """
    audit bgp accounting accounting-list accounting-threshold accounting-transits address-pool admission arp auth-proxy bootp casa classless ddns default-gateway default-network device dfp dhcp dhcp-client dhcp-server director dns domain domain-list domain-lookup domain-name dvmrp explicit-path
    device-tracking finger flow flow-aggregation flow-cache flow-capture flow-export flow-top-talkers forward-protocol ftp gdp gratuitous-arps helper-address host hostname hosts http icmp identd igmp ips inspect kerberos local lookup mobile mrm mroute msdp multicast multicast-routing name-server
    nat nbar nhrp options ospf pgm pim port-map radius rcmd reflexive-list resource-control rip routing rsvp rtcp rtp sap scp sdr security sip sla slb spd sockets source-route source-track ssh subnet-zero sticky-arp tacacs tcp telnet tftp trigger-authentication unnumbered-arp urd urlfilter wccp
    virtual-reassembly nd mfib mld router unicast-routing neighbor cef-distributed dampening load-sharing redirects unreachables policy-list
    """
)
"""Second words of `ip …` and `ipv6 …` lines that no check reads."""
IRRELEVANT_ROUTERS = word_set("ospf ospfv3 isis rip eigrp odr mobile lisp iso-igrp igrp nhrp")
INTERFACE_IRRELEVANT = word_set(
    """
    rewrite pvc protocol cable access-session antenna aps arp asymmetric-routing async atm authentication auto autonegotiate autostate backup bandwidth bfd bridge-group bridge-domain carrier-delay cdp cem channel-group channel-protocol clear clns clock clocking compress cos-queue crypto cts custom-queue-list dampening
    datalink delay dialer dialer-group dce-terminal-timing-enable device-tracking domain dot1q dot1x downshift duplex dsl dsu eapol encapsulation eou epm errdisable ethernet exit exit-vrf fair-queue fec flowcontrol framing frame-relay full-duplex glbp group-range gre h323-gateway half-duplex
    hold-queue idle-timeout ima-group interface invert-txclock isdn isis keepalive l2protocol l2protocol-tunnel l2vpn lacp link lldp llc2 load-balancing load-interval location logging loopback mab mac mac-address macro macsec max-reserved-bandwidth mdix media-type member mdns mka mls mode mop mpls mtu multilink-group
    multilink nat64 negotiation netbios nmsp nsf ntp ospfv3 peer performance plim pim platform port port-channel power pppoe ppp priority-group priority-queue private-vlan ptp pulse-time qos queue-set queue-limit random-detect rate-limit redundancy rep rmon scrambling serial service service-policy snmp source spanning-tree
    speed squelch srr-queue standby storm-control subscriber switchport synchronous tag-switching tcam test tpgw track traffic-shape transmit-interface trust ttcp tunnel tx-ring-limit udld umbrella unidirectional vlan vlan-id vlan-range voice-port vrrp vtp wrr-queue x25 xconnect yellow-cable zone zone-member monitor crc hssi
    internal tx-queue waveform vpdn wavelength wanphy analysis-module channelized cable-length linecode yellow-alarm cablelength dot11 ssid station-role beacon broadcast-key rts packet hw-module pppoe-client lan-name evpn ipv4
    """
)
INTERFACE_IRRELEVANT_IP = word_set(
    """
    accounting arp authentication bandwidth-percent bgp broadcast-address cef cgmp dampening-change dampening-interval dhcp device directed-broadcast dvmrp eigrp flow hello-interval helper-address hold-time icmp igmp information-reply inspect ips irdp load-sharing local-proxy-arp mask-reply mobile mroute-cache
    mrm mtu multicast nat nbar next-hop-self nhrp ospf pgm pim policy portbundle probe proxy-arp radius rarp-server redirects rgmp rip route-cache router rsvp rtp sap sdr security slb split-horizon sticky-arp summary-address tcp unreachables urlfilter virtual-reassembly vrrp wccp rtcp
    enable nd snooping dhcp-guard mfib mld dest-option crypto destination-guard mode dns
    """
)
BGP_IRRELEVANT = word_set(
    """
    log-neighbor-changes router-id cluster-id graceful-restart deterministic-med always-compare-med fast-external-fallover fast-external-failover dampening nexthop scan-time redistribute-internal update-delay transport advertise-best-external additional-paths consistency-checker rr-group slow-peer sso maxcommunity-limit
    mpls-local-label suppress-inactive client-to-client aggregate-timer upgrade-cli bestpath dmzlink-bw recursion route-map refresh regexp soft-reconfig-backup update-group import notify optimal-route-reflection update replication graceful-shutdown
    """
)
"""`bgp …` lines that change neither what is accepted nor what is sent to whom."""
ROUTER_IRRELEVANT = word_set(
    """
    auto-summary synchronization maximum-paths distance timers default-metric table-map snmp maximum-secondary-paths traffic-share bmp
    advertise segment-routing srv6 mvpn exit-address-family exit-peer-policy exit-peer-session import logging
    """
)
_TYPE = r"(?:(?:[056789]|sha512|encrypted|hex|ascii|text|md5|key-string)\s+)*"
_SECRETS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!isis)\s(?:password|secret)\s+{_TYPE}(\S+(?:\s+\S+)*?)\s*$",
        rf"^\s*(?:password|secret)\s+{_TYPE}(\S+(?:\s+\S+)*?)\s*$",
        rf"\bkey-string\s+{_TYPE}(\S+(?:\s+\S+)*?)\s*$",
        r"^(?:tacacs|radius)-server\s(?:.*\s)?key\s+(?:[0678]\s+)?(\S+(?:\s+\S+)*?)\s*$",
        r"\bkey\s+[0678]\s+(\S+)",
        r"^\s+(?:server-)?key\s+(?:[0678]\s+)?([^\s\d]\S*|\d+[^\s\d]\S*)\s*$",
        r"\bserver-key\s+(?:[0678]\s+)?(\S+)",
        r"\bisakmp\s+key\s+(?:[06]\s+)?(\S+)",
        r"\bpre-shared-key\s+(?:(?:address\s+\S+(?:\s+\d+\.\S+)?|hostname\s+\S+)\s+)?(?:key\s+)?(?:local\s+|remote\s+)?(?:[06]\s+|hex\s+)?(\S+)\s*$",
        r"\bsnmp-server\s+community\s+(\S+)",
        r"\bsnmp-server\s+host\s+\S+(?:\s+vrf\s+\S+)?(?:\s+(?:traps|informs))?(?:\s+version\s+(?:1|2c|3\s+(?:auth|noauth|priv)))?\s+(\S+)",
        r"\bsnmp-server\s+user\s.*\bauth\s+(?:md5|sha\S*)\s+(\S+)",
        r"\bsnmp-server\s+user\s.*\bpriv\s+(?:des56|des|3des|aes(?:\s+\d+)?)\s+(\S+)",
        r"\bmessage-digest-key\s+\d+\s+md5\s+(?:[07]\s+)?(\S+)",
        r"\b(?:ntp\s+)authentication-key\s+\d+\s+\S+\s+(\S+)",
        r"\bospf\s+authentication-key\s+(?:[07]\s+)?(\S+)",
        r"\b(?:area|domain)-password\s+(\S+)",
        r"\bisis\s+password\s+(\S+)",
        rf"^\s+(?:standby|vrrp|glbp)\s+\d+\s+authentication\s+{_TYPE}(\S+)",
        r"\bnhrp\s+authentication\s+(\S+)",
        rf"\bwpa-psk\s+{_TYPE}(\S+)",
        r"\bipsec\s+spi\s+\d+\s+(?:md5|sha1)\s+(?:[07]\s+)?([0-9A-Fa-f]{8,})",
        r"\besp\s+\S+(?:\s+\d{3})?\s+(?:[07]\s+)?([0-9A-Fa-f]{8,})",
        r"\besp\s.*\s(?:md5|sha1)\s+(?:[07]\s+)?([0-9A-Fa-f]{8,})\s*$",
        r"\bidtoken\s+(\S+)",
        r"://[^:/\s]+:([^@\s]+)@",
        r"\bao\s+password\s+(\S+)",
        r"\bauthentication\s+text\s+(\S+)",
    )
)
_HINT = re.compile(r"password|secret|key|snmp-server|authentication|wpa-psk|spi|esp|idtoken|://")


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Columns [start, end) of every secret in a line."""
    if not _HINT.search(text) or text.lstrip().startswith(("description", "remark")) or " description " in text:
        return
    seen: set[tuple[int, int]] = set()
    for pattern in _SECRETS:
        for found in pattern.finditer(text):
            span = found.span(1)
            if span not in seen:
                seen.add(span)
                yield span
