"""Words of Junos that bear on no check, by where they stand."""

from __future__ import annotations

from .._block import word_set

TOP = word_set(
    """
    chassis security snmp event-options class-of-service forwarding-options vlans bridge-domains access services
    accounting-options applications ethernet-switching-options virtual-chassis poe diameter dynamic-profiles
    multi-chassis unified-edge session-limit-group switch-options wlan schedulers smtp rcsi_upgrade access-profile
    multicast-snooping-options fabric jsrc extension rcs l2-learning last-changed
    """
)
PROTOCOLS = word_set(
    """
    amt bfd connections dcbx dot1x esis evpn gvrp igmp igmp-host igmp-snooping ilmi isis iso-ldp l2-learning
    l2circuit l2iw l2cpd lacp layer2-control ldp link-management lldp lldp-med loop-detect mld mld-host
    mld-snooping mpls msdp mstp mvpn mvrp ncp neighbor-discovery oam openflow ospf ospf3 pim ppp ppp-service pppoe
    protection-group rip ripng router-advertisement router-discovery rstp rsvp sap source-packet-routing stp sflow
    tunnel-service uplink-failure-detection vrrp vpls vstp pcep iccp dvmrp rift p4rt dcb
    multicast-snooping-options
    """
)
ROUTING = word_set(
    """
    flow dynamic-tunnels protect bgp-orf-cisco-mode flexible-tunnels
    router-id graceful-restart nonstop-routing resolution maximum-paths maximum-prefixes multicast options
    traceoptions ppm route-distinguisher-id nsr-phantom-holdtime interface fate-sharing access access-internal
    interface-routes med-igp-update-interval multipath source-routing topologies transport-class flow-aggregate
    localized-fib lsp-telemetry martians static-backup enable-sensors bmp bgp-static no-bfd-triggered-local-repair
    bfd-ipfix route-record
    """
)
"""`martians` only take routes away from what policies accept; leaving them out makes every answer stricter, never milder."""
INSTANCE = word_set(
    """
    instance-type interface route-distinguisher vrf-target vrf-table-label vrf-advertise-selective
    no-vrf-propagate-ttl vlan-id description bridge-domains vtep-source-interface l2vpn-id no-vrf-advertise vxlan
    forwarding-options access multicast-snooping-options switch-options system services provider-tunnel
    egress-protection l3-interface vlans routing-interface connector-id-advertise
    """
)
BGP = word_set(
    """
    hold-time keepalive traceoptions log-updown no-log-updown authentication-key-chain-tolerance
    out-delay tcp-mss mtu-discovery preference outgoing-interface bfd-liveness-detection graceful-restart
    long-lived graceful-shutdown multipath include-mp-next-hop idle-after-switch-over minimum-hold-time
    output-queue-priority precision-timers tcp-aggressive-transmission session-mode site-of-origin-timers
    metric-out damping route-age-threshold rib-sharding update-threading path-selection no-nexthop-change
    vpn-apply-export accept-remote-nexthop add-path no-client-reflect cluster-aware ipsec-sa iccp
    unconfigured-peer-graceful-restart rfc6514-compliant-safi129 send-addpath-optimization
    stale-labels-holddown-period egress-te egress-te-backup-paths egress-te-sid-stats egress-te-node-segment
    bgp-error-tolerance drop-path-attributes local-interface local-port replication-factor output-burst
    mvpn-iana-rt-import snmp-options holddown-interval optimal-route-reflection snmp disable-4byte-as
    no-precision-timers advertise-peer-as no-advertise-peer-as third-party dont-help-shared-fate-bfd-down
    tcp-connect-port advertise-from-main-vpn-tables group-split-size program-rib-sharding transport-class
    egress-engineering minimum-effective-aigp tcp-listen-port inet-mdt allow-protection source-packet-routing
    traffic-statistics-labeled-path tunnel-attribute forwarding-context sender receiver
    """
)
FAMILY = word_set(
    """
    add-path aigp damping resolve-vpn topology nexthop-resolution entropy-label explicit-null extended-nexthop
    extended-nexthop-color per-prefix-label per-group-label protection traffic-statistics graceful-restart
    withdraw-priority route-refresh-priority output-queue-priority local-ipv4-address no-install rib
    defer-initial-multipath-build route-age-bgp-view delay-route-advertisements maximum-ecmp advertise-default
    aggregate-label legacy-redirect-ip-action
    """
)
FAMILY_OTHER = word_set(
    """
    inet-vpn inet6-vpn inet-mvpn inet6-mvpn inet-mdt iso-vpn l2vpn evpn route-target traffic-engineering iso
    bridge-vpn ethernet-switching vpls ccc tcc mpls iso any inet-labeled
    """
)
"""Families whose routes no check reads."""
SUBFAMILY_OTHER = word_set("flow multicast segment-routing-te srte")
INTERFACE = word_set(
    """
    mtu speed gigether-options ether-options aggregated-ether-options fastether-options vlan-tagging
    flexible-vlan-tagging stacked-vlan-tagging encapsulation hold-time link-mode native-vlan-id otn-options
    optics-options traps no-traps per-unit-scheduler hierarchical-scheduler damping multi-chassis-protection esi
    clocking e1-options t1-options sonet-options serial-options framing oam no-gratuitous-arp-request
    gratuitous-arp-reply no-gratuitous-arp-reply media-type auto-negotiation fabric-options
    redundant-pseudo-interface-options passive-monitor-mode mac vlan-vci-tagging keepalives no-keepalives
    ppp-options layer2-policer dce traceoptions number-of-sub-ports unused forwarding-class-accounting
    external-router-id atm-options logical-tunnel-options host-prefix-only transmit-bucket receive-bucket
    accounting-profile metadata interface-mib cascade-port satellite-alias radio-router schedulers input-vlan-map
    output-vlan-map port-mirror switch-options anchor-point
    """
)
UNIT = word_set(
    """
    vlan-id vlan-tags vlan-id-list vlan-id-range encapsulation bandwidth traps no-traps accounting-profile
    input-vlan-map output-vlan-map tunnel ppp-options pppoe-options proxy-arp arp-resp dialer-options peer-unit
    point-to-point multipoint esi service-domain swap-by-poppush interface-shared-with mac load-balancing-options
    allow-any-vci rpm native-inner-vlan-id targeted-distribution demux-source demux-destination demux-options
    layer2-policer keepalives no-keepalives oam statistics clear-dont-fragment-bit copy-tos-to-outer-ip-header
    reassemble-packets auto-configure advisory-options virtual-gateway-accept-data virtual-gateway-v4-mac
    virtual-gateway-v6-mac host-prefix-only alias etree-ac-role forwarding-class-accounting no-auto-mdix
    radio-router backup-options inner-vlan-id-range transmit-bucket
    """
)
INET = word_set(
    """
    mtu no-redirects accounting sampling policer primary targeted-broadcast tcp-mss no-neighbor-learn ndp-proxy
    dad-proxy demux-source demux-destination service mac-validate
    destination-udp-port simple-filter allow-filter-on-re nd6-stale-time nd6-max-cache nd6-new-hold-limit policing
    receive-ttl-exceeded receive-options-packets location-pool-address max-sessions
    arp-max-cache arp-new-hold-limit negated multicast-only dad-disable no-dad-disable keep-address-and-control
    disable-ip4-forwarding
    """
)
ASSIGNING = word_set("dhcp dhcp-client dhcpv6-client negotiate-address")
"""Statements of a family by which an interface gets its address from elsewhere."""
FIREWALL_FINAL = word_set("accept discard reject")
FIREWALL_MODIFIERS = word_set(
    """
    count policer log syslog sample loss-priority forwarding-class dscp traffic-class port-mirror
    port-mirror-instance three-color-policer packet-mode prefix-action service-accounting
    service-accounting-deferred service-filter-hit hierarchical-policer ipsec-sa load-balance policy-map
    virtual-channel next-hop-group clear-policer set-packet-length ttl
    """
)
ACTIONS = word_set(
    """
    preference preference2 color color2 priority load-balance class forwarding-class install-nexthop damping trace
    aigp-originate aigp-adjust external cos-next-hop-map bgp-output-queue-priority no-entropy-label-capability
    dynamic-tunnel-attributes resolution-map add-path multipath-resolve no-route-localize source-class
    destination-class ssm-source p2mp-lsp-root selected-mldp-egress limit-bandwidth set-down-bit label-allocation
    analyze tunnel-attribute aggregate-bandwidth label map-to-interface metric2 metric3 metric4 mtu
    nexthop-selection rtf-color get-route-range no-backup
    """
)
"""Actions that no later match of BGP policy in this model reads and that do not change who may hear the route."""
CONDITIONS = word_set(
    """
    source-address-filter source-prefix-list rtf-prefix-list community-count route-type instance
    aggregate-contributor interface area level condition color color2 preference preference2 state
    next-hop-type-flags as-path-unique-count next-hop-weight mvpn-type external nlri-route-type
    route-distinguisher srte-color evpn-esi evpn-etag evpn-mac-route evpn-tag mac-filter-list multicast-scope
    traffic-engineering programmed bgp-srte-discriminator tunnel-type internal igp-metric prefix-segment
    no-origin-as as-path-neighbors as-path-transits bgp-output-queue-priority metric2 metric3 metric4 topology
    virtual-router lsp-type ospf-type validation-database-instance
    """
)
"""Conditions of `from` that exist and that the model cannot say."""
EXTENDED = word_set(
    """
    bandwidth domain-id domain-id-vendor encapsulation evi-rt link-bandwidth rt-import src-as traceflow
    mac-mobility redirect redirect-to-ip traffic-rate traffic-action color l2info ospf-router-id transitive rt
    generic
    """
)
"""Kinds of extended communities that are not modelled."""
BGP_READ = word_set(
    """
    import export description type peer-as local-as family authentication-key authentication-key-chain
    authentication-algorithm multihop ttl keep advertise-inactive advertise-external remove-private loops
    enforce-first-as cluster passive local-address as-override allow disable shutdown local-preference defaults
    mvpn peer-as-list neighbor group as-path-ignore no-aggregator-id confederation peer-auto-discovery
    dynamic-neighbor
    """
)
"""Statements of a BGP level that are read."""
OPTIONS = word_set(
    """
    condition damping backup-selection application-maps ntp-list tunnel-attribute resolution-map mac-list
    rtf-prefix-list l3vpn redundancy-policy flowspec-attribute logical-system-mux load-balance-group vxlan-policy
    tag-set route-distinguisher
    """
)
"""Statements of `policy-options` that bear on no check."""
