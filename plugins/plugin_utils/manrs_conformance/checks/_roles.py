"""Which local role (RFC 9234) each relationship needs."""

from __future__ import annotations

ROLES = {
    "customer": "provider",
    "provider": "customer",
    "peer": "peer",
    "route_server": "rs-client",
    "route_server_client": "rs-server",
}
"""Our role by the relationship of the neighbour (RFC 9234)."""
SIMPLE = frozenset(ROLES)
